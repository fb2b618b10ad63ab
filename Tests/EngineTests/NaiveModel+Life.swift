import Wire

/// The naive model: time, creation, update, cancellation.
extension NaiveModel {
  /// Everything due at or before now, one at a time, the least (due time, id) first.
  func fire() {
    while true {
      var next: Lot?
      for lot in lots.values {
        guard let due = lot.due, due <= now else { continue }
        guard let best = next, let bestDue = best.due else {
          next = lot
          continue
        }
        if due < bestDue || (due == bestDue && lot.id < best.id) { next = lot }
      }
      guard let lot = next, let due = lot.due else { return }
      fire(lot, due)
    }
  }

  /// The ends that fell in an outage, or whose window did, in the order of slots.
  func endOutage(_ lastSeen: UInt64, _ grace: UInt64) {
    let ids = lots.keys.sorted { $0 & 0xFFFF_FFFF < $1 & 0xFFFF_FFFF }
    for id in ids where grace > 0 && lastSeen <= now {
      guard var lot = lots[id], lot.phase == .active || lot.phase == .scheduled else { continue }
      let wasToBeOpen = lot.opens <= now
      let touches = lot.closes >= lastSeen && lot.closes <= now + lot.window
      guard wasToBeOpen, touches else { continue }
      let old = lot.closes
      let left = old - max(lastSeen, lot.opens)
      let end = now + max(left, grace)
      guard end > old else { continue }
      lot.closes = end
      if let hardEnd = lot.hardEnd { lot.hardEnd = hardEnd + (end - old) }
      lot.revision += 1
      lots[id] = lot
      shout(.extended(auction: id, oldEnd: old, end: end, revision: lot.revision, reason: 1))
      shout(state(lot))
    }
  }

  private func fire(_ old: Lot, _ due: UInt64) {
    var lot = old
    switch lot.phase {
    case .scheduled:
      lot.phase = .active
      lot.revision += 1
      lots[lot.id] = lot
      shout(state(lot))
    case .active:
      let isSold = lot.leader != nil && lot.isReserveMet
      lot.phase = .ended
      lot.revision += 1
      lot.forgetAt = due + retention
      lots[lot.id] = lot
      shoutEnd(lot, due, outcome: lot.leader == nil ? 0 : isSold ? 2 : 1)
      if isSold { tellWon(lot, due) }
    default:
      lots[lot.id] = nil
      freeSlots.append(Int(lot.id & 0xFFFF_FFFF))
    }
  }

  func shoutEnd(_ lot: Lot, _ time: UInt64, outcome: UInt8) {
    shout(
      .ended(
        auction: lot.id,
        price: lot.price ?? .min,
        winner: outcome == 2 ? lot.leader ?? 0 : 0,
        revision: lot.revision,
        time: time,
        outcome: outcome,
        rows: lot.rows
      )
    )
  }

  func tellWon(_ lot: Lot, _ time: UInt64) {
    tell(
      lot.leaderSession,
      .won(
        auction: lot.id,
        bidder: lot.leader ?? 0,
        price: lot.price ?? .min,
        time: time,
        currency: lot.currency
      )
    )
  }

  private static let named: [UInt8: [(limit: Int64?, step: Int64)]] = [
    1: [
      (100, 25), (500, 50), (2500, 100), (10000, 250), (50000, 500), (100_000, 1000),
      (500_000, 2500), (2_500_000, 5000), (nil, 10000),
    ],
    2: [
      (100, 5), (500, 25), (2500, 50), (10000, 100), (25000, 250), (50000, 500),
      (100_000, 1000), (250_000, 2500), (500_000, 5000), (nil, 10000),
    ],
    3: [
      (100, 5), (500, 20), (1500, 50), (6000, 100), (15000, 200), (30000, 500), (60000, 1000),
      (150_000, 2000), (300_000, 5000), (nil, 10000),
    ],
  ]

  /// The tiers that a command names; nil when they are not valid.
  private func tiers(
    _ number: UInt8,
    _ custom: [CreateAuction.Tier]
  ) -> [(limit: Int64?, step: Int64)]? {
    guard number == 255 else { return NaiveModel.named[number] }
    guard !custom.isEmpty, custom.count <= 16 else { return nil }
    for (index, tier) in custom.enumerated() {
      guard isAmount(tier.increment) else { return nil }
      if index > 0, tier.increment < custom[index - 1].increment { return nil }
      if index == custom.count - 1 {
        if tier.limit != .min { return nil }
      } else {
        guard isAmount(tier.limit) else { return nil }
        if index > 0, tier.limit <= custom[index - 1].limit { return nil }
      }
    }
    return custom.map { ($0.limit == .min ? nil : $0.limit, $0.increment) }
  }

  func isAmount(_ amount: Int64) -> Bool { (1...999_999_999_999).contains(amount) }

