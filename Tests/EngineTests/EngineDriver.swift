import Primitives
import Wire

@testable import Engine

/// An engine under test with its outbox: applies steps and collects what was said.
struct EngineDriver: ~Copyable {
  var engine: Engine
  var outbox: Outbox
  let buffer = FrameBuffer()
  var position: UInt64 = 0
  var time: UInt64 = 1_000_000_000_000
  /// How often an outbox was too full to go on.
  var resumeCount = 0

  init(limits: EngineLimits = .tiny, shard: UInt16 = 0, outboxByteCount: Int = 65_536) {
    engine = Engine(shard: ShardID(shard), limits: limits, memory: .heap)
    outbox = Outbox(byteCount: outboxByteCount, memory: .heap)
    outbox.wantsPublic = true
  }

  /// Applies a step at the present time; the operator's role only where a step asks for it.
  ///
  /// The frame can be changed first, for what no step says.
  mutating func apply(
    _ step: Step,
    session: UInt32 = 65_537,
    roles: Roles = .broker,
    edit: (UnsafeMutableRawPointer) -> Void = { _ in }
  ) -> [Sent] {
    buffer.write(step)
    edit(buffer.base)
    position += 1
    let command = Command(
      position: position,
      time: time,
      session: SessionHandle(raw: session),
      roles: roles,
      frame: UnsafeRawPointer(buffer.base)
    )
    engine.apply(command, &outbox)
    var sent = drain()
    while engine.moreDue {
      resumeCount += 1
      engine.resume(command, &outbox)
      sent += drain()
    }
    return sent
  }

  mutating func drain() -> [Sent] {
    var sent: [Sent] = []
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      let header = FrameHeader(frame: entry.frame)
      precondition(Int(header.frameLength) == entry.byteCount && header.schemaID == Schema.id)
      precondition(header.sequence == 0 && header.checksum == 0)
      sent.append(Sent(session: entry.session.raw, said: Said(frame: entry.frame)))
    }
    outbox.clear()
    return sent
  }

  func view(_ id: UInt64) -> AuctionView? { engine.view(of: AuctionID(raw: id)) }

  /// The hidden maximum of an auction; absent while there is no bid.
  func maximum(_ id: UInt64) -> Int64 { engine.auctions[AuctionID(raw: id).slotIndex].maximum }
}

extension EngineLimits {
  /// Small enough for thousands of engines in a test.
  static var tiny: EngineLimits {
    EngineLimits(
      auctionsMax: 64,
      bidsMax: 4_096,
      accountsMax: 128,
      linkGroupsMax: 8,
      sellerBlocksMax: 64,
      rateBucketsMax: 1_024,
      incrementTablesMax: 16,
      retention: 60_000_000_000,
      snapshotAreaByteCount: 1 << 18
    )
  }
}

extension SnapshotArea {
  /// An area for a table of which no snapshot is taken; its few bytes stay for the process's life.
  static var unused: SnapshotArea {
    let kept = MemorySource(allocate: MemorySource.heap.allocate, release: { _, _ in })
    return SnapshotArea(memory: Region(byteCount: 4_096, from: kept))
  }
}

extension CreateAuction {
  /// An auction that is open for an hour from its creation at `time`, to be changed by a test.
  static func plain(seller: UInt64 = 100, at time: UInt64 = 1_000_000_000_000) -> CreateAuction {
    CreateAuction(
      clientRef: 1,
      sellerId: seller,
      startPrice: 100,
      reserve: .min,
      buyNow: .min,
      startTime: 0,
      endTime: time + 3_600_000_000_000,
      hardEnd: 0,
      clientTime: 0,
      softCloseWindowMs: 0,
      softCloseExtensionMs: 0,
      rateRefillMs: 0,
      category: 0,
      rateBurst: 0,
      currency: 840,
      incrementTable: 1,
      reservePolicy: 0,
      reserveLowering: 0,
      format: 0,
      flags: 0,
      title: FixedText80("A lot")
    )
  }
}

