internal import Primitives
internal import Wire

extension Engine {
  /// Sells the auction at its buy-now price: while there is no bid, or the reserve is not met.
  ///
  /// The bid must name exactly that price, so that nobody buys at a price the seller changed.
  @inline(never)
  mutating func buyNow(
    _ request: Request,
    _ bidder: UInt64,
    _ amount: Int64,
    _ slot: UInt32,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let before = auctions[slot].standing
    let price = auctions[slot].buyNow
    guard price == amount,
      AuctionRules.canBuyNow(before, reserve: auctions[slot].reserve)
    else {
      probe(.buyNowUnavailable)
      return reject(request, on: slot, .buyNowUnavailable, stamp, &outbox)
    }
    guard accounts.findOrAdd(bidder) >= 0 else {
      return reject(request, on: slot, .overloaded, stamp, &outbox)
    }
    let loserSession = auctions[slot].leaderSession
    auctions.willChange(slot)
    probe(.boughtNow)
    sell(slot, to: bidder, at: price, stamp)
    var shown = auctions[slot].standing
    shown.minNext = .min
    acknowledgeBid(
      request,
      on: slot,
      bidder: bidder,
      maximum: price,
      shown: shown,
      outcome: .bought,
      flags: .priceMoved,
      stamp,
      &outbox
    )
    if before.leader != 0, before.leader != bidder {
      probe(.boughtFromLeader)
      tellOutbid(
        before.leader,
        before.maximum,
        session: loserSession,
        request.auctionID,
        slot,
        shown: shown,
        stamp,
        &outbox
      )
    }
    tellWon(slot, at: stamp.time, stamp, &outbox)
    publishSale(slot, stamp, &outbox)
  }

  /// The buyer leads at the buy-now price, and the auction is over.
  private mutating func sell(
    _ slot: UInt32,
    to bidder: UInt64,
    at price: Int64,
    _ stamp: Stamp
  ) {
    let before = auctions[slot].standing
    var standing = before
    standing.leader = bidder
    standing.maximum = price
    standing.price = price
    moveExposure(from: before, to: standing)
    auctions[slot].standing = standing
    auctions[slot].leaderSession = stamp.session.raw
    auctions[slot].bidCount &+= 1
    close(slot, as: SlotStatus.ended, at: stamp.time)
  }

  private mutating func publishSale(
    _ slot: UInt32,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    guard outbox.wantsPublic else { return }
    publishRow(
      slot,
      row: auctions[slot].bidCount,
      bidder: auctions[slot].leader,
      amount: auctions[slot].price,
      kind: .buyNow,
      flags: .aBid,
      stamp,
      &outbox
    )
    publishPrice(slot, flags: .priceMoved, stamp, &outbox)
    publishEnd(slot, .sold, at: stamp.time, stamp, &outbox)
  }
}
