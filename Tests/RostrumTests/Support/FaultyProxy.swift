import Foundation
import Primitives
import Synchronization

/// A TCP proxy before a server, on a thread of its own, that does to connections what networks do:
/// cuts bytes into pieces and joins them, delays them, stands still, ends a connection at any byte,
/// or forgets one of its sides.
final class FaultyProxy: Sendable {
  /// How often what happens to a piece of a stream, in a thousand.
  struct Faults: Sendable {
    /// The piece is passed on in parts of a few bytes.
    var fragmented: UInt64 = 0
    /// The piece waits up to 15 ms, and what comes meanwhile is joined to it.
    var delayed: UInt64 = 0
    /// Nothing passes for 100 to 400 ms.
    var stalled: UInt64 = 0
    /// Both sides are reset in the middle of the piece.
    var cut: UInt64 = 0
    /// One side is reset, the other one hears nothing for up to 1.2 s, and then the same.
    var halfOpen: UInt64 = 0
  }

  /// What has happened so far.
  struct Counts {
    var connections = 0, pieces = 0, fragmented = 0, delayed = 0, stalled = 0, cut = 0, halfOpen = 0
  }

  let port: UInt16
  private let listener: Int32
  private let target: Atomic<UInt32>
  private let isEnded = Atomic<Bool>(false)
  private let isOver = DispatchSemaphore(value: 0)
  private let faults: Mutex<Faults>
  private let shared = Mutex(Counts())

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - target: The server's port.
  ///   - faults: What happens.
  ///   - seed: Decides when.
  /// - Throws: When there is no port.
  init(to target: UInt16, faults: Faults, seed: UInt64) throws {
    (listener, port) = try Self.listen()
    self.target = Atomic(UInt32(target))
    self.faults = Mutex(faults)
    let thread = Thread { [self] in
      var work = ProxyWork(proxy: self, listener: listener, seed: seed)
      work.run()
      isOver.signal()
    }
    thread.start()
  }

