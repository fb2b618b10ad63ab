import Glibc
import Primitives
import Synchronization
import Wire

/// A small server on loopback for tests of the client.
///
/// One thread, one connection at a time, auctions that any bid above the price wins. It can go
/// away in the middle and come back.
final class FakeServer: Sendable {
  let port: UInt16
  let shard: UInt16
  private let listener: Int32
  private let state: Mutex<State>

  struct State: ~Copyable {
    var isStopped = false
    /// Close the connection after so many more replies, without sending the last one.
    var repliesBeforeLoss: Int?
    var connectionCount = 0
    var shards: [UInt16] = []
    var highest: UInt64 = 0
    var replies: [[UInt8]] = []
    var auctions: [UInt64: Int64] = [:]
    var bidCount = 0
    var nextSlot: UInt32 = 0
    var logonRejectCode: UInt16 = 0
    var isSilent = false
    var wrongShardPort: UInt16 = 0
    /// The rows of every auction, from the oldest.
    var rows: [BidEntry] = []
    /// The journal: an event's place is its offset, from 1.
    var events: [[UInt8]] = []
    /// What goes out before the answers to the next question.
    var interruption: [[UInt8]] = []
    var isSnapshotRunning = false
  }

  init(shard: UInt16 = 0) {
    self.shard = shard
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let file = listener
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        precondition(bind(file, generic, length) == 0 && listen(file, 16) == 0)
        getsockname(file, generic, &length)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    state = Mutex(State())
  }

  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
  func read<Value>(_ body: (inout State) -> sending Value) -> sending Value {
    state.withLock { body(&$0) }
  }

  /// Serves until `stop` in a thread of its own.
  func start() {
    let box = Unmanaged.passRetained(self)
    var thread = pthread_t()
    pthread_create(
      &thread,
      nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<FakeServer>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      },
      box.toOpaque()
    )
    pthread_detach(thread)
  }

  func stop() {
    change { $0.isStopped = true }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func run() {
    while !read({ $0.isStopped }) {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      change { $0.connectionCount += 1 }
      serve(connection)
      close(connection)
    }
    close(listener)
  }

  private func serve(_ connection: Int32) {
    var input: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while !read({ $0.isStopped }) {
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return }
      input += piece[..<count]
      while input.count >= 24 {
        let length = input.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        guard input.count >= length else { break }
        let frame = Array(input.prefix(length))
        input.removeFirst(length)
        guard answer(frame, connection) else { return }
      }
    }
  }

  /// Whether the connection goes on.
  private func answer(_ frame: [UInt8], _ connection: Int32) -> Bool {
    let answers = read { state in
      frame.withUnsafeBytes { raw -> [[UInt8]] in
        guard let base = raw.baseAddress, !state.isSilent else { return [] }
        return FakeServer.take(base, &state, shard: shard)
      }
    }
    for bytes in answers {
      let isLost = read { state -> Bool in
        guard let left = state.repliesBeforeLoss else { return false }
        state.repliesBeforeLoss = left > 0 ? left - 1 : nil
        return left == 0
      }
      if isLost { return false }
      guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        return false
      }
    }
    return true
  }
}

