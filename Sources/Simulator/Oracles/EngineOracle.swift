internal import Engine
public import Primitives
public import Wire

/// Replays a log through the engine and through the model, side by side.
///
/// After each record both must have said the same frames in the same order, and the auctions and
/// accounts that the record touched must stand the same; now and then, and at the end, all of them.
/// It keeps both from one check to the next, so that a longer log costs only what is new in it; a
/// log that changed in what was seen already is replayed from its beginning.
public final class EngineOracle {
  private let shard: ShardID
  private let memory: MemorySource
  private var replay: SideBySide?
  /// What was replayed, by a number for each record.
  private var seen: [UInt64] = []
  /// The public frames that the log implies, with their records.
  public private(set) var published: [PublishedFrame] = []
  /// What else each record led to, from the first on.
  public private(set) var effects: [RecordEffect] = []
  /// How often the state was built from the first record on.
  public private(set) var startCount = 0

  /// Records between two comparisons of everything.
  private static var fullCheckInterval: Int { 512 }

  /// Makes an oracle that has seen nothing.
  ///
  /// - Parameters:
  ///   - shard: Whose log it is.
  ///   - memory: Where the engine's memory comes from; it must be zeroed.
  public init(shard: ShardID, memory: MemorySource) {
    self.shard = shard
    self.memory = memory
  }

  /// The model after the records that were checked; nil before the first.
  public var model: BookModel? { replay?.model }

  /// Checks a log.
  ///
  /// - Parameter records: All records that the log holds, from its oldest on.
  /// - Returns: Whether engine and model agree; not checked when the log begins behind what was
  ///   checked before, or with a state that was brought in.
  public func check(_ records: [LoggedRecord]) -> OracleVerdict {
    guard let first = records.first else { return .agreed(count: 0) }
    if records.contains(where: { $0.templateID == StateImported.templateID }) {
      return .notChecked("the log begins with a state that was brought in")
    }
    let marks = records.map(Self.mark)
    if !goesOn(with: marks, from: first.position), !begin(with: first) {
      return .notChecked("the log begins with record \(first.position) and not with its first")
    }
    guard let replay else { return .agreed(count: 0) }
    let known = seen.count - Int(first.position - 1)
    for (record, mark) in zip(records, marks).dropFirst(known) {
      if let difference = replay.apply(record) { return fail(difference) }
      published += replay.published
      effects.append(replay.effect)
      seen.append(mark)
      if seen.count % Self.fullCheckInterval == 0, let difference = replay.compareAll() {
        return fail(difference)
      }
    }
    if let difference = replay.compareAll() { return fail(difference) }
    return .agreed(count: records.count)
  }

  /// Whether a log goes on from what was checked: its oldest records may be gone, the others are
  /// the same.
  private func goesOn(with marks: [UInt64], from position: UInt64) -> Bool {
    guard replay != nil, position >= 1, position <= UInt64(seen.count) + 1 else { return false }
    return marks.starts(with: seen[Int(position - 1)...])
  }

  /// Begins with a log's first record; false when it is another one.
  private func begin(with first: LoggedRecord) -> Bool {
    guard first.position == 1, let limits = SideBySide.limits(of: first) else { return false }
    replay = SideBySide(shard: shard, configured: limits, memory: memory)
    seen = []
    published = []
    effects = []
    startCount += 1
    return true
  }

  /// What comes after a difference follows from it: the next check begins anew.
  private func fail(_ difference: OracleDifference) -> OracleVerdict {
    replay = nil
    seen = []
    return .differs(difference)
  }

  /// A number that tells records apart.
  private static func mark(_ record: LoggedRecord) -> UInt64 {
    var mixed = mix64(record.position) ^ mix64(record.time)
    mixed = mix64(mixed ^ UInt64(record.session.raw) << 32 ^ UInt64(record.roles.rawValue))
    for byte in record.frame { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return mix64(mixed)
  }
}

/// A public frame with the record that it follows from.
public struct PublishedFrame: Equatable, Sendable {
  /// The record.
  public let position: UInt64
  /// Its time in nanoseconds since the Unix epoch.
  public let time: Nanoseconds
  /// The frame.
  public let told: Told
}

/// What a record led to beside public frames; engine and model agree on it.
public struct RecordEffect: Sendable {
  /// The record.
  public let position: UInt64
  /// The frames for sessions, in their order.
  public let notices: [Told]
  /// The auctions that it touched, as they stand after it.
  public let auctions: [AuctionAfter]
}

/// An auction after a record.
public struct AuctionAfter: Sendable {
  /// The auction's id.
  public let auction: UInt64
  /// What the public sees; nil when the auction is unknown.
  public let state: AuctionState?
  /// What is hidden; nil when the auction is unknown.
  public let hidden: HiddenTerms?
}
