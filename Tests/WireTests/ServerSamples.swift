import Wire

// Every message that a server sends, field by field, so that a swapped field shows.
extension LogonAck: Sample {
  static func sample(_ draw: inout Draw) -> LogonAck {
    LogonAck(
      sessionIdHigh: draw.number(),
      sessionIdLow: draw.number(),
      engineIdHigh: draw.number(),
      engineIdLow: draw.number(),
      serverTime: draw.number(),
      nextServerSequence: draw.number(),
      nextClientSequence: draw.number(),
      oldestReplayableSequence: draw.number(),
      keepaliveMs: draw.number(),
      maxInFlight: draw.number(),
      ratePerSecond: draw.number(),
      burst: draw.number(),
      schemaVersion: draw.number(),
      shard: draw.number(),
      shards: draw.number()
    )
  }
}

extension LogonReject: Sample {
  static func sample(_ draw: inout Draw) -> LogonReject {
    LogonReject(
      sessionIdHigh: draw.number(),
      sessionIdLow: draw.number(),
      serverTime: draw.number(),
      code: draw.number(),
      minVersion: draw.number(),
      maxVersion: draw.number()
    )
  }
}

extension Heartbeat: Sample {
  static func sample(_ draw: inout Draw) -> Heartbeat {
    Heartbeat(nextSequence: draw.number(), time: draw.number())
  }
}

extension ResendBegin: Sample {
  static func sample(_ draw: inout Draw) -> ResendBegin {
    ResendBegin(requestId: draw.number(), fromSequence: draw.number(), count: draw.number())
  }
}

extension ResendReject: Sample {
  static func sample(_ draw: inout Draw) -> ResendReject {
    ResendReject(
      requestId: draw.number(),
      oldestReplayableSequence: draw.number(),
      code: draw.number()
    )
  }
}

extension Logout: Sample {
  static func sample(_ draw: inout Draw) -> Logout {
    Logout(time: draw.number(), code: draw.number())
  }
}

extension EndOfSession: Sample {
  static func sample(_ draw: inout Draw) -> EndOfSession {
    EndOfSession(time: draw.number(), lastSequence: draw.number())
  }
}

extension NotApplied: Sample {
  static func sample(_ draw: inout Draw) -> NotApplied {
    NotApplied(fromClientSequence: draw.number(), count: draw.number())
  }
}

extension SessionReject: Sample {
  static func sample(_ draw: inout Draw) -> SessionReject {
    SessionReject(refSequence: draw.number(), refTemplateId: draw.number(), code: draw.number())
  }
}

extension WrongShard: Sample {
  static func sample(_ draw: inout Draw) -> WrongShard {
    WrongShard(
      clientRef: draw.number(),
      auctionId: draw.number(),
      address: draw.number(),
      shard: draw.number(),
      port: draw.number()
    )
  }
}

extension BidAck: Sample {
  static func sample(_ draw: inout Draw) -> BidAck {
    BidAck(
      clientRef: draw.number(),
      auctionId: draw.number(),
      bidderId: draw.number(),
      bidId: draw.number(),
      yourMaximum: draw.money(),
      price: draw.money(),
      minNext: draw.money(),
      leaderId: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      acceptedTime: draw.number(),
      endTime: draw.number(),
      outcome: draw.choice(of: BidOutcome.self),
      reserveState: draw.choice(of: ReserveState.self),
      status: draw.choice(of: AuctionStatus.self),
      flags: draw.bits(2),
      bidCount: draw.number()
    )
  }
}

