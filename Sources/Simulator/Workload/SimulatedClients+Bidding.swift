internal import Primitives
internal import Wire

extension SimulatedClients {
  /// A bidder or a broker bids, mostly.
  func bid(_ client: SimulatedClient) {
    guard let auction = board.pick(&chance, at: world.now) else { return ask(client) }
    let account = client.identity.role == .broker ? drawBidder() : drawActor(client)
    let mass: UInt64 = workload.profile == .massBids ? 8 : 1
    switch chance.below(24) {
    case 0, 1: ask(client)
    case 2, 3: lower(client, auction, as: account)
    case 4..<(4 + mass): massBid(client, as: account)
    default: placeBid(client, auction, as: account)
    }
  }

  /// Nearly always itself; sometimes somebody for whom it may not act.
  private func drawActor(_ client: SimulatedClient) -> UInt64 {
    chance.below(100) == 0 ? drawBidder() : client.identity.account
  }

  func placeBid(_ client: SimulatedClient, _ auction: KnownAuction, as account: UInt64) {
    let (amount, kind) = drawBid(auction)
    let isCareful = chance.below(12) == 0
    let currency = chance.below(60) == 0 ? 826 : auction.currency
    let tag = chance.next()
    client.request {
      PlaceBid(
        clientRef: $0, auctionId: chance.below(200) == 0 ? auction.id + 77 : auction.id,
        bidderId: account, amount: amount, ifRevision: isCareful ? auction.revision : 0,
        clientTime: world.now, deviceTag: tag, kind: kind.rawValue, flags: 0, currency: currency)
    }
  }

  private func drawBid(_ auction: KnownAuction) -> (amount: Int64, kind: BidKind) {
    if auction.buyNow != Money.absent, chance.below(12) == 0 {
      return (auction.buyNow - (chance.below(4) == 0 ? 1 : 0), .buyNow)
    }
    let kind: BidKind = chance.below(4) == 0 ? .exact : .proxy
    if workload.hasGreatAmounts, chance.below(40) == 0 { return (drawGreatAmount(), .proxy) }
    return (drawAmount(auction), kind)
  }

  /// An amount that nothing else equals by chance.
  func drawGreatAmount() -> Int64 {
    let range = LeakOracle.greatAmounts
    return range.lowerBound + Int64(chance.below(UInt64(range.upperBound - range.lowerBound)))
  }

  /// Amounts where rules change: the least next bid, the leader's maximum, the reserve, ties.
  private func drawAmount(_ auction: KnownAuction) -> Int64 {
    let least = auction.minNext == Money.absent ? auction.startPrice : auction.minNext
    let around = Int64(chance.below(3)) - 1
    switch chance.below(12) {
    case 0: return least
    case 1: return max(1, least + around)
    case 2 where auction.topMaximum != Money.absent,
      3 where auction.topMaximum != Money.absent:
      return max(1, auction.topMaximum + around)
    case 4 where auction.reserve != Money.absent: return max(1, auction.reserve + around)
    case 5 where chance.below(4) == 0: return Int64(chance.below(3)) - 1
    case 6 where chance.below(10) == 0: return Money.greatest + around
    case 7: return least * 2 + Int64(chance.below(10_000))
    default: return least + Int64(chance.below(UInt64(least) + 200))
    }
  }

  private func lower(_ client: SimulatedClient, _ auction: KnownAuction, as account: UInt64) {
    let top = auction.topMaximum == Money.absent ? auction.startPrice : auction.topMaximum
    let floor = auction.price == Money.absent ? auction.startPrice : auction.price
    let amount: Int64
    switch chance.below(4) {
    case 0: amount = floor
    case 1: amount = top - 1
    case 2: amount = floor - 1
    default: amount = floor + Int64(chance.below(UInt64(max(top - floor, 1))))
    }
    // Mostly it is the leader who lowers, if this client may speak for it.
    let isLeaders = client.identity.role != .trader || auction.leader == client.identity.account
    let bidder = isLeaders && auction.leader != 0 ? auction.leader : account
    client.request {
      LowerMaximum(
        clientRef: $0, auctionId: auction.id, bidderId: bidder, newMaximum: amount,
        clientTime: world.now)
    }
  }

  private func massBid(_ client: SimulatedClient, as account: UInt64) {
    let count = min(chance.below(3) == 0 ? 64 : 1 + Int(chance.below(12)), max(client.room, 1))
    let entries = (0..<count).compactMap { _ -> MassBid.Entry? in
      guard let auction = board.pick(&chance, at: world.now) else { return nil }
      let (amount, kind) = drawBid(auction)
      return MassBid.Entry(
        auctionId: auction.id, amount: amount, subRef: client.takeRef(),
        currency: auction.currency, kind: kind.rawValue, flags: 0)
    }
    let message = MassBid(clientRef: client.takeRef(), bidderId: account)
    client.request(refs: entries.map(\.subRef)) {
      FrameBytes.make(message, entries, sequence: $0)
    }
  }
}

extension SimulatedClients {
  /// An operator removes bids, controls accounts, calls auctions off and looks around.
  func operate(_ client: SimulatedClient) {
    guard let auction = board.pick(&chance, at: world.now) else { return ask(client) }
    switch chance.below(20) {
    case 0, 1: removeBids(client, auction)
    case 2 where chance.below(6) == 0:
      cancel(client, auction, reason: UInt32(chance.below(3)))
    case 3...6: controlAccount(client)
    case 9: client.ask { TakeSnapshot(clientRef: $0) }
    case 10, 11:
      let from = chance.below(2) == 0 ? 0 : chance.below(1 << 20)
      client.ask { QueryEvents(clientRef: $0, fromOffset: from, limit: 50, waitMs: 0) }
    case 12: settle(client, auction)
    case 13...17: placeBid(client, auction, as: drawBidder())
    default: ask(client)
    }
  }

  private func removeBids(_ client: SimulatedClient, _ auction: KnownAuction) {
    let bidder = auction.leader != 0 && chance.below(2) == 0 ? auction.leader : drawBidder()
    client.request {
      RemoveBids(
        clientRef: $0, auctionId: auction.id, bidderId: bidder,
        accountId: client.identity.account, clientTime: world.now, reason: 1)
    }
  }

  private func controlAccount(_ client: SimulatedClient) {
    let account = drawBidder()
    switch chance.below(16) {
    case 0: control(client, .block, account: account)
    case 1...4: control(client, .unblock, account: account)
    case 5...9: control(client, .verify, account: account)
    case 10: control(client, .unverify, account: account)
    case 11, 12:
      let most = chance.below(3) == 0 ? Money.absent : Int64(chance.below(20_000_000))
      control(client, .limitExposure, account: account, amount: most)
    default:
      let action: AccountAction = chance.below(3) == 0 ? .link : .unlink
      let other = chance.below(4) == 0 ? 1_001 : drawBidder()
      control(client, action, account: account, other: other)
    }
  }

  private func settle(_ client: SimulatedClient, _ auction: KnownAuction) {
    let payer = auction.leader == 0 ? drawBidder() : auction.leader
    let status = UInt8(chance.below(6))
    let reference = chance.next()
    client.request {
      SettlePayment(
        clientRef: $0, auctionId: auction.id, payerId: payer,
        amount: auction.price == Money.absent ? 1 : auction.price, providerRefHigh: reference,
        providerRefLow: 1, status: status, currency: auction.currency)
    }
  }
}
