internal import Primitives

/// The newest event of the auction that a slot holds or held last.
struct JournalHead: Equatable, BitwiseCopyable {
  /// Where the event begins; 0 = the slot has had none.
  var offset: UInt64
  /// Whose event it is: a slot's next auction begins a chain of its own.
  var auctionID: UInt64
}

/// The newest event of each slot: 16 bytes a slot, touched only where auctions are.
@safe
struct HeadTable: ~Copyable {
  /// The power of two of heads in a page of a snapshot: 4 KiB.
  static var recordsPerPageShift: Int { @_noLocks get { 8 } }

  private let memory: Region
  private let shadowMemory: Region
  private let areaMemory: Region
  private let heads: UnsafeMutablePointer<JournalHead>
  private let capacity: Int
  /// The pages that a snapshot still needs.
  let shadow: PageShadow
  /// The pages that changed since it began.
  let area: SnapshotArea
  /// Slots that have ever had an event: 0 ..< slotEnd.
  private(set) var slotEnd = 0

  init(limits: JournalLimits, memory source: MemorySource) {
    capacity = limits.auctionsMax
    memory = Region(byteCount: capacity * MemoryLayout<JournalHead>.stride, from: source)
    unsafe heads = memory.base.assumingMemoryBound(to: JournalHead.self)
    let shift = Self.recordsPerPageShift
    shadowMemory = Region(
      byteCount: PageShadow.memoryByteCount(recordsMax: capacity, recordsPerPageShift: shift),
      from: source)
    areaMemory = Region(byteCount: limits.snapshotAreaByteCount, from: source)
    area = SnapshotArea(memory: areaMemory)
    shadow = unsafe PageShadow(
      kind: JournalPieceKind.heads, table: memory.base,
      recordByteCount: MemoryLayout<JournalHead>.stride, recordsPerPageShift: shift,
      memory: shadowMemory.base, area: area)
  }

  /// Makes an event the newest of its auction, and gives the one before; 0 = none.
  @_noLocks @inline(__always)
  mutating func replace(_ id: AuctionID, with offset: UInt64) -> UInt64 {
    let slot = Int(id.slotIndex)
    let fits = slot < capacity
    invariant(fits, "an event's auction is within the limits of the journal")
    if _slowPath(slot >= slotEnd) { slotEnd = slot + 1 }
    shadow.willChange(slot)
    let head = unsafe heads[slot]
    unsafe heads[slot] = JournalHead(offset: offset, auctionID: id.raw)
    return head.auctionID == id.raw ? head.offset : 0
  }

  /// The newest event of an auction; 0 = none.
  @_noLocks
  func head(of id: AuctionID) -> UInt64 {
    let slot = Int(id.slotIndex)
    guard slot < slotEnd, unsafe heads[slot].auctionID == id.raw else { return 0 }
    return unsafe heads[slot].offset
  }

  /// Brings the line of a slot into the cache; any auction may be asked for.
  @_noLocks @inline(__always)
  func prefetch(_ id: AuctionID) {
    let slot = Int(id.slotIndex)
    unsafe Primitives.prefetch(UnsafeRawPointer(heads + (slot < capacity ? slot : 0)))
  }

  /// Takes over the count of slots that a snapshot says.
  mutating func load(slotEnd: Int) -> Bool {
    guard slotEnd <= capacity else { return false }
    self.slotEnd = slotEnd
    return true
  }

  /// The pages that hold these slots.
  var pageCount: Int {
    (slotEnd + (1 << Self.recordsPerPageShift) - 1) >> Self.recordsPerPageShift
  }

  /// Whether every head is of its slot and below an offset.
  func areSound(below endOffset: UInt64) -> Bool {
    for slot in 0..<slotEnd {
      let head = unsafe heads[slot]
      let isOwn = head.offset == 0 || AuctionID(raw: head.auctionID).slotIndex == UInt32(slot)
      guard head.offset < max(endOffset, 1), isOwn else { return false }
    }
    return true
  }
}
