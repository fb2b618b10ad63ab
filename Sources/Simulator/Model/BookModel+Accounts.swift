internal import Primitives
internal import Wire

/// What operators and sellers decide of accounts.
extension BookModel {
  func control(_ message: AccountControl) {
    let asked = Asked(ref: message.clientRef, template: AccountControl.templateID)
    guard let action = AccountAction(rawValue: message.action) else {
      return refuse(asked, .malformed)
    }
    if let code = controlCode(message, action) ?? carryOut(message, action) {
      return refuse(asked, code)
    }
    reply(
      AccountAck(
        clientRef: asked.ref, accountId: message.accountId,
        exposure: accounts.exposure(of: message.accountId), logPosition: position, time: now))
  }

  private func controlCode(_ message: AccountControl, _ action: AccountAction) -> RejectCode? {
    guard message.accountId != 0 else { return .malformed }
    let isSellers = action == .sellerBlock || action == .sellerUnblock
    guard isOperator || (isSellers && message.actorId == message.accountId) else {
      return .notAuthorised
    }
    if isSellers || action == .link {
      guard message.otherId != 0, message.otherId != message.accountId else { return .malformed }
    }
    if action == .limitExposure, message.amount != Money.absent, message.amount < 0 {
      return .amountOutOfRange
    }
    return nil
  }

  private func carryOut(_ message: AccountControl, _ action: AccountAction) -> RejectCode? {
    let account = message.accountId
    switch action {
    case .link: return link(account, message.otherId)
    case .unlink: unlink(account)
    case .sellerBlock: return refuseBidder(message.otherId, seller: account)
    case .sellerUnblock:
      accounts.refusals.removeAll { $0 == NumberPair(first: account, second: message.otherId) }
    case .block, .unblock, .verify, .unverify, .limitExposure:
      guard findsPlace(account) else { return .overloaded }
      mark(account, action, message.amount)
    }
    return nil
  }

  private func mark(_ account: UInt64, _ action: AccountAction, _ amount: Int64) {
    switch action {
    case .block: accounts.blocked.insert(account)
    case .unblock: accounts.blocked.remove(account)
    case .verify: accounts.verified.insert(account)
    case .unverify: accounts.verified.remove(account)
    default:
      // No sum of maxima reaches the greatest number.
      let isNone = amount == Money.absent || amount == .max
      accounts.limits[account] = isNone ? nil : amount
    }
  }

  private func refuseBidder(_ bidder: UInt64, seller: UInt64) -> RejectCode? {
    let pair = NumberPair(first: seller, second: bidder)
    if accounts.refusals.contains(pair) { return nil }
    guard UInt64(accounts.refusals.count) < limits.sellerBlocks, findsPlace(bidder) else {
      return .overloaded
    }
    guard accounts.refusalCount(of: bidder) < 65_535 else { return .limitExceeded }
    accounts.refusals.append(pair)
    return nil
  }

  /// Two accounts are of one person: their groups become one, of at most 31.
  private func link(_ one: UInt64, _ other: UInt64) -> RejectCode? {
    if accounts.isLinked(one, other) { return nil }
    let places = [one, other].compactMap { accounts.groupIndex(of: $0) }
    let all = places.reduce(into: Set([one, other])) { $0.formUnion(accounts.groups[$1]) }
    guard all.count <= 31 else { return .limitExceeded }
    guard !places.isEmpty || UInt64(accounts.groups.count) < limits.linkGroups else {
      return .overloaded
    }
    guard findsPlace(one), findsPlace(other) else { return .overloaded }
    accounts.groups.removeAll { !$0.isDisjoint(with: all) }
    accounts.groups.append(all)
    return nil
  }

  /// An account leaves its group; a group of one is none.
  private func unlink(_ account: UInt64) {
    guard let place = accounts.groupIndex(of: account) else { return }
    accounts.groups[place].remove(account)
    if accounts.groups[place].count < 2 { accounts.groups.remove(at: place) }
  }
}
