import Gateway
import Primitives
import Testing
import Wire

extension GatewayLimits {
  /// More sessions than the others, so that evictions and untouched ones come together.
  static var snapshots: GatewayLimits {
    var limits = GatewayLimits.small
    limits.sessionsMax = 6
    limits.sessionPlaces = 6
    limits.sessionsPerAccountMax = 6
    limits.snapshotAreaByteCount = 1 << 20
    return limits
  }
}

/// Random traffic of a few clients on a harness, with what a replay needs of it.
struct RandomTraffic {
  let harness: Harness
  var random: SeededGenerator
  private var nextSequence: [UInt64: UInt64] = [:]
  private var bound: [Int: UInt64] = [:]
  private var ref: UInt64 = 0

  init(_ harness: Harness, seed: UInt64) {
    self.harness = harness
    random = SeededGenerator(seed: seed)
  }

  mutating func step() {
    switch random.below(12) {
    case 0: logon()
    case 1: dropOne()
    case 2: harness.tick(random.below(8) == 0 ? 90_000_000 : random.below(50))
    case 3: harness.turn()
    case 4...6: notice()
    default: request()
    }
  }

  private mutating func logon() {
    let session = 1 + random.below(9)
    let c = Int(random.below(4))
    if harness.openConnections.contains(c) { drop(c) }
    harness.open(c)
    harness.receive(
      c,
      frame(logonMessage(session: session, account: session, time: harness.now, next: 1)))
    harness.turn()
    let ack = harness.frames(c).first { $0.template == LogonAck.templateID }
    guard let ack else { return drop(c) }
    bound[c] = session
    nextSequence[session] = ack.message(LogonAck.self).nextClientSequence
    for (other, name) in bound where other != c && name == session { bound[other] = nil }
  }

  private mutating func drop(_ c: Int) {
    bound[c] = nil
    if harness.openConnections.contains(c) { harness.drop(c) }
  }

  private mutating func dropOne() {
    if random.below(3) == 0 { drop(Int(random.below(4))) }
  }

  /// A request with the next number; some skip numbers, some are refused, some come twice.
  private mutating func request() {
    let c = Int(random.below(4))
    guard let session = bound[c], harness.closures[c] == nil else { return }
    let sequence = nextSequence[session, default: 1] + (random.below(9) == 0 ? random.below(70) : 0)
    let bidder = random.below(12) == 0 ? 99 : session
    if random.below(6) == 0 {
      harness.receive(c, massBid(sequence, entries: 1 + Int(random.below(9)), bidder: bidder))
    } else {
      harness.receive(c, bid(sequence, bidder: bidder))
    }
    if random.below(9) != 0 { nextSequence[session] = sequence + 1 }
    if random.below(3) == 0 { harness.turn() }
    _ = harness.frames(c)
  }

  /// A notice of any length for any session that there is or was.
  private mutating func notice() {
    ref += 1
    let handle = SessionHandle(
      index: UInt16(random.below(6)), generation: 1 + UInt16(random.below(3)))
    let message = Outbid(
      auctionId: ref, bidderId: random.next(), yourMaximum: 1, price: 2, minNext: 3, revision: 4,
      logPosition: 5, time: 6, endTime: 7)
    let bytes = frame(message, extra: Int(random.below(100)) * 8)
    harness.log.append(.notice(handle.raw, bytes))
    harness.deliver(handle, bytes)
    if random.below(2) == 0 { harness.turn() }
  }
}

/// A piece of a snapshot with its bytes, as a file would hold it.
struct StoredPiece: Equatable {
  var kind: UInt16
  var index: UInt64
  var payload: [UInt8]
}

extension Harness {
  var isRunning: Bool { gateway.isSnapshotRunning }
  var isWritten: Bool { gateway.isSnapshotWritten }
  var hasOverflowed: Bool { gateway.hasSnapshotOverflowed }

  /// Writes what fits, as pieces.
  func writePieces(room: Int) -> [StoredPiece] {
    var bytes = [UInt8](repeating: 0xEE, count: room)
    let byteCount = bytes.withUnsafeMutableBytes {
      gateway.writeSnapshot(into: $0.start, room: room)
    }
    precondition(byteCount <= room)
    return pieces(Array(bytes.prefix(byteCount)))
  }

  private func pieces(_ bytes: [UInt8]) -> [StoredPiece] {
    bytes.withUnsafeBytes { raw in
      var cursor = 0
      var all: [StoredPiece] = []
      while let piece = SnapshotPiece.next(raw, &cursor) {
        all.append(
          StoredPiece(kind: piece.kind, index: piece.index, payload: Array(piece.payload)))
      }
      precondition(cursor == raw.count, "whole pieces only")
      return all
    }
  }

  /// All that is left of a snapshot.
  func writeAll(room: Int = 5_000) -> [StoredPiece] {
    var all: [StoredPiece] = []
    while !gateway.isSnapshotWritten {
      let some = writePieces(room: room)
      precondition(!some.isEmpty, "a page always fits")
      all += some
    }
    return all
  }

  /// A whole snapshot of now.
  func snapshot() -> [StoredPiece] {
    gateway.beginSnapshot()
    defer { gateway.endSnapshot() }
    return writeAll()
  }

  /// A gateway that loads pieces; nil when it refuses them.
  static func loaded(
    _ pieces: [StoredPiece], _ limits: GatewayLimits, memory: MemorySource = .heap
  ) -> Harness? {
    let fresh = Harness(limits, memory: memory)
    for piece in pieces {
      let isSound = piece.payload.withUnsafeBytes {
        fresh.gateway.load(SnapshotPiece(kind: piece.kind, index: piece.index, payload: $0))
      }
      if !isSound { return nil }
    }
    return fresh.gateway.finishLoading() ? fresh : nil
  }

  /// What each session gets when it logs on again and asks for everything.
  func resends(now: UInt64) -> [[SentFrame]] {
    self.now = max(self.now, now)
    return (1...9 as ClosedRange<UInt64>).map { session in
      open(7)
      let logon = logonMessage(session: session, account: session, time: self.now, next: 1)
      receive(7, frame(logon))
      turn()
      defer { drop(7) }
      return frames(7)
    }
  }
}
