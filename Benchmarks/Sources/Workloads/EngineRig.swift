import Engine
import Primitives
import Wire

/// One engine with what its workloads need: an outbox, the position and the time.
struct EngineRig: ~Copyable {
  static let startTime: UInt64 = 1_700_000_000_000_000_000
  static let farEnd: UInt64 = 1_800_000_000_000_000_000
  static let accountCount = 2_000
  /// How many frames ask for memory together, as a shard's do.
  private static let group = 16

  var engine: Engine
  var outbox: Outbox
  var position: UInt64 = 0
  var time = EngineRig.startTime
  /// The sum over all frames that were answered, of their lengths and kinds.
  private(set) var answers: UInt64 = 0

  init(auctionsMax: Int, bidsMax: Int = 20_000) {
    engine = Engine(
      shard: ShardID(0), limits: Self.limits(auctionsMax, bidsMax), memory: .heap)
    outbox = Outbox(byteCount: 1 << 18, memory: .heap)
  }

  private static func limits(_ auctionsMax: Int, _ bidsMax: Int) -> EngineLimits {
    EngineLimits(
      auctionsMax: auctionsMax,
      bidsMax: bidsMax,
      accountsMax: accountCount * 2,
      linkGroupsMax: 64,
      sellerBlocksMax: 64,
      rateBucketsMax: 64,
      incrementTablesMax: 64,
      snapshotAreaByteCount: 1 << 20
    )
  }

  mutating func apply(_ frame: UnsafeRawPointer) {
    position += 1
    let command = Command(
      position: position,
      time: time,
      session: SessionHandle(raw: 65_537),
      roles: .broker,
      frame: frame
    )
    engine.apply(command, &outbox)
  }

  /// Applies frames as a shard does: ahead of each group its memory is asked for.
  mutating func apply(_ frames: borrowing Frames, _ range: Range<Int>) {
    var first = range.lowerBound
    while first < range.upperBound {
      let end = min(first + Self.group, range.upperBound)
      for index in first..<end { engine.prefetch(frames.frame(index)) }
      for index in first..<end { engine.prefetchLeader(frames.frame(index)) }
      for index in first..<end { apply(frames.frame(index)) }
      drain()
      first = end
    }
  }

  /// Takes the answers out, and moves the time on.
  mutating func drain() {
    var cursor = 0
    while let entry = outbox.next(&cursor) { answers &+= UInt64(entry.byteCount) &* 31 &+ 1 }
    outbox.clear()
    time += 50_000
  }

  /// Creates auctions; their numbers.
  mutating func create(endTimes: [UInt64]) -> [UInt64] {
    let frames = Frames.creating(endTimes: endTimes)
    var ids: [UInt64] = []
    for index in endTimes.indices {
      apply(frames.frame(index))
      var cursor = 0
      guard let entry = outbox.next(&cursor) else { fatalError("no answer") }
      ids.append(AuctionAck(frame: entry.frame).auctionId)
      outbox.clear()
    }
    return ids
  }

  /// A number that follows from the state and from all answers.
  func result() -> UInt64 { mix64(engine.stateHash().word0 ^ answers) }
}

/// End times in a random order, one a microsecond.
func shuffledEnds(_ count: Int, from first: UInt64) -> [UInt64] {
  var random = SeededGenerator(seed: 11)
  return (0..<count).map { first + UInt64($0) * 1_000 }.shuffled(using: &random)
}
