internal import Primitives

/// An accepted bid of an auction that has not ended: 24 bytes.
struct BidRecord: BitwiseCopyable {
  var bidder: UInt64
  /// Amount (40 bits), kind (8 bits), whether it was lowered (1 bit).
  var amountAndKind: UInt64
  /// The bid before it in its auction; 0 = none.
  var previous: UInt32
  /// The session that placed it.
  var session: UInt32

  @inline(always)
  init(bidder: UInt64, amount: Int64, isExact: Bool, previous: UInt32, session: UInt32) {
    self.bidder = bidder
    amountAndKind = UInt64(truncatingIfNeeded: amount) | (isExact ? 1 << 40 : 0)
    self.previous = previous
    self.session = session
  }

  @inline(always)
  var amount: Int64 {
    get { Int64(truncatingIfNeeded: amountAndKind & AuctionRecord.amountMask) }
    set {
      amountAndKind =
        amountAndKind & ~AuctionRecord.amountMask | UInt64(truncatingIfNeeded: newValue)
    }
  }

  @inline(always) var isExact: Bool { amountAndKind & 1 << 40 != 0 }

  /// The bidder's maximum was cut to this amount: its earlier bids count no more than this.
  @inline(always)
  var wasLowered: Bool {
    get { amountAndKind & 1 << 48 != 0 }
    set { amountAndKind = amountAndKind & ~(1 << 48) | (newValue ? 1 << 48 : 0) }
  }
}

/// The accepted bids of all open auctions, linked from each auction's newest to its oldest.
///
/// A new bid touches its own record alone. A whole list goes back in one step: free lists hang
/// together through the field that names the bidder.
@safe
struct BidPool: ~Copyable {
  private let memory: Region
  let pages: TablePages
  private let records: UnsafeMutablePointer<BidRecord>
  let capacity: Int
  /// Records 1 ..< end have been used at some time; record 0 stands for none.
  private(set) var end: UInt32 = 1
  /// The next record to use again, and behind it its list.
  private(set) var free: UInt32 = 0
  /// The first record of the next list to use again.
  private(set) var freeLists: UInt32 = 0

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    self.capacity = capacity
    memory = Region(byteCount: (capacity + 1) * MemoryLayout<BidRecord>.stride, from: source)
    unsafe records = memory.base.assumingMemoryBound(to: BidRecord.self)
    pages = unsafe TablePages(
      .bids, of: memory.base, recordByteCount: MemoryLayout<BidRecord>.stride,
      recordsMax: capacity + 1, shift: 6, area: area)
  }

  /// Must be called before a record changes.
  @inline(__always)
  func willChange(_ index: UInt32) { pages.shadow.willChange(Int(index)) }

  /// Keeps a record's page for the snapshot, out of the way of a bid.
  @inline(never)
  private mutating func keepPage(of index: UInt32) { willChange(index) }

  /// A record in use.
  @inline(always)
  subscript(index: UInt32) -> BidRecord {
    @inline(always) unsafeAddress { unsafe UnsafePointer(records + Int(index)) }
    @inline(always) nonmutating unsafeMutableAddress { unsafe records + Int(index) }
  }

  /// Whether one more bid finds a place.
  @inline(always) var hasRoom: Bool { free | freeLists != 0 || Int(end) <= capacity }

  /// Keeps a bid.
  @inline(always)
  mutating func add(_ record: BidRecord) -> UInt32 {
    let index: UInt32
    if free | freeLists == 0 {
      index = end
      end &+= 1
    } else {
      index = takeFree()
    }
    unsafe records[Int(index)] = record
    return index
  }

  @inline(always)
  private mutating func takeFree() -> UInt32 {
    if free == 0 {
      free = freeLists
      freeLists = UInt32(truncatingIfNeeded: self[free].bidder)
    }
    let index = free
    // A record that was never used is behind the end of any snapshot, one of a list may not be.
    if _slowPath(pages.shadow.isActive) { keepPage(of: index) }
    free = self[index].previous
    return index
  }

  /// Gives a whole list back.
  mutating func give(backListFrom newest: UInt32) {
    guard newest != 0 else { return }
    willChange(newest)
    self[newest].bidder = UInt64(freeLists)
    freeLists = newest
  }

  // MARK: Snapshots

  func beginSnapshot(_ words: inout ScalarWords) {
    words.put(end)
    words.put(free)
    words.put(freeLists)
    pages.shadow.begin(recordEnd: Int(end))
  }

  mutating func load(_ words: inout ScalarWords) -> Bool {
    guard let end = words.takeIndex(atMost: capacity + 1), end > 0,
      let free = words.takeIndex(atMost: end - 1),
      let freeLists = words.takeIndex(atMost: end - 1)
    else { return false }
    self.end = UInt32(end)
    self.free = UInt32(free)
    self.freeLists = UInt32(freeLists)
    return true
  }
}
