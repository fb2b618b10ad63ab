internal import Primitives

/// What the engine knows of an account: 32 bytes.
struct AccountRecord: BitwiseCopyable {
  /// 0 = an empty place.
  var id: UInt64
  /// The sum of the account's leading maxima in auctions that have not ended.
  var exposure: Int64
  /// The most that the exposure may be, plus 1; 0 = no limit.
  var limitPlusOne: Int64
  /// Link group (32 bits), sellers who refuse the account (16 bits), blocked (bit 48), verified
  /// (bit 56): one word, since nearly every account has none of them.
  var marks: UInt64

  @inline(always) static var blockedMark: UInt64 { 1 << 48 }
  @inline(always) static var verifiedMark: UInt64 { 1 << 56 }

  /// An account of which nothing but its name is known.
  @inline(always)
  init(id: UInt64) {
    self.id = id
    exposure = 0
    limitPlusOne = 0
    marks = 0
  }

  /// The group of linked accounts; 0 = none.
  var linkGroup: UInt32 {
    get { UInt32(truncatingIfNeeded: marks) }
    set { marks = marks & ~0xFFFF_FFFF | UInt64(newValue) }
  }

  /// How many sellers refuse the account.
  var sellerBlockCount: UInt16 {
    get { UInt16(truncatingIfNeeded: marks >> 32) }
    set { marks = marks & ~(0xFFFF << 32) | UInt64(newValue) << 32 }
  }

  /// Whether an operator blocked it.
  var isBlocked: Bool {
    get { marks & AccountRecord.blockedMark != 0 }
    set {
      marks = newValue ? marks | AccountRecord.blockedMark : marks & ~AccountRecord.blockedMark
    }
  }

  /// Whether an operator verified it.
  @inline(always)
  var isVerified: Bool {
    get { marks & AccountRecord.verifiedMark != 0 }
    set {
      marks = newValue ? marks | AccountRecord.verifiedMark : marks & ~AccountRecord.verifiedMark
    }
  }

  /// Whether forgetting the account changes nothing.
  @inline(always)
  var isIdle: Bool { exposure == 0 && limitPlusOne == 0 && marks == 0 }

  /// Absent = no limit.
  @inline(always)
  var limit: Int64 { limitPlusOne == 0 ? .min : limitPlusOne - 1 }
}

/// The accounts that the shard knows something of: open addressing with linear probing.
///
/// Accounts that have become idle stay until the table is nearly full; then each new one sweeps a
/// few places and forgets the idle ones there, so that no single bid pays for a clean-up. Idle
/// accounts are no part of the state: the state's hash skips them.
@safe
struct AccountTable: ~Copyable {
  private let memory: Region
  let pages: TablePages
  /// The records by place, for hot functions.
  let records: RecordArray<AccountRecord>
  private let mask: Int
  /// Fibonacci hashing (Knuth, volume 3, 6.4): the high bits of a product, one multiplication.
  private let shift: UInt64
  let capacity: Int
  private let sweepFrom: Int
  private(set) var count = 0
  private var sweepIndex = 0

