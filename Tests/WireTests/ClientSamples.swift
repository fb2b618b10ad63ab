import Wire

// Every message of a client, field by field, so that a swapped field shows.
extension Logon: Sample {
  static func sample(_ draw: inout Draw) -> Logon {
    Logon(
      sessionIdHigh: draw.number(),
      sessionIdLow: draw.number(),
      accountId: draw.number(),
      apiKeyId: draw.number(),
      authTag: draw.digest(),
      clientTime: draw.number(),
      nextServerSequence: draw.number(),
      nextClientSequence: draw.number(),
      keepaliveMs: draw.number(),
      minVersion: draw.number(),
      maxVersion: draw.number(),
      flags: draw.bits(2)
    )
  }
}

extension ResendRequest: Sample {
  static func sample(_ draw: inout Draw) -> ResendRequest {
    ResendRequest(requestId: draw.number(), fromSequence: draw.number(), count: draw.number())
  }
}

extension PlaceBid: Sample {
  static func sample(_ draw: inout Draw) -> PlaceBid {
    PlaceBid(
      clientRef: draw.number(),
      auctionId: draw.number(),
      bidderId: draw.number(),
      amount: draw.money(),
      ifRevision: draw.number(),
      clientTime: draw.number(),
      deviceTag: draw.number(),
      kind: draw.choice(of: BidKind.self),
      flags: draw.number(),
      currency: draw.number()
    )
  }
}

extension LowerMaximum: Sample {
  static func sample(_ draw: inout Draw) -> LowerMaximum {
    LowerMaximum(
      clientRef: draw.number(),
      auctionId: draw.number(),
      bidderId: draw.number(),
      newMaximum: draw.money(),
      clientTime: draw.number()
    )
  }
}

extension RemoveBids: Sample {
  static func sample(_ draw: inout Draw) -> RemoveBids {
    RemoveBids(
      clientRef: draw.number(),
      auctionId: draw.number(),
      bidderId: draw.number(),
      accountId: draw.number(),
      clientTime: draw.number(),
      reason: draw.number()
    )
  }
}

extension MassBid: Sample {
  static func sample(_ draw: inout Draw) -> MassBid {
    MassBid(clientRef: draw.number(), bidderId: draw.number())
  }

  static func groups(_ draw: inout Draw) -> [SampleGroup] {
    [
      SampleGroup("bids", draw.entries(of: MassBid.Entry.self))
    ]
  }
}

extension CreateAuction: Sample {
  static func sample(_ draw: inout Draw) -> CreateAuction {
    CreateAuction(
      clientRef: draw.number(),
      sellerId: draw.number(),
      startPrice: draw.money(),
      reserve: draw.money(),
      buyNow: draw.money(),
      startTime: draw.number(),
      endTime: draw.number(),
      hardEnd: draw.number(),
      clientTime: draw.number(),
      softCloseWindowMs: draw.number(),
      softCloseExtensionMs: draw.number(),
      rateRefillMs: draw.number(),
      category: draw.number(),
      rateBurst: draw.number(),
      currency: draw.number(),
      incrementTable: draw.number(),
      reservePolicy: draw.choice(of: ReservePolicy.self),
      reserveLowering: draw.choice(of: ReserveLowering.self),
      format: draw.choice(of: AuctionFormat.self),
      flags: draw.bits(2),
      title: draw.text()
    )
  }

  static func groups(_ draw: inout Draw) -> [SampleGroup] {
    [
      SampleGroup("tiers", draw.entries(of: CreateAuction.Tier.self)),
      SampleGroup("text", draw.entries(of: CreateAuction.TextLine.self)),
    ]
  }
}

extension UpdateAuction: Sample {
  static func sample(_ draw: inout Draw) -> UpdateAuction {
    UpdateAuction(
      clientRef: draw.number(),
      auctionId: draw.number(),
      sellerId: draw.number(),
      ifRevision: draw.number(),
      startPrice: draw.money(),
      reserve: draw.money(),
      buyNow: draw.money(),
      startTime: draw.number(),
      endTime: draw.number(),
      hardEnd: draw.number(),
      clientTime: draw.number(),
      softCloseWindowMs: draw.number(),
      softCloseExtensionMs: draw.number(),
      rateRefillMs: draw.number(),
      category: draw.number(),
      changedFields: draw.bits(17),
      rateBurst: draw.number(),
      currency: draw.number(),
      incrementTable: draw.number(),
      reservePolicy: draw.choice(of: ReservePolicy.self),
      reserveLowering: draw.choice(of: ReserveLowering.self),
      flags: draw.bits(2),
      title: draw.text()
    )
  }

