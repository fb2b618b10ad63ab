internal import Primitives
internal import Wire

/// Bids: the gates in their order, then the price.
extension BookModel {
  func place(_ bid: BidRequest) {
    let asked = Asked(ref: bid.ref, auction: bid.auction, template: bid.template)
    guard let kind = BidKind(rawValue: bid.kind), bid.bidder != 0 else {
      return refuse(asked, .malformed)
    }
    guard let lot = lots[bid.auction] else { return refuse(asked, .unknownAuction) }
    if let code = gate(bid, lot) { return refuse(asked, code, on: lot) }
    if let refusal = rateGate(bid, lot) {
      return refuse(asked, refusal.code, on: lot, wait: refusal.wait)
    }
    let code = kind == .buyNow ? buy(bid, lot, asked) : offer(bid, kind, lot, asked)
    if let code { refuse(asked, code, on: lot) }
  }

  /// Gates 2 to 8.
  private func gate(_ bid: BidRequest, _ lot: Lot) -> RejectCode? {
    if let code = lot.closedCode { return code }
    if bid.bidder == lot.seller || accounts.isLinked(bid.bidder, lot.seller) {
      return .sellerMayNotBid
    }
    let refusal = NumberPair(first: lot.seller, second: bid.bidder)
    if accounts.blocked.contains(bid.bidder) || accounts.refusals.contains(refusal) {
      return .bidderBlocked
    }
    if lot.terms.verifiedOnly, !accounts.verified.contains(bid.bidder) {
      return .bidderNotVerified
    }
    if let limit = accounts.limits[bid.bidder] {
      let mine = lot.leader?.bidder == bid.bidder ? lot.leader?.amount ?? 0 : 0
      let committed = Int128(accounts.exposure(of: bid.bidder)) - Int128(mine) + Int128(bid.amount)
      if committed > Int128(limit) { return .limitExceeded }
    }
    if bid.currency != lot.terms.currency { return .currencyMismatch }
    if !Money.isInRange(bid.amount) { return .amountOutOfRange }
    if bid.revision != 0, bid.revision != lot.revision { return .revisionMismatch }
    return nil
  }

  /// Gate 9: takes a token, or says why there is none.
  private func rateGate(_ bid: BidRequest, _ lot: Lot) -> (code: RejectCode, wait: Nanoseconds)? {
    let refill = lot.terms.refill
    guard refill > 0 else { return nil }
    let pair = NumberPair(first: bid.bidder, second: lot.id)
    var taken = tokens[pair] ?? TakenTokens(refill: refill)
    let missing = taken.timeToFull(at: now)
    if missing == 0, let wait = crowdedOut(pair) { return (.overloaded, wait) }
    // A token is there when the bucket lacks no more than all but one of its tokens.
    let allowed = refill * UInt64(lot.terms.burst - 1)
    guard missing <= allowed else { return (.limitExceeded, missing - allowed) }
    if missing == 0 { taken.times = [] }
    taken.times.append(now)
    tokens[pair] = taken
    return nil
  }

  /// Whether the shard was seen to have no place to count one more pair, and may have had none.
  ///
  /// Which pairs share places is the shard's affair: at least four others must be counted now, and
  /// the time to retry must be when one of them stops being counted.
  private func crowdedOut(_ pair: NumberPair) -> Nanoseconds? {
    guard let reject = observedReject, reject.code == RejectCode.overloaded.rawValue,
      reject.retryAfterMicroseconds > 0
    else { return nil }
    let others = tokens.filter { $0.key != pair }
    let waits = others.map { $0.value.timeToFull(at: now) }.filter { $0 > 0 }.sorted()
    guard waits.count >= 4 else { return nil }
    return waits.first { Self.microseconds($0) == reject.retryAfterMicroseconds }
  }

  /// The refusal that the shard was seen to answer with at this place.
  var observedReject: Reject? {
    guard said.count < observed.count else { return nil }
    return observed[said.count].message(Reject.self)
  }

  private func buy(_ bid: BidRequest, _ lot: Lot, _ asked: Asked) -> RejectCode? {
    guard let price = lot.terms.buyNow, price == bid.amount, lot.standing.canBuyNow else {
      return .buyNowUnavailable
    }
    guard findsPlace(bid.bidder) else { return .overloaded }
    let loser = lot.leader
    let before = lot.standing.price
    accounts.lead(lot.id, from: loser, to: nil)
    lot.story.tell(
      .bought(Offer(bidder: bid.bidder, amount: price, isExact: false, session: session)))
    close(lot, .ended, at: now)
    let flags: AckFlags = price == before ? [] : .priceMoved
    acknowledge(lot, asked, bidder: bid.bidder, maximum: price, .bought, flags)
    if let loser, loser.bidder != bid.bidder { tellBeaten(loser, lot) }
    tellWon(lot, at: now)
    shoutRow(lot, bid.bidder, price, .buyNow, row: lot.standing.rows)
    shoutPrice(lot, .priceMoved)
    shoutEnd(lot, .sold, at: now)
    return nil
  }

