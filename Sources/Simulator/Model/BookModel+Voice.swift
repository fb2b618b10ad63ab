internal import Primitives
internal import Wire

/// What of a request comes back in its reply.
struct Asked {
  var ref: UInt64
  /// The auction as the client wrote it; 0 where the request names none.
  var auction: UInt64 = 0
  var template: UInt16
}

/// What the shard says.
extension BookModel {
  func reply(_ message: some WireMessage) { said.append(Told(message, to: session)) }
  func shout(_ message: some WireMessage) { said.append(Told(message, to: .none)) }
  /// A notice to a session; nobody is told where there is none.
  func tell(_ message: some WireMessage, to session: SessionHandle) {
    if session != .none { said.append(Told(message, to: session)) }
  }

  /// Refuses a request; with an auction the public part of its standing is told.
  ///
  /// A draft is its seller's business alone: whoever bids on it or does not own it learns nothing.
  func refuse(_ asked: Asked, _ code: RejectCode, on known: Lot? = nil, wait: Nanoseconds = 0) {
    let isHidden = known?.status == .draft && (code == .notOpenYet || code == .notOwner)
    let lot = isHidden ? nil : known
    reply(
      Reject(
        clientRef: asked.ref, auctionId: asked.auction, price: lot?.shownPrice ?? Money.absent,
        minNext: lot?.shownNext ?? Money.absent, revision: lot?.revision ?? 0,
        logPosition: position, time: now, refTemplateId: asked.template, code: code.rawValue,
        retryAfterMicroseconds: Self.microseconds(wait)))
  }

  /// Whole microseconds, never less than the time.
  static func microseconds(_ wait: Nanoseconds) -> UInt32 {
    UInt32(clamping: wait / 1_000 + (wait % 1_000 == 0 ? 0 : 1))
  }

  func acknowledge(
    _ lot: Lot, _ asked: Asked, bidder: UInt64, maximum: Int64, _ outcome: BidOutcome,
    _ flags: AckFlags
  ) {
    reply(
      BidAck(
        clientRef: asked.ref, auctionId: lot.id, bidderId: bidder, bidId: position,
        yourMaximum: maximum, price: lot.shownPrice, minNext: lot.shownNext,
        leaderId: lot.leader?.bidder ?? 0, revision: lot.revision, logPosition: position,
        acceptedTime: now, endTime: lot.terms.ends, outcome: outcome.rawValue,
        reserveState: lot.standing.reserveState.rawValue, status: lot.status.rawValue,
        flags: flags.rawValue, bidCount: lot.standing.rows))
  }

  func acknowledge(_ lot: Lot, _ asked: Asked) {
    reply(
      AuctionAck(
        clientRef: asked.ref, auctionId: lot.id, revision: lot.revision, logPosition: position,
        time: now, status: lot.status.rawValue, refTemplateId: asked.template))
  }

  func tellBeaten(_ loser: Offer, _ lot: Lot) {
    tell(
      Outbid(
        auctionId: lot.id, bidderId: loser.bidder, yourMaximum: loser.amount,
        price: lot.shownPrice, minNext: lot.shownNext, revision: lot.revision,
        logPosition: position, time: now, endTime: lot.terms.ends),
      to: loser.session)
  }

  func tellWon(_ lot: Lot, at time: Nanoseconds) {
    guard let winner = lot.leader else { return }
    tell(
      AuctionWon(
        auctionId: lot.id, bidderId: winner.bidder, price: lot.shownPrice, payBy: 0,
        logPosition: position, time: time, currency: lot.terms.currency),
      to: winner.session)
  }

  /// The public view of an auction.
  func view(_ lot: Lot) -> AuctionState {
    let canBuy = !lot.isOver && lot.standing.canBuyNow
    return AuctionState(
      clientRef: 0, auctionId: lot.id, sellerId: lot.seller, price: lot.shownPrice,
      minNext: lot.shownNext, leaderId: lot.leader?.bidder ?? 0,
      buyNow: canBuy ? lot.terms.buyNow ?? Money.absent : Money.absent, revision: lot.revision,
      startTime: lot.terms.opens, endTime: lot.terms.ends, logPosition: position,
      status: lot.status.rawValue, reserveState: lot.standing.reserveState.rawValue,
      currency: lot.terms.currency, bidCount: lot.standing.rows)
  }

  /// Drafts are nobody's business.
  func shoutState(_ lot: Lot) {
    if lot.status != .draft { shout(view(lot)) }
  }

  func shoutPrice(_ lot: Lot, _ flags: AckFlags) {
    shout(
      PriceUpdate(
        auctionId: lot.id, price: lot.shownPrice, minNext: lot.shownNext,
        leaderId: lot.leader?.bidder ?? 0, revision: lot.revision, logPosition: position,
        time: now, endTime: lot.terms.ends, status: lot.status.rawValue,
        reserveState: lot.standing.reserveState.rawValue, flags: flags.rawValue,
        bidCount: lot.standing.rows))
  }

  /// A row of a bid, with its public amount.
  func shoutRow(_ lot: Lot, _ bidder: UInt64, _ amount: Int64, _ kind: BidKind, row: UInt32) {
    shoutRow(lot, bidder, amount, kind, [], row)
  }

  /// The newest row, of a move of the leader's proxy.
  func shoutAutomaticRow(_ lot: Lot) {
    shoutRow(
      lot, lot.leader?.bidder ?? 0, lot.shownPrice, .proxy, .automatic, lot.standing.rows)
  }

  private func shoutRow(
    _ lot: Lot, _ bidder: UInt64, _ amount: Int64, _ kind: BidKind, _ flags: BidEntryFlags,
    _ row: UInt32
  ) {
    shout(
      BidEntry(
        auctionId: lot.id, bidderId: bidder, amount: amount, priceAfter: lot.shownPrice,
        leaderAfter: lot.leader?.bidder ?? 0, time: now, logPosition: position,
        kind: kind.rawValue, flags: flags.rawValue, rowNumber: row))
  }

  func shoutEnd(_ lot: Lot, _ outcome: EndOutcome, at time: Nanoseconds) {
    shout(
      AuctionEnded(
        auctionId: lot.id, price: lot.shownPrice,
        winnerId: outcome == .sold ? lot.leader?.bidder ?? 0 : 0, revision: lot.revision,
        logPosition: position, time: time, outcome: outcome.rawValue,
        bidCount: lot.standing.rows))
  }
}
