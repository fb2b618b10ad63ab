internal import Primitives
internal import Wire

extension Engine {
  /// Calls an auction off: the seller until the first bid, an operator with a reason at any time.
  mutating func cancelAuction(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe CancelAuction(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: message.auctionId,
      templateID: CancelAuction.templateID
    )
    guard let slot = auctions.find(AuctionID(raw: message.auctionId), on: shard) else {
      return reject(request, .unknownAuction, stamp, &outbox)
    }
    if let code = cancelCode(slot, message, stamp.roles) {
      return reject(request, on: slot, code, stamp, &outbox)
    }
    auctions.willChange(slot)
    let wasDraft = auctions[slot].status == SlotStatus.draft
    close(slot, as: SlotStatus.cancelled, at: stamp.time)
    acknowledgeAuction(request, on: slot, stamp, &outbox)
    if !wasDraft { publishEnd(slot, .cancelled, at: stamp.time, stamp, &outbox) }
  }

  /// Why an auction may not be called off; nil when it may.
  private mutating func cancelCode(
    _ slot: UInt32,
    _ message: CancelAuction,
    _ roles: Roles
  ) -> RejectCode? {
    let isOperator = roles.mayOperate
    guard isOperator || auctions[slot].seller == message.accountId else { return .notOwner }
    let status = auctions[slot].status
    guard status < SlotStatus.ended else { return Engine.closedCode(status) }
    guard auctions[slot].leader != 0 else { return nil }
    guard isOperator else { return .editNotAllowed }
    guard message.reason != 0 else { return .malformed }
    probe(.cancelledWithBids)
    return nil
  }
}
