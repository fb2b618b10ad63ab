import Kernel
import Primitives
import Simulator
import Testing

/// A client's end that remembers everything.
final class Recorder: LinkPeer {
  var link: ClientLink?
  var isOpened = false
  var received: [UInt8] = []
  var pieceCount = 0
  var closedByReset: Bool?

  func linkOpened(_ link: ClientLink) { isOpened = true }
  func linkReceived(_ link: ClientLink, _ bytes: [UInt8]) {
    received += bytes
    pieceCount += 1
  }
  func linkClosed(_ link: ClientLink, wasReset: Bool) { closedByReset = wasReset }
}

/// A network with its ring's side driven by hand.
struct Wire {
  let world: World
  let network: SimulatedNetwork
  var completions: [Completion] = []

  init(seed: UInt64 = 1, faults: NetworkFaults = .none, buffers: UInt32 = 8, places: UInt32 = 4) {
    world = World(seed: seed)
    var sizes = RingSizes()
    sizes.connectionSlots = places
    sizes.receiveBuffers = buffers
    sizes.receiveBufferBytes = 256
    network = SimulatedNetwork(world: world, sizes: sizes, faults: faults)
    network.beginNextLife(sizes: sizes)
    network.accept(listener: 0)
    pass()
  }

  /// Lets time pass, and takes what completed.
  mutating func pass(_ span: Nanoseconds = 5 * TimeSpan.millisecond) {
    world.pass(span, stopsAtCompletion: false)
    while let completion = world.takeCompletion() { completions.append(completion) }
  }

  mutating func connect() -> Recorder {
    let peer = Recorder()
    peer.link = network.connect(peer)
    pass()
    return peer
  }

  mutating func take(_ kind: RequestKind) -> [Completion] {
    let found = completions.filter { $0.token.kind == kind }
    completions.removeAll { $0.token.kind == kind }
    return found
  }

  func bytes(_ completion: Completion) -> [UInt8] {
    guard let buffer = completion.bufferIndex else { return [] }
    return Array(
      UnsafeRawBufferPointer(start: network.receiveBuffer(buffer), count: Int(completion.result)))
  }

  /// Everything that came, with the buffers given back.
  mutating func takeReceived() -> [UInt8] {
    take(.receive).flatMap { completion in
      let content = bytes(completion)
      if let buffer = completion.bufferIndex { network.returnBuffer(buffer) }
      return content
    }
  }
}

private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

@Suite struct NetworkTests {
  @Test func connectionsGetPlacesAndBytesGoBothWays() throws {
    var wire = Wire()
    let peer = wire.connect()
    let accepted = wire.take(.accept)
    #expect(accepted.map(\.result) == [0])
    #expect(accepted.first?.hasMore == true)
    #expect(peer.isOpened)
    wire.network.receive(connection: 0, generation: 7)
    peer.link?.send(pattern(600))
    wire.pass()
    let pieces = wire.take(.receive)
    #expect(pieces.allSatisfy { $0.hasMore && $0.token.generation == 7 && $0.token.index == 0 })
    #expect(pieces.flatMap { wire.bytes($0) } == pattern(600))
    #expect(pieces.count == 3)
    let reply = pattern(1_000)
    reply.withUnsafeBytes { raw in
      wire.network.send(raw.baseAddress!, byteCount: 1_000, connection: 0, generation: 7)
      wire.pass()
    }
    #expect(wire.take(.send).map(\.result) == [1_000])
    #expect(peer.received == reply)
  }

  @Test func aSendReadsItsBytesWhenItTakesEffect() {
    var wire = Wire()
    let peer = wire.connect()
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { memory.deallocate() }
    memory.storeBytes(of: 1, as: UInt64.self)
    wire.network.send(memory, byteCount: 8, connection: 0, generation: 0)
    memory.storeBytes(of: 2, as: UInt64.self)
    wire.pass()
    #expect(peer.received == [2, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func anEndInOrderIsReadAsZeroBytesBehindTheRest() {
    var wire = Wire()
    let peer = wire.connect()
    wire.network.receive(connection: 0, generation: 1)
    peer.link?.send([1, 2, 3])
    peer.link?.close()
    wire.pass()
    let received = wire.take(.receive)
    #expect(received.map(\.result) == [3, 0])
    #expect(received.map(\.hasMore) == [true, false])
    #expect(received.last?.bufferIndex == nil)
  }

