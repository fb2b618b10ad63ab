import Engine
import Primitives
import Wire

/// Bids on open auctions: decode, decide, keep the bid, answer.
struct BidWorkload: ~Copyable, Workload {
  static var name: String { "engine-bid" }
  static var operation: String { "a bid on one of 2,000 auctions" }

  private static let auctionCount = 2_000
  private static let bidsBefore = 4_000
  private var rig: EngineRig
  private let frames: Frames

  init() { self.init(wantsPublic: false) }

  init(wantsPublic: Bool) {
    var random = SeededGenerator(seed: 7)
    rig = EngineRig(auctionsMax: Self.auctionCount)
    let ends = [UInt64](repeating: EngineRig.farEnd, count: Self.auctionCount)
    let ids = rig.create(endTimes: ends)
    rig.outbox.wantsPublic = wantsPublic
    frames = .bidding(
      Self.bidsBefore + Passes.totalCount, after: 0, on: ids,
      accountCount: EngineRig.accountCount, &random)
    rig.apply(frames, 0..<Self.bidsBefore)
  }

  mutating func run(pass: Int) {
    let first = Self.bidsBefore + pass * Passes.operationCount
    rig.apply(frames, first..<first + Passes.operationCount)
  }

  mutating func result() -> UInt64 { rig.result() }
}

/// The same with the public's frames, as when somebody watches.
struct PublicBidWorkload: ~Copyable, Workload {
  static var name: String { "engine-bid-public" }
  static var operation: String { "the same bid, with what the public is told" }

  private var bids = BidWorkload(wantsPublic: true)

  init() {}

  mutating func run(pass: Int) { bids.run(pass: pass) }

  mutating func result() -> UInt64 { bids.result() }
}

/// New auctions: their records and their timers.
struct CreateWorkload: ~Copyable, Workload {
  static var name: String { "engine-create" }
  static var operation: String { "a new auction, whose timer finds its place in the heap" }

  private var rig = EngineRig(auctionsMax: Passes.totalCount)
  private let frames = Frames.creating(
    endTimes: shuffledEnds(Passes.totalCount, from: EngineRig.farEnd))

  init() {}

  mutating func run(pass: Int) {
    let first = pass * Passes.operationCount
    rig.apply(frames, first..<first + Passes.operationCount)
  }

  mutating func result() -> UInt64 { rig.result() }
}

/// Ends of auctions, several a tick.
struct TimerWorkload: ~Copyable, Workload {
  static var name: String { "timer-end" }
  static var operation: String { "the end of an auction with a bid, ten a tick, out of 8,000" }

  private static let tickCount = 100
  private static let firstEnd = EngineRig.startTime + 86_400 * 1_000_000_000
  private var rig: EngineRig
  private let tick = Frames(count: 1, byteCount: Tick.frameByteCount)

  init() {
    var random = SeededGenerator(seed: 13)
    rig = EngineRig(auctionsMax: Passes.totalCount)
    let ids = rig.create(endTimes: shuffledEnds(Passes.totalCount, from: Self.firstEnd))
    let bids = Frames.bidding(
      Passes.totalCount, after: 0, on: ids, accountCount: EngineRig.accountCount, &random)
    rig.apply(bids, 0..<Passes.totalCount)
    Tick(reserved: 0).write(frame: tick.frame(0))
  }

  mutating func run(pass: Int) {
    let endsPerTick = Passes.operationCount / Self.tickCount
    for index in pass * Self.tickCount..<(pass + 1) * Self.tickCount {
      rig.time = Self.firstEnd + UInt64((index + 1) * endsPerTick - 1) * 1_000
      rig.apply(tick.frame(0))
      rig.drain()
    }
  }

  mutating func result() -> UInt64 { rig.result() }
}
