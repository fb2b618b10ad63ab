internal import Primitives
internal import Wire

/// Creation, update, cancellation and outages.
extension BookModel {
  func create(_ message: CreateAuction, _ text: SellerText, _ tiers: [PriceTier]) {
    let asked = Asked(ref: message.clientRef, template: CreateAuction.templateID)
    guard message.sellerId != 0, message.format == AuctionFormat.english.rawValue,
      let ladder = PriceLadder(number: message.incrementTable, tiers: tiers),
      SellerText.isText(text.title), SellerText.isText(text.description),
      Self.arePolicies(message.reservePolicy, message.reserveLowering)
    else { return refuse(asked, .malformed) }
    let isDraft = message.flags & AuctionFlags.draft.rawValue != 0
    var terms = LotTerms(message)
    if let code = terms.fault(at: nil) ?? (isDraft ? nil : terms.fault(at: now)) {
      return refuse(asked, code)
    }
    guard hasFreeSlot, hasRoom(for: ladder), let id = newID() else {
      return refuse(asked, .overloaded)
    }
    if !isDraft { terms.opens = max(terms.opens, now) }
    let lot = Lot(id: id, seller: message.sellerId, terms: terms, ladder: ladder)
    lots.put(lot)
    if !isDraft { publish(lot) }
    acknowledge(lot, asked)
    shoutState(lot)
  }

  private static func arePolicies(_ reserve: UInt8, _ lowering: UInt8) -> Bool {
    ReservePolicy(rawValue: reserve) != nil && ReserveLowering(rawValue: lowering) != nil
  }

  /// Whether a table can be kept: a named one, one that another auction has, or one more.
  private func hasRoom(for ladder: PriceLadder) -> Bool {
    guard ladder.isSellers else { return true }
    let kept = Set(lots.all.map(\.ladder).filter(\.isSellers))
    return kept.contains(ladder) || UInt64(kept.count) < limits.incrementTables
  }

  /// An auction becomes scheduled, or active when its start has come.
  private func publish(_ lot: Lot) {
    lot.status = lot.terms.opens <= now ? .active : .scheduled
    isDue(lot)
  }

  // MARK: Update

  func update(_ message: UpdateAuction, _ text: SellerText, _ tiers: [PriceTier]) {
    let asked = Asked(
      ref: message.clientRef, auction: message.auctionId, template: UpdateAuction.templateID)
    guard let lot = lots[message.auctionId] else { return refuse(asked, .unknownAuction) }
    let code =
      updateCode(message, text, tiers, lot)
      ?? (lot.status == .active ? change(lot, message) : rewrite(lot, message, tiers))
    if let code { return refuse(asked, code, on: lot) }
    lot.revision += 1
    acknowledge(lot, asked)
    shoutState(lot)
  }

  private func updateCode(
    _ message: UpdateAuction, _ text: SellerText, _ tiers: [PriceTier], _ lot: Lot
  ) -> RejectCode? {
    if message.sellerId != lot.seller { return .notOwner }
    if lot.isOver { return lot.closedCode }
    if message.ifRevision != 0, message.ifRevision != lot.revision { return .revisionMismatch }
    let fields = Self.fields(message)
    if fields.contains(.increments),
      PriceLadder(number: message.incrementTable, tiers: tiers) == nil
    {
      return .malformed
    }
    if fields.contains(.title), !SellerText.isText(text.title) { return .malformed }
    return SellerText.isText(text.description) ? nil : .malformed
  }

  /// The fields that an update means; bits that the schema lacks are ignored.
  private static func fields(_ message: UpdateAuction) -> UpdateFields {
    UpdateFields(rawValue: message.changedFields & 0x1_FFFF)
  }

