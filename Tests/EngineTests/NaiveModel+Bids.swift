import Wire

/// The naive model: bids, removal, lowering, accounts.
extension NaiveModel {
  enum Effect {
    case leads
    case beaten
    case raised
  }

  func bid(
    _ auction: UInt64,
    _ bidder: UInt64,
    _ amount: Int64,
    _ kind: UInt8,
    _ currency: UInt16,
    _ ifRevision: UInt64,
    ref: UInt64,
    template: UInt16
  ) {
    guard bidder != 0 else { return reject(.malformed, ref, template, auction: auction) }
    guard let lot = lots[auction] else {
      return reject(.unknownAuction, ref, template, auction: auction)
    }
    var wait: UInt64 = 0
    var code = gate(lot, bidder, amount, currency, ifRevision, &wait)
    if code == nil {
      code =
        kind == 2
        ? buy(lot, bidder, amount, ref, template)
        : offer(lot, bidder, amount, isExact: kind == 1, ref)
    }
    guard let code else { return }
    let retry = UInt32((wait + 999) / 1_000)
    reject(code, ref, template, auction: auction, lot: lot, retry: retry)
  }

  /// The gates in the order of the rules.
  private func gate(
    _ lot: Lot,
    _ bidder: UInt64,
    _ amount: Int64,
    _ currency: UInt16,
    _ ifRevision: UInt64,
    _ wait: inout UInt64
  ) -> RejectCode? {
    if lot.phase == .cancelled { return .cancelled }
    if lot.phase == .draft || lot.phase == .scheduled { return .notOpenYet }
    if lot.phase == .ended { return .ended }
    if bidder == lot.seller
      || people.contains(where: { $0.contains(bidder) && $0.contains(lot.seller) })
    {
      return .sellerMayNotBid
    }
    if blocked.contains(bidder) || refused.contains(Pair(first: lot.seller, second: bidder)) {
      return .bidderBlocked
    }
    if lot.verifiedOnly, !verified.contains(bidder) { return .bidderNotVerified }
    if let limit = limits[bidder] {
      let here = lot.leader == bidder ? lot.maximum ?? 0 : 0
      if Double(exposure(bidder) - here) + Double(amount) > Double(limit) { return .limitExceeded }
    }
    if currency != lot.currency { return .currencyMismatch }
    if !isAmount(amount) { return .amountOutOfRange }
    if ifRevision != 0, ifRevision != lot.revision { return .revisionMismatch }
    guard lot.refill > 0 else { return nil }
    wait = token(lot, bidder)
    return wait > 0 ? .limitExceeded : nil
  }

  /// A bucket of `burst` tokens, one more each `refill`: 0, or how long to wait for a token.
  private func token(_ lot: Lot, _ bidder: UInt64) -> UInt64 {
    let key = Pair(first: lot.id, second: bidder)
    let most = lot.refill * lot.burst
    var credit = credits[key] ?? Credit(nanoseconds: most, at: now)
    credit.nanoseconds = min(most, credit.nanoseconds + (now - credit.at))
    credit.at = now
    guard credit.nanoseconds >= lot.refill else { return lot.refill - credit.nanoseconds }
    credit.nanoseconds -= lot.refill
    credits[key] = credit
    return 0
  }

  private func buy(
    _ old: Lot,
    _ bidder: UInt64,
    _ amount: Int64,
    _ ref: UInt64,
    _ template: UInt16
  ) -> RejectCode? {
    let isOpen = old.leader == nil || (old.reserve != nil && !old.isReserveMet)
    guard let price = old.buyNow, price == amount, isOpen else { return .buyNowUnavailable }
    var lot = old
    lot.leader = bidder
    lot.maximum = price
    lot.price = price
    lot.leaderSession = session
    lot.rows += 1
    lot.phase = .ended
    lot.revision += 1
    lot.forgetAt = now + retention
    lots[lot.id] = lot
    acknowledge(lot, bidder, price, outcome: 4, flags: price == old.price ? 0 : 2, ref)
    if old.leader != bidder { tellBeaten(old, lot) }
    tellWon(lot, now)
    shoutRow(lot, bidder, price, 2, automatic: false, row: lot.rows)
    shoutPrice(lot, flags: 2)
    shoutEnd(lot, now, outcome: 2)
    return nil
  }

