internal import Primitives
internal import Wire

/// The public price and the hidden maximum behind it: all that the price rules read and change.
struct Standing: Equatable, BitwiseCopyable {
  /// The public price; absent before the first bid.
  var price: Int64
  /// The leader's hidden maximum; absent before the first bid.
  var maximum: Int64
  /// The account that would win now; 0 = none.
  var leader: UInt64
  /// The least that another bidder must offer: the starting price while there is no bid.
  var minNext: Int64
}

/// The terms of an auction that the price rules read.
struct PriceTerms: BitwiseCopyable {
  /// The hidden reserve; absent = none.
  var reserve: Int64
  /// Whether a first maximum below the reserve opens at itself (policy `max`).
  var opensAtMaximum: Bool
}

/// What a bid did to a standing, or why it may not do anything.
enum BidVerdict: UInt8, BitwiseCopyable {
  /// The bidder leads now.
  case tookLead
  /// The price moved, but an earlier maximum still leads.
  case beaten
  /// The leader raised its own maximum.
  case raised
  /// Below the least next bid.
  case tooLow
  /// Not above the leader's own maximum.
  case notHigher
  /// An exact bid of the leader.
  case alreadyLeading
}

/// The price rules in closed form: pure functions of a standing, a bid and the auction's terms.
///
/// Two proxies are never stepped against each other: stepping gives other prices, and sometimes
/// another winner.
enum AuctionRules {
  /// Applies a bid, or says why it is refused; a refused bid leaves the standing as it was.
  @inline(always)
  static func place(
    _ amount: Int64,
    by bidder: UInt64,
    isExact: Bool,
    on standing: inout Standing,
    _ terms: PriceTerms,
    _ tiers: IncrementTiers
  ) -> BidVerdict {
    if standing.leader == bidder {
      guard !isExact else {
        probe(.bidExactByLeader)
        return .alreadyLeading
      }
      guard amount > standing.maximum else {
        probe(.bidNotHigher)
        return .notHigher
      }
      raise(to: amount, on: &standing, terms, tiers)
      return .raised
    }
    guard amount >= standing.minNext else { return .tooLow }
    if standing.leader == 0 {
      open(amount, by: bidder, isExact: isExact, on: &standing, terms, tiers)
      return .tookLead
    }
    return challenge(amount, by: bidder, isExact: isExact, on: &standing, terms, tiers)
  }

  /// Rule 1: the first bid.
  @inline(always)
  static func open(
    _ amount: Int64,
    by bidder: UInt64,
    isExact: Bool,
    on standing: inout Standing,
    _ terms: PriceTerms,
    _ tiers: IncrementTiers
  ) {
    // While there is no bid, `minNext` is the starting price. An absent reserve is below any
    // amount and any price, so that it needs no case of its own.
    let start = standing.minNext
    let opensAtAmount = isExact || (amount < terms.reserve && terms.opensAtMaximum)
    standing.price = opensAtAmount ? amount : start
    if opensAtAmount, !isExact { probe(.bidOpensAtMaximum) }
    if amount >= terms.reserve { standing.price = max(standing.price, terms.reserve) }
    standing.leader = bidder
    standing.maximum = amount
    standing.minNext = standing.price &+ tiers.increment(at: standing.price)
  }

  /// Rule 2: the leader's own maximum goes up; the price moves only to a reserve that it meets.
  @inline(always)
  static func raise(
    to amount: Int64,
    on standing: inout Standing,
    _ terms: PriceTerms,
    _ tiers: IncrementTiers
  ) {
    standing.maximum = max(standing.maximum, amount)
    guard amount >= terms.reserve, standing.price < terms.reserve else { return }
    probe(.bidRaiseMeetsReserve)
    standing.price = terms.reserve
    standing.minNext = standing.price &+ tiers.increment(at: standing.price)
  }