  private static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, stream, 0)
    var address = address(port: 0)
    guard descriptor >= 0, with(&address, { bind(descriptor, $0, $1) }) == 0,
      Foundation.listen(descriptor, 64) == 0
    else { throw TestFailure("no port: errno \(errno)") }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// Resets all connections and ends the thread.
  func end() {
    guard !isEnded.exchange(true, ordering: .sequentiallyConsistent) else { return }
    isOver.wait()
    close(listener)
  }

  /// Where new connections lead from now on.
  func lead(to port: UInt16) { target.store(UInt32(port), ordering: .sequentiallyConsistent) }

  /// Lets everything pass from now on, as it comes.
  func heal() { faults.withLock { $0 = Faults() } }

  var counts: Counts { shared.withLock { $0 } }

  fileprivate var mustEnd: Bool { isEnded.load(ordering: .sequentiallyConsistent) }
  fileprivate var chances: Faults { faults.withLock { $0 } }
  fileprivate func count(_ change: (inout Counts) -> Void) {
    shared.withLock { change(&$0) }
  }

  fileprivate static var stream: Int32 {
    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func with(
    _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// A connection to the server; -1 when there is none.
  fileprivate func connectToTarget() -> Int32 {
    let descriptor = socket(AF_INET, Self.stream & ~Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = Self.address(
      port: UInt16(target.load(ordering: .sequentiallyConsistent)))
    guard descriptor >= 0, Self.with(&address, { connect(descriptor, $0, $1) }) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return -1
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    return descriptor
  }
}

/// One direction of a connection: what was read and not yet written.
private struct ProxyLane {
  var waiting: [UInt8] = []
  /// Nothing is passed on before.
  var opensAt = 0.0
  /// The source has ended in order.
  var isEnding = false
  /// The next pieces are so short.
  var isFragmenting = false
}

/// Two sockets; -1 = reset already.
private struct ProxyLink {
  var sockets: [Int32]
  /// By the side that it comes from.
  var lanes = [ProxyLane(), ProxyLane()]
  /// When a half-open one ends.
  var endsAt = Double.infinity
}

/// What the proxy's thread does.
private struct ProxyWork {
  let proxy: FaultyProxy
  let listener: Int32
  private var random: SeededGenerator
  private var links: [ProxyLink] = []
  private var now = 0.0

  init(proxy: FaultyProxy, listener: Int32, seed: UInt64) {
    (self.proxy, self.listener) = (proxy, listener)
    random = SeededGenerator(seed: seed)
  }

  mutating func run() {
    while !proxy.mustEnd {
      waitForSockets()
      now = ProcessInfo.processInfo.systemUptime
      acceptAll()
      for index in links.indices {
        for side in 0..<2 {
          read(index, side)
          write(index, from: side)
        }
        if now > links[index].endsAt { reset(index) }
      }
      links.removeAll { $0.sockets == [-1, -1] }
    }
    for index in links.indices { reset(index) }
  }

  private func waitForSockets() {
    var set = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
    for link in links {
      for (side, descriptor) in link.sockets.enumerated() where descriptor >= 0 {
        guard link.lanes[side].waiting.isEmpty, !link.lanes[side].isEnding else { continue }
        set.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
      }
    }
    poll(&set, nfds_t(set.count), 1)
  }

  private mutating func acceptAll() {
    while case let client = accept(listener, nil, nil), client >= 0 {
      _ = fcntl(client, F_SETFL, O_NONBLOCK)
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      let server = proxy.connectToTarget()
      links.append(ProxyLink(sockets: [client, server]))
      proxy.count { $0.connections += 1 }
      if server < 0 { reset(links.count - 1) }
    }
  }

  private func happens(_ perMille: UInt64, _ random: inout SeededGenerator) -> Bool {
    perMille > 0 && random.below(1_000) < perMille
  }

  private mutating func read(_ index: Int, _ side: Int) {
    let descriptor = links[index].sockets[side]
    // What waits is passed on first: a stalled proxy takes nothing, and its peers fill up.
    let waitingCount = links[index].lanes[side].waiting.count
    guard descriptor >= 0, !links[index].lanes[side].isEnding, waitingCount < 65_536 else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0 {
      if errno != EAGAIN && errno != EINTR { reset(index) }
      return
    }
    // A side that is forgotten speaks to nobody.
    guard links[index].endsAt == .infinity else { return }
    if count == 0 {
      links[index].lanes[side].isEnding = true
      return
    }
    links[index].lanes[side].waiting += buffer[..<count]
    proxy.count { $0.pieces += 1 }
    decide(index, side)
  }

  /// What happens to a piece that came.
  private mutating func decide(_ index: Int, _ side: Int) {
    let chances = proxy.chances
    if happens(chances.cut, &random) {
      proxy.count { $0.cut += 1 }
      let waiting = links[index].lanes[side].waiting
      let kept = Int(random.below(UInt64(waiting.count) + 1))
      send(Array(waiting[..<kept]), to: links[index].sockets[1 - side])
      return reset(index)
    }
    if happens(chances.halfOpen, &random) {
      proxy.count { $0.halfOpen += 1 }
      resetOne(index, random.below(2) == 0 ? 0 : 1)
      links[index].endsAt = now + 0.3 + Double(random.below(900)) / 1_000
      return
    }
    if happens(chances.stalled, &random) {
      proxy.count { $0.stalled += 1 }
      links[index].lanes[side].opensAt = now + 0.1 + Double(random.below(300)) / 1_000
    } else if happens(chances.delayed, &random) {
      proxy.count { $0.delayed += 1 }
      links[index].lanes[side].opensAt = now + Double(random.below(15)) / 1_000
    }
    links[index].lanes[side].isFragmenting = happens(chances.fragmented, &random)
    if links[index].lanes[side].isFragmenting { proxy.count { $0.fragmented += 1 } }
  }

  private mutating func write(_ index: Int, from side: Int) {
    let lane = links[index].lanes[side]
    let target = links[index].sockets[1 - side]
    guard target >= 0, now >= lane.opensAt, links[index].endsAt == .infinity else { return }
    guard !lane.waiting.isEmpty else {
      if lane.isEnding && links[index].sockets[side] >= 0 { reset(index) }
      return
    }
    var rest = lane.waiting[...]
    // Some short pieces a turn, each in a packet of its own; then the rest.
    for _ in 0..<8 where lane.isFragmenting && !rest.isEmpty {
      let piece = Int(1 + random.below(40))
      let sent = send(Array(rest.prefix(piece)), to: target)
      guard sent > 0 else { break }
      rest = rest.dropFirst(sent)
    }
    if !lane.isFragmenting || rest.count > 4_096 {
      rest = rest.dropFirst(send(Array(rest), to: target))
    }
    links[index].lanes[side].waiting = Array(rest)
  }

  @discardableResult
  private func send(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    guard descriptor >= 0, !bytes.isEmpty else { return 0 }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return max(0, Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)))
  }

  private mutating func reset(_ index: Int) {
    for side in 0..<2 { resetOne(index, side) }
  }

  /// Closes so that the peer gets a reset and not an end.
  private mutating func resetOne(_ index: Int, _ side: Int) {
    let descriptor = links[index].sockets[side]
    guard descriptor >= 0 else { return }
    var no = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &no, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
    links[index].sockets[side] = -1
  }
}
