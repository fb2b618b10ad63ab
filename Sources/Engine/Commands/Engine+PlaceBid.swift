internal import Primitives
internal import Wire

extension Engine {
  @inline(always)
  mutating func placeBid(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe PlaceBid(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: message.auctionId,
      templateID: PlaceBid.templateID
    )
    guard let kind = BidKind(rawValue: message.kind) else {
      probe(.bidMalformed)
      return reject(request, .malformed, stamp, &outbox)
    }
    let bid = Bid(
      request: request,
      bidder: message.bidderId,
      amount: message.amount,
      ifRevision: message.ifRevision,
      kind: kind,
      currency: message.currency
    )
    place(bid, stamp, &outbox)
  }

  /// Decides one bid and answers it.
  @inline(always)
  mutating func place(_ bid: Bid, _ stamp: Stamp, _ outbox: inout Outbox) {
    guard bid.bidder != 0 else { return reject(bid.request, .malformed, stamp, &outbox) }
    guard let slot = auctions.find(AuctionID(raw: bid.request.auctionID), on: shard) else {
      probe(.bidOnUnknown)
      return reject(bid.request, .unknownAuction, stamp, &outbox)
    }
    let account = accounts.find(bid.bidder)
    if let refusal = gate(bid, slot: slot, account: account, at: stamp.time) {
      let code = refusal.code
      let wait = refusal.retryAfter
      return reject(bid.request, on: slot, code, stamp, &outbox, retryAfter: wait)
    }
    if _slowPath(bid.kind == .buyNow) {
      return buyNow(bid.request, bid.bidder, bid.amount, slot, stamp, &outbox)
    }
    let before = auctions[slot].standing
    var standing = before
    let verdict = AuctionRules.place(
      bid.amount,
      by: bid.bidder,
      isExact: bid.kind == .exact,
      on: &standing,
      auctions[slot].priceTerms,
      increments.tiers(auctions[slot].incrementTable)
    )
    if let code = Engine.refusalCode(verdict) {
      return reject(bid.request, on: slot, code, stamp, &outbox)
    }
    if _slowPath(bid.amount == auctions[slot].reserve) { probe(.bidAtReserve) }
    let leads = verdict != .beaten
    guard _fastPath(bids.hasRoom), !leads || lead(bid.bidder, account, before, standing) else {
      probe(.bidFindsNoRoom)
      return reject(bid.request, on: slot, .overloaded, stamp, &outbox)
    }
    // Asked here, and not of the slab: a bid then pays for one byte that is at hand anyway.
    if _slowPath(isSnapshotRunning) { keepPage(of: slot) }
    accept(bid, slot, verdict, before, standing, stamp, &outbox)
  }

  /// Keeps an auction's page for the snapshot, out of the way of a bid.
  @inline(never)
  private mutating func keepPage(of slot: UInt32) {
    probe(.bidKeepsPage)
    auctions.willChange(slot)
  }

  /// Moves the leader's maximum to the bidder's account; false when the account finds no place.
  @inline(always)
  private mutating func lead(
    _ bidder: UInt64,
    _ account: Int,
    _ before: Standing,
    _ after: Standing
  ) -> Bool {
    var index = account
    if _slowPath(index < 0) {
      index = accounts.add(bidder)
      if index < 0 { return false }
    }
    let accounts = accounts.records
    if before.leader == bidder {
      accounts[index].exposure &+= after.maximum &- before.maximum
    } else {
      accounts[index].exposure &+= after.maximum
      if before.leader != 0 { addExposure(0 &- before.maximum, to: before.leader) }
    }
    return true
  }

  /// Why the price rules refuse a bid; nil for an accepted one.
  @inline(always)
  static func refusalCode(_ verdict: BidVerdict) -> RejectCode? {
    switch verdict {
    case .tookLead, .beaten, .raised: nil
    case .tooLow: .bidTooLow
    case .notHigher: .notHigherThanOwnMaximum
    case .alreadyLeading: .alreadyLeading
    }
  }

