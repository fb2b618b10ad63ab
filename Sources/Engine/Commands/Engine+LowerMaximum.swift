internal import Primitives
internal import Wire

extension Engine {
  /// The leader lowers its own maximum, not below the price; nobody else is told.
  mutating func lowerMaximum(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe LowerMaximum(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: message.auctionId,
      templateID: LowerMaximum.templateID
    )
    guard message.bidderId != 0 else { return reject(request, .malformed, stamp, &outbox) }
    guard let slot = auctions.find(AuctionID(raw: message.auctionId), on: shard) else {
      return reject(request, .unknownAuction, stamp, &outbox)
    }
    if let code = loweringCode(slot, message) {
      probe(.maximumNotLowered)
      return reject(request, on: slot, code, stamp, &outbox)
    }
    probe(.maximumLowered)
    auctions.willChange(slot)
    setMaximum(slot, message.newMaximum)
    acknowledgeBid(
      request,
      on: slot,
      bidder: message.bidderId,
      maximum: message.newMaximum,
      shown: auctions[slot].standing,
      outcome: .maximumLowered,
      flags: .unchanged,
      stamp,
      &outbox
    )
  }

  /// Why a maximum may not be lowered; nil when it may.
  private mutating func loweringCode(_ slot: UInt32, _ message: LowerMaximum) -> RejectCode? {
    let status = auctions[slot].status
    guard status == SlotStatus.active else { return Engine.closedCode(status) }
    // The maximum of anybody else is at or below the price already.
    guard auctions[slot].leader == message.bidderId else { return .lowerBelowPrice }
    guard Engine.isAmount(message.newMaximum), message.newMaximum < auctions[slot].maximum
    else { return .amountOutOfRange }
    return message.newMaximum < auctions[slot].price ? .lowerBelowPrice : nil
  }

  /// Cuts the leader's maximum, in its newest bid too, so that a removal applies it as it is now.
  mutating func setMaximum(_ slot: UInt32, _ maximum: Int64) {
    var standing = auctions[slot].standing
    let before = standing
    standing.maximum = maximum
    moveExposure(from: before, to: standing)
    auctions[slot].standing = standing
    let leading = auctions[slot].leadingBid
    bids.willChange(leading)
    bids[leading].amount = maximum
    bids[leading].wasLowered = true
  }
}