  /// What is wrong with an auction that opens at `earliest` or later.
  private func fault(_ lot: Lot, opensAfter earliest: UInt64) -> RejectCode? {
    if !(1...999).contains(lot.currency) { return .malformed }
    if lot.refill > 0, lot.burst == 0 || lot.refill > 86_400_000_000_000 { return .malformed }
    if !isAmount(lot.start) { return .amountOutOfRange }
    if let reserve = lot.reserve, !isAmount(reserve) || reserve < lot.start {
      return .amountOutOfRange
    }
    if let buyNow = lot.buyNow {
      let least = max(lot.start, lot.reserve ?? 0)
      if !isAmount(buyNow) || buyNow < least { return .amountOutOfRange }
    }
    let opens = max(lot.opens, earliest)
    if lot.closes <= opens || lot.closes > 4_102_444_800_000_000_000 { return .malformed }
    if let hard = lot.hardEnd, hard < lot.closes || hard > 4_102_444_800_000_000_000 {
      return .malformed
    }
    return nil
  }

  func create(_ message: CreateAuction, _ custom: [CreateAuction.Tier]) {
    let ref = message.clientRef
    let template = CreateAuction.templateID
    guard message.sellerId != 0, let tiers = tiers(message.incrementTable, custom) else {
      return reject(.malformed, ref, template)
    }
    let isDraft = message.flags & 1 != 0
    var lot = Lot(
      id: 0,
      seller: message.sellerId,
      start: message.startPrice,
      reserve: message.reserve == .min ? nil : message.reserve,
      buyNow: message.buyNow == .min ? nil : message.buyNow,
      opens: message.startTime,
      closes: message.endTime,
      hardEnd: message.hardEnd == 0 ? nil : message.hardEnd,
      window: UInt64(message.softCloseWindowMs) * 1_000_000,
      extend: UInt64(message.softCloseExtensionMs) * 1_000_000,
      refill: UInt64(message.rateRefillMs) * 1_000_000,
      burst: UInt64(message.rateBurst),
      currency: message.currency,
      tiers: tiers,
      opensAtMaximum: message.reservePolicy == 1,
      jumps: message.reserveLowering == 1,
      verifiedOnly: message.flags & 2 != 0,
      phase: .draft
    )
    if let code = fault(lot, opensAfter: isDraft ? 0 : now) { return reject(code, ref, template) }
    guard let id = newID() else { return reject(.overloaded, ref, template) }
    lot.id = id
    if !isDraft { publish(&lot) }
    lots[id] = lot
    say(
      .auctionAck(
        ref: ref,
        auction: id,
        revision: 1,
        status: lot.phase.rawValue,
        template: template
      )
    )
    if !isDraft { shout(state(lot)) }
  }

  private func publish(_ lot: inout Lot) {
    lot.opens = max(lot.opens, now)
    lot.phase = lot.opens <= now ? .active : .scheduled
  }

  private func newID() -> UInt64? {
    if freeSlots.isEmpty {
      guard generations.count < slotsMax else { return nil }
      generations.append(1)
      return 1 << 32 | UInt64(generations.count - 1)
    }
    let slot = freeSlots.removeFirst()
    generations[slot] += 1
    return generations[slot] << 32 | UInt64(slot)
  }

  func update(_ message: UpdateAuction, _ custom: [CreateAuction.Tier]) {
    let ref = message.clientRef
    let template = UpdateAuction.templateID
    guard let old = lots[message.auctionId] else {
      return reject(.unknownAuction, ref, template, auction: message.auctionId)
    }
    let fields = UpdateFields(rawValue: message.changedFields)
    var lot = old
    let code = change(&lot, message, fields, custom)
    if let code {
      return reject(code, ref, template, auction: lot.id, lot: old)
    }
    lot.revision += 1
    lots[lot.id] = lot
    say(
      .auctionAck(
        ref: ref,
        auction: lot.id,
        revision: lot.revision,
        status: lot.phase.rawValue,
        template: template
      )
    )
    if lot.phase != .draft { shout(state(lot)) }
  }

  private func change(
    _ lot: inout Lot,
    _ message: UpdateAuction,
    _ fields: UpdateFields,
    _ custom: [CreateAuction.Tier]
  ) -> RejectCode? {
    if lot.seller != message.sellerId { return .notOwner }
    if lot.phase == .ended { return .ended }
    if lot.phase == .cancelled { return .cancelled }
    if message.ifRevision != 0, message.ifRevision != lot.revision { return .revisionMismatch }
    if fields.contains(.increments) {
      guard let tiers = tiers(message.incrementTable, custom) else { return .malformed }
      lot.tiers = tiers
    }
    return lot.phase == .active
      ? changeActive(&lot, message, fields) : changeUnopened(&lot, message, fields)
  }

