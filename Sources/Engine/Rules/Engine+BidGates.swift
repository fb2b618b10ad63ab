internal import Primitives
internal import Wire

/// A bid as the rules see it, wherever it came from.
struct Bid: BitwiseCopyable {
  var request: Request
  var bidder: UInt64
  var amount: Int64
  /// The revision that the bid is based on; 0 = any.
  var ifRevision: UInt64
  var kind: BidKind
  var currency: UInt16
}

/// Why a bid is refused, and when it is worth another try.
struct Refusal: BitwiseCopyable {
  var code: RejectCode
  /// 0 = do not retry.
  var retryAfter: Nanoseconds = 0
}

extension Engine {
  /// The gates before the price rules, in the order of the rules; the first that fails counts.
  ///
  /// - Parameters:
  ///   - bid: The bid.
  ///   - slot: Its auction's slot.
  ///   - account: The index of the bidder's account, or -1.
  ///   - time: The stamped time in nanoseconds.
  /// - Returns: Why the bid is refused; nil when the price rules decide.
  @inline(always)
  mutating func gate(
    _ bid: Bid,
    slot: UInt32,
    account: Int,
    at time: Nanoseconds
  ) -> Refusal? {
    let auctions = auctions.records
    let status = auctions[slot].status
    if _slowPath(status != SlotStatus.active) {
      probe(.bidNotOpen)
      return Refusal(code: Engine.closedCode(status))
    }
    let seller = auctions[slot].seller
    if seller == bid.bidder {
      probe(.bidBySeller)
      return Refusal(code: .sellerMayNotBid)
    }
    let traits = auctions[slot].traits
    if account >= 0 {
      if let code = accountGate(bid, slot: slot, account: account, seller, traits) {
        return Refusal(code: code)
      }
    } else if traits.contains(.requireVerified) {
      probe(.bidByUnknownUnverified)
      return Refusal(code: .bidderNotVerified)
    }
    if bid.currency != auctions[slot].currency {
      probe(.bidInWrongCurrency)
      return Refusal(code: .currencyMismatch)
    }
    if !Engine.isAmount(bid.amount) {
      probe(.bidOutOfRange)
      return Refusal(code: .amountOutOfRange)
    }
    if bid.ifRevision != 0, bid.ifRevision != UInt64(auctions[slot].revision) {
      probe(.bidOnOldRevision)
      return Refusal(code: .revisionMismatch)
    }
    guard traits.contains(.isRateLimited) else { return nil }
    return rateGate(bid.bidder, bid.request.auctionID, slot, at: time)
  }

  /// The gates that a known account may fail: linked to the seller, blocked, not verified, limit.
  ///
  /// Nearly every account has no mark at all, and two comparisons tell.
  @inline(always)
  private mutating func accountGate(
    _ bid: Bid,
    slot: UInt32,
    account: Int,
    _ seller: UInt64,
    _ traits: AuctionTraits
  ) -> RejectCode? {
    let record = accounts.records[account]
    if _slowPath(record.marks & ~AccountRecord.verifiedMark != 0) {
      if let code = markGate(bid.bidder, account, seller) { return code }
    }
    if traits.contains(.requireVerified), !record.isVerified {
      probe(.bidByUnverified)
      return .bidderNotVerified
    }
    guard _slowPath(record.limitPlusOne != 0) else { return nil }
    guard isOverLimit(bid.bidder, bid.amount, slot, account) else { return nil }
    probe(.bidOverLimit)
    return .limitExceeded
  }

  /// Whether an account is linked to the seller, blocked by an operator or by the seller.
  @inline(never)
  private mutating func markGate(
    _ bidder: UInt64,
    _ account: Int,
    _ seller: UInt64
  ) -> RejectCode? {
    let group = accounts[account].linkGroup
    if group != 0, isLinked(seller, to: group) {
      probe(.bidByLinkedSeller)
      return .sellerMayNotBid
    }
    let isRefused =
      accounts[account].sellerBlockCount != 0
      && sellerBlocks.contains(seller: seller, bidder: bidder)
    guard accounts[account].isBlocked || isRefused else { return nil }
    probe(.bidByBlocked)
    return .bidderBlocked
  }

  private mutating func isLinked(_ seller: UInt64, to group: UInt32) -> Bool {
    let index = accounts.find(seller)
    return index >= 0 && accounts[index].linkGroup == group
  }

  /// Whether the account's leading maxima with this bid in place of its own here pass its limit.
  @inline(never)
  private mutating func isOverLimit(
    _ bidder: UInt64,
    _ amount: Int64,
    _ slot: UInt32,
    _ account: Int
  ) -> Bool {
    let leadsHere = auctions[slot].leader == bidder
    let elsewhere = accounts[account].exposure - (leadsHere ? auctions[slot].maximum : 0)
    let sum = elsewhere.addingReportingOverflow(amount)
    return sum.overflow || sum.partialValue > accounts[account].limit
  }

  @inline(never)
  private mutating func rateGate(
    _ bidder: UInt64,
    _ auctionID: UInt64,
    _ slot: UInt32,
    at time: Nanoseconds
  ) -> Refusal? {
    let verdict = rates.take(
      bidder: bidder,
      auction: auctionID,
      at: time,
      refill: UInt64(auctions[slot].rateRefillMs) &* 1_000_000,
      burst: auctions[slot].rateBurst
    )
    switch verdict {
    case .allowed: return nil
    case .tooSoon(let wait):
      probe(.bidTooSoon)
      return Refusal(code: .limitExceeded, retryAfter: wait)
    case .full(let wait):
      probe(.rateBucketsFull)
      return Refusal(code: .overloaded, retryAfter: wait)
    }
  }

  /// Why an auction that is not active takes no bid.
  static func closedCode(_ status: UInt32) -> RejectCode {
    switch status {
    case SlotStatus.cancelled: .cancelled
    case SlotStatus.ended: .ended
    default: .notOpenYet
    }
  }

  /// Whether a client may name this amount.
  @inline(always)
  static func isAmount(_ amount: Int64) -> Bool { amount >= 1 && amount <= 999_999_999_999 }
}
