import Primitives
import Wire

/// A command of a test, before it is a frame.
enum Step {
  case bid(PlaceBid)
  case mass(MassBid, [MassBid.Entry])
  case lower(LowerMaximum)
  case remove(RemoveBids)
  case create(CreateAuction, [CreateAuction.Tier])
  case update(UpdateAuction, [CreateAuction.Tier])
  case cancel(CancelAuction)
  case account(AccountControl)
  case configure(retentionSeconds: UInt64)
  case outage(lastSeen: UInt64, grace: UInt64)
  case tick
}

/// The frames of test commands, in memory of their own.
final class FrameBuffer {
  let base = UnsafeMutableRawPointer.allocate(byteCount: 65_536, alignment: 8)

  deinit { base.deallocate() }

  /// The frame that was written last.
  var bytes: [UInt8] {
    let byteCount = Int(FrameHeader(frame: UnsafeRawPointer(base)).frameLength)
    return Array(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  func write(_ step: Step) {
    switch step {
    case .bid(let message): message.write(frame: base)
    case .mass(let message, let entries):
      message.write(frame: base, byteCount: MassBid.frameByteCount(bids: entries.count))
      GroupSpan.write(entries, to: groups)
    case .lower(let message): message.write(frame: base)
    case .remove(let message): message.write(frame: base)
    case .create(let message, let tiers):
      message.write(
        frame: base,
        byteCount: CreateAuction.frameByteCount(tiers: tiers.count, text: 0)
      )
      GroupSpan.write(GroupSpan.write(tiers, to: groups), entryLength: 64, count: 0)
    case .update(let message, let tiers):
      message.write(
        frame: base,
        byteCount: UpdateAuction.frameByteCount(tiers: tiers.count, text: 0)
      )
      GroupSpan.write(GroupSpan.write(tiers, to: groups), entryLength: 64, count: 0)
    case .cancel(let message): message.write(frame: base)
    case .account(let message): message.write(frame: base)
    case .configure(let seconds):
      EngineConfigured(
        engineIdHigh: 1,
        engineIdLow: 2,
        shard: 0,
        shards: 1,
        formatVersion: 1,
        retentionSeconds: seconds,
        auctionsMax: 0,
        bidsMax: 0,
        accountsMax: 0,
        linkGroupsMax: 0,
        sellerBlocksMax: 0,
        rateBucketsMax: 0,
        incrementTablesMax: 0
      ).write(frame: base)
    case .outage(let lastSeen, let grace):
      OutageEnded(lastSeen: lastSeen, graceNs: grace).write(frame: base)
    case .tick: Tick(reserved: 0).write(frame: base)
    }
  }

  private var groups: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(mutating: FrameHeader.firstGroup(of: UnsafeRawPointer(base)))
  }
}

/// A frame of the outbox, without what follows from the command alone (position and time).
enum Said: Equatable {
  case ack(
    ref: UInt64,
    auction: UInt64,
    bidder: UInt64,
    yours: Int64,
    price: Int64,
    next: Int64,
    leader: UInt64,
    revision: UInt64,
    end: UInt64,
    outcome: UInt8,
    reserve: UInt8,
    status: UInt8,
    flags: UInt8,
    rows: UInt32
  )
  case reject(
    ref: UInt64,
    auction: UInt64,
    price: Int64,
    next: Int64,
    revision: UInt64,
    template: UInt16,
    code: UInt16,
    retry: UInt32
  )
  case outbid(
    auction: UInt64,
    bidder: UInt64,
    yours: Int64,
    price: Int64,
    next: Int64,
    revision: UInt64,
    end: UInt64
  )
  case auctionAck(ref: UInt64, auction: UInt64, revision: UInt64, status: UInt8, template: UInt16)
  case removeAck(
    ref: UInt64,
    auction: UInt64,
    revision: UInt64,
    price: Int64,
    leader: UInt64,
    removed: UInt32,
    rows: UInt32
  )
  case accountAck(ref: UInt64, account: UInt64, exposure: Int64)
  case won(auction: UInt64, bidder: UInt64, price: Int64, time: UInt64, currency: UInt16)
  case ended(
    auction: UInt64,
    price: Int64,
    winner: UInt64,
    revision: UInt64,
    time: UInt64,
    outcome: UInt8,
    rows: UInt32
  )
  case price(
    auction: UInt64,
    price: Int64,
    next: Int64,
    leader: UInt64,
    revision: UInt64,
    end: UInt64,
    status: UInt8,
    reserve: UInt8,
    flags: UInt8,
    rows: UInt32
  )
  case state(
    auction: UInt64,
    seller: UInt64,
    price: Int64,
    next: Int64,
    leader: UInt64,
    buyNow: Int64,
    revision: UInt64,
    start: UInt64,
    end: UInt64,
    status: UInt8,
    reserve: UInt8,
    currency: UInt16,
    rows: UInt32
  )
  case row(
    auction: UInt64,
    bidder: UInt64,
    amount: Int64,
    price: Int64,
    leader: UInt64,
    kind: UInt8,
    flags: UInt8,
    row: UInt32
  )
  case extended(auction: UInt64, oldEnd: UInt64, end: UInt64, revision: UInt64, reason: UInt8)
  case other(UInt16)
}

/// A frame with whom it is for.
struct Sent: Equatable {
  var session: UInt32
  var said: Said
}

extension Said {
  /// Reads a frame of the outbox.
  init(frame: UnsafeRawPointer) {
    switch FrameHeader(frame: frame).templateID {
    case BidAck.templateID: self = Said(BidAck(frame: frame))
    case Reject.templateID:
      let message = Reject(frame: frame)
      self = .reject(
        ref: message.clientRef,
        auction: message.auctionId,
        price: message.price,
        next: message.minNext,
        revision: message.revision,
        template: message.refTemplateId,
        code: message.code,
        retry: message.retryAfterMicroseconds
      )
    case Outbid.templateID:
      let message = Outbid(frame: frame)
      self = .outbid(
        auction: message.auctionId,
        bidder: message.bidderId,
        yours: message.yourMaximum,
        price: message.price,
        next: message.minNext,
        revision: message.revision,
        end: message.endTime
      )
    case AuctionAck.templateID:
      let message = AuctionAck(frame: frame)
      self = .auctionAck(
        ref: message.clientRef,
        auction: message.auctionId,
        revision: message.revision,
        status: message.status,
        template: message.refTemplateId
      )
    case RemoveAck.templateID:
      let message = RemoveAck(frame: frame)
      self = .removeAck(
        ref: message.clientRef,
        auction: message.auctionId,
        revision: message.revision,
        price: message.price,
        leader: message.leaderId,
        removed: message.removedCount,
        rows: message.bidCount
      )
    case AccountAck.templateID:
      let message = AccountAck(frame: frame)
      self = .accountAck(
        ref: message.clientRef,
        account: message.accountId,
        exposure: message.exposure
      )
    default: self = Said(event: frame)
    }
  }

