internal import Primitives
internal import Wire

extension Engine {
  /// The seller changes what may still be changed: everything before the start, little after it.
  mutating func updateAuction(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe UpdateAuction(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: message.auctionId,
      templateID: UpdateAuction.templateID
    )
    guard let slot = auctions.find(AuctionID(raw: message.auctionId), on: shard) else {
      return reject(request, .unknownAuction, stamp, &outbox)
    }
    if let code = unsafe updateGate(slot, message, frame) {
      return reject(request, on: slot, code, stamp, &outbox)
    }
    auctions.willChange(slot)
    let code: RejectCode? =
      if auctions[slot].status == SlotStatus.active {
        updateActive(slot, message, stamp, &outbox)
      } else {
        unsafe updateUnopened(slot, message, UpdateAuction.tiers(in: frame), stamp.time)
      }
    if let code { return reject(request, on: slot, code, stamp, &outbox) }
    auctions[slot].revision &+= 1
    acknowledgeAuction(request, on: slot, stamp, &outbox)
    publishState(slot, stamp, &outbox)
  }

  /// Why the seller may change nothing at all; nil when the state of the auction decides.
  private mutating func updateGate(
    _ slot: UInt32,
    _ message: UpdateAuction,
    _ frame: UnsafeRawPointer
  ) -> RejectCode? {
    guard auctions[slot].seller == message.sellerId else { return .notOwner }
    let status = auctions[slot].status
    guard status < SlotStatus.ended else { return Engine.closedCode(status) }
    guard message.ifRevision == 0 || message.ifRevision == UInt64(auctions[slot].revision) else {
      return .revisionMismatch
    }
    let fields = Engine.meantFields(message)
    if fields.contains(.increments) {
      let tiers = unsafe UpdateAuction.tiers(in: frame)
      guard unsafe hasValidTable(message.incrementTable, tiers) else { return .malformed }
    }
    if fields.contains(.title) {
      let title = unsafe frame + FrameHeader.byteCount + Engine.updateTitleOffset
      guard unsafe TextChecker.isText(title, byteCount: 80) else { return .malformed }
    }
    let text = unsafe UpdateAuction.text(in: frame)
    return unsafe TextChecker.isText(text) ? nil : .malformed
  }

  /// Where the title stands in the body of an UpdateAuction.
  private static var updateTitleOffset: Int { 120 }

  /// A draft or a scheduled auction may change in everything; the whole is checked as when created.
  private mutating func updateUnopened(
    _ slot: UInt32,
    _ message: UpdateAuction,
    _ tiers: GroupSpan,
    _ time: Nanoseconds
  ) -> RejectCode? {
    let fields = Engine.meantFields(message)
    let isDraft = auctions[slot].status == SlotStatus.draft
    guard isDraft || !fields.contains(.publish) else { return .editNotAllowed }
    let staysDraft = isDraft && !fields.contains(.publish)
    var terms = AuctionTerms(auctions[slot])
    terms.overlay(message)
    if let code = terms.code() { return code }
    if !staysDraft {
      if let code = terms.timeCode(after: time) { return code }
      terms.startTime = max(terms.startTime, time)
    }
    if fields.contains(.increments) {
      guard let table = unsafe acquireTable(message.incrementTable, tiers) else {
        return .overloaded
      }
      increments.release(auctions[slot].incrementTable)
      auctions[slot].incrementTable = table
    }
    terms.write(to: &auctions[slot])
    if !staysDraft { publish(slot, at: time) }
    return nil
  }

  /// An active auction: with bids the reserve and the end alone, without bids some more.
  private mutating func updateActive(
    _ slot: UInt32,
    _ message: UpdateAuction,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) -> RejectCode? {
    let fields = Engine.meantFields(message)
    let hasBids = auctions[slot].leader != 0
    let allowed = hasBids ? Engine.fieldsWithBids : Engine.fieldsWithoutBids
    guard fields.isSubset(of: allowed) else {
      probe(.updateRefused)
      return .editNotAllowed
    }
    if let code = activeUpdateCode(slot, message, fields, hasBids, stamp.time) { return code }
    if fields.contains(.endTime) {
      probe(.endMovedBySeller)
      auctions[slot].endTime = message.endTime
      setTimer(slot, due: message.endTime)
    }
    if fields.contains(.reserve) { setReserve(slot, message.reserve, stamp, &outbox) }
    return nil
  }

  /// The fields that an update means: bits that the schema lacks are ignored.
  private static func meantFields(_ message: UpdateAuction) -> UpdateFields {
    UpdateFields(rawValue: message.changedFields & (UpdateFields.publish.rawValue << 1 &- 1))
  }

  private static var fieldsWithBids: UpdateFields {
    UpdateFields.appendText.union(.reserve).union(.endTime)
  }
  private static var fieldsWithoutBids: UpdateFields {
    fieldsWithBids.union(.replaceText).union(.title).union(.category)
  }

  /// What is wrong with the new reserve or the new end of an active auction; nil for nothing.
  private mutating func activeUpdateCode(
    _ slot: UInt32,
    _ message: UpdateAuction,
    _ fields: UpdateFields,
    _ hasBids: Bool,
    _ time: Nanoseconds
  ) -> RejectCode? {
    var terms = AuctionTerms(auctions[slot])
    if fields.contains(.reserve) {
      // An auction without a reserve has an absent one, and nothing is lower than that.
      if hasBids, message.reserve == .min || message.reserve >= terms.reserve {
        return .editNotAllowed
      }
      terms.reserve = message.reserve
    }
    if fields.contains(.endTime) {
      if hasBids, message.endTime <= terms.endTime { return .editNotAllowed }
      terms.endTime = message.endTime
    }
    return terms.code() ?? terms.timeCode(after: time)
  }

  /// Sets the reserve; lowered onto the leader's maximum, the auction's policy applies.
  private mutating func setReserve(
    _ slot: UInt32,
    _ reserve: Int64,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    auctions[slot].reserve = reserve
    let before = auctions[slot].standing
    var standing = before
    AuctionRules.lowerReserve(
      to: reserve,
      jumps: auctions[slot].traits.contains(.jumps),
      on: &standing,
      increments.tiers(auctions[slot].incrementTable)
    )
    if standing.maximum != before.maximum { setMaximum(slot, standing.maximum) }
    guard standing.price != before.price else { return }
    auctions[slot].standing = standing
    auctions[slot].bidCount &+= 1
    publishAutomaticRow(slot, stamp, &outbox)
  }
}
