internal import Primitives

/// How far a snapshot of the sessions is: what is written, and what was copied before it changed.
///
/// A session is frozen when it first changes after the snapshot began, or when the writer comes to
/// it: its image is then written, and where its ring started and ended is kept here. The ring's
/// bytes follow in pages of 4 KiB; one that is about to be overwritten goes into the area first. So
/// a snapshot begins in constant time, and costs a ring only what it overwrites meanwhile.
///
/// Pieces: kind 20, the sessions' number and the rings' size; kind 21, a session's image, its index
/// the place; kind 22, bytes of a ring, their index the place (16 bits) and the eighth of their
/// offset (48 bits).
@safe
struct SessionSnapshot: ~Copyable {
  /// The kind of the first piece.
  static var headerKind: UInt16 { @_noLocks get { 20 } }
  /// The kind of a session's image.
  static var sessionKind: UInt16 { @_noLocks get { 21 } }
  /// The kind of a ring's bytes.
  static var ringKind: UInt16 { @_noLocks get { 22 } }
  /// The bytes of the first piece's payload: the sessions' number, the bytes of a ring.
  static var headerByteCount: Int { @_noLocks get { 16 } }
  /// The most bytes of a ring in a piece.
  static var pageBytes: UInt64 { @_noLocks get { 4_096 } }

  /// What is known of a session while a snapshot is written or loaded; its bits follow.
  private struct Mark: BitwiseCopyable {
    /// The number of the snapshot that the rest belongs to.
    var ordinal: UInt64 = 0
    /// Where the ring started; while loading, the bytes that came.
    var start: UInt64 = 0
    /// Where the ring ended; while loading, the sum of their offsets.
    var tail: UInt64 = 0
  }

  /// Whether a snapshot is running.
  private(set) var isActive = false
  /// Whether the first piece is written.
  var isHeaderWritten = false
  /// One more than the last place that is part of the snapshot.
  private(set) var sessionEnd = 0
  /// Places before it are written.
  var cursor = 0
  /// The page of the place at the cursor that is looked at next.
  var page = 0
  /// What was copied because it was about to change.
  let area: SnapshotArea
  /// How far the loading of a snapshot is.
  var loading = SessionLoading()

  private let areaMemory: Region
  private let marks: Region
  private let markByteCount: Int
  private let image: Region
  /// Loading is the first, so that no mark of it is taken for one of a snapshot.
  private var ordinal: UInt64 = 1

  /// Takes memory.
  ///
  /// - Parameters:
  ///   - limits: How many places for sessions and how long their rings are.
  ///   - memory: Where from; the area is touched when it is used.
  init(limits: GatewayLimits, memory: MemorySource) {
    areaMemory = Region(byteCount: limits.snapshotAreaByteCount, from: memory)
    area = SnapshotArea(memory: areaMemory)
    let pagesMax = limits.replayRingBytes / Int(Self.pageBytes) + 1
    markByteCount = MemoryLayout<Mark>.stride + (pagesMax + 63) / 64 * 8
    marks = Region(byteCount: limits.sessionPlaces * markByteCount, alignment: 64, from: memory)
    image = Region(byteCount: SessionImage.byteCount, alignment: 64, from: memory)
  }

  /// A snapshot begins.
  ///
  /// - Parameter sessionEnd: One more than the last place in use.
  @_noLocks
  mutating func begin(sessionEnd: Int) {
    isActive = true
    isHeaderWritten = false
    self.sessionEnd = sessionEnd
    cursor = 0
    page = 0
    ordinal += 1
    area.clear()
  }

  /// The snapshot is over, whole or not.
  @_noLocks
  mutating func end() {
    isActive = false
    area.clear()
  }

  /// Memory for an image before it goes into the area.
  var imageBuffer: UnsafeMutableRawPointer { @_noLocks get { unsafe image.base } }
}

extension SessionSnapshot {
  /// Whether a place's image is written, and its ring's extent kept.
  ///
  /// - Parameter place: Which one.
  /// - Returns: Whether it is.
  @_noLocks
  func isFrozen(_ place: Int) -> Bool { unsafe mark(place).pointee.ordinal == ordinal }

  /// Keeps a ring's extent; none of its pages is written yet.
  ///
  /// - Parameters:
  ///   - place: Whose ring.
  ///   - start: The offset where it starts.
  ///   - tail: The offset where it ends.
  @_noLocks
  func freeze(_ place: Int, start: UInt64, tail: UInt64) {
    let isNew = !isFrozen(place)
    invariant(isNew, "a session is frozen once a snapshot")
    unsafe mark(place).pointee = Mark(ordinal: ordinal, start: start, tail: tail)
    let wordCount = (markByteCount - MemoryLayout<Mark>.stride) / 8
    for word in 0..<wordCount { unsafe bits(place)[word] = 0 }
  }