extension FakeServer {
  static func bytes<Message: WireMessage>(
    _ message: Message,
    sequence: UInt64 = 0,
    extra: Int = 0,
    _ fill: (UnsafeMutableRawPointer) -> Void = { _ in }
  ) -> [UInt8] {
    let byteCount = Message.frameByteCount + extra
    var frame = [UInt8](repeating: 0, count: byteCount)
    frame.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      message.write(frame: base, byteCount: byteCount)
      fill(base + Message.frameByteCount)
      FrameHeader.seal(base, sequence: sequence)
    }
    return frame
  }

  static func take(
    _ frame: UnsafeRawPointer,
    _ state: inout State,
    shard: UInt16
  ) -> [[UInt8]] {
    let header = FrameHeader(frame: frame)
    if header.sequence > 0 {
      if header.sequence <= state.highest { return [] }
      state.highest = header.sequence
    }
    switch header.templateID {
    case Logon.templateID: return logOn(Logon(frame: frame), &state, shard: shard)
    case CreateAuction.templateID:
      let id = AuctionID(shard: ShardID(shard), generation: 1, slotIndex: state.nextSlot).raw
      state.nextSlot += 1
      state.auctions[id] = 0
      return keep(
        AuctionAck(
          clientRef: CreateAuction(frame: frame).clientRef,
          auctionId: id,
          revision: 1,
          logPosition: header.sequence,
          time: 1,
          status: 2,
          refTemplateId: 110
        ),
        &state
      )
    case PlaceBid.templateID: return bid(PlaceBid(frame: frame), &state)
    case QueryAuction.templateID: return view(QueryAuction(frame: frame), &state)
    case QueryTopology.templateID:
      return topology(QueryTopology(frame: frame), &state, shard: shard)
    case Subscribe.templateID:
      let message = Subscribe(frame: frame)
      return [
        bytes(
          SubscribeAck(
            clientRef: message.clientRef,
            auctionId: message.auctionId,
            revision: 1,
            active: 1
          )
        ),
        bytes(
          PriceUpdate(
            auctionId: message.auctionId,
            price: 5,
            minNext: 6,
            leaderId: 7,
            revision: 2,
            logPosition: 3,
            time: 4,
            endTime: 5,
            status: 2,
            reserveState: 0,
            flags: 0,
            bidCount: 1
          )
        ),
      ]
    default: return page(frame, &state)
    }
  }

  private static func keep<Message: WireMessage>(
    _ message: Message,
    _ state: inout State
  ) -> [[UInt8]] {
    let frame = bytes(message, sequence: UInt64(state.replies.count) + 1)
    state.replies.append(frame)
    return [frame]
  }

  private static func logOn(
    _ logon: Logon,
    _ state: inout State,
    shard: UInt16
  ) -> [[UInt8]] {
    if state.logonRejectCode != 0 {
      return [
        bytes(
          LogonReject(
            sessionIdHigh: 0,
            sessionIdLow: 0,
            serverTime: 1,
            code: state.logonRejectCode,
            minVersion: 1,
            maxVersion: 1
          )
        )
      ]
    }
    let ack = LogonAck(
      sessionIdHigh: logon.sessionIdHigh,
      sessionIdLow: logon.sessionIdLow,
      engineIdHigh: 1,
      engineIdLow: 2,
      serverTime: 1,
      nextServerSequence: UInt64(state.replies.count) + 1,
      nextClientSequence: state.highest + 1,
      oldestReplayableSequence: 1,
      keepaliveMs: 1_000,
      maxInFlight: 1_024,
      ratePerSecond: 0,
      burst: 0,
      schemaVersion: 1,
      shard: shard,
      shards: UInt16(max(1, state.shards.count))
    )
    return [bytes(ack)] + state.replies.dropFirst(Int(logon.nextServerSequence) - 1)
  }

  private static func bid(_ bid: PlaceBid, _ state: inout State) -> [[UInt8]] {
    if state.wrongShardPort != 0 {
      return [
        bytes(
          WrongShard(
            clientRef: bid.clientRef,
            auctionId: bid.auctionId,
            address: 0,
            shard: 1,
            port: state.wrongShardPort
          )
        )
      ]
    }
    guard let price = state.auctions[bid.auctionId], bid.amount > price else {
      return keep(
        Reject(
          clientRef: bid.clientRef,
          auctionId: bid.auctionId,
          price: 0,
          minNext: 0,
          revision: 0,
          logPosition: 9,
          time: 1,
          refTemplateId: 100,
          code: 5,
          retryAfterMicroseconds: 0
        ),
        &state
      )
    }
    state.auctions[bid.auctionId] = bid.amount
    state.bidCount += 1
    return keep(
      BidAck(
        clientRef: bid.clientRef,
        auctionId: bid.auctionId,
        bidderId: bid.bidderId,
        bidId: 1,
        yourMaximum: bid.amount,
        price: bid.amount,
        minNext: bid.amount + 1,
        leaderId: bid.bidderId,
        revision: 1,
        logPosition: 1,
        acceptedTime: 1,
        endTime: 2,
        outcome: 0,
        reserveState: 0,
        status: 2,
        flags: 0,
        bidCount: UInt32(state.bidCount)
      ),
      &state
    )
  }

  private static func view(_ query: QueryAuction, _ state: inout State) -> [[UInt8]] {
    let price = state.auctions[query.auctionId] ?? Money.absent
    return [
      bytes(
        AuctionState(
          clientRef: query.clientRef,
          auctionId: query.auctionId,
          sellerId: 1,
          price: price,
          minNext: 1,
          leaderId: 3,
          buyNow: Money.absent,
          revision: 5,
          startTime: 6,
          endTime: 7,
          logPosition: 8,
          status: 2,
          reserveState: 0,
          currency: 840,
          bidCount: UInt32(state.bidCount)
        )
      )
    ]
  }

  private static func topology(
    _ query: QueryTopology,
    _ state: inout State,
    shard: UInt16
  ) -> [[UInt8]] {
    let ports = state.shards
    let answer = Topology(clientRef: query.clientRef, shard: shard, shards: UInt16(ports.count))
    return [
      bytes(answer, extra: 8 + 8 * ports.count) { base in
        let entries = ports.enumerated().map {
          Topology.Endpoint(address: 0, shard: UInt16($0.offset), port: $0.element)
        }
        GroupSpan.write(entries, to: base)
      }
    ]
  }
}
