internal import Primitives

/// The auctions of a shard, 128 bytes each, found by the slot in their id: one memory touch.
///
/// New auctions take the slot that has been free for longest, or the next unused one, so that ids
/// follow from the log alone.
@safe
struct AuctionSlab: ~Copyable {
  private let memory: Region
  let pages: TablePages
  /// The records by slot, for hot functions.
  let records: RecordArray<AuctionRecord>
  let capacity: Int
  /// Slots that have ever been used: 0 ..< slotEnd.
  private(set) var slotEnd: UInt32 = 0
  /// Slots that hold an auction now.
  private(set) var count = 0
  /// The slots to use next, as a queue; index + 1, 0 = none.
  private(set) var firstFree: UInt32 = 0
  private var lastFree: UInt32 = 0

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    self.capacity = capacity
    memory = Region(
      byteCount: capacity * MemoryLayout<AuctionRecord>.stride,
      from: source
    )
    records = unsafe RecordArray(memory.base.assumingMemoryBound(to: AuctionRecord.self))
    pages = unsafe TablePages(
      .auctions, of: memory.base, recordByteCount: MemoryLayout<AuctionRecord>.stride,
      recordsMax: capacity, shift: 3, area: area)
  }

  /// Must be called before the record of a slot changes in more than its timer's place.
  @inline(__always)
  func willChange(_ slot: UInt32) { pages.shadow.willChange(Int(slot)) }

  /// The record of a slot that has been used.
  @inline(always)
  subscript(slot: UInt32) -> AuctionRecord {
    @inline(always) unsafeAddress { unsafe UnsafePointer(records.base + Int(slot)) }
    @inline(always) nonmutating unsafeMutableAddress { unsafe records.base + Int(slot) }
  }

  /// The slot of an auction that exists on this shard.
  @inline(always)
  func find(_ id: AuctionID, on shard: ShardID) -> UInt32? {
    let slot = id.slotIndex
    guard slot < slotEnd, id.shard.number == shard.number else { return nil }
    let life = self[slot].lifeBits
    guard life >> 10 == id.generation, life & 7 != SlotStatus.free else { return nil }
    return slot
  }

  /// The name of the auction in a slot.
  @inline(always)
  func id(_ slot: UInt32, on shard: ShardID) -> AuctionID {
    AuctionID(shard: shard, generation: self[slot].generation, slotIndex: slot)
  }

  /// Brings the lines of a slot into the cache; any number may be asked for.
  @inline(always)
  func prefetch(slot: UInt32) {
    let index = Int(slot) < capacity ? Int(slot) : 0
    let address = unsafe UnsafeRawPointer(records.base + index)
    unsafe Primitives.prefetch(address)
    unsafe Primitives.prefetch(address + 64)
  }

  /// Whether one more auction finds a slot.
  var hasRoom: Bool { firstFree != 0 || Int(slotEnd) < capacity }

  /// Takes a slot for a new auction: zeroed but for its generation and its status `draft`.
  mutating func take() -> UInt32 {
    let isPossible = hasRoom
    invariant(isPossible, "a new auction finds a slot")
    count += 1
    guard firstFree != 0 else {
      let slot = slotEnd
      slotEnd += 1
      clear(slot, generation: 1)
      return slot
    }
    probe(.auctionSlotReused)
    let slot = firstFree - 1
    willChange(slot)
    firstFree = self[slot].newestBid
    if firstFree == 0 { lastFree = 0 }
    clear(slot, generation: self[slot].generation + 1)
    return slot
  }

  /// Frees a slot; its auction's id becomes unknown.
  mutating func give(back slot: UInt32) {
    let generation = self[slot].generation
    willChange(slot)
    clear(slot, generation: generation)
    self[slot].setStatus(SlotStatus.free)
    count -= 1
    // A slot whose generations are used up must never be named again.
    guard generation < AuctionID.generationMaximum else {
      probe(.auctionSlotSpent)
      return
    }
    if lastFree == 0 {
      firstFree = slot + 1
    } else {
      willChange(lastFree - 1)
      self[lastFree - 1].newestBid = slot + 1
    }
    lastFree = slot + 1
  }

  private func clear(_ slot: UInt32, generation: UInt32) {
    unsafe UnsafeMutableRawPointer(records.base + Int(slot)).initializeMemory(
      as: UInt8.self,
      repeating: 0,
      count: MemoryLayout<AuctionRecord>.stride
    )
    self[slot].setLife(generation: generation, status: SlotStatus.draft)
  }

  // MARK: Snapshots

  func beginSnapshot(_ words: inout ScalarWords) {
    words.put(slotEnd)
    words.put(count)
    words.put(firstFree)
    words.put(lastFree)
    pages.shadow.begin(recordEnd: Int(slotEnd))
  }

  mutating func load(_ words: inout ScalarWords) -> Bool {
    guard let slotEnd = words.takeIndex(atMost: capacity),
      let count = words.takeIndex(atMost: slotEnd),
      let firstFree = words.takeIndex(atMost: slotEnd),
      let lastFree = words.takeIndex(atMost: slotEnd)
    else { return false }
    self.slotEnd = UInt32(slotEnd)
    self.count = count
    self.firstFree = UInt32(firstFree)
    self.lastFree = UInt32(lastFree)
    return true
  }

  /// Whether the queue of free slots holds each slot that can be used again once.
  func hasSoundFreeSlots() -> Bool {
    var expected = 0
    for slot in 0..<slotEnd where self[slot].status == SlotStatus.free {
      if self[slot].generation < AuctionID.generationMaximum { expected += 1 }
    }
    var next = firstFree
    var last: UInt32 = 0
    while next != 0, expected >= 0 {
      guard next <= slotEnd, self[next - 1].status == SlotStatus.free else { return false }
      expected -= 1
      last = next
      next = self[next - 1].newestBid
    }
    return expected == 0 && last == lastFree
  }
}

extension AuctionID {
  /// The last generation of a slot, without the access to a global of another module.
  static var generationMaximum: UInt32 { (1 << 22) - 1 }
}
