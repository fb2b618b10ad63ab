internal import Primitives
internal import Wire

/// All sessions of a shard, with their rings, and an index by their 128-bit names.
///
/// Places are given out in order and then by eviction, so that replay gives the same places.
@safe
struct SessionTable: ~Copyable {
  /// No place.
  static var none: UInt32 { @_noLocks get { .max } }

  /// How many places were ever used.
  private(set) var count = 0
  /// The most sessions.
  let capacity: Int
  private let ringBytes: Int
  private let slots: Region
  private let windows: Region
  private let rings: Region
  private var index: SessionIndex

  /// Takes memory for all sessions.
  ///
  /// - Parameters:
  ///   - limits: How many, and how much each.
  ///   - memory: Where from; rings are touched when they are used.
  init(limits: GatewayLimits, memory: MemorySource) {
    capacity = limits.sessionsMax
    ringBytes = limits.replayRingBytes
    slots = Region(
      byteCount: capacity * MemoryLayout<Session>.stride,
      alignment: 64,
      from: memory
    )
    windows = Region(byteCount: capacity * AppliedWindow.byteCount, alignment: 64, from: memory)
    rings = Region(byteCount: capacity * ringBytes, from: memory)
    index = SessionIndex(sessionsMax: capacity, memory: memory)
  }

  /// A session, in place.
  ///
  /// - Parameter place: Which one, below `count`.
  subscript(_ place: Int) -> Session {
    @_noLocks @inline(__always) unsafeAddress { unsafe UnsafePointer(address(place)) }
    @_noLocks @inline(__always) nonmutating unsafeMutableAddress { unsafe address(place) }
  }

  /// The place of a session that still is what a handle says.
  ///
  /// - Parameter handle: The handle.
  /// - Returns: The place; nil when the session is no more.
  @_noLocks @inline(__always)
  func place(of handle: SessionHandle) -> Int? {
    let place = Int(handle.index)
    guard handle.generation != 0, place < count,
      self[place].generation == handle.generation
    else { return nil }
    return place
  }

  /// The handle of a place.
  ///
  /// - Parameter place: Which one, below `count`.
  /// - Returns: The handle.
  @_noLocks @inline(__always)
  func handle(_ place: Int) -> SessionHandle {
    SessionHandle(
      index: UInt16(truncatingIfNeeded: place),
      generation: self[place].generation
    )
  }

  /// The place of a name.
  ///
  /// - Parameters:
  ///   - high: First half of the name.
  ///   - low: Second half.
  /// - Returns: The place; nil when the session is not known.
  @_noLocks
  func find(_ high: UInt64, _ low: UInt64) -> Int? {
    var slot = index.firstSlot(high, low)
    while let place = index.place(at: slot) {
      if self[place].idHigh == high && self[place].idLow == low { return place }
      slot = index.slot(after: slot)
    }
    return nil
  }

  @_noLocks @inline(__always)
  private func address(_ place: Int) -> UnsafeMutablePointer<Session> {
    let isThere = UInt(bitPattern: place) < UInt(bitPattern: capacity)
    invariant(isThere, "a session's place is below their number")
    return unsafe slots.base.assumingMemoryBound(to: Session.self) + place
  }
}

extension SessionTable {
  /// Puts a session where its record says, in the place of the one it replaces.
  ///
  /// - Parameters:
  ///   - record: What was logged.
  ///   - time: The record's time.
  /// - Returns: The place.
  mutating func open(_ record: SessionOpened, time: Nanoseconds) -> Int {
    let handle = SessionHandle(raw: record.handle)
    let place = Int(handle.index)
    if record.evicted != 0 {
      let evicted = SessionHandle(raw: record.evicted)
      invariant(evicted.index == handle.index, "a session takes the place of the evicted one")
      invariant(self.place(of: evicted) == place, "only a known session can be evicted")
      remove(place)
    } else {
      invariant(place == count, "places are given out in order")
      count += 1
    }
    invariant(find(record.sessionIdHigh, record.sessionIdLow) == nil, "a session opens once")
    initialize(place, record, time: time)
    index.insert(record.sessionIdHigh, record.sessionIdLow, place: place)
    return place
  }

  private func initialize(_ place: Int, _ record: SessionOpened, time: Nanoseconds) {
    let ring = unsafe ReplayRing(memory: rings.base + place * ringBytes, byteCount: ringBytes)
    let window = unsafe AppliedWindow(memory: windows.base + place * AppliedWindow.byteCount)
    var session = Session(ring: ring, window: window)
    session.generation = SessionHandle(raw: record.handle).generation
    session.idHigh = record.sessionIdHigh
    session.idLow = record.sessionIdLow
    session.accountId = record.accountId
    session.apiKeyId = record.apiKeyId
    session.lastActivity = time
    unsafe address(place).initialize(to: session)
  }

  /// Takes a name out and closes the hole it leaves (Knuth 6.4, algorithm R).
  private mutating func remove(_ place: Int) {
    var hole = index.firstSlot(self[place].idHigh, self[place].idLow)
    while index.place(at: hole) != place { hole = index.slot(after: hole) }
    var slot = index.slot(after: hole)
    while let other = index.place(at: slot) {
      let home = index.firstSlot(self[other].idHigh, self[other].idLow)
      if index.distance(home, slot) >= index.distance(hole, slot) {
        index.set(hole, place: other)
        hole = slot
      }
      slot = index.slot(after: slot)
    }
    index.clear(hole)
  }
}

/// The open-addressing index of session names: places by hash, at most half full.
@safe
struct SessionIndex: ~Copyable {
  private let slots: Region
  private let mask: Int

  /// An empty index.
  ///
  /// - Parameters:
  ///   - sessionsMax: The most sessions.
  ///   - memory: Where from.
  init(sessionsMax: Int, memory: MemorySource) {
    var slotCount = 2
    while slotCount < 2 * sessionsMax { slotCount *= 2 }
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
