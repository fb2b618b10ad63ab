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
  /// How many places there are.
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
    capacity = limits.sessionPlaces
    ringBytes = limits.replayRingBytes
    slots = Region(
      byteCount: capacity * MemoryLayout<Session>.stride,
      alignment: 64,
      from: memory
    )
    windows = Region(byteCount: capacity * AppliedWindow.byteCount, alignment: 64, from: memory)
    rings = Region(byteCount: capacity * ringBytes, from: memory)
    index = SessionIndex(places: capacity, memory: memory)
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
        probe(.sessionIndexMoved)
        index.set(hole, place: other)
        hole = slot
      }
      slot = index.slot(after: slot)
    }
    index.clear(hole)
  }
}

extension SessionTable {
  /// The memory of a session's ring.
  ///
  /// - Parameters:
  ///   - place: Which session, below `capacity`.
  ///   - offset: An offset of the ring.
  /// - Returns: Where that byte is kept.
  @_noLocks
  func ringMemory(_ place: Int, at offset: UInt64) -> UnsafeMutableRawPointer {
    unsafe rings.base + place * ringBytes
      + Int(truncatingIfNeeded: offset & UInt64(ringBytes - 1))
  }

  /// Puts a session of a snapshot into its place; its name is not found yet.
  ///
  /// - Parameters:
  ///   - place: Which one, below `capacity`.
  ///   - image: What the snapshot says.
  ///   - ring: Its ring.
  ///   - windowWords: The 16 words of its window, little-endian.
  func restore(
    _ place: Int,
    _ image: SessionImage,
    _ ring: ReplayRing,
    windowWords: UnsafeRawPointer
  ) {
    let window = unsafe AppliedWindow(
      memory: windows.base + place * AppliedWindow.byteCount, highest: image.highest,
      bits: windowWords)
    var session = Session(ring: ring, window: window)
    session.generation = UInt16(truncatingIfNeeded: image.generation)
    session.idHigh = image.idHigh
    session.idLow = image.idLow
    session.accountId = image.accountId
    session.apiKeyId = image.apiKeyId
    session.lastActivity = image.lastActivity
    session.nextServerSequence = image.nextServerSequence
    unsafe address(place).initialize(to: session)
  }

  /// Makes a restored session's name known.
  ///
  /// - Parameter place: Which one.
  /// - Returns: Whether no other session has the name.
  mutating func restoreName(_ place: Int) -> Bool {
    let (high, low) = (self[place].idHigh, self[place].idLow)
    guard find(high, low) == nil else { return false }
    index.insert(high, low, place: place)
    return true
  }

  /// Says how many places are in use, once all are restored.
  ///
  /// - Parameter count: The number.
  mutating func restoreCount(_ count: Int) {
    invariant(self.count == 0, "sessions are restored into an empty table")
    self.count = count
  }
}