  /// Changes a draft or a scheduled auction in everything.
  private func rewrite(_ lot: Lot, _ message: UpdateAuction, _ tiers: [PriceTier]) -> RejectCode? {
    let fields = Self.fields(message)
    if fields.contains(.publish), lot.status != .draft { return .editNotAllowed }
    let staysDraft = lot.status == .draft && !fields.contains(.publish)
    if fields.contains(.policies),
      !Self.arePolicies(message.reservePolicy, message.reserveLowering)
    {
      return .malformed
    }
    var terms = lot.terms.updated(by: message)
    if let code = terms.fault(at: nil) ?? (staysDraft ? nil : terms.fault(at: now)) {
      return code
    }
    var ladder = lot.ladder
    if fields.contains(.increments) {
      guard let new = PriceLadder(number: message.incrementTable, tiers: tiers) else {
        return .malformed
      }
      guard hasRoom(for: new) else { return .overloaded }
      ladder = new
    }
    if !staysDraft { terms.opens = max(terms.opens, now) }
    lot.terms = terms
    lot.ladder = ladder
    lot.story = LotStory(terms, ladder)
    if !staysDraft { publish(lot) }
    return nil
  }

  /// Changes what may be changed of an active auction.
  private func change(_ lot: Lot, _ message: UpdateAuction) -> RejectCode? {
    let fields = Self.fields(message)
    var allowed: UpdateFields = [.appendText, .reserve, .endTime]
    if !lot.hasBids { allowed.formUnion([.replaceText, .title, .category]) }
    guard fields.isSubset(of: allowed) else { return .editNotAllowed }
    var terms = lot.terms
    if fields.contains(.reserve) {
      let new = message.reserve == Money.absent ? nil : message.reserve
      if lot.hasBids {
        guard let new, let old = lot.standing.reserve, new < old else { return .editNotAllowed }
      }
      terms.reserve = new
    }
    if fields.contains(.endTime) {
      if lot.hasBids, message.endTime <= terms.ends { return .editNotAllowed }
      terms.ends = message.endTime
    }
    if let code = terms.fault(at: nil) ?? terms.fault(at: now) { return code }
    lot.terms = terms
    isDue(lot)
    if fields.contains(.reserve) { setReserve(lot, terms.reserve) }
    return nil
  }

  private func setReserve(_ lot: Lot, _ reserve: Int64?) {
    let old = lot.leader
    let before = lot.standing.price
    lot.story.tell(.reserve(reserve))
    accounts.lead(lot.id, from: old, to: lot.leader)
    if lot.standing.price != before { shoutAutomaticRow(lot) }
  }

  // MARK: Cancellation and outages

  func cancel(_ message: CancelAuction) {
    let asked = Asked(
      ref: message.clientRef, auction: message.auctionId, template: CancelAuction.templateID)
    guard let lot = lots[message.auctionId] else { return refuse(asked, .unknownAuction) }
    if let code = cancelCode(message, lot) { return refuse(asked, code, on: lot) }
    let wasDraft = lot.status == .draft
    close(lot, .cancelled, at: now)
    acknowledge(lot, asked)
    if !wasDraft { shoutEnd(lot, .cancelled, at: now) }
  }

  private func cancelCode(_ message: CancelAuction, _ lot: Lot) -> RejectCode? {
    guard isOperator || message.accountId == lot.seller else { return .notOwner }
    if lot.isOver { return lot.closedCode }
    guard lot.hasBids else { return nil }
    guard isOperator else { return .editNotAllowed }
    return message.reason == 0 ? .malformed : nil
  }

  /// Ends that fell in an outage, or whose last minutes did, move; in the order of slots.
  func endOutage(_ message: OutageEnded) {
    guard message.graceNs > 0, message.lastSeen <= now else { return }
    for lot in lots.all where lot.status == .active || lot.status == .scheduled {
      let ends = lot.terms.ends
      guard lot.terms.opens <= now, ends >= message.lastSeen, ends <= now + lot.terms.window else {
        continue
      }
      let left = ends - min(ends, max(message.lastSeen, lot.terms.opens))
      let open = min(max(left, message.graceNs), LotTerms.lastTime)
      let moved = min(now + open, LotTerms.lastTime)
      guard moved > ends else { continue }
      lot.terms.ends = moved
      lot.terms.hardEnd = lot.terms.hardEnd.map { min($0 + (moved - ends), LotTerms.lastTime) }
      lot.revision += 1
      shout(
        AuctionExtended(
          auctionId: lot.id, oldEndTime: ends, endTime: moved, revision: lot.revision,
          logPosition: position, time: now, reason: ExtensionReason.outage.rawValue))
      shoutState(lot)
    }
  }
}