  /// The places that one new account sweeps when the table is nearly full.
  private static var sweepCount: Int { 16 }

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    self.capacity = capacity
    sweepFrom = capacity - capacity / 8
    let placeCount = powerOfTwo(atLeast: capacity + capacity / 2 + 1)
    mask = placeCount - 1
    shift = UInt64(64 - placeCount.trailingZeroBitCount)
    memory = Region(byteCount: placeCount * MemoryLayout<AccountRecord>.stride, from: source)
    records = unsafe RecordArray(memory.base.assumingMemoryBound(to: AccountRecord.self))
    pages = unsafe TablePages(
      .accounts, of: memory.base, recordByteCount: MemoryLayout<AccountRecord>.stride,
      recordsMax: placeCount, shift: 5, area: area)
  }

  /// Must be called before a record changes in more than its exposure.
  func willChange(_ index: Int) { pages.shadow.willChange(index) }

  /// The record at an index that `find` or `findOrAdd` gave; valid until the next `findOrAdd`.
  @inline(always)
  subscript(index: Int) -> AccountRecord {
    @inline(always) unsafeAddress { unsafe UnsafePointer(records.base + index) }
    @inline(always) nonmutating unsafeMutableAddress { unsafe records.base + index }
  }

  /// The number of places, for a walk over all.
  var placeCount: Int { mask + 1 }

  @inline(always)
  private func home(_ id: UInt64) -> Int {
    Int(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// The index of an account, or -1.
  @inline(always)
  func find(_ id: UInt64) -> Int {
    let records = records
    let mask = mask
    var index = home(id)
    while true {
      let found = records[index].id
      if found == id { return index }
      if found == 0 { return -1 }
      index = (index &+ 1) & mask
    }
  }

  /// Brings the place of an account into the cache.
  @inline(always)
  func prefetch(_ id: UInt64) { unsafe Primitives.prefetch(records.base + home(id)) }

  /// The index of an account that is known from now on, or -1 when the table is full.
  ///
  /// Indices given before are no longer valid after an account was added.
  @inline(always)
  mutating func findOrAdd(_ id: UInt64) -> Int {
    let index = find(id)
    return index >= 0 ? index : add(id)
  }

  /// Keeps an account that is not there: its index, or -1 when the table is full.
  @inline(never)
  mutating func add(_ id: UInt64) -> Int {
    if count >= sweepFrom { sweep() }
    guard count < capacity else {
      probe(.accountsFull)
      return -1
    }
    var index = home(id)
    while self[index].id != 0 { index = (index &+ 1) & mask }
    pages.willUse(index)
    self[index] = AccountRecord(id: id)
    count += 1
    return index
  }

  /// Whether one more account finds a place, after a sweep if need be.
  mutating func makesRoom() -> Bool {
    if count >= sweepFrom { sweep() }
    return count < capacity
  }

  private mutating func sweep() {
    for _ in 0..<AccountTable.sweepCount {
      if self[sweepIndex].id != 0, self[sweepIndex].isIdle {
        // The place now holds a later account of its run, or none: look at it again next time.
        probe(.accountForgotten)
        remove(at: sweepIndex)
      } else {
        sweepIndex = (sweepIndex &+ 1) & mask
      }
    }
  }

  /// Takes a record out and closes the gap, so that every run stays whole.
  private mutating func remove(at index: Int) {
    var gap = index
    var next = (gap &+ 1) & mask
    while self[next].id != 0 {
      let distance = (next &- home(self[next].id)) & mask
      if distance >= (next &- gap) & mask {
        willChange(gap)
        self[gap] = self[next]
        gap = next
      }
      next = (next &+ 1) & mask
    }
    willChange(gap)
    self[gap] = AccountRecord(id: 0)
    count -= 1
  }

  // MARK: Snapshots

  func beginSnapshot(_ words: inout ScalarWords) {
    words.put(count)
    words.put(sweepIndex)
    pages.beginSparse(recordEnd: placeCount)
  }

  mutating func load(_ words: inout ScalarWords) -> Bool {
    guard let count = words.takeIndex(atMost: capacity),
      let sweepIndex = words.takeIndex(atMost: mask)
    else { return false }
    self.count = count
    self.sweepIndex = sweepIndex
    return true
  }

  /// Whether there are as many accounts as the scalars say, each where a search finds it.
  func isSound() -> Bool {
    var found = 0
    var index = next(0)
    while index < placeCount {
      found += 1
      index = next(index + 1)
    }
    // Fewer accounts than places: a search ends.
    guard found == count else { return false }
    index = next(0)
    while index < placeCount {
      guard find(self[index].id) == index else { return false }
      index = next(index + 1)
    }
    return true
  }

  /// The first place from one on with an account; `placeCount` for none.
  func next(_ place: Int) -> Int {
    var index = pages.nextUsed(from: place, end: placeCount)
    while index < placeCount, self[index].id == 0 {
      index = pages.nextUsed(from: index + 1, end: placeCount)
    }
    return index
  }
}
