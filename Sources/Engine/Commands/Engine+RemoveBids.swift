internal import Primitives
internal import Wire

extension Engine {
  /// All bids of a bidder leave an active auction; the remaining ones are applied again.
  mutating func removeBids(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe RemoveBids(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: message.auctionId,
      templateID: RemoveBids.templateID
    )
    guard message.bidderId != 0 else { return reject(request, .malformed, stamp, &outbox) }
    guard stamp.roles.mayOperate else {
      return reject(request, .notAuthorised, stamp, &outbox)
    }
    guard let slot = auctions.find(AuctionID(raw: message.auctionId), on: shard) else {
      return reject(request, .unknownAuction, stamp, &outbox)
    }
    guard auctions[slot].status == SlotStatus.active else {
      return reject(request, on: slot, .removalNotAllowed, stamp, &outbox)
    }
    // The next leader may have been forgotten as idle: it must find a place as an account.
    guard accounts.makesRoom() else {
      probe(.removalFindsNoRoom)
      return reject(request, on: slot, .overloaded, stamp, &outbox)
    }
    auctions.willChange(slot)
    let removedCount = remove(message.bidderId, from: slot)
    if removedCount > 0 { auctions[slot].revision &+= 1 }
    acknowledgeRemoval(request, slot, removedCount, stamp, &outbox)
    if removedCount > 0 { publishPrice(slot, flags: .priceMoved, stamp, &outbox) }
  }

  private mutating func acknowledgeRemoval(
    _ request: Request,
    _ slot: UInt32,
    _ removedCount: UInt32,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let message = RemoveAck(
      clientRef: request.clientRef,
      auctionId: request.auctionID,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      price: auctions[slot].price,
      leaderId: auctions[slot].leader,
      removedCount: removedCount,
      bidCount: auctions[slot].bidCount
    )
    outbox.append(message, to: stamp.session)
  }
}
