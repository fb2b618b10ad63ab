internal import Primitives
internal import Wire

/// The bids of an auction after one bidder's have left: both lists, and how many left.
private struct SplitBids {
  /// The oldest remaining bid; its `previous` names the next newer one.
  var oldest: UInt32 = 0
  /// The newest bid that left.
  var removed: UInt32 = 0
  var removedCount: UInt32 = 0
}

extension Engine {
  /// Takes a bidder's bids out of an active auction and applies the others again, in their order.
  ///
  /// Never raises the price and never refuses a remaining bid; the end stays.
  ///
  /// - Parameters:
  ///   - bidder: Whose bids leave.
  ///   - slot: The auction's slot.
  /// - Returns: How many bids left.
  /// - Complexity: O(bids of the auction), without memory of its own.
  mutating func remove(_ bidder: UInt64, from slot: UInt32) -> UInt32 {
    guard hasBid(slot, of: bidder) else {
      probe(.removalOfNothing)
      return 0
    }
    let split = splitBids(of: slot, without: bidder)
    let before = auctions[slot].standing
    var standing = Standing(
      price: .min,
      maximum: .min,
      leader: 0,
      minNext: auctions[slot].startPrice
    )
    reapply(split.oldest, on: slot, &standing)
    bids.give(backListFrom: split.removed)
    if standing.leader != 0, standing.price > before.price {
      probe(.removalKeepsPrice)
      standing.price = before.price
      let tiers = increments.tiers(auctions[slot].incrementTable)
      standing.minNext = standing.price &+ tiers.increment(at: standing.price)
    }
    if standing.leader != 0 {
      let leader = accounts.findOrAdd(standing.leader)
      invariant(leader >= 0, "the next leader finds a place")
    } else {
      probe(.removalLeavesNobody)
    }
    if standing.price < before.price { probe(.removalLowersPrice) }
    moveExposure(from: before, to: standing)
    auctions[slot].standing = standing
    return split.removedCount
  }

  private mutating func hasBid(_ slot: UInt32, of bidder: UInt64) -> Bool {
    var index = auctions[slot].newestBid
    while index != 0, bids[index].bidder != bidder { index = bids[index].previous }
    return index != 0
  }

  /// Walks from the newest bid to the oldest, sorts out one bidder's and turns the list round.
  ///
  /// A maximum that was lowered counts for all earlier bids of the run of bids it ended: the
  /// cut is carried along from the newest bid and written into the earlier ones. Earlier runs
  /// of the same bidder were beaten, so they are below the cut as they are.
  private mutating func splitBids(of slot: UInt32, without bidder: UInt64) -> SplitBids {
    var split = SplitBids()
    var removedTail: UInt32 = 0
    var cutBidder: UInt64 = 0
    var cut: Int64 = 0
    var index = auctions[slot].newestBid
    while index != 0 {
      bids.willChange(index)
      let older = bids[index].previous
      if bids[index].bidder == bidder {
        if removedTail == 0 { split.removed = index } else { bids[removedTail].previous = index }
        removedTail = index
        split.removedCount += 1
      } else {
        if bids[index].bidder == cutBidder { bids[index].amount = min(bids[index].amount, cut) }
        if bids[index].wasLowered {
          probe(.removalOfLowered)
          cutBidder = bids[index].bidder
          cut = bids[index].amount
          bids[index].wasLowered = false
        }
        bids[index].previous = split.oldest
        split.oldest = index
      }
      index = older
    }
    if removedTail != 0 { bids[removedTail].previous = 0 }
    return split
  }

  /// Applies bids from the oldest on and links them from the newest again.
  private mutating func reapply(_ oldest: UInt32, on slot: UInt32, _ standing: inout Standing) {
    let terms = auctions[slot].priceTerms
    let tiers = increments.tiers(auctions[slot].incrementTable)
    var rows: UInt32 = 0
    var newest: UInt32 = 0
    var leading: UInt32 = 0
    var index = oldest
    while index != 0 {
      let bid = bids[index]
      let price = standing.price
      let verdict = AuctionRules.reapply(
        bid.amount,
        by: bid.bidder,
        isExact: bid.isExact,
        on: &standing,
        terms,
        tiers
      )
      switch verdict {
      case .beaten: rows += 2
      case .raised: rows += standing.price == price ? 0 : 1
      default: rows += 1
      }
      if verdict != .beaten { leading = index }
      bids[index].previous = newest
      newest = index
      index = bid.previous
    }
    auctions[slot].bidCount = rows
    auctions[slot].newestBid = newest
    auctions[slot].leadingBid = leading
    auctions[slot].leaderSession = leading == 0 ? 0 : bids[leading].session
  }
}
