import Primitives
import Wire

/// The increments of the auctions that a load creates.
enum LoadIncrements: Equatable, Sendable {
  /// The exchange's standard table.
  case standard
  /// One cent at every price: room for more than a hundred million bids on one auction.
  case oneCent

  /// The increment of the tier that holds a price: the first whose limit is above it.
  func increment(at price: Int64) -> Int64 {
    switch self {
    case .oneCent: return 1
    case .standard:
      if price < 10_000 {
        if price < 500 { return price < 100 ? 25 : 50 }
        return price < 2_500 ? 100 : 250
      }
      if price < 500_000 {
        if price < 100_000 { return price < 50_000 ? 500 : 1_000 }
        return 2_500
      }
      return price < 2_500_000 ? 5_000 : 10_000
    }
  }
}

/// One auction as the load's model knows it.
struct ModelAuction: Equatable, BitwiseCopyable {
  /// The public price, in minor units; `Money.absent` before the first bid.
  var price = Money.absent
  /// The leader's maximum, in minor units.
  var maximum: Int64 = 0
  /// The leading account; 0 = nobody.
  var leader: UInt64 = 0
  /// Public rows of the history.
  var rowCount: UInt32 = 0
}

/// What the rules say to one bid.
struct ModelVerdict: Equatable {
  /// nil = accepted.
  var code: RejectCode?
  var outcome = BidOutcome.leading
}

/// The rules of bidding, written a second time and on their own, so that a load can check the
/// server: auctions without a reserve, proxy and exact bids, fed in the order of the log.
enum LoadModel {
  /// Applies a bid.
  ///
  /// - Parameters:
  ///   - auction: The auction; unchanged when the bid is refused.
  ///   - bidder: Who bids.
  ///   - amount: In minor units.
  ///   - isExact: Whether the amount is the price wanted now, not a maximum.
  ///   - startPrice: The least first bid, in minor units.
  ///   - increments: The auction's increments.
  /// - Returns: What becomes of it.
  static func apply(
    to auction: inout ModelAuction,
    bidder: UInt64,
    amount: Int64,
    isExact: Bool,
    startPrice: Int64,
    increments: LoadIncrements
  ) -> ModelVerdict {
    if auction.leader == 0 {
      guard amount >= startPrice else { return ModelVerdict(code: .bidTooLow) }
      auction = ModelAuction(
        price: isExact ? amount : startPrice,
        maximum: amount,
        leader: bidder,
        rowCount: 1
      )
      return ModelVerdict()
    }
    if auction.leader == bidder {
      if isExact { return ModelVerdict(code: .alreadyLeading) }
      guard amount > auction.maximum else { return ModelVerdict(code: .notHigherThanOwnMaximum) }
      auction.maximum = amount
      return ModelVerdict(outcome: .maximumRaised)
    }
    return compete(&auction, bidder, amount, isExact, increments)
  }

  private static func compete(
    _ auction: inout ModelAuction,
    _ bidder: UInt64,
    _ amount: Int64,
    _ isExact: Bool,
    _ increments: LoadIncrements
  ) -> ModelVerdict {
    guard amount >= auction.price + increments.increment(at: auction.price) else {
      return ModelVerdict(code: .bidTooLow)
    }
    if amount > auction.maximum {
      let topped = auction.maximum + increments.increment(at: auction.maximum)
      auction.price = isExact ? amount : min(amount, topped)
      auction.leader = bidder
      auction.maximum = amount
      auction.rowCount += 1
      return ModelVerdict()
    }
    // The leader's proxy answers by itself: one row for the bid, one for the move.
    auction.price = min(auction.maximum, amount + increments.increment(at: amount))
    auction.rowCount += 2
    return ModelVerdict(outcome: .outbidImmediately)
  }

  /// The least amount that the next bid of another bidder may have.
  static func minNext(
    _ auction: ModelAuction,
    startPrice: Int64,
    increments: LoadIncrements
  ) -> Int64 {
    auction.leader == 0 ? startPrice : auction.price + increments.increment(at: auction.price)
  }
}