  static func groups(_ draw: inout Draw) -> [SampleGroup] {
    [
      SampleGroup("tiers", draw.entries(of: UpdateAuction.Tier.self)),
      SampleGroup("text", draw.entries(of: UpdateAuction.TextLine.self)),
    ]
  }
}

extension CancelAuction: Sample {
  static func sample(_ draw: inout Draw) -> CancelAuction {
    CancelAuction(
      clientRef: draw.number(),
      auctionId: draw.number(),
      accountId: draw.number(),
      reason: draw.number()
    )
  }
}

extension Subscribe: Sample {
  static func sample(_ draw: inout Draw) -> Subscribe {
    Subscribe(
      clientRef: draw.number(),
      auctionId: draw.number(),
      fromRevision: draw.number(),
      flags: draw.bits(1)
    )
  }
}

extension Unsubscribe: Sample {
  static func sample(_ draw: inout Draw) -> Unsubscribe {
    Unsubscribe(clientRef: draw.number(), auctionId: draw.number())
  }
}

extension QueryAuction: Sample {
  static func sample(_ draw: inout Draw) -> QueryAuction {
    QueryAuction(clientRef: draw.number(), auctionId: draw.number())
  }
}

extension QueryBids: Sample {
  static func sample(_ draw: inout Draw) -> QueryBids {
    QueryBids(
      clientRef: draw.number(),
      auctionId: draw.number(),
      beforeRow: draw.number(),
      limit: draw.number()
    )
  }
}

extension QueryTopology: Sample {
  static func sample(_ draw: inout Draw) -> QueryTopology {
    QueryTopology(clientRef: draw.number())
  }
}

extension QueryLogHead: Sample {
  static func sample(_ draw: inout Draw) -> QueryLogHead {
    QueryLogHead(clientRef: draw.number())
  }
}

extension QueryStateHash: Sample {
  static func sample(_ draw: inout Draw) -> QueryStateHash {
    QueryStateHash(clientRef: draw.number())
  }
}

extension TakeSnapshot: Sample {
  static func sample(_ draw: inout Draw) -> TakeSnapshot {
    TakeSnapshot(clientRef: draw.number())
  }
}

extension QueryEvents: Sample {
  static func sample(_ draw: inout Draw) -> QueryEvents {
    QueryEvents(
      clientRef: draw.number(),
      fromOffset: draw.number(),
      limit: draw.number(),
      waitMs: draw.number()
    )
  }
}

extension SettlePayment: Sample {
  static func sample(_ draw: inout Draw) -> SettlePayment {
    SettlePayment(
      clientRef: draw.number(),
      auctionId: draw.number(),
      payerId: draw.number(),
      amount: draw.money(),
      providerRefHigh: draw.number(),
      providerRefLow: draw.number(),
      status: draw.choice(of: SettlementStatus.self),
      currency: draw.number()
    )
  }
}

extension AccountControl: Sample {
  static func sample(_ draw: inout Draw) -> AccountControl {
    AccountControl(
      clientRef: draw.number(),
      actorId: draw.number(),
      accountId: draw.number(),
      otherId: draw.number(),
      amount: draw.money(),
      clientTime: draw.number(),
      action: draw.choice(of: AccountAction.self)
    )
  }
}

extension MassBid.Entry: SampleEntry {
  static func sample(_ draw: inout Draw) -> MassBid.Entry {
    MassBid.Entry(
      auctionId: draw.number(),
      amount: draw.money(),
      subRef: draw.number(),
      currency: draw.number(),
      kind: draw.choice(of: BidKind.self),
      flags: draw.number()
    )
  }
}

extension CreateAuction.Tier: SampleEntry {
  static func sample(_ draw: inout Draw) -> CreateAuction.Tier {
    CreateAuction.Tier(limit: draw.money(), increment: draw.money())
  }
}

extension CreateAuction.TextLine: SampleEntry {
  static func sample(_ draw: inout Draw) -> CreateAuction.TextLine {
    CreateAuction.TextLine(chunk: draw.text())
  }
}