  private func offer(
    _ bid: BidRequest, _ kind: BidKind, _ lot: Lot, _ asked: Asked
  ) -> RejectCode? {
    let old = lot.leader
    let mine = Offer(
      bidder: bid.bidder, amount: bid.amount, isExact: kind == .exact, session: session)
    if let code = lot.story.refusal(of: mine) { return code }
    let takesLead = old.map { bid.amount > $0.amount } ?? true
    guard bidCount < limits.bids, !takesLead || findsPlace(bid.bidder) else { return .overloaded }
    let before = lot.standing.price
    guard let effect = lot.story.tell(.bid(mine)) else { return .internalFault }
    bidCount += 1
    if effect != .beaten { accounts.lead(lot.id, from: old, to: lot.leader) }
    let moved = lot.standing.price != before
    var flags: AckFlags = moved ? .priceMoved : []
    if effect != .raised, extend(lot) { flags.insert(.extended) }
    if effect != .raised || moved { lot.revision += 1 }
    acknowledge(lot, asked, bidder: bid.bidder, maximum: bid.amount, effect.outcome, flags)
    if effect == .leads, let old { tellBeaten(old, lot) }
    shoutRows(lot, mine, kind, effect, moved: moved)
    if effect != .raised || moved { shoutPrice(lot, flags) }
    return nil
  }

  /// Soft close: whether the end moved later.
  private func extend(_ lot: Lot) -> Bool {
    let ends = lot.terms.ends
    guard ends - now < lot.terms.window else { return false }
    let wanted = min(now + lot.terms.extensionSpan, lot.terms.hardEnd ?? .max)
    guard wanted > ends else { return false }
    lot.terms.ends = wanted
    return true
  }

  private func shoutRows(
    _ lot: Lot, _ mine: Offer, _ kind: BidKind, _ effect: BidEffect, moved: Bool
  ) {
    let rows = lot.standing.rows
    switch effect {
    case .leads: shoutRow(lot, mine.bidder, lot.shownPrice, kind, row: rows)
    case .beaten:
      shoutRow(lot, mine.bidder, mine.amount, kind, row: rows - 1)
      shoutAutomaticRow(lot)
    case .raised: if moved { shoutAutomaticRow(lot) }
    }
  }

  // MARK: A bidder's own maximum, and removal

  func lower(_ message: LowerMaximum) {
    let asked = Asked(
      ref: message.clientRef, auction: message.auctionId, template: LowerMaximum.templateID)
    guard message.bidderId != 0 else { return refuse(asked, .malformed) }
    guard let lot = lots[message.auctionId] else { return refuse(asked, .unknownAuction) }
    if let code = loweringCode(message, lot) { return refuse(asked, code, on: lot) }
    let old = lot.leader
    lot.story.tell(.lowered(to: message.newMaximum))
    accounts.lead(lot.id, from: old, to: lot.leader)
    acknowledge(
      lot, asked, bidder: message.bidderId, maximum: message.newMaximum, .maximumLowered, [])
  }

  private func loweringCode(_ message: LowerMaximum, _ lot: Lot) -> RejectCode? {
    if let code = lot.closedCode { return code }
    guard let leader = lot.leader, leader.bidder == message.bidderId else {
      return .lowerBelowPrice
    }
    guard Money.isInRange(message.newMaximum), message.newMaximum < leader.amount else {
      return .amountOutOfRange
    }
    return message.newMaximum < lot.standing.price ?? 0 ? .lowerBelowPrice : nil
  }

  func remove(_ message: RemoveBids) {
    let asked = Asked(
      ref: message.clientRef, auction: message.auctionId, template: RemoveBids.templateID)
    guard message.bidderId != 0 else { return refuse(asked, .malformed) }
    guard isOperator else { return refuse(asked, .notAuthorised) }
    guard let lot = lots[message.auctionId] else { return refuse(asked, .unknownAuction) }
    guard lot.status == .active else { return refuse(asked, .removalNotAllowed, on: lot) }
    // The next leader may be an account that the shard has forgotten meanwhile.
    guard findsPlace(nil) else { return refuse(asked, .overloaded, on: lot) }
    let old = lot.leader
    let countBefore = lot.standing.offers.count
    lot.story.tell(.removed(bidder: message.bidderId))
    let removed = countBefore - lot.standing.offers.count
    bidCount -= UInt64(removed)
    accounts.lead(lot.id, from: old, to: lot.leader)
    if let leader = lot.leader { accounts.keep(leader.bidder) }
    if removed > 0 { lot.revision += 1 }
    reply(
      RemoveAck(
        clientRef: asked.ref, auctionId: lot.id, revision: lot.revision, logPosition: position,
        time: now, price: lot.shownPrice, leaderId: lot.leader?.bidder ?? 0,
        removedCount: UInt32(removed), bidCount: lot.standing.rows))
    if removed > 0 { shoutPrice(lot, .priceMoved) }
  }

  // MARK: Room for accounts

  /// Whether the shard can remember one more account: this one, or any for nil.
  ///
  /// It must when what it has to remember leaves room, and cannot when that fills the table. An
  /// account of which nothing is known any more may hold its place for a while: then what was
  /// observed decides.
  func findsPlace(_ account: UInt64?) -> Bool {
    if limits.accounts > UInt64(accounts.everKept.count) { return keeping(account) }
    if let account, accounts.isNeeded(account) { return true }
    if UInt64(accounts.needed.count) >= limits.accounts { return false }
    let wasRefused = observedReject?.code == RejectCode.overloaded.rawValue
    return wasRefused ? false : keeping(account)
  }

  private func keeping(_ account: UInt64?) -> Bool {
    if let account { accounts.keep(account) }
    return true
  }
}