  /// Makes an accepted bid part of the state and tells everybody whom it concerns.
  @inline(always)
  private mutating func accept(
    _ bid: Bid,
    _ slot: UInt32,
    _ verdict: BidVerdict,
    _ before: Standing,
    _ standing: Standing,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let auctions = auctions.records
    let loserSession = auctions[slot].leaderSession
    record(bid, slot, leads: verdict != .beaten, stamp)
    auctions[slot].standing = standing
    let priceMoved = standing.price != before.price
    var flags: AckFlags = priceMoved ? .priceMoved : .unchanged
    if verdict != .raised, extendEnd(slot, stamp.time) { flags = flags.union(.extended) }
    countRows(slot, verdict, priceMoved: priceMoved)
    acknowledgeBid(
      bid.request,
      on: slot,
      bidder: bid.bidder,
      maximum: bid.amount,
      shown: standing,
      outcome: Engine.outcome(verdict),
      flags: flags,
      stamp,
      &outbox
    )
    if verdict == .tookLead, before.leader != 0 {
      tellOutbid(
        before.leader,
        before.maximum,
        session: loserSession,
        bid.request.auctionID,
        slot,
        shown: standing,
        stamp,
        &outbox
      )
    }
    if _slowPath(outbox.wantsPublic), verdict != .raised || priceMoved {
      publishBid(bid.bidder, bid.amount, bid.kind, slot, verdict, flags, stamp, &outbox)
    }
  }

  @inline(always)
  private static func outcome(_ verdict: BidVerdict) -> BidOutcome {
    switch verdict {
    case .beaten: .outbidImmediately
    case .raised: .maximumRaised
    default: .leading
    }
  }

  /// Adds the bid to its auction's list.
  @inline(always)
  private mutating func record(_ bid: Bid, _ slot: UInt32, leads: Bool, _ stamp: Stamp) {
    let auctions = auctions.records
    let index = bids.add(
      BidRecord(
        bidder: bid.bidder,
        amount: bid.amount,
        isExact: bid.kind == .exact,
        previous: auctions[slot].newestBid,
        session: stamp.session.raw
      )
    )
    auctions[slot].newestBid = index
    if leads {
      auctions[slot].leadingBid = index
      auctions[slot].leaderSession = stamp.session.raw
    }
  }

  /// Soft close: moves the end when an accepted bid came late; whether it did.
  @inline(always)
  private mutating func extendEnd(_ slot: UInt32, _ time: Nanoseconds) -> Bool {
    let auctions = auctions.records
    guard auctions[slot].traits.contains(.hasSoftClose) else { return false }
    let end = AuctionRules.softClosedEnd(
      end: auctions[slot].endTime,
      at: time,
      window: UInt64(auctions[slot].softWindowMs) &* 1_000_000,
      extension: UInt64(auctions[slot].softExtensionMs) &* 1_000_000,
      hardEnd: auctions[slot].hardEnd
    )
    guard end > auctions[slot].endTime else { return false }
    probe(.softCloseExtended)
    auctions[slot].endTime = end
    postponeTimer(slot)
    return true
  }

  /// Counts the public rows: a bid of another than the leader, a move of the leader's proxy.
  ///
  /// A raise that moves nothing must not be seen, so the revision stays too.
  @inline(always)
  private mutating func countRows(_ slot: UInt32, _ verdict: BidVerdict, priceMoved: Bool) {
    let rows: UInt32 =
      switch verdict {
      case .beaten: 2
      case .raised: priceMoved ? 1 : 0
      default: 1
      }
    let auctions = auctions.records
    auctions[slot].bidCount &+= rows
    if rows != 0 { auctions[slot].revision &+= 1 }
  }

  /// The rows and the price of a bid that the public may see.
  @inline(never)
  private mutating func publishBid(
    _ bidder: UInt64,
    _ amount: Int64,
    _ kind: BidKind,
    _ slot: UInt32,
    _ verdict: BidVerdict,
    _ flags: AckFlags,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    if verdict != .raised {
      publishRow(
        slot,
        row: auctions[slot].bidCount - (verdict == .beaten ? 1 : 0),
        bidder: bidder,
        amount: verdict == .beaten ? amount : auctions[slot].price,
        kind: kind,
        flags: .aBid,
        stamp,
        &outbox
      )
    }
    if verdict != .tookLead { publishAutomaticRow(slot, stamp, &outbox) }
    publishPrice(slot, flags: flags, stamp, &outbox)
  }
}