  private func acknowledge(
    _ lot: Lot,
    _ bidder: UInt64,
    _ yours: Int64,
    outcome: UInt8,
    flags: UInt8,
    _ ref: UInt64
  ) {
    say(
      .ack(
        ref: ref,
        auction: lot.id,
        bidder: bidder,
        yours: yours,
        price: lot.price ?? .min,
        next: shownNext(lot),
        leader: lot.leader ?? 0,
        revision: lot.revision,
        end: lot.closes,
        outcome: outcome,
        reserve: reserveWord(lot),
        status: lot.phase.rawValue,
        flags: flags,
        rows: lot.rows
      )
    )
  }

  private func tellBeaten(_ old: Lot, _ lot: Lot) {
    guard let loser = old.leader else { return }
    tell(
      old.leaderSession,
      .outbid(
        auction: lot.id,
        bidder: loser,
        yours: old.maximum ?? .min,
        price: lot.price ?? .min,
        next: shownNext(lot),
        revision: lot.revision,
        end: lot.closes
      )
    )
  }

  private func offer(
    _ old: Lot,
    _ bidder: UInt64,
    _ amount: Int64,
    isExact: Bool,
    _ ref: UInt64
  ) -> RejectCode? {
    if old.leader == bidder {
      if isExact { return .alreadyLeading }
      if amount <= old.maximum ?? 0 { return .notHigherThanOwnMaximum }
    } else if amount < old.minNext {
      return .bidTooLow
    }
    var lot = old
    let mine = Offer(bidder: bidder, amount: amount, isExact: isExact, session: session)
    lot.offers.append(mine)
    let effect = take(mine, &lot)
    let moved = lot.price != old.price
    var flags: UInt8 = moved ? 2 : 0
    if effect != .raised, lot.closes - now < lot.window {
      let wanted = min(now + lot.extend, lot.hardEnd ?? .max)
      if wanted > lot.closes {
        lot.closes = wanted
        flags |= 1
      }
    }
    if effect != .raised || moved { lot.revision += 1 }
    lots[lot.id] = lot
    let outcome: UInt8 = effect == .leads ? 0 : effect == .beaten ? 1 : 2
    acknowledge(lot, bidder, amount, outcome: outcome, flags: flags, ref)
    if effect == .leads { tellBeaten(old, lot) }
    if effect != .raised {
      let row = effect == .beaten ? lot.rows - 1 : lot.rows
      let shown = effect == .beaten ? amount : lot.price ?? 0
      shoutRow(lot, bidder, shown, isExact ? 1 : 0, automatic: false, row: row)
    }
    if effect == .beaten || (effect == .raised && moved) {
      shoutRow(lot, lot.leader ?? 0, lot.price ?? 0, 0, automatic: true, row: lot.rows)
    }
    if effect != .raised || moved { shoutPrice(lot, flags: flags) }
    return nil
  }

  /// The price rules 1, 2 and 3 on an offer that may not be refused any more.
  private func take(_ mine: Offer, _ lot: inout Lot) -> Effect {
    let amount = mine.amount
    guard let leader = lot.leader, let maximum = lot.maximum, let price = lot.price else {
      // Rule 1.
      var price = mine.isExact ? amount : lot.start
      if let reserve = lot.reserve, !mine.isExact {
        if amount >= reserve { price = reserve } else if lot.opensAtMaximum { price = amount }
      }
      lead(mine, price, &lot)
      return .leads
    }
    if leader == mine.bidder {
      // Rule 2.
      lot.maximum = max(maximum, amount)
      lot.leaderSession = mine.session
      if let reserve = lot.reserve, price < reserve, amount >= reserve {
        lot.price = reserve
        lot.rows += 1
      }
      return .raised
    }
    // Rule 3.
    guard amount > maximum else {
      lot.price = max(price, min(maximum, amount + lot.step(amount)))
      lot.rows += 2
      return .beaten
    }
    var next = mine.isExact ? amount : min(amount, maximum + lot.step(maximum))
    if let reserve = lot.reserve, price < reserve, amount >= reserve { next = max(next, reserve) }
    lead(mine, next, &lot)
    return .leads
  }

  private func lead(_ mine: Offer, _ price: Int64, _ lot: inout Lot) {
    lot.leader = mine.bidder
    lot.maximum = mine.amount
    lot.price = price
    lot.leaderSession = mine.session
    lot.rows += 1
  }

