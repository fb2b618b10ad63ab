internal import Primitives
internal import Wire

/// One auction of the model.
final class Lot {
  let id: UInt64
  let seller: UInt64
  var terms: LotTerms
  var ladder: PriceLadder
  var story: LotStory
  var status = AuctionStatus.draft
  var revision: UInt64 = 1
  /// When it is forgotten; known once it is over.
  var forgottenAt: Nanoseconds?

  init(id: UInt64, seller: UInt64, terms: LotTerms, ladder: PriceLadder) {
    self.id = id
    self.seller = seller
    self.terms = terms
    self.ladder = ladder
    story = LotStory(terms, ladder)
  }

  var standing: PriceStanding { story.now }
  var leader: Offer? { story.now.leader }
  var hasBids: Bool { story.now.leader != nil }
  var isOver: Bool { status == .ended || status == .cancelled }

  /// The slot of the auction's id.
  var slot: UInt64 { id & 0xFFFF_FFFF }

  /// When something happens to it without a command; nil for a draft.
  var due: Nanoseconds? {
    switch status {
    case .draft: nil
    case .scheduled: terms.opens
    case .active: terms.ends
    case .ended, .cancelled: forgottenAt
    }
  }

  /// The least next bid as it may be shown.
  var shownNext: Int64 { isOver ? Money.absent : story.minNext }
  /// The price on the wire.
  var shownPrice: Int64 { standing.price ?? Money.absent }

  /// Why an auction that is not active takes no bid; nil for one that is.
  var closedCode: RejectCode? {
    switch status {
    case .draft, .scheduled: .notOpenYet
    case .active: nil
    case .ended: .ended
    case .cancelled: .cancelled
    }
  }
}
