internal import Primitives
internal import Wire

/// What a request is answered as: the parts of it that come back in a reply.
struct Request: BitwiseCopyable {
  var clientRef: UInt64
  /// As the client wrote it; 0 where the command names none.
  var auctionID: UInt64
  var templateID: UInt16
}

extension AckFlags {
  /// Neither the price nor the end moved. (An empty array literal would allocate metadata.)
  @inline(always) static var unchanged: AckFlags { AckFlags(rawValue: 0) }
}

extension BidEntryFlags {
  /// A row of a bid, not of a move of the leader's proxy.
  @inline(always) static var aBid: BidEntryFlags { BidEntryFlags(rawValue: 0) }
}

extension Engine {
  /// Refuses a request that names no auction which exists.
  @inline(never)
  mutating func reject(
    _ request: Request,
    _ code: RejectCode,
    _ stamp: Stamp,
    _ outbox: inout Outbox,
    retryAfter: Nanoseconds = 0
  ) {
    let message = Reject(
      clientRef: request.clientRef,
      auctionId: request.auctionID,
      price: .min,
      minNext: .min,
      revision: 0,
      logPosition: stamp.position,
      time: stamp.time,
      refTemplateId: request.templateID,
      code: code.rawValue,
      retryAfterMicroseconds: Engine.microseconds(retryAfter)
    )
    outbox.append(message, to: stamp.session)
  }

  /// Refuses a request on an auction, and tells its public price.
  ///
  /// A draft is its seller's business alone: who bids on it or does not own it learns nothing.
  @inline(never)
  mutating func reject(
    _ request: Request,
    on slot: UInt32,
    _ code: RejectCode,
    _ stamp: Stamp,
    _ outbox: inout Outbox,
    retryAfter: Nanoseconds = 0
  ) {
    if _slowPath(auctions[slot].status == SlotStatus.draft) {
      switch code {
      case .notOpenYet, .notOwner: return reject(request, code, stamp, &outbox)
      default: break
      }
    }
    let message = Reject(
      clientRef: request.clientRef,
      auctionId: request.auctionID,
      price: auctions[slot].price,
      minNext: shownMinNext(slot),
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      refTemplateId: request.templateID,
      code: code.rawValue,
      retryAfterMicroseconds: Engine.microseconds(retryAfter)
    )
    outbox.append(message, to: stamp.session)
  }

  /// Whole microseconds, rounded up so that a client that waits so long is not too early.
  static func microseconds(_ span: Nanoseconds) -> UInt32 {
    span == 0 ? 0 : UInt32(clamping: (span &- 1) / 1_000 + 1)
  }

  /// The least next bid, absent when no bid can be taken any more.
  @inline(always)
  func shownMinNext(_ slot: UInt32) -> Int64 {
    auctions[slot].status >= SlotStatus.ended ? .min : auctions[slot].minNext
  }

  /// Answers an accepted bid with the standing as it may be shown.
  @inline(always)
  mutating func acknowledgeBid(
    _ request: Request,
    on slot: UInt32,
    bidder: UInt64,
    maximum: Int64,
    shown standing: Standing,
    outcome: BidOutcome,
    flags: AckFlags,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let auctions = auctions.records
    let message = BidAck(
      clientRef: request.clientRef,
      auctionId: request.auctionID,
      bidderId: bidder,
      bidId: stamp.position,
      yourMaximum: maximum,
      price: standing.price,
      minNext: standing.minNext,
      leaderId: standing.leader,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      acceptedTime: stamp.time,
      endTime: auctions[slot].endTime,
      outcome: outcome.rawValue,
      reserveState: AuctionRules.reserveState(
        price: standing.price,
        reserve: auctions[slot].reserve
      ).rawValue,
      status: UInt8(truncatingIfNeeded: auctions[slot].status),
      flags: flags.rawValue,
      bidCount: auctions[slot].bidCount
    )
    outbox.append(message, to: stamp.session)
  }

  /// Tells the session that led until now.
  @inline(always)
  mutating func tellOutbid(
    _ bidder: UInt64,
    _ maximum: Int64,
    session: UInt32,
    _ auctionID: UInt64,
    _ slot: UInt32,
    shown standing: Standing,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    guard session != 0 else { return }
    let auctions = auctions.records
    let message = Outbid(
      auctionId: auctionID,
      bidderId: bidder,
      yourMaximum: maximum,
      price: standing.price,
      minNext: standing.minNext,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      endTime: auctions[slot].endTime
    )
    outbox.append(message, to: SessionHandle(raw: session))
  }

  mutating func acknowledgeAuction(
    _ request: Request,
    on slot: UInt32,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let message = AuctionAck(
      clientRef: request.clientRef,
      auctionId: auctions.id(slot, on: shard).raw,
      revision: UInt64(auctions[slot].revision),
      logPosition: stamp.position,
      time: stamp.time,
      status: UInt8(truncatingIfNeeded: auctions[slot].status),
      refTemplateId: request.templateID
    )
    outbox.append(message, to: stamp.session)
  }
}