  @Test func aResetIsToldOnceAndThenSendsFindABrokenPipe() {
    var wire = Wire()
    let peer = wire.connect()
    wire.network.receive(connection: 0, generation: 1)
    peer.link?.send([9])
    peer.link?.reset()
    wire.pass()
    #expect(wire.take(.receive).map(\.result) == [1, -104])
    wire.network.receive(connection: 0, generation: 1)
    [UInt8](repeating: 0, count: 8).withUnsafeBytes { raw in
      wire.network.send(raw.baseAddress!, byteCount: 8, connection: 0, generation: 1)
      wire.pass()
    }
    #expect(wire.take(.receive).map(\.result) == [0])
    #expect(wire.take(.send).map(\.result) == [-32])
    wire.network.shutdown(connection: 0, generation: 1)
    wire.pass()
    #expect(wire.take(.shutdown).map(\.result) == [-107])
    #expect(peer.closedByReset == nil)
  }

  @Test func aCancelledReceiveLeavesTheBytesForTheNextOne() {
    var wire = Wire()
    let peer = wire.connect()
    wire.network.receive(connection: 0, generation: 1)
    wire.pass()
    wire.network.cancelReceive(connection: 0, generation: 1)
    wire.pass()
    #expect(wire.take(.receive).map(\.result) == [-125])
    #expect(wire.take(.cancel).map(\.result) == [0])
    wire.network.cancelReceive(connection: 0, generation: 1)
    peer.link?.send([4, 5])
    wire.pass()
    #expect(wire.take(.cancel).map(\.result) == [-2])
    #expect(wire.take(.receive).isEmpty)
    wire.network.receive(connection: 0, generation: 1)
    wire.pass()
    #expect(wire.takeReceived() == [4, 5])
  }

  @Test func withoutABufferReceivingEndsAndGoesOnLater() {
    var wire = Wire(buffers: 2)
    let peer = wire.connect()
    wire.network.receive(connection: 0, generation: 1)
    peer.link?.send(pattern(700))
    wire.pass()
    let received = wire.completions.filter { $0.token.kind == .receive }
    #expect(received.map(\.result) == [256, 256, -105])
    #expect(wire.network.counts.noBuffers == 1)
    var content = wire.takeReceived()
    wire.network.receive(connection: 0, generation: 1)
    wire.pass()
    content += wire.takeReceived()
    #expect(content == pattern(700))
  }

  @Test func aShutdownEndsWhatWaitsAndThePeerHearsOfIt() {
    var wire = Wire()
    let peer = wire.connect()
    _ = wire.take(.accept)
    wire.network.receive(connection: 0, generation: 1)
    wire.pass()
    wire.network.shutdown(connection: 0, generation: 1)
    wire.pass()
    #expect(wire.completions.map(\.result) == [0, 0])
    #expect(peer.closedByReset == false)
    wire.completions = []
    wire.network.close(connection: 0, generation: 1)
    wire.pass()
    #expect(wire.take(.close).map(\.result) == [0])
    let next = wire.connect()
    #expect(next.isOpened)
    #expect(wire.take(.accept).map(\.result) == [0], "the place is given again at once")
  }

  @Test func bytesThatTheServerLeavesUnreadBreakTheConnection() {
    var wire = Wire()
    let peer = wire.connect()
    peer.link?.send([1])
    wire.pass()
    wire.network.close(connection: 0, generation: 0)
    wire.pass()
    #expect(peer.closedByReset == true)
  }

  @Test func aFullTableEndsAcceptingAndDropsTheConnection() {
    var wire = Wire(places: 2)
    let peers = [wire.connect(), wire.connect(), wire.connect()]
    let accepted = wire.take(.accept)
    #expect(accepted.map(\.result) == [0, 1, -23])
    #expect(accepted.map(\.hasMore) == [true, true, false])
    #expect(peers[2].closedByReset != nil)
    #expect(wire.network.counts.noPlace == 1)
    wire.network.close(connection: 1, generation: 0)
    wire.network.accept(listener: 0)
    wire.pass()
    _ = wire.connect()
    #expect(wire.take(.accept).map(\.result) == [1])
  }

  @Test func wakesOfOtherThreadsComplete() {
    var wire = Wire()
    let counter = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { counter.deallocate() }
    wire.network.wake()
    wire.network.wake()
    wire.network.awaitWake(counter: counter, fixedIndex: 1)
    wire.pass()
    #expect(wire.take(.wake).map(\.result) == [8])
    #expect(counter.load(as: UInt64.self) == 2)
  }

  @Test func nobodyConnectsWhileNobodyListens() {
    let world = World(seed: 1)
    let network = SimulatedNetwork(world: world, sizes: RingSizes())
    let peer = Recorder()
    #expect(network.connect(peer) == nil)
    #expect(network.counts.refused == 1)
  }
}