  private func changeUnopened(
    _ lot: inout Lot,
    _ message: UpdateAuction,
    _ fields: UpdateFields
  ) -> RejectCode? {
    if fields.contains(.publish), lot.phase != .draft { return .editNotAllowed }
    if fields.contains(.startPrice) { lot.start = message.startPrice }
    if fields.contains(.reserve) { lot.reserve = message.reserve == .min ? nil : message.reserve }
    if fields.contains(.buyNow) { lot.buyNow = message.buyNow == .min ? nil : message.buyNow }
    if fields.contains(.startTime) { lot.opens = message.startTime }
    if fields.contains(.endTime) { lot.closes = message.endTime }
    if fields.contains(.hardEnd) { lot.hardEnd = message.hardEnd == 0 ? nil : message.hardEnd }
    if fields.contains(.softClose) {
      lot.window = UInt64(message.softCloseWindowMs) * 1_000_000
      lot.extend = UInt64(message.softCloseExtensionMs) * 1_000_000
    }
    if fields.contains(.rateLimit) {
      lot.refill = UInt64(message.rateRefillMs) * 1_000_000
      lot.burst = UInt64(message.rateBurst)
    }
    if fields.contains(.currency) { lot.currency = message.currency }
    if fields.contains(.policies) {
      lot.opensAtMaximum = message.reservePolicy == 1
      lot.jumps = message.reserveLowering == 1
    }
    if fields.contains(.verified) { lot.verifiedOnly = message.flags & 2 != 0 }
    let staysDraft = lot.phase == .draft && !fields.contains(.publish)
    if let code = fault(lot, opensAfter: staysDraft ? 0 : now) { return code }
    if !staysDraft { publish(&lot) }
    return nil
  }

  private func changeActive(
    _ lot: inout Lot,
    _ message: UpdateAuction,
    _ fields: UpdateFields
  ) -> RejectCode? {
    let hasBids = lot.leader != nil
    var allowed: UpdateFields = [.appendText, .reserve, .endTime]
    if !hasBids { allowed.formUnion([.replaceText, .title, .category]) }
    if !fields.subtracting(allowed).isEmpty { return .editNotAllowed }
    let oldReserve = lot.reserve
    if fields.contains(.reserve) {
      if hasBids {
        guard message.reserve != .min, let oldReserve, message.reserve < oldReserve else {
          return .editNotAllowed
        }
      }
      lot.reserve = message.reserve == .min ? nil : message.reserve
    }
    if fields.contains(.endTime) {
      if hasBids, message.endTime <= lot.closes { return .editNotAllowed }
      lot.closes = message.endTime
    }
    if let code = fault(lot, opensAfter: now) { return code }
    if fields.contains(.reserve), hasBids { lowered(&lot) }
    return nil
  }

  /// The reserve was lowered: the leader does not win at it without bidding again.
  private func lowered(_ lot: inout Lot) {
    guard let reserve = lot.reserve, let leader = lot.leader, let maximum = lot.maximum,
      let price = lot.price, maximum >= reserve
    else { return }
    if lot.jumps {
      guard reserve > price else { return }
      lot.price = reserve
      lot.rows += 1
      shoutRow(lot, leader, reserve, 0, automatic: true, row: lot.rows)
    } else {
      lot.maximum = max(price, reserve - 1)
      cap(&lot, leader, max(price, reserve - 1))
    }
  }

  /// No offer of a bidder counts for more than this any longer.
  func cap(_ lot: inout Lot, _ bidder: UInt64, _ most: Int64) {
    for index in lot.offers.indices where lot.offers[index].bidder == bidder {
      lot.offers[index].amount = min(lot.offers[index].amount, most)
    }
  }

  func cancel(_ message: CancelAuction) {
    let ref = message.clientRef
    let template = CancelAuction.templateID
    guard var lot = lots[message.auctionId] else {
      return reject(.unknownAuction, ref, template, auction: message.auctionId)
    }
    let code: RejectCode? =
      if !isOperator && lot.seller != message.accountId {
        .notOwner
      } else if lot.phase == .ended {
        .ended
      } else if lot.phase == .cancelled {
        .cancelled
      } else if lot.leader != nil && !isOperator {
        .editNotAllowed
      } else if lot.leader != nil && message.reason == 0 {
        .malformed
      } else {
        nil
      }
    if let code { return reject(code, ref, template, auction: lot.id, lot: lot) }
    let wasDraft = lot.phase == .draft
    lot.phase = .cancelled
    lot.revision += 1
    lot.forgetAt = now + retention
    lots[lot.id] = lot
    say(
      .auctionAck(
        ref: ref,
        auction: lot.id,
        revision: lot.revision,
        status: 4,
        template: template
      )
    )
    if !wasDraft { shoutEnd(lot, now, outcome: 3) }
  }
}
