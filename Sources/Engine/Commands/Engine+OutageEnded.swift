internal import Primitives
internal import Wire

extension Engine {
  /// The shard serves again: what fell in the outage is extended, then what is due fires.
  ///
  /// Where something is due, `run` has extended already; what is left to do is found by the cursor.
  mutating func endOutage(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    unsafe extendAfterOutage(frame, stamp, &outbox)
    if !moreDue { outageSlot = 0 }
  }

  /// Moves the ends that fell in an outage; goes on from `outageSlot`.
  ///
  /// Stops with `moreDue` when the outbox is nearly full. What was extended stays so: an end that
  /// has moved lies behind the outage, so that nothing is extended twice.
  ///
  /// - Complexity: O(auctions), in the order of memory; once an outage.
  @inline(never)
  mutating func extendAfterOutage(
    _ frame: UnsafeRawPointer,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let message = unsafe OutageEnded(frame: frame)
    guard message.graceNs > 0, message.lastSeen <= stamp.time else {
      probe(.outageIgnored)
      return
    }
    let grace = min(message.graceNs, AuctionTerms.latestTime)
    while outageSlot < auctions.slotEnd {
      guard outbox.freeByteCount >= Engine.firedByteCountMax else {
        probe(.outageResumed)
        moreDue = true
        return
      }
      extend(outageSlot, message.lastSeen, grace, stamp, &outbox)
      outageSlot += 1
    }
  }

  /// Moves one auction's end when the outage fell on it.
  private mutating func extend(
    _ slot: UInt32,
    _ lastSeen: Nanoseconds,
    _ grace: Nanoseconds,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let status = auctions[slot].status
    guard status == SlotStatus.active || status == SlotStatus.scheduled else { return }
    let oldEnd = auctions[slot].endTime
    let end = AuctionRules.endAfterOutage(
      from: lastSeen,
      to: stamp.time,
      start: auctions[slot].startTime,
      end: oldEnd,
      window: UInt64(auctions[slot].softWindowMs) &* 1_000_000,
      grace: grace
    )
    guard end > oldEnd else { return }
    probe(.outageExtended)
    auctions.willChange(slot)
    auctions[slot].endTime = end
    if auctions[slot].hardEnd != 0 {
      auctions[slot].hardEnd = min(auctions[slot].hardEnd + (end - oldEnd), AuctionTerms.latestTime)
    }
    auctions[slot].revision &+= 1
    if status == SlotStatus.active { postponeTimer(slot) }
    publishExtension(slot, from: oldEnd, .outage, stamp, &outbox)
    publishState(slot, stamp, &outbox)
  }
}
