internal import Primitives
internal import Wire

extension SimulatedClients {
  /// A seller creates auctions while there are to be more, and changes those that there are.
  func sell(_ client: SimulatedClient) {
    let isFew = createdCount < workload.auctionCountMax
    // When all are over there has to be another one, also when an answer never came.
    let isWaiting = createdCount != board.count && chance.below(8) != 0
    let isIdle = !isWaiting && !board.hasOpen(at: world.now)
    if isIdle || isFew && (chance.below(3) != 0 || workload.profile == .manyEnds) {
      return create(client)
    }
    let own = board.pick(of: client.identity.account, &chance, at: world.now)
    guard let auction = own ?? board.pick(&chance, at: world.now) else { return ask(client) }
    switch chance.below(40) {
    case 0: cancel(client, auction, reason: 0)
    case 1, 2: blockBidder(client)
    case 3...8: ask(client)
    // The own auction may not be bid on.
    case 9...11: placeBid(client, auction, as: client.identity.account)
    default: update(client, auction)
    }
  }

  private func create(_ client: SimulatedClient) {
    var auction = KnownAuction(id: 0, seller: client.identity.account)
    auction.startPrice = drawPrice()
    if chance.below(2) == 0 {
      auction.reserve = auction.startPrice + Int64(chance.below(UInt64(auction.startPrice) * 4))
    }
    if workload.hasGreatAmounts, chance.below(8) == 0 { auction.reserve = drawGreatAmount() }
    if chance.below(workload.profile == .hotAuction ? 12 : 4) == 0 {
      let floor = max(auction.startPrice, auction.reserve)
      auction.buyNow = floor + Int64(chance.below(UInt64(floor) * 2))
    }
    if chance.below(8) == 0 { auction.currency = 978 }
    auction.endTime = drawEnd()
    let tiers = chance.below(6) == 0 ? drawTiers() : []
    let ref = client.takeRef()
    let message = creation(ref, auction, hasTiers: !tiers.isEmpty)
    let text = String(repeating: "Lot \(createdCount). ", count: Int(chance.below(12)))
    let request = client.request(refs: [ref]) {
      FrameBytes.make(message, tiers: tiers, text: TextLines.split(text), sequence: $0)
    }
    guard request != nil else { return }
    createdCount += 1
    board.asked(ref, auction)
  }

  private func drawPrice() -> Int64 {
    switch chance.below(4) {
    case 0: 1 + Int64(chance.below(100))
    case 1: 100
    case 2: 100 * (1 + Int64(chance.below(100)))
    default: 1 + Int64(chance.below(100_000))
    }
  }

  private func drawEnd() -> UInt64 {
    if workload.profile == .manyEnds && chance.below(20) != 0 {
      return max(commonEnd, world.now + TimeSpan.second)
    }
    let least = workload.profile == .hotAuction ? workload.lifetimeNsMax / 2 : 0
    return world.now + TimeSpan.second / 5 + least + chance.below(workload.lifetimeNsMax)
  }

  private func drawTiers() -> [CreateAuction.Tier] {
    let step = 1 + Int64(chance.below(50))
    // Sometimes a table that no server takes: the last tier must have no limit.
    let last = chance.below(5) == 0 ? 90_000 : Money.absent
    return [
      CreateAuction.Tier(limit: 1_000 + step, increment: step),
      CreateAuction.Tier(limit: last, increment: step * 3),
    ]
  }

  private func creation(
    _ ref: UInt64, _ auction: KnownAuction, hasTiers: Bool
  ) -> CreateAuction {
    let hasSoftClose = chance.below(2) == 0
    let isLimited = chance.below(5) == 0
    let isPlain = workload.profile == .hotAuction
    let isLate = chance.below(6) == 0 && !isPlain
    var flags: AuctionFlags = []
    if chance.below(9) == 0 && !isPlain { flags.insert(.draft) }
    if chance.below(12) == 0 && !isPlain { flags.insert(.requireVerified) }
    return CreateAuction(
      clientRef: ref, sellerId: auction.seller, startPrice: auction.startPrice,
      reserve: auction.reserve, buyNow: auction.buyNow,
      startTime: isLate ? world.now + chance.below(workload.lifetimeNsMax / 16 + 1) : 0,
      endTime: auction.endTime,
      hardEnd: hasSoftClose && chance.below(2) == 0
        ? auction.endTime + chance.below(30 * TimeSpan.second) : 0,
      clientTime: world.now,
      softCloseWindowMs: hasSoftClose ? UInt32(chance.below(5_000)) : 0,
      softCloseExtensionMs: hasSoftClose ? UInt32(chance.below(5_000)) : 0,
      rateRefillMs: isLimited ? UInt32(1 + chance.below(2_000)) : 0, category: 7,
      rateBurst: isLimited ? UInt16(1 + chance.below(5)) : 0, currency: auction.currency,
      incrementTable: hasTiers ? 255 : UInt8(1 + chance.below(3)),
      reservePolicy: UInt8(chance.below(2)), reserveLowering: UInt8(chance.below(2)),
      format: AuctionFormat.english.rawValue, flags: flags.rawValue,
      title: FixedText80("Lot \(createdCount)"))
  }
}

