import Primitives
import Wire

@testable import Client
@testable import Simulator

/// What the rules say to a bid: a refusal's code, or what the public sees after it.
struct BookVerdict: Equatable {
  /// 0 = accepted.
  var code: UInt16 = 0
  var outcome: UInt8 = 0
  var price: Int64 = .min
  var leader: UInt64 = 0
  var rowCount: UInt32 = 0
}

/// Bids alone, decided by the simulation's model of the rules: one story an auction, with none of
/// the times, accounts and sellers that come before the price.
struct BidBook {
  private var stories: [UInt64: LotStory]

  /// A book of auctions that nobody has bid on.
  init(_ auctions: [UInt64: AuctionDraft]) { stories = auctions.mapValues(LotStory.init) }

  /// What the public sees of an auction; an absent price while nobody has bid.
  subscript(auction: UInt64) -> (price: Int64, leader: UInt64, rowCount: UInt32) {
    let now = stories[auction]?.now
    return (now?.price ?? Money.absent, now?.leader?.bidder ?? 0, now?.rows ?? 0)
  }

  /// Decides a bid; an auction without terms is unknown.
  mutating func place(_ message: PlaceBid) -> BookVerdict {
    place(
      auction: message.auctionId, bidder: message.bidderId, amount: message.amount,
      isExact: message.kind == BidKind.exact.rawValue)
  }

  /// Decides a bid; an auction without terms is unknown.
  mutating func place(
    auction id: UInt64, bidder: UInt64, amount: Int64, isExact: Bool
  ) -> BookVerdict {
    let offer = Offer(bidder: bidder, amount: amount, isExact: isExact, session: .none)
    var verdict = BookVerdict()
    guard let refusal = stories[id].map({ $0.refusal(of: offer) }) else {
      return BookVerdict(code: RejectCode.unknownAuction.rawValue)
    }
    if let refusal {
      verdict.code = refusal.rawValue
    } else {
      verdict.outcome = stories[id]?.tell(.bid(offer))?.outcome.rawValue ?? .max
    }
    (verdict.price, verdict.leader, verdict.rowCount) = self[id]
    return verdict
  }
}

extension LotStory {
  /// The story of an auction that a test creates.
  init(_ draft: AuctionDraft) {
    let message = draft.message(account: 0)
    let tiers = draft.tiers.map(PriceTier.init)
    guard let ladder = PriceLadder(number: message.incrementTable, tiers: tiers) else {
      preconditionFailure("the draft has an increment table")
    }
    self.init(LotTerms(message), ladder)
  }
}