  /// Rule 3: another bidder against the leader's maximum; at equal maxima the earlier one leads.
  @inline(always)
  static func challenge(
    _ amount: Int64,
    by bidder: UInt64,
    isExact: Bool,
    on standing: inout Standing,
    _ terms: PriceTerms,
    _ tiers: IncrementTiers
  ) -> BidVerdict {
    let loser = min(amount, standing.maximum)
    let topped = loser &+ tiers.increment(at: loser)
    let takesLead =
      amount > standing.maximum
      || (FaultPoint.breakTieWrong.isPlanted && amount == standing.maximum)
    if takesLead {
      standing.price = isExact ? amount : min(amount, topped)
      if amount >= terms.reserve { standing.price = max(standing.price, terms.reserve) }
      standing.leader = bidder
      standing.maximum = amount
    } else {
      if _slowPath(amount == standing.maximum) { probe(.bidTied) }
      standing.price = min(standing.maximum, topped)
    }
    standing.minNext = standing.price &+ tiers.increment(at: standing.price)
    return takesLead ? .tookLead : .beaten
  }

  /// Applies an accepted bid again after other bids have left; it is never refused.
  ///
  /// A bid that was high enough in its time may be below the price now, where an earlier one meets
  /// a reserve that was lowered in between: it stays, and the price does too.
  @inline(always)
  static func reapply(
    _ amount: Int64,
    by bidder: UInt64,
    isExact: Bool,
    on standing: inout Standing,
    _ terms: PriceTerms,
    _ tiers: IncrementTiers
  ) -> BidVerdict {
    if standing.leader == bidder {
      raise(to: amount, on: &standing, terms, tiers)
      return .raised
    }
    if standing.leader == 0 {
      open(amount, by: bidder, isExact: isExact, on: &standing, terms, tiers)
      return .tookLead
    }
    let before = standing
    let verdict = challenge(amount, by: bidder, isExact: isExact, on: &standing, terms, tiers)
    if standing.price < before.price {
      probe(.removalKeepsReservePrice)
      standing = before
    }
    return verdict
  }

  /// Whether the auction can be bought at its buy-now price: no bid yet, or a reserve not met.
  @inline(always)
  static func canBuyNow(_ standing: Standing, reserve: Int64) -> Bool {
    standing.leader == 0 || standing.price < reserve
  }

  /// What the public may know of the reserve.
  @inline(always)
  static func reserveState(price: Int64, reserve: Int64) -> ReserveState {
    if reserve == .min { return .none }
    return price < reserve ? .unmet : .met
  }

  /// The end after an accepted bid that changed the price or the leader; never earlier than before.
  @inline(always)
  static func softClosedEnd(
    end: Nanoseconds,
    at time: Nanoseconds,
    window: Nanoseconds,
    extension span: Nanoseconds,
    hardEnd: Nanoseconds
  ) -> Nanoseconds {
    guard end &- time < window else { return end }
    let wanted = time &+ span
    if hardEnd != 0, wanted > hardEnd {
      probe(.softCloseCapped)
      return max(end, hardEnd)
    }
    return max(end, wanted)
  }

  /// The end after an outage: what was left when it began counts from now on, and is at least the
  /// grace; never earlier than before, never after the latest time.
  ///
  /// An auction is concerned when it was open in the outage, or should have been, and its end or
  /// its soft-close window reaches into it.
  static func endAfterOutage(
    from lastSeen: Nanoseconds,
    to now: Nanoseconds,
    start: Nanoseconds,
    end: Nanoseconds,
    window: Nanoseconds,
    grace: Nanoseconds
  ) -> Nanoseconds {
    let windowStart = end > window ? end - window : 0
    guard start <= now, end >= lastSeen, windowStart <= now else { return end }
    let left = end - min(end, max(lastSeen, start))
    return max(end, min(now + max(left, grace), AuctionTerms.latestTime))
  }

  /// The leader's standing after the seller lowered the reserve.
  ///
  /// The leader must not win at a reserve that was lowered onto its hidden maximum without bidding
  /// again: its maximum is cut below the reserve, or (policy `jump`) the price goes up to it.
  static func lowerReserve(
    to reserve: Int64,
    jumps: Bool,
    on standing: inout Standing,
    _ tiers: IncrementTiers
  ) {
    guard standing.leader != 0, standing.maximum >= reserve else { return }
    guard jumps else {
      probe(.reserveCutsMaximum)
      standing.maximum = max(standing.price, reserve - 1)
      return
    }
    probe(.reserveJumps)
    standing.price = max(standing.price, reserve)
    standing.minNext = standing.price &+ tiers.increment(at: standing.price)
  }
}
