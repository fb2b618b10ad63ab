internal import Primitives
internal import Wire

/// An accepted bid.
struct Offer: Equatable {
  var bidder: UInt64
  var amount: Int64
  var isExact: Bool
  var session: SessionHandle
}

/// Something accepted that bears on an auction's price, in its order.
enum Chapter: Equatable {
  case bid(Offer)
  /// The leader lowered its maximum.
  case lowered(to: Int64)
  /// The seller set the reserve; nil = none.
  case reserve(Int64?)
  /// All bids of an account left.
  case removed(bidder: UInt64)
  /// The auction was bought at its buy-now price.
  case bought(Offer)
}

/// What an accepted bid did.
enum BidEffect: Equatable {
  case leads
  /// An earlier maximum still leads.
  case beaten
  case raised

  /// What the bidder is told.
  var outcome: BidOutcome {
    switch self {
    case .leads: .leading
    case .beaten: .outbidImmediately
    case .raised: .maximumRaised
    }
  }
}

/// Where an auction's price stands: what follows from its story, told from the beginning.
///
/// It is never stored without its story, so that a check can tell the story again.
struct LotStory: Equatable {
  private(set) var chapters: [Chapter] = []
  private(set) var now: PriceStanding

  private let startReserve: Int64?
  private let rules: PriceRules

  init(_ terms: LotTerms, _ ladder: PriceLadder) {
    rules = PriceRules(
      start: terms.start, opensAtMaximum: terms.opensAtMaximum, jumps: terms.jumps, ladder: ladder)
    startReserve = terms.reserve
    now = PriceStanding(reserve: terms.reserve)
  }

  /// Why the price takes no such bid; nil for one that it takes.
  func refusal(of offer: Offer) -> RejectCode? {
    guard let leader = now.leader, leader.bidder == offer.bidder else {
      return offer.amount < minNext ? .bidTooLow : nil
    }
    if offer.isExact { return .alreadyLeading }
    return offer.amount <= leader.amount ? .notHigherThanOwnMaximum : nil
  }

  /// Adds a chapter; what a bid did, for a bid.
  @discardableResult
  mutating func tell(_ chapter: Chapter) -> BidEffect? {
    chapters.append(chapter)
    return now.take(chapter, rules)
  }

  /// The standing that the chapters give from the first one on.
  var retold: PriceStanding {
    chapters.reduce(into: PriceStanding(reserve: startReserve)) { standing, chapter in
      _ = standing.take(chapter, rules)
    }
  }

  /// The least next bid.
  var minNext: Int64 { now.price.map(rules.ladder.topping) ?? rules.start }
}

/// The terms that the price follows from.
struct PriceRules: Equatable {
  var start: Int64
  var opensAtMaximum: Bool
  var jumps: Bool
  var ladder: PriceLadder
}

/// The price, who would win, and the bids that count.
struct PriceStanding: Equatable {
  /// The bids that have not left, in their order; a lowered maximum counts as lowered.
  private(set) var offers: [Offer] = []
  /// Who would win now, with its maximum and the session it bid from.
  private(set) var leader: Offer?
  private(set) var price: Int64?
  private(set) var reserve: Int64?
  /// Public rows of the history.
  private(set) var rows: UInt32 = 0

  init(reserve: Int64?) { self.reserve = reserve }

  /// Whether the price has reached the reserve, or there is none.
  var isReserveMet: Bool { reserve.map { (price ?? 0) >= $0 } ?? true }

  /// What the public may know of the reserve.
  var reserveState: ReserveState { reserve == nil ? .none : isReserveMet ? .met : .unmet }

  /// Whether the auction may be bought now, as far as the price tells.
  var canBuyNow: Bool { leader == nil || !isReserveMet }

  mutating func take(_ chapter: Chapter, _ rules: PriceRules) -> BidEffect? {
    switch chapter {
    case .bid(let offer): return bid(offer, rules)
    case .lowered(let maximum): lower(to: maximum)
    case .reserve(let new): setReserve(new, rules)
    case .removed(let bidder): remove(bidder, rules)
    case .bought(let offer):
      leader = offer
      price = offer.amount
      rows += 1
    }
    return nil
  }

  /// The three rules of the price, for an offer that may not be refused any more.
  private mutating func bid(_ offer: Offer, _ rules: PriceRules) -> BidEffect {
    offers.append(offer)
    guard let first = leader, let before = price else {
      rows += 1
      leader = offer
      price = opening(offer, rules)
      return .leads
    }
    if first.bidder == offer.bidder { return raise(first, offer, before) }
    let wins = offer.amount > first.amount
    // Of equal maxima the earlier one keeps the lead.
    guard wins else {
      // Told again after a removal, a bid may be below a reserve that an earlier one meets now.
      price = max(before, min(first.amount, rules.ladder.topping(offer.amount)))
      rows += 2
      return .beaten
    }
    var next = offer.isExact ? offer.amount : min(offer.amount, rules.ladder.topping(first.amount))
    if let reserve, before < reserve, offer.amount >= reserve { next = max(next, reserve) }
    price = next
    leader = offer
    rows += 1
    return .leads
  }

  /// The price of a first bid.
  private func opening(_ offer: Offer, _ rules: PriceRules) -> Int64 {
    let plain = offer.isExact ? offer.amount : rules.start
    guard let reserve else { return plain }
    if offer.amount >= reserve { return max(plain, reserve) }
    return rules.opensAtMaximum ? offer.amount : plain
  }

  private mutating func raise(_ first: Offer, _ offer: Offer, _ before: Int64) -> BidEffect {
    var raised = offer
    raised.amount = max(first.amount, offer.amount)
    leader = raised
    if let reserve, before < reserve, offer.amount >= reserve {
      price = reserve
      rows += 1
    }
    return .raised
  }

  /// The leader's maximum falls; what it bid before counts no more than that.
  private mutating func lower(to maximum: Int64) {
    guard let bidder = leader?.bidder else { return }
    leader?.amount = maximum
    for index in offers.indices where offers[index].bidder == bidder {
      offers[index].amount = min(offers[index].amount, maximum)
    }
  }

  private mutating func setReserve(_ new: Int64?, _ rules: PriceRules) {
    reserve = new
    guard let new, let maximum = leader?.amount, let before = price, maximum >= new else { return }
    if !rules.jumps {
      let cut = max(before, new - 1)
      if cut != maximum { lower(to: cut) }
    } else if before < new {
      price = new
      rows += 1
    }
  }

  private mutating func remove(_ bidder: UInt64, _ rules: PriceRules) {
    guard offers.contains(where: { $0.bidder == bidder }) else { return }
    var again = PriceStanding(reserve: reserve)
    for offer in offers where offer.bidder != bidder { _ = again.bid(offer, rules) }
    if let new = again.price, let old = price { again.price = min(new, old) }
    self = again
  }
}
