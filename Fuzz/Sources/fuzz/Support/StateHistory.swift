import Engine
import Gateway
import Journal
import Primitives
import Wire

/// The pieces of a small shard's snapshot after some commands: what seeds are made of.
struct StateHistory {
  /// Each piece with its header, as it stands in a file.
  private(set) var pieces: [[UInt8]] = []

  init(stepCount: Int) {
    var state = LoadedState(memory: .heap)
    state.engine = Self.engine(stepCount)
    if stepCount > 0 {
      Self.fill(&state.gateway)
      Self.fill(&state.journal)
    }
    var pieces: [[UInt8]] = []
    state.save { piece in
      var bytes = [UInt8](
        repeating: 0, count: SnapshotPiece.byteCount(payload: piece.payload.count))
      bytes.withUnsafeMutableBytes { raw in
        _ = SnapshotPiece.write(
          raw.start, kind: piece.kind, index: piece.index,
          piece.payload.baseAddress ?? UnsafeRawPointer(raw.start),
          byteCount: piece.payload.count)
      }
      pieces.append(bytes)
    }
    self.pieces = pieces
  }

  private static func engine(_ stepCount: Int) -> Engine {
    var generator = SeededGenerator(seed: 7)
    let random = (0..<stepCount * 4).map { _ in UInt8(generator.below(256)) }
    var run = RulesRun(memory: .heap, comparesHashes: false, comparesModel: true)
    for bytes in stepCount == 0 ? [] : [random, known] {
      bytes.withUnsafeBytes { raw in
        var script = Script(raw)
        while !script.isAtEnd { run.step(&script) }
      }
    }
    return run.takeEngine()
  }

  /// Three auctions with bids, one of them limited in its rate, with a table of its own; links,
  /// refusals of a seller, limits.
  private static let known: [UInt8] = {
    var bytes: [UInt8] = [
      6, 0, 100, 0, 0, 0, 0, 200, 0, 0, 0, 0, 6, 1, 90, 0, 40, 0, 0, 200, 9, 0x23, 0, 0,
      6, 2, 50, 0, 0, 90, 0, 250, 0, 0, 3, 0, 2, 9, 40, 0, 80,
    ]
    for bidder in 1...5 as ClosedRange<UInt8> {
      for lot in 253...255 as ClosedRange<UInt8> {
        bytes += [0, lot &- 4 &- bidder % 3, bidder, 0, 1, 20 * bidder]
      }
    }
    bytes += [11, 5, 1, 2, 0, 11, 5, 2, 3, 0, 11, 7, 0, 4, 0, 11, 4, 3, 0, 4, 11, 2, 5, 0, 0]
    return bytes
  }()

  private static func fill(_ gateway: inout Gateway) {
    for place in 0..<2 as Range<UInt16> {
      let handle = SessionHandle(index: place, generation: 1)
      let record = SessionOpened(
        sessionIdHigh: 9, sessionIdLow: UInt64(place) + 1, accountId: UInt64(place) + 1,
        apiKeyId: 0, handle: handle.raw, evicted: 0)
      frame(record).withUnsafeBytes {
        gateway.sessionOpened($0.start, time: 5, gate: .none)
      }
      for number in 1...3 as ClosedRange<UInt64> {
        let reply = Replies.ack(number)
        reply.withUnsafeBytes {
          _ = gateway.deliver(
            handle, $0.start, byteCount: reply.count, sequenced: true, gate: .none)
        }
        gateway.replayed(session: handle, clientSequence: number, time: number)
      }
    }
  }

  private static func fill(_ journal: inout JournalWriter) {
    for (index, bytes) in JournalSeeds.frames.enumerated() {
      bytes.withUnsafeBytes {
        _ = journal.append(
          $0.start, byteCount: bytes.count, auctionID: JournalSeeds.auction(UInt32(index) % 3),
          position: UInt64(index + 1), time: UInt64(index))
      }
    }
  }

  /// The pieces as a script of the target `state`.
  func script() -> [UInt8] {
    var seed = SeedWriter()
    for bytes in pieces {
      bytes.withUnsafeBytes { raw in
        var cursor = 0
        if let piece = SnapshotPiece.next(raw, &cursor) { StatePiece.write(piece, to: &seed) }
      }
    }
    return seed.bytes
  }
}

extension RulesRun {
  /// Ends the run and gives its engine.
  consuming func takeEngine() -> Engine { engine }
}