  private init(_ message: BidAck) {
    self = .ack(
      ref: message.clientRef,
      auction: message.auctionId,
      bidder: message.bidderId,
      yours: message.yourMaximum,
      price: message.price,
      next: message.minNext,
      leader: message.leaderId,
      revision: message.revision,
      end: message.endTime,
      outcome: message.outcome,
      reserve: message.reserveState,
      status: message.status,
      flags: message.flags,
      rows: message.bidCount
    )
  }

  private init(event frame: UnsafeRawPointer) {
    switch FrameHeader(frame: frame).templateID {
    case AuctionWon.templateID:
      let message = AuctionWon(frame: frame)
      self = .won(
        auction: message.auctionId,
        bidder: message.bidderId,
        price: message.price,
        time: message.time,
        currency: message.currency
      )
    case AuctionEnded.templateID:
      let message = AuctionEnded(frame: frame)
      self = .ended(
        auction: message.auctionId,
        price: message.price,
        winner: message.winnerId,
        revision: message.revision,
        time: message.time,
        outcome: message.outcome,
        rows: message.bidCount
      )
    case PriceUpdate.templateID:
      let message = PriceUpdate(frame: frame)
      self = .price(
        auction: message.auctionId,
        price: message.price,
        next: message.minNext,
        leader: message.leaderId,
        revision: message.revision,
        end: message.endTime,
        status: message.status,
        reserve: message.reserveState,
        flags: message.flags,
        rows: message.bidCount
      )
    case AuctionState.templateID: self = Said(AuctionState(frame: frame))
    case AuctionExtended.templateID:
      let message = AuctionExtended(frame: frame)
      self = .extended(
        auction: message.auctionId,
        oldEnd: message.oldEndTime,
        end: message.endTime,
        revision: message.revision,
        reason: message.reason
      )
    case BidEntry.templateID:
      let message = BidEntry(frame: frame)
      self = .row(
        auction: message.auctionId,
        bidder: message.bidderId,
        amount: message.amount,
        price: message.priceAfter,
        leader: message.leaderAfter,
        kind: message.kind,
        flags: message.flags,
        row: message.rowNumber
      )
    default: self = .other(FrameHeader(frame: frame).templateID)
    }
  }

  init(_ message: AuctionState) {
    self = .state(
      auction: message.auctionId,
      seller: message.sellerId,
      price: message.price,
      next: message.minNext,
      leader: message.leaderId,
      buyNow: message.buyNow,
      revision: message.revision,
      start: message.startTime,
      end: message.endTime,
      status: message.status,
      reserve: message.reserveState,
      currency: message.currency,
      rows: message.bidCount
    )
  }
}
