import Engine
import Primitives
import Wire
import Workloads

/// One engine with open auctions, and batches of ready-made PlaceBid frames.
struct Bench: ~Copyable {
  var engine: Engine
  var outbox: Outbox
  let setting: Setting
  var ids: [UInt64] = []
  var random = SeededGenerator(seed: 7)
  var position: UInt64 = 0
  var time: UInt64 = 1_700_000_000_000_000_000
  var bidCount = 0
  let residentBefore = HugePages.residentByteCount

  struct Setting {
    var name: String
    var auctionCount: Int
    var accountCount: Int
    var bidsBefore: Int
    var bidsPerRun: Int
    var isRateLimited = false
    var prefetches = true
    var wantsPublic = false
    /// How many frames ask for memory together, a power of two up to 128.
    var group = 4
  }

  init(_ setting: Setting) {
    self.setting = setting
    let limits = EngineLimits(
      auctionsMax: setting.auctionCount,
      bidsMax: setting.bidsBefore + setting.bidsPerRun * 6,
      accountsMax: setting.accountCount + setting.accountCount / 4,
      rateBucketsMax: 1 << 20
    )
    engine = Engine(shard: ShardID(0), limits: limits, memory: HugePages.source)
    outbox = Outbox(byteCount: 1 << 18, memory: .heap)
    outbox.wantsPublic = setting.wantsPublic
    createAuctions()
  }

  private mutating func createAuctions() {
    let frames = Frames.creating(
      endTimes: [1_800_000_000_000_000_000], rateRefillMs: setting.isRateLimited ? 1 : 0)
    ids.reserveCapacity(setting.auctionCount)
    for _ in 0..<setting.auctionCount {
      apply(frames.frame(0))
      var cursor = 0
      guard let entry = outbox.next(&cursor) else { fatalError("no answer") }
      ids.append(AuctionAck(frame: entry.frame).auctionId)
      outbox.clear()
    }
  }

  private mutating func apply(_ frame: UnsafeRawPointer) {
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

  /// Frames of bids on random auctions by random accounts; amounts go up as an auction ages.
  mutating func makeBids(_ count: Int) -> Frames {
    let frames = Frames.bidding(
      count, after: bidCount, on: ids, accountCount: setting.accountCount, &random)
    bidCount += count
    return frames
  }

  /// Applies frames in batches of 128 with the outbox cleared in between; nanoseconds a bid.
  ///
  /// Memory is asked for a group of frames at a time: a prefetch that misses the TLB holds up what
  /// comes after it, and only prefetches that stand close together wait at the same time.
  mutating func run(_ frames: borrowing Frames, _ range: Range<Int>) -> Double {
    let group = setting.group
    let start = HugePages.now()
    let count = range.upperBound
    var index = range.lowerBound
    while index < count {
      if (index - range.lowerBound) & 127 == 0 {
        time += 50_000
        outbox.clear()
      }
      let end = min(index + group, count)
      if setting.prefetches {
        ask(frames, end + group, end + 2 * group, count)
        askLeaders(frames, end, end + group, count)
      }
      while index < end {
        apply(frames.frame(index))
        index += 1
      }
    }
    return Double(HugePages.now() - start) / Double(range.count)
  }

  private mutating func ask(
    _ frames: borrowing Frames,
    _ first: Int,
    _ end: Int,
    _ count: Int
  ) {
    for index in min(first, count)..<min(end, count) {
      engine.prefetch(frames.frame(index))
    }
  }

  private mutating func askLeaders(
    _ frames: borrowing Frames,
    _ first: Int,
    _ end: Int,
    _ count: Int
  ) {
    for index in min(first, count)..<min(end, count) {
      engine.prefetchLeader(frames.frame(index))
    }
  }

  /// How the bids of one batch were answered, in per cent of accepted ones.
  mutating func acceptedShare() -> Int {
    let count = 1_000
    let frames = makeBids(count)
    var accepted = 0
    for index in 0..<count {
      apply(frames.frame(index))
      var cursor = 0
      if let entry = outbox.next(&cursor),
        FrameHeader(frame: entry.frame).templateID == BidAck.templateID
      {
        accepted += 1
      }
      outbox.clear()
    }
    return accepted * 100 / count
  }

  mutating func report() {
    if setting.bidsBefore > 0 {
      let frames = makeBids(setting.bidsBefore)
      _ = run(frames, 0..<setting.bidsBefore)
    }
    let resident = HugePages.residentByteCount - residentBefore - ids.capacity * 8
    HugePages.touchAll()
    var figures: [Double] = []
    for _ in 0..<5 {
      let frames = makeBids(setting.bidsPerRun)
      figures.append(run(frames, 0..<setting.bidsPerRun))
    }
    let share = acceptedShare()
    figures.sort()
    print(
      "\(setting.name): median \(tenths(figures[2])) ns/bid (\(tenths(figures[0])) ..."
        + " \(tenths(figures[4]))), accepted \(share) %, resident"
        + " \(resident / setting.auctionCount) bytes an auction,"
        + " state \(engine.stateHash().hexadecimal.prefix(16))"
    )
  }
}

func tenths(_ number: Double) -> String {
  "\(Int((number * 10).rounded()) / 10).\(Int((number * 10).rounded()) % 10)"
}