  func lower(_ message: LowerMaximum) {
    let ref = message.clientRef
    let template = LowerMaximum.templateID
    guard message.bidderId != 0 else {
      return reject(.malformed, ref, template, auction: message.auctionId)
    }
    guard var lot = lots[message.auctionId] else {
      return reject(.unknownAuction, ref, template, auction: message.auctionId)
    }
    let new = message.newMaximum
    let code: RejectCode? =
      switch lot.phase {
      case .draft, .scheduled: .notOpenYet
      case .ended: .ended
      case .cancelled: .cancelled
      case .active:
        if lot.leader != message.bidderId {
          .lowerBelowPrice
        } else if !isAmount(new) || new >= lot.maximum ?? 0 {
          .amountOutOfRange
        } else if new < lot.price ?? 0 {
          .lowerBelowPrice
        } else {
          nil
        }
      }
    if let code { return reject(code, ref, template, auction: lot.id, lot: lot) }
    lot.maximum = new
    cap(&lot, message.bidderId, new)
    lots[lot.id] = lot
    acknowledge(lot, message.bidderId, new, outcome: 3, flags: 0, ref)
  }

  func remove(_ message: RemoveBids) {
    let ref = message.clientRef
    let template = RemoveBids.templateID
    if message.bidderId == 0 {
      return reject(.malformed, ref, template, auction: message.auctionId)
    }
    if !isOperator { return reject(.notAuthorised, ref, template, auction: message.auctionId) }
    guard var lot = lots[message.auctionId] else {
      return reject(.unknownAuction, ref, template, auction: message.auctionId)
    }
    guard lot.phase == .active else {
      return reject(.removalNotAllowed, ref, template, auction: lot.id, lot: lot)
    }
    let kept = lot.offers.filter { $0.bidder != message.bidderId }
    let removed = lot.offers.count - kept.count
    if removed > 0 {
      let before = lot.price ?? 0
      lot.offers = kept
      lot.leader = nil
      lot.maximum = nil
      lot.price = nil
      lot.leaderSession = 0
      lot.rows = 0
      for offer in kept { _ = take(offer, &lot) }
      if let price = lot.price { lot.price = min(price, before) }
      lot.revision += 1
      lots[lot.id] = lot
    }
    say(
      .removeAck(
        ref: ref,
        auction: lot.id,
        revision: lot.revision,
        price: lot.price ?? .min,
        leader: lot.leader ?? 0,
        removed: UInt32(removed),
        rows: lot.rows
      )
    )
    if removed > 0 { shoutPrice(lot, flags: 2) }
  }

  func control(_ message: AccountControl) {
    if let code = controlCode(message) {
      return reject(code, message.clientRef, AccountControl.templateID)
    }
    let account = message.accountId
    switch AccountAction(rawValue: message.action) ?? .block {
    case .block: blocked.insert(account)
    case .unblock: blocked.remove(account)
    case .verify: verified.insert(account)
    case .unverify: verified.remove(account)
    case .limitExposure: limits[account] = message.amount == .min ? nil : message.amount
    case .link:
      var all: Set<UInt64> = [account, message.otherId]
      for group in people where !group.isDisjoint(with: all) { all.formUnion(group) }
      people.removeAll { !$0.isDisjoint(with: all) }
      people.append(all)
    case .unlink:
      people = people.map { $0.subtracting([account]) }.filter { $0.count > 1 }
    case .sellerBlock: refused.insert(Pair(first: account, second: message.otherId))
    case .sellerUnblock: refused.remove(Pair(first: account, second: message.otherId))
    }
    say(
      .accountAck(ref: message.clientRef, account: account, exposure: exposure(account))
    )
  }

  private func controlCode(_ message: AccountControl) -> RejectCode? {
    guard message.accountId != 0, let action = AccountAction(rawValue: message.action) else {
      return .malformed
    }
    let isSellers = action == .sellerBlock || action == .sellerUnblock
    let mayAct = isOperator || (isSellers && message.actorId == message.accountId)
    guard mayAct else { return .notAuthorised }
    if isSellers || action == .link {
      if message.otherId == 0 || message.otherId == message.accountId { return .malformed }
    }
    if action == .limitExposure, message.amount != .min, message.amount < 0 {
      return .amountOutOfRange
    }
    return nil
  }
}
