internal import Primitives

/// The open-addressing index of session names: places by hash, at most half full.
@safe
struct SessionIndex: ~Copyable {
  private let slots: Region
  private let mask: Int

  /// An empty index.
  ///
  /// - Parameters:
  ///   - places: How many places there are for sessions.
  ///   - memory: Where from.
  init(places: Int, memory: MemorySource) {
    var slotCount = 2
    while slotCount < 2 * places { slotCount *= 2 }
    mask = slotCount - 1
    slots = Region(byteCount: slotCount * 4, alignment: 64, from: memory)
  }

  /// Where a name is looked for first.
  ///
  /// - Parameters:
  ///   - high: First half of the name.
  ///   - low: Second half.
  /// - Returns: The slot.
  @_noLocks
  func firstSlot(_ high: UInt64, _ low: UInt64) -> Int {
    Int(truncatingIfNeeded: mix64(high ^ mix64(low))) & mask
  }

  /// Where it is looked for next.
  ///
  /// - Parameter slot: Where it was not.
  /// - Returns: The slot behind it.
  @_noLocks
  func slot(after slot: Int) -> Int { (slot + 1) & mask }

  /// How far a slot is behind another one.
  ///
  /// - Parameters:
  ///   - from: The first slot.
  ///   - to: The slot behind it.
  /// - Returns: The steps from one to the other.
  func distance(_ from: Int, _ to: Int) -> Int { (to - from) & mask }

  /// The place that a slot holds; nil when it is empty.
  ///
  /// - Parameter slot: Which one.
  /// - Returns: The place; nil when the slot is empty.
  @_noLocks
  func place(at slot: Int) -> Int? {
    let stored = unsafe address(slot).pointee
    return stored == 0 ? nil : Int(stored) - 1
  }

  /// Fills a slot.
  ///
  /// - Parameters:
  ///   - slot: Which one.
  ///   - place: What it holds.
  mutating func set(_ slot: Int, place: Int) {
    unsafe address(slot).pointee = UInt32(place + 1)
  }

  /// Empties a slot.
  ///
  /// - Parameter slot: Which one.
  mutating func clear(_ slot: Int) { unsafe address(slot).pointee = 0 }

  /// Adds a name that is not there.
  ///
  /// - Parameters:
  ///   - high: First half of the name.
  ///   - low: Second half.
  ///   - place: Its place.
  mutating func insert(_ high: UInt64, _ low: UInt64, place: Int) {
    var slot = firstSlot(high, low)
    while self.place(at: slot) != nil { slot = self.slot(after: slot) }
    set(slot, place: place)
  }

  @_noLocks
  private func address(_ slot: Int) -> UnsafeMutablePointer<UInt32> {
    unsafe slots.base.assumingMemoryBound(to: UInt32.self) + (slot & mask)
  }
}
