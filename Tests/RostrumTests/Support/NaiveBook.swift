import Primitives
import Wire

/// What an auction of a test was created with.
struct AuctionTerms {
  var startPrice: Int64
  /// The hidden reserve; nil = none.
  var reserve: Int64?
  var tiers: [(limit: Int64, increment: Int64)]

  static let standardTiers: [(limit: Int64, increment: Int64)] = [
    (100, 25), (500, 50), (2_500, 100), (10_000, 250), (50_000, 500), (100_000, 1_000),
    (500_000, 2_500), (2_500_000, 5_000), (.max, 10_000),
  ]
  static let ebayTiers: [(limit: Int64, increment: Int64)] = [
    (100, 5), (500, 25), (2_500, 50), (10_000, 100), (25_000, 250), (50_000, 500),
    (100_000, 1_000), (250_000, 2_500), (500_000, 5_000), (.max, 10_000),
  ]

  func increment(_ price: Int64) -> Int64 { tiers.first { price < $0.limit }?.increment ?? 0 }
}

/// What the rules say to a bid: a refusal's code, or what the public sees after it.
struct BookVerdict: Equatable {
  /// 0 = accepted.
  var code: UInt16 = 0
  var outcome: UInt8 = 0
  var price: Int64 = .min
  var leader: UInt64 = 0
  var rowCount: UInt32 = 0
}

/// The rules of bidding, written from their page alone and as plainly as can be.
struct NaiveBook {
  struct Auction {
    var price: Int64?
    var leader: UInt64 = 0
    var maximum: Int64 = 0
    var rowCount: UInt32 = 0
  }

  let terms: [UInt64: AuctionTerms]
  private(set) var auctions: [UInt64: Auction] = [:]

  init(terms: [UInt64: AuctionTerms]) { self.terms = terms }

  /// Decides a bid; an auction without terms is unknown.
  mutating func place(
    auction id: UInt64, bidder: UInt64, amount: Int64, isExact: Bool
  ) -> BookVerdict {
    guard let terms = terms[id] else {
      return BookVerdict(code: RejectCode.unknownAuction.rawValue)
    }
    var auction = auctions[id] ?? Auction()
    var verdict = BookVerdict()
    if let refusal = Self.refusal(auction, terms, bidder, amount, isExact) {
      verdict.code = refusal.rawValue
    } else {
      verdict.outcome = Self.accept(&auction, terms, bidder, amount, isExact).rawValue
      auctions[id] = auction
    }
    verdict.price = auction.price ?? .min
    verdict.leader = auction.leader
    verdict.rowCount = auction.rowCount
    return verdict
  }

  private static func refusal(
    _ auction: Auction, _ terms: AuctionTerms, _ bidder: UInt64, _ amount: Int64, _ isExact: Bool
  ) -> RejectCode? {
    guard let price = auction.price else { return amount < terms.startPrice ? .bidTooLow : nil }
    if auction.leader == bidder {
      if isExact { return .alreadyLeading }
      return amount > auction.maximum ? nil : .notHigherThanOwnMaximum
    }
    return amount < price + terms.increment(price) ? .bidTooLow : nil
  }

  private static func accept(
    _ auction: inout Auction, _ terms: AuctionTerms, _ bidder: UInt64, _ amount: Int64,
    _ isExact: Bool
  ) -> BidOutcome {
    let oldPrice = auction.price
    let meetsReserve = terms.reserve.map { amount >= $0 } ?? false
    let floor = meetsReserve ? terms.reserve ?? 0 : 0
    if auction.leader == bidder {
      auction.maximum = amount
      auction.price = max(oldPrice ?? 0, floor)
      if auction.price != oldPrice { auction.rowCount += 1 }
      return .maximumRaised
    }
    guard oldPrice != nil else {
      auction.price = max(isExact ? amount : terms.startPrice, floor)
      (auction.leader, auction.maximum, auction.rowCount) = (bidder, amount, 1)
      return .leading
    }
    if amount > auction.maximum {
      let topped = auction.maximum + terms.increment(auction.maximum)
      auction.price = max(isExact ? amount : min(amount, topped), floor)
      (auction.leader, auction.maximum) = (bidder, amount)
      auction.rowCount += 1
      return .leading
    }
    auction.price = min(auction.maximum, amount + terms.increment(amount))
    auction.rowCount += 2
    return .outbidImmediately
  }
}
