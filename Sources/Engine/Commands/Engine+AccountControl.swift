internal import Primitives
internal import Wire

extension Engine {
  /// Blocks, verifies, limits or links accounts; a seller may refuse a bidder.
  mutating func accountControl(
    _ frame: UnsafeRawPointer,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let message = unsafe AccountControl(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: 0,
      templateID: AccountControl.templateID
    )
    guard let action = AccountAction(rawValue: message.action) else {
      return reject(request, .malformed, stamp, &outbox)
    }
    if let code = accountCode(message, action, stamp.roles) ?? change(message, action) {
      probe(.accountControlRefused)
      return reject(request, code, stamp, &outbox)
    }
    let reply = AccountAck(
      clientRef: message.clientRef,
      accountId: message.accountId,
      exposure: exposure(of: message.accountId),
      logPosition: stamp.position,
      time: stamp.time
    )
    outbox.append(reply, to: stamp.session)
  }

  /// Why a change of an account is refused, whatever the room; nil for nothing.
  private mutating func accountCode(
    _ message: AccountControl,
    _ action: AccountAction,
    _ roles: Roles
  ) -> RejectCode? {
    guard message.accountId != 0 else { return .malformed }
    switch action {
    case .sellerBlock, .sellerUnblock:
      let isSeller = message.actorId == message.accountId
      guard isSeller || roles.mayOperate else { return .notAuthorised }
      return message.otherId == 0 || message.otherId == message.accountId ? .malformed : nil
    default:
      guard roles.mayOperate else { return .notAuthorised }
    }
    if action == .link, message.otherId == 0 || message.otherId == message.accountId {
      return .malformed
    }
    if action == .limitExposure, message.amount != .min, message.amount < 0 {
      return .amountOutOfRange
    }
    return nil
  }

  /// Makes a change that is allowed; the code when there is no room for it.
  private mutating func change(
    _ message: AccountControl,
    _ action: AccountAction
  ) -> RejectCode? {
    switch action {
    case .link: return link(message.accountId, message.otherId)
    case .unlink: unlink(message.accountId)
    case .sellerBlock: return refuseBidder(message.otherId, seller: message.accountId)
    case .sellerUnblock: admitBidder(message.otherId, seller: message.accountId)
    case .block, .unblock, .verify, .unverify, .limitExposure: return mark(message, action)
    }
    return nil
  }

  private mutating func mark(_ message: AccountControl, _ action: AccountAction) -> RejectCode? {
    let index = accounts.findOrAdd(message.accountId)
    guard index >= 0 else { return .overloaded }
    accounts.willChange(index)
    switch action {
    case .block: accounts[index].isBlocked = true
    case .unblock: accounts[index].isBlocked = false
    case .verify: accounts[index].isVerified = true
    case .unverify: accounts[index].isVerified = false
    default:
      // The greatest limit is no limit: no sum of leading maxima can reach it.
      let isUnlimited = message.amount == .min || message.amount == .max
      accounts[index].limitPlusOne = isUnlimited ? 0 : message.amount + 1
    }
    return nil
  }

  /// A seller refuses a bidder from now on; the code when there is no room for it.
  mutating func refuseBidder(_ bidder: UInt64, seller: UInt64) -> RejectCode? {
    if sellerBlocks.contains(seller: seller, bidder: bidder) { return nil }
    guard sellerBlocks.hasRoom else {
      probe(.sellerBlocksFull)
      return .overloaded
    }
    let index = accounts.findOrAdd(bidder)
    guard index >= 0 else { return .overloaded }
    guard accounts[index].sellerBlockCount < UInt16.max else { return .limitExceeded }
    accounts.willChange(index)
    accounts[index].sellerBlockCount += 1
    sellerBlocks.add(seller: seller, bidder: bidder)
    return nil
  }

  private mutating func admitBidder(_ bidder: UInt64, seller: UInt64) {
    guard sellerBlocks.contains(seller: seller, bidder: bidder) else { return }
    probe(.sellerBlockLifted)
    sellerBlocks.remove(seller: seller, bidder: bidder)
    let index = accounts.find(bidder)
    invariant(index >= 0, "an account that a seller refuses is known")
    accounts.willChange(index)
    accounts[index].sellerBlockCount -= 1
  }
}