extension Reject: Sample {
  static func sample(_ draw: inout Draw) -> Reject {
    Reject(
      clientRef: draw.number(),
      auctionId: draw.number(),
      price: draw.money(),
      minNext: draw.money(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      refTemplateId: draw.number(),
      code: draw.number(),
      retryAfterMicroseconds: draw.number()
    )
  }
}

extension Outbid: Sample {
  static func sample(_ draw: inout Draw) -> Outbid {
    Outbid(
      auctionId: draw.number(),
      bidderId: draw.number(),
      yourMaximum: draw.money(),
      price: draw.money(),
      minNext: draw.money(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      endTime: draw.number()
    )
  }
}

extension AuctionAck: Sample {
  static func sample(_ draw: inout Draw) -> AuctionAck {
    AuctionAck(
      clientRef: draw.number(),
      auctionId: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      status: draw.choice(of: AuctionStatus.self),
      refTemplateId: draw.number()
    )
  }
}

extension RemoveAck: Sample {
  static func sample(_ draw: inout Draw) -> RemoveAck {
    RemoveAck(
      clientRef: draw.number(),
      auctionId: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      price: draw.money(),
      leaderId: draw.number(),
      removedCount: draw.number(),
      bidCount: draw.number()
    )
  }
}

extension AccountAck: Sample {
  static func sample(_ draw: inout Draw) -> AccountAck {
    AccountAck(
      clientRef: draw.number(),
      accountId: draw.number(),
      exposure: draw.money(),
      logPosition: draw.number(),
      time: draw.number()
    )
  }
}

extension AuctionWon: Sample {
  static func sample(_ draw: inout Draw) -> AuctionWon {
    AuctionWon(
      auctionId: draw.number(),
      bidderId: draw.number(),
      price: draw.money(),
      payBy: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      currency: draw.number()
    )
  }
}

extension AuctionState: Sample {
  static func sample(_ draw: inout Draw) -> AuctionState {
    AuctionState(
      clientRef: draw.number(),
      auctionId: draw.number(),
      sellerId: draw.number(),
      price: draw.money(),
      minNext: draw.money(),
      leaderId: draw.number(),
      buyNow: draw.money(),
      revision: draw.number(),
      startTime: draw.number(),
      endTime: draw.number(),
      logPosition: draw.number(),
      status: draw.choice(of: AuctionStatus.self),
      reserveState: draw.choice(of: ReserveState.self),
      currency: draw.number(),
      bidCount: draw.number()
    )
  }
}

extension PriceUpdate: Sample {
  static func sample(_ draw: inout Draw) -> PriceUpdate {
    PriceUpdate(
      auctionId: draw.number(),
      price: draw.money(),
      minNext: draw.money(),
      leaderId: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      endTime: draw.number(),
      status: draw.choice(of: AuctionStatus.self),
      reserveState: draw.choice(of: ReserveState.self),
      flags: draw.bits(2),
      bidCount: draw.number()
    )
  }
}

extension AuctionEnded: Sample {
  static func sample(_ draw: inout Draw) -> AuctionEnded {
    AuctionEnded(
      auctionId: draw.number(),
      price: draw.money(),
      winnerId: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      outcome: draw.choice(of: EndOutcome.self),
      bidCount: draw.number()
    )
  }
}

extension BidEntry: Sample {
  static func sample(_ draw: inout Draw) -> BidEntry {
    BidEntry(
      auctionId: draw.number(),
      bidderId: draw.number(),
      amount: draw.money(),
      priceAfter: draw.money(),
      leaderAfter: draw.number(),
      time: draw.number(),
      logPosition: draw.number(),
      kind: draw.choice(of: BidKind.self),
      flags: draw.bits(1),
      rowNumber: draw.number()
    )
  }
}

extension BidsEnd: Sample {
  static func sample(_ draw: inout Draw) -> BidsEnd {
    BidsEnd(
      clientRef: draw.number(),
      auctionId: draw.number(),
      nextBeforeRow: draw.number(),
      rowCount: draw.number(),
      givenCount: draw.number()
    )
  }
}

extension SubscribeAck: Sample {
  static func sample(_ draw: inout Draw) -> SubscribeAck {
    SubscribeAck(
      clientRef: draw.number(),
      auctionId: draw.number(),
      revision: draw.number(),
      active: draw.number()
    )
  }
}

extension EventsEnd: Sample {
  static func sample(_ draw: inout Draw) -> EventsEnd {
    EventsEnd(
      clientRef: draw.number(),
      nextOffset: draw.number(),
      endOffset: draw.number(),
      oldestOffset: draw.number(),
      eventCount: draw.number()
    )
  }
}

extension AuctionExtended: Sample {
  static func sample(_ draw: inout Draw) -> AuctionExtended {
    AuctionExtended(
      auctionId: draw.number(),
      oldEndTime: draw.number(),
      endTime: draw.number(),
      revision: draw.number(),
      logPosition: draw.number(),
      time: draw.number(),
      reason: draw.choice(of: ExtensionReason.self)
    )
  }
}

extension LogHead: Sample {
  static func sample(_ draw: inout Draw) -> LogHead {
    LogHead(logPosition: draw.number(), time: draw.number(), hash: draw.digest())
  }
}

extension StateHash: Sample {
  static func sample(_ draw: inout Draw) -> StateHash {
    StateHash(clientRef: draw.number(), logPosition: draw.number(), hash: draw.digest())
  }
}

extension SnapshotTaken: Sample {
  static func sample(_ draw: inout Draw) -> SnapshotTaken {
    SnapshotTaken(
      clientRef: draw.number(),
      logPosition: draw.number(),
      byteCount: draw.number(),
      tookNs: draw.number()
    )
  }
}

extension Topology: Sample {
  static func sample(_ draw: inout Draw) -> Topology {
    Topology(clientRef: draw.number(), shard: draw.number(), shards: draw.number())
  }

  static func groups(_ draw: inout Draw) -> [SampleGroup] {
    [
      SampleGroup("endpoints", draw.entries(of: Topology.Endpoint.self))
    ]
  }
}

extension Topology.Endpoint: SampleEntry {
  static func sample(_ draw: inout Draw) -> Topology.Endpoint {
    Topology.Endpoint(address: draw.number(), shard: draw.number(), port: draw.number())
  }
}
