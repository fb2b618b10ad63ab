internal import Primitives
internal import Wire

/// Where an auction's slot is in its life: the wire's states, and a slot that holds no auction.
enum SlotStatus {
  static var draft: UInt32 { 0 }
  static var scheduled: UInt32 { 1 }
  static var active: UInt32 { 2 }
  static var ended: UInt32 { 3 }
  static var cancelled: UInt32 { 4 }
  static var free: UInt32 { 7 }
}

/// The choices of an auction that one bit can tell.
struct AuctionTraits: OptionSet, BitwiseCopyable {
  let rawValue: UInt32

  static var requireVerified: AuctionTraits { Self(rawValue: 1) }
  /// Reserve policy `max`: a first maximum below the reserve opens at itself.
  static var opensAtMaximum: AuctionTraits { Self(rawValue: 2) }
  /// Reserve lowering policy `jump`.
  static var jumps: AuctionTraits { Self(rawValue: 4) }
  static var hasSoftClose: AuctionTraits { Self(rawValue: 8) }
  static var isRateLimited: AuctionTraits { Self(rawValue: 16) }
}

/// All that the engine knows of an auction: two cache lines, side by side.
///
/// The first line decides a bid, the second records it. Bids, the timer's place and the increment
/// table are indices into other tables, so that the record can be copied as it is.
struct AuctionRecord: BitwiseCopyable {
  // First line: what each bid reads.
  /// The public price; absent before the first bid.
  var price: Int64
  /// The leader's hidden maximum; absent before the first bid.
  var maximum: Int64
  /// The account that would win now; 0 = none.
  var leader: UInt64
  var seller: UInt64
  var endTime: Nanoseconds
  /// Absent = none.
  var reserve: Int64
  /// The starting price while there is no bid.
  var minNext: Int64
  /// Generation (22 bits), status (3 bits), traits (7 bits).
  var lifeBits: UInt32
  /// Counts public changes, from 1.
  var revision: UInt32

  // Second line: what an accepted bid changes, and what is seldom read.
  var startTime: Nanoseconds
  /// 0 = none.
  var hardEnd: Nanoseconds
  /// Starting price (40 bits), rate burst (16 bits), high byte of the refill (8 bits).
  var startAndBurst: UInt64
  /// Buy-now price (40 bits, 0 = none), low bits of the refill in milliseconds (24 bits).
  var buyNowAndRefill: UInt64
  var softWindowMs: UInt32
  var softExtensionMs: UInt32
  /// Public rows of the history.
  var bidCount: UInt32
  /// The newest accepted bid in the pool, 0 = none; in a free slot the next free slot + 1.
  var newestBid: UInt32
  /// The bid in the pool that set the leader's maximum; 0 = none.
  var leadingBid: UInt32
  /// The session that placed it.
  var leaderSession: UInt32
  /// The auction's place among the timers; 0 = none.
  var timerIndex: UInt32
  var currency: UInt16
  var incrementTable: UInt16
}

extension AuctionRecord {
  @inline(always) var generation: UInt32 { lifeBits >> 10 }
  @inline(always) var status: UInt32 { lifeBits & 7 }
  @inline(always) var traits: AuctionTraits { AuctionTraits(rawValue: lifeBits >> 3 & 0x7F) }

  @inline(always)
  mutating func setStatus(_ status: UInt32) { lifeBits = lifeBits & ~7 | status }

  @inline(always)
  mutating func setTraits(_ traits: AuctionTraits) {
    lifeBits = lifeBits & ~(0x7F << 3) | traits.rawValue << 3
  }

  @inline(always)
  mutating func setLife(generation: UInt32, status: UInt32) { lifeBits = generation << 10 | status }

  @inline(always)
  var standing: Standing {
    get { Standing(price: price, maximum: maximum, leader: leader, minNext: minNext) }
    set {
      price = newValue.price
      maximum = newValue.maximum
      leader = newValue.leader
      minNext = newValue.minNext
    }
  }

  @inline(always)
  var priceTerms: PriceTerms {
    PriceTerms(reserve: reserve, opensAtMaximum: traits.contains(.opensAtMaximum))
  }

  @inline(always)
  var startPrice: Int64 {
    get { Int64(truncatingIfNeeded: startAndBurst & AuctionRecord.amountMask) }
    set {
      startAndBurst =
        startAndBurst & ~AuctionRecord.amountMask | UInt64(truncatingIfNeeded: newValue)
    }
  }

  /// Absent = none.
  @inline(always)
  var buyNow: Int64 {
    get {
      let amount = Int64(truncatingIfNeeded: buyNowAndRefill & AuctionRecord.amountMask)
      return amount == 0 ? .min : amount
    }
    set {
      let amount = newValue == .min ? 0 : UInt64(truncatingIfNeeded: newValue)
      buyNowAndRefill = buyNowAndRefill & ~AuctionRecord.amountMask | amount
    }
  }

  @inline(always)
  var rateBurst: UInt16 {
    get { UInt16(truncatingIfNeeded: startAndBurst >> 40) }
    set { startAndBurst = startAndBurst & ~(0xFFFF << 40) | UInt64(newValue) << 40 }
  }

  @inline(always)
  var rateRefillMs: UInt32 {
    get {
      UInt32(truncatingIfNeeded: buyNowAndRefill >> 40)
        | UInt32(truncatingIfNeeded: startAndBurst >> 56) << 24
    }
    set {
      buyNowAndRefill = buyNowAndRefill & AuctionRecord.amountMask | UInt64(newValue) << 40
      startAndBurst = startAndBurst & ~(0xFF << 56) | UInt64(newValue >> 24) << 56
    }
  }

  /// Amounts have at most 40 bits: the greatest is 999,999,999,999.
  @inline(always) static var amountMask: UInt64 { (1 << 40) - 1 }
}