  /// How many pages the ring of a frozen place has.
  ///
  /// - Parameter place: Which one.
  /// - Returns: The number; the first and the last may be a part of a page.
  @_noLocks
  func pageCount(_ place: Int) -> Int {
    let extent = unsafe mark(place).pointee
    guard extent.tail > extent.start else { return 0 }
    let last = (extent.tail - 1) / Self.pageBytes
    return Int(truncatingIfNeeded: last - extent.start / Self.pageBytes) + 1
  }

  /// The bytes of a page of a frozen place's ring.
  ///
  /// - Parameters:
  ///   - place: Which one.
  ///   - page: The page, from the ring's start.
  /// - Returns: The ring's offset of the first byte, and how many.
  @_noLocks
  func pageExtent(_ place: Int, _ page: Int) -> (offset: UInt64, byteCount: Int) {
    let extent = unsafe mark(place).pointee
    let first = (extent.start / Self.pageBytes + UInt64(page)) * Self.pageBytes
    let offset = max(first, extent.start)
    let end = min(first + Self.pageBytes, extent.tail)
    return (offset, Int(truncatingIfNeeded: end - offset))
  }

  /// Whether a page of a frozen place's ring is written or copied.
  ///
  /// - Parameters:
  ///   - place: Which one.
  ///   - page: The page, from the ring's start.
  /// - Returns: Whether it is.
  @_noLocks
  func isKept(_ place: Int, _ page: Int) -> Bool {
    unsafe bits(place)[page >> 6] >> UInt64(page & 63) & 1 == 1
  }

  /// A page of a frozen place's ring is written or copied now.
  ///
  /// - Parameters:
  ///   - place: Which one.
  ///   - page: The page, from the ring's start.
  @_noLocks
  func keep(_ place: Int, _ page: Int) {
    unsafe bits(place)[page >> 6] |= 1 << UInt64(page & 63)
  }

  /// The index of a piece of a ring.
  ///
  /// - Parameters:
  ///   - place: Whose ring.
  ///   - offset: The offset of its first byte.
  /// - Returns: The index.
  @_noLocks
  static func ringIndex(_ place: Int, offset: UInt64) -> UInt64 {
    UInt64(place) << 48 | offset >> 3 & 0xFFFF_FFFF_FFFF
  }

  @_noLocks @inline(__always)
  private func mark(_ place: Int) -> UnsafeMutablePointer<Mark> {
    unsafe (marks.base + place * markByteCount).assumingMemoryBound(to: Mark.self)
  }

  @_noLocks @inline(__always)
  private func bits(_ place: Int) -> UnsafeMutablePointer<UInt64> {
    unsafe (marks.base + place * markByteCount + MemoryLayout<Mark>.stride)
      .assumingMemoryBound(to: UInt64.self)
  }
}

extension SessionSnapshot {
  /// Counts bytes of a ring that were loaded.
  ///
  /// - Parameters:
  ///   - place: Whose ring.
  ///   - offset: The offset of the first one.
  ///   - byteCount: How many came.
  func countLoaded(_ place: Int, offset: UInt64, byteCount: Int) {
    unsafe mark(place).pointee.start += UInt64(byteCount)
    unsafe mark(place).pointee.tail &+= offset
  }

  /// Whether every page of a ring was loaded once: as many bytes, at the offsets that must be.
  ///
  /// - Parameters:
  ///   - place: Whose ring.
  ///   - extent: Where its frames are.
  /// - Returns: Whether the counts are those.
  func isLoaded(_ place: Int, _ extent: RingExtent) -> Bool {
    let counted = unsafe mark(place).pointee
    guard counted.start == extent.tail - extent.start else { return false }
    var offset = extent.start
    var offsetSum: UInt64 = 0
    while offset < extent.tail {
      offsetSum &+= offset
      offset = (offset / Self.pageBytes + 1) * Self.pageBytes
    }
    return counted.tail == offsetSum
  }

  /// Notes that a session's image was loaded.
  ///
  /// - Parameter place: Whose.
  /// - Returns: Whether it was the first time.
  func isFirstImage(_ place: Int) -> Bool {
    defer { unsafe mark(place).pointee.ordinal = ordinal }
    return !isFrozen(place)
  }
}

/// How far the loading of a snapshot is.
@safe
struct SessionLoading: ~Copyable {
  /// How many sessions the snapshot has; nil before its first piece came.
  var sessionCount: Int?
  /// How many of their images came.
  var imageCount = 0
  /// The bytes of a ring of the snapshot.
  var ringBytes = 0
  /// Rings of another size, until their frames are put into those of this gateway.
  var staged: StagedRings?
}
