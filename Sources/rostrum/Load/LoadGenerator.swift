import Primitives
import Wire

/// A bid that the load is about to place.
struct PlannedBid {
  var auctionIndex: Int
  var bidder: UInt64
  var amount: Int64
  var isExact: Bool
}

/// Chooses auctions, bidders and amounts: mostly bids that take the lead by the least amount, some
/// with a high maximum, some exact, some too low.
struct LoadGenerator: ~Copyable {
  private var random: SeededGenerator
  private let popularity: AliasTable?
  private let increments: LoadIncrements
  private let isHotAuction: Bool
  private let bidderCount: UInt64
  private let shardCount: Int
  private let laneCount: Int
  private let auctionCount: Int
  /// The amount that takes the lead, as far as the answers so far tell, one place an auction.
  private let nextAmounts: FixedArray<Int64>

  init(_ plan: LoadPlan, shardCount: Int) {
    random = SeededGenerator(seed: plan.seed)
    increments = plan.increments
    isHotAuction = plan.isHotAuction
    bidderCount = UInt64(plan.bidderCount)
    self.shardCount = shardCount
    laneCount = plan.connectionCount
    auctionCount = plan.auctionCount
    nextAmounts = FixedArray(repeating: LoadPlan.startPrice, count: plan.auctionCount)
    if let skew = plan.zipfSkew {
      popularity = AliasTable(zipf: max(1, plan.auctionCount / shardCount), skew: skew)
    } else {
      popularity = nil
    }
  }

  /// The next bid for a lane.
  mutating func next(laneIndex: Int) -> PlannedBid {
    let index = chooseAuction(laneIndex)
    let base = nextAmounts[index]
    let step = increments.increment(at: base)
    let draw = random.next()
    let bidder = LoadPlan.firstBidder + ((draw >> 32) * bidderCount) >> 32
    let style = draw & 63
    if style == 0, base > 2 * LoadPlan.startPrice {
      return PlannedBid(auctionIndex: index, bidder: bidder, amount: base / 2, isExact: false)
    }
    nextAmounts[index] = min(base + step, Money.greatest)
    let amount = style <= 2 ? min(base + 3 * step, Money.greatest) : base
    return PlannedBid(auctionIndex: index, bidder: bidder, amount: amount, isExact: style == 3)
  }

  /// An answer told the least next bid: later bids start there.
  mutating func learn(auctionIndex: Int, minNext: Int64) {
    if minNext > nextAmounts[auctionIndex], Money.isInRange(minNext) {
      nextAmounts[auctionIndex] = minNext
    }
  }

  /// Auctions are dealt to the shards in turn: the shard's own ones are every `shardCount`th.
  private mutating func chooseAuction(_ laneIndex: Int) -> Int {
    let shardIndex = laneIndex % shardCount
    if isHotAuction { return shardIndex }
    if popularity != nil { return (popularity?.draw(&random) ?? 0) * shardCount + shardIndex }
    if auctionCount >= 2 * laneCount, random.below(16) > 0 { return laneAuction(laneIndex) }
    let ownCount = (auctionCount - shardIndex + shardCount - 1) / shardCount
    return Int(random.below(UInt64(ownCount))) * shardCount + shardIndex
  }

  /// Most bids of a lane go to auctions where it is nearly alone: bids of two lanes that cross on
  /// the way make the smaller one too low, and then a load would measure refusals.
  private mutating func laneAuction(_ laneIndex: Int) -> Int {
    // Lanes are dealt to the shards in turn as auctions are, so that the steps go together.
    let step = laneCount / shardCount * shardCount
    let first = laneIndex % step
    let count = (auctionCount - first + step - 1) / step
    return Int(random.below(UInt64(count))) * step + first
  }
}
