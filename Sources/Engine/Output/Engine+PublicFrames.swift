internal import Primitives
internal import Wire

extension Engine {
  /// The price, the leader or the end moved.
  mutating func publishPrice(
    _ slot: UInt32,
    flags: AckFlags,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    guard outbox.wantsPublic else { return }
    let price = auctions[slot].price
    let message = PriceUpdate(
      auctionId: auctions.id(slot, on: shard).raw,
      price: price,
      minNext: shownMinNext(slot),
      leaderId: auctions[slot].leader,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      endTime: auctions[slot].endTime,
      status: UInt8(truncatingIfNeeded: auctions[slot].status),
      reserveState: AuctionRules.reserveState(price: price, reserve: auctions[slot].reserve)
        .rawValue,
      flags: flags.rawValue,
      bidCount: auctions[slot].bidCount
    )
    outbox.publish(message)
  }

  /// One row of the history; `row` counts from 1.
  mutating func publishRow(
    _ slot: UInt32,
    row: UInt32,
    bidder: UInt64,
    amount: Int64,
    kind: BidKind,
    flags: BidEntryFlags,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let message = BidEntry(
      auctionId: auctions.id(slot, on: shard).raw,
      bidderId: bidder,
      amount: amount,
      priceAfter: auctions[slot].price,
      leaderAfter: auctions[slot].leader,
      time: stamp.time,
      logPosition: stamp.position,
      kind: kind.rawValue,
      flags: flags.rawValue,
      rowNumber: row
    )
    outbox.publish(message)
  }

  /// The row of a move of the leader's proxy that just happened: the newest row.
  mutating func publishAutomaticRow(_ slot: UInt32, _ stamp: Stamp, _ outbox: inout Outbox) {
    guard outbox.wantsPublic else { return }
    publishRow(
      slot,
      row: auctions[slot].bidCount,
      bidder: auctions[slot].leader,
      amount: auctions[slot].price,
      kind: .proxy,
      flags: .automatic,
      stamp,
      &outbox
    )
  }

  /// The auction was published, opened or changed; drafts are nobody's business.
  mutating func publishState(_ slot: UInt32, _ stamp: Stamp, _ outbox: inout Outbox) {
    guard outbox.wantsPublic, auctions[slot].status != SlotStatus.draft else { return }
    outbox.publish(view(slot).message(clientRef: 0, logPosition: stamp.position))
  }

  /// The end moved without a bid.
  mutating func publishExtension(
    _ slot: UInt32,
    from oldEnd: Nanoseconds,
    _ reason: ExtensionReason,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    guard outbox.wantsPublic else { return }
    let message = AuctionExtended(
      auctionId: auctions.id(slot, on: shard).raw,
      oldEndTime: oldEnd,
      endTime: auctions[slot].endTime,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      reason: reason.rawValue
    )
    outbox.publish(message)
  }

  mutating func publishEnd(
    _ slot: UInt32,
    _ outcome: EndOutcome,
    at time: Nanoseconds,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    guard outbox.wantsPublic else { return }
    let message = AuctionEnded(
      auctionId: auctions.id(slot, on: shard).raw,
      price: auctions[slot].price,
      winnerId: outcome == .sold ? auctions[slot].leader : 0,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: time,
      outcome: outcome.rawValue,
      bidCount: auctions[slot].bidCount
    )
    outbox.publish(message)
  }

  /// Tells the winner's session.
  mutating func tellWon(
    _ slot: UInt32,
    at time: Nanoseconds,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let session = SessionHandle(raw: auctions[slot].leaderSession)
    guard session.raw != 0 else { return }
    let message = AuctionWon(
      auctionId: auctions.id(slot, on: shard).raw,
      bidderId: auctions[slot].leader,
      price: auctions[slot].price,
      payBy: 0,
      logPosition: stamp.position,
      time: time,
      currency: auctions[slot].currency
    )
    outbox.append(message, to: session)
  }
}