extension SimulatedClients {
  func cancel(_ client: SimulatedClient, _ auction: KnownAuction, reason: UInt32) {
    client.request {
      CancelAuction(
        clientRef: $0, auctionId: auction.id, accountId: client.identity.account, reason: reason)
    }
  }

  private func blockBidder(_ client: SimulatedClient) {
    let bidder = drawBidder()
    let action: AccountAction = chance.below(3) == 0 ? .sellerBlock : .sellerUnblock
    control(client, action, account: bidder)
  }

  func control(
    _ client: SimulatedClient, _ action: AccountAction, account: UInt64, other: UInt64 = 0,
    amount: Int64 = 0
  ) {
    // A seller names itself as the account and the bidder as the other one.
    let isSellers = action == .sellerBlock || action == .sellerUnblock
    let actor = client.identity.account
    client.request {
      AccountControl(
        clientRef: $0, actorId: actor, accountId: isSellers ? actor : account,
        otherId: isSellers ? account : other, amount: amount, clientTime: world.now,
        action: action.rawValue)
    }
  }

  /// One of the accounts that bid.
  func drawBidder() -> UInt64 {
    2_001 + chance.below(UInt64(max(workload.bidderCount, 1)))
  }

  private func update(_ client: SimulatedClient, _ auction: KnownAuction) {
    var fields: UpdateFields = []
    var message = blankUpdate(client, auction)
    switch chance.below(8) {
    case 0, 1:
      fields = .reserve
      message.reserve = drawReserve(auction)
    case 2:
      fields = .endTime
      message.endTime = max(auction.endTime, world.now) + chance.below(5 * TimeSpan.second)
    case 3: fields = .publish
    case 4:
      fields = .startPrice
      message.startPrice = drawPrice()
    case 5:
      fields = [.buyNow, .title]
      message.buyNow = auction.startPrice * 3 + Int64(chance.below(1_000))
    case 6: fields = .appendText
    default:
      fields = [.endTime, .reserve]
      message.endTime = world.now + chance.below(workload.lifetimeNsMax)
      message.reserve = drawReserve(auction)
    }
    message.changedFields = fields.rawValue
    let text = fields.contains(.appendText) ? "More of it. " : ""
    client.request(refs: [message.clientRef]) {
      FrameBytes.make(message, tiers: [], text: TextLines.split(text), sequence: $0)
    }
  }

  /// Reserves are lowered onto, above and below the leader's maximum.
  private func drawReserve(_ auction: KnownAuction) -> Int64 {
    switch chance.below(5) {
    case 0: return Money.absent
    case 1 where auction.topMaximum != Money.absent:
      return max(1, auction.topMaximum + Int64(chance.below(3)) - 1)
    case 2 where auction.reserve != Money.absent: return max(1, auction.reserve - 1)
    default: return auction.startPrice + Int64(chance.below(UInt64(auction.startPrice) * 2))
    }
  }

  private func blankUpdate(_ client: SimulatedClient, _ auction: KnownAuction) -> UpdateAuction {
    let isCareful = chance.below(4) == 0
    return UpdateAuction(
      clientRef: client.takeRef(), auctionId: auction.id, sellerId: client.identity.account,
      ifRevision: isCareful ? auction.revision : 0, startPrice: Money.absent,
      reserve: Money.absent, buyNow: Money.absent, startTime: 0, endTime: 0, hardEnd: 0,
      clientTime: world.now, softCloseWindowMs: 0, softCloseExtensionMs: 0, rateRefillMs: 0,
      category: 0, changedFields: 0, rateBurst: 0, currency: auction.currency,
      incrementTable: 1, reservePolicy: 0, reserveLowering: 0, flags: 0,
      title: FixedText80("Lot, changed"))
  }
}