extension UpdateAuction {
  /// An update that means no field yet.
  static func of(_ auction: UInt64, seller: UInt64 = 100) -> UpdateAuction {
    UpdateAuction(
      clientRef: 2,
      auctionId: auction,
      sellerId: seller,
      ifRevision: 0,
      startPrice: .min,
      reserve: .min,
      buyNow: .min,
      startTime: 0,
      endTime: 0,
      hardEnd: 0,
      clientTime: 0,
      softCloseWindowMs: 0,
      softCloseExtensionMs: 0,
      rateRefillMs: 0,
      category: 0,
      changedFields: 0,
      rateBurst: 0,
      currency: 0,
      incrementTable: 0,
      reservePolicy: 0,
      reserveLowering: 0,
      flags: 0,
      title: FixedText80("")
    )
  }
}

extension PlaceBid {
  static func of(
    _ bidder: UInt64,
    _ amount: Int64,
    on auction: UInt64,
    _ kind: BidKind = .proxy,
    currency: UInt16 = 840,
    ifRevision: UInt64 = 0,
    ref: UInt64 = 3
  ) -> PlaceBid {
    PlaceBid(
      clientRef: ref,
      auctionId: auction,
      bidderId: bidder,
      amount: amount,
      ifRevision: ifRevision,
      clientTime: 0,
      deviceTag: 0,
      kind: kind.rawValue,
      flags: 0,
      currency: currency
    )
  }
}

extension AccountControl {
  static func of(
    _ action: AccountAction,
    _ account: UInt64,
    other: UInt64 = 0,
    amount: Int64 = .min,
    actor: UInt64 = 9_000
  ) -> AccountControl {
    AccountControl(
      clientRef: 4,
      actorId: actor,
      accountId: account,
      otherId: other,
      amount: amount,
      clientTime: 0,
      action: action.rawValue
    )
  }
}

extension EngineDriver {
  /// Creates an auction and gives its id; 0 when it was refused.
  mutating func create(_ message: CreateAuction, _ tiers: [CreateAuction.Tier] = []) -> UInt64 {
    for sent in apply(.create(message, tiers)) {
      if case .auctionAck(_, let auction, _, _, _) = sent.said { return auction }
    }
    return 0
  }

  /// Bids and gives the reject code; 0 when it was accepted.
  mutating func bid(
    _ bidder: UInt64,
    _ amount: Int64,
    on auction: UInt64,
    _ kind: BidKind = .proxy,
    currency: UInt16 = 840,
    ifRevision: UInt64 = 0
  ) -> UInt16 {
    let message = PlaceBid.of(
      bidder,
      amount,
      on: auction,
      kind,
      currency: currency,
      ifRevision: ifRevision
    )
    return code(apply(.bid(message)))
  }

  /// The code of the first reject; 0 without one.
  func code(_ sent: [Sent]) -> UInt16 {
    for one in sent {
      if case .reject(_, _, _, _, _, _, let code, _) = one.said { return code }
    }
    return 0
  }

  mutating func control(_ message: AccountControl, roles: Roles = .operator) -> UInt16 {
    code(apply(.account(message), roles: roles))
  }

  mutating func removeBids(_ bidder: UInt64, from auction: UInt64) -> UInt16 {
    let message = RemoveBids(
      clientRef: 5,
      auctionId: auction,
      bidderId: bidder,
      accountId: 9_000,
      clientTime: 0,
      reason: 1
    )
    return code(apply(.remove(message), roles: .operator))
  }

  mutating func lower(_ bidder: UInt64, to maximum: Int64, on auction: UInt64) -> UInt16 {
    let message = LowerMaximum(
      clientRef: 6,
      auctionId: auction,
      bidderId: bidder,
      newMaximum: maximum,
      clientTime: 0
    )
    return code(apply(.lower(message)))
  }

  mutating func cancel(
    _ auction: UInt64,
    by account: UInt64,
    reason: UInt32 = 0,
    roles: Roles = []
  ) -> UInt16 {
    let message = CancelAuction(
      clientRef: 7,
      auctionId: auction,
      accountId: account,
      reason: reason
    )
    return code(apply(.cancel(message), roles: roles))
  }

  mutating func update(
    _ auction: UInt64,
    seller: UInt64 = 100,
    _ fields: UpdateFields,
    _ change: (inout UpdateAuction) -> Void = { _ in }
  ) -> UInt16 {
    var message = UpdateAuction.of(auction, seller: seller)
    message.changedFields = fields.rawValue
    change(&message)
    return code(apply(.update(message, [])))
  }
}
