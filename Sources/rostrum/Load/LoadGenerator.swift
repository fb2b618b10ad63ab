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
  private let auctionCount: Int
  /// The amount that takes the lead, as far as the answers so far tell, one place an auction.
  private let nextAmounts: FixedArray<Int64>

  init(_ plan: LoadPlan, shardCount: Int) {
    random = SeededGenerator(seed: plan.seed)
    increments = plan.increments
    isHotAuction = plan.isHotAuction
    bidderCount = UInt64(plan.bidderCount)
    self.shardCount = shardCount
    auctionCount = plan.auctionCount
    nextAmounts = FixedArray(repeating: LoadPlan.startPrice, count: plan.auctionCount)
    if let skew = plan.zipfSkew {
      popularity = AliasTable(zipf: max(1, plan.auctionCount / shardCount), skew: skew)
    } else {
      popularity = nil
    }
  }

  /// The next bid for a shard.
  mutating func next(shardIndex: Int) -> PlannedBid {
    let index = chooseAuction(shardIndex)
    let base = nextAmounts[index]
    let step = increments.increment(at: base)
    let draw = random.next()
    let bidder = LoadPlan.firstBidder + (draw >> 32) * bidderCount >> 32
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
  private mutating func chooseAuction(_ shardIndex: Int) -> Int {
    if isHotAuction { return shardIndex }
    let ownCount = (auctionCount - shardIndex + shardCount - 1) / shardCount
    let own: Int
    if popularity != nil {
      own = popularity?.draw(&random) ?? 0
    } else {
      own = Int(random.below(UInt64(ownCount)))
    }
    return own * shardCount + shardIndex
  }
}
