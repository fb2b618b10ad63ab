internal import Primitives

/// What the rate limit says of a bid.
enum RateVerdict: Equatable, BitwiseCopyable {
  /// The bid may go on, and its token is taken.
  case allowed
  /// Too soon; the next bid may come after so many nanoseconds.
  case tooSoon(Nanoseconds)
  /// No place to count the pair now; one is free after so many nanoseconds.
  case full(Nanoseconds)
}

/// Token buckets a bidder and auction, each kept as one time (GCRA, ITU-T I.371).
///
/// The time is when the bucket will be full again; a bucket that is full needs no place, so that
/// places come free by themselves. A fixed table of sets of four: no list, no clean-up, no growth.
@safe
struct RateBuckets: ~Copyable {
  struct Bucket: BitwiseCopyable {
    var bidder: UInt64
    var auction: UInt64
    /// When the bucket is full again: not later than now means as good as empty.
    var fullAt: Nanoseconds
    var pad: UInt64
  }

  private static var ways: Int { 4 }

  private let memory: Region
  let pages: TablePages
  private let buckets: UnsafeMutablePointer<Bucket>
  private let setMask: Int

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    let setCount = powerOfTwo(atLeast: (capacity + RateBuckets.ways - 1) / RateBuckets.ways)
    setMask = setCount - 1
    memory = Region(
      byteCount: setCount * RateBuckets.ways * MemoryLayout<Bucket>.stride,
      from: source
    )
    unsafe buckets = memory.base.assumingMemoryBound(to: Bucket.self)
    pages = unsafe TablePages(
      .rateBuckets, of: memory.base, recordByteCount: MemoryLayout<Bucket>.stride,
      recordsMax: setCount * RateBuckets.ways, shift: 5, area: area)
  }

  /// The number of places, for a walk over all.
  var placeCount: Int { (setMask + 1) * RateBuckets.ways }

  /// The bucket at a place; it counts only while its time is in the future.
  func bucket(at place: Int) -> Bucket { unsafe buckets[place] }

  @inline(always)
  private func firstPlace(_ bidder: UInt64, _ auction: UInt64) -> Int {
    let mixed = mix64(bidder &* 0x9E37_79B9_7F4A_7C15 ^ auction)
    return (Int(truncatingIfNeeded: mixed) & setMask) &* RateBuckets.ways
  }

  /// Brings the set of a pair into the cache.
  @inline(always)
  func prefetch(bidder: UInt64, auction: UInt64) {
    let first = unsafe buckets + firstPlace(bidder, auction)
    unsafe Primitives.prefetch(first)
    unsafe Primitives.prefetch(first + 2)
  }

  /// Takes a token if there is one.
  mutating func take(
    bidder: UInt64,
    auction: UInt64,
    at now: Nanoseconds,
    refill: Nanoseconds,
    burst: UInt16
  ) -> RateVerdict {
    let first = firstPlace(bidder, auction)
    var unused = -1
    var earliest = Nanoseconds.max
    for place in first..<first &+ RateBuckets.ways {
      let bucket = unsafe buckets[place]
      if bucket.fullAt <= now {
        if unused < 0 { unused = place }
      } else if bucket.bidder == bidder && bucket.auction == auction {
        return take(at: place, now, refill, burst)
      } else {
        earliest = min(earliest, bucket.fullAt)
      }
    }
    guard unused >= 0 else { return .full(earliest - now) }
    pages.willUse(unused)
    unsafe buckets[unused] = Bucket(
      bidder: bidder,
      auction: auction,
      fullAt: now &+ refill,
      pad: 0
    )
    return .allowed
  }

  /// Keeps a bucket that another table counted; false without a place for it.
  mutating func put(
    bidder: UInt64,
    auction: UInt64,
    fullAt: Nanoseconds,
    at now: Nanoseconds
  ) -> Bool {
    let first = firstPlace(bidder, auction)
    for place in first..<first &+ RateBuckets.ways where unsafe buckets[place].fullAt <= now {
      pages.willUse(place)
      unsafe buckets[place] = Bucket(bidder: bidder, auction: auction, fullAt: fullAt, pad: 0)
      return true
    }
    return false
  }

  private mutating func take(
    at place: Int,
    _ now: Nanoseconds,
    _ refill: Nanoseconds,
    _ burst: UInt16
  ) -> RateVerdict {
    let debt = unsafe buckets[place].fullAt - now
    let tolerance = refill &* UInt64(burst &- 1)
    guard debt <= tolerance else { return .tooSoon(debt - tolerance) }
    pages.shadow.willChange(place)
    unsafe buckets[place].fullAt += refill
    return .allowed
  }
}
