internal import Primitives
internal import Wire

/// The last sequenced frames of a session, to be sent, and to be sent again.
///
/// Offsets only ever grow; an offset's place in memory is its remainder by the capacity. A frame is
/// contiguous: one that does not fit before the memory's end starts at the next lap, and the bytes
/// between are the `gap`, which readers jump over. New frames overwrite the oldest; the caller asks
/// `floor` before, to find a reader whose unsent frames would go.
@safe
struct ReplayRing: BitwiseCopyable {
  /// The offset of the oldest frame kept.
  private(set) var start: UInt64 = 0
  /// The offset where the next frame goes.
  private(set) var tail: UInt64 = 0
  /// The offset from which the rest of a lap is unused; `UInt64.max` = none in what is kept.
  private(set) var gap: UInt64 = .max
  /// The sequence of the oldest frame kept, or of the next one when none is.
  private(set) var oldestSequence: UInt64 = 1
  private let base: UnsafeMutableRawPointer
  private let capacity: UInt64

  /// Takes memory.
  ///
  /// - Parameters:
  ///   - memory: Where frames are kept.
  ///   - byteCount: How many bytes, a power of two.
  @_noLocks
  init(memory: UnsafeMutableRawPointer, byteCount: Int) {
    invariant(byteCount > 0 && byteCount & (byteCount - 1) == 0, "a ring is a power of two")
    unsafe base = memory
    capacity = UInt64(byteCount)
  }

  /// Takes memory that a snapshot's frames are in, or will be.
  ///
  /// - Parameters:
  ///   - memory: Where frames are kept.
  ///   - byteCount: How many bytes, a power of two.
  ///   - extent: Where the frames are.
  init(memory: UnsafeMutableRawPointer, byteCount: Int, extent: RingExtent) {
    unsafe self.init(memory: memory, byteCount: byteCount)
    (start, tail) = (extent.start, extent.tail)
    (gap, oldestSequence) = (extent.gap, extent.oldestSequence)
  }

  /// Where the frames are.
  var extent: RingExtent {
    @_noLocks get {
      RingExtent(start: start, tail: tail, gap: gap, oldestSequence: oldestSequence)
    }
  }

  /// The least offset that is still there after a frame is added.
  ///
  /// - Parameter byteCount: The bytes of the frame.
  /// - Returns: The offset.
  @_noLocks @inline(__always)
  func floor(adding byteCount: Int) -> UInt64 {
    let end = begin(adding: byteCount) + UInt64(byteCount)
    return end > capacity ? end - capacity : 0
  }

  /// Adds a frame: numbers it, computes its checksum, overwrites the oldest frames.
  ///
  /// - Parameters:
  ///   - frame: The frame, unsealed.
  ///   - byteCount: Its bytes, a multiple of 8, at most a quarter of the ring.
  ///   - sequence: Its number, one more than the last.
  @_noLocks
  mutating func append(_ frame: UnsafeRawPointer, byteCount: Int, sequence: UInt64) {
    invariant(UInt64(byteCount) <= capacity / 4, "a frame takes at most a quarter of its ring")
    let begin = begin(adding: byteCount)
    let end = begin + UInt64(byteCount)
    while end > capacity && start < end - capacity { dropOldest() }
    if begin != tail { beginGap() }
    let place = unsafe address(begin)
    // SAFETY: begin ..< end lies in the memory: the frame fits before the lap's end.
    unsafe place.copyMemory(from: frame, byteCount: byteCount)
    unsafe FrameHeader.seal(place, sequence: sequence)
    tail = end
  }

  /// Leaves the rest of the lap unused; zeros there keep equal histories equal byte by byte.
  @_noLocks @inline(never)
  private mutating func beginGap() {
    probe(.ringWrapped)
    gap = tail
    let byteCount = Int(truncatingIfNeeded: nextLap(tail) - tail)
    // SAFETY: the run ends where the memory does.
    unsafe address(tail).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// The memory that adding a frame writes to: up to the lap's end, and from its start.
  ///
  /// - Parameter byteCount: The bytes of the frame.
  /// - Returns: Two ranges of bytes from the memory's start; one may be empty.
  @_noLocks
  func overwritten(adding byteCount: Int) -> (Range<Int>, Range<Int>) {
    let place = Int(truncatingIfNeeded: tail & (capacity - 1))
    if begin(adding: byteCount) == tail { return (place..<place + byteCount, 0..<0) }
    return (place..<Int(capacity), 0..<byteCount)
  }

  @_noLocks @inline(__always)
  private func begin(adding byteCount: Int) -> UInt64 {
    let room = capacity - (tail & (capacity - 1))
    return room >= UInt64(byteCount) ? tail : tail + room
  }

  @_noLocks @inline(__always)
  private mutating func dropOldest() {
    if start == gap {
      start = nextLap(start)
      gap = .max
      return
    }
    invariant(start < tail, "a ring never drops more than it holds")
    let frame = unsafe address(start)
    unsafe start += UInt64(LittleEndian.uint32(frame, at: 0))
    oldestSequence = unsafe LittleEndian.uint64(frame, at: 8) + 1
  }

  @_noLocks @inline(__always)
  func nextLap(_ offset: UInt64) -> UInt64 { (offset | (capacity - 1)) + 1 }

  @_noLocks @inline(__always)
  func address(_ offset: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Int(truncatingIfNeeded: offset & (capacity - 1))
  }
}

extension ReplayRing {
  /// Copies whole frames out and moves the reader on.
  ///
  /// - Parameters:
  ///   - cursor: The reader's offset; moves behind what was copied.
  ///   - end: The offset to stop at, a frame's boundary.
  ///   - target: Where to.
  ///   - room: The bytes that fit there.
  /// - Returns: The bytes copied.
  @_noLocks
  func copy(
    from cursor: inout UInt64,
    upTo end: UInt64,
    to target: UnsafeMutableRawPointer,
    room: Int
  ) -> Int {
    var copied = 0
    while true {
      if cursor == gap && cursor < end { cursor = nextLap(cursor) }
      guard cursor < end else { return copied }
      let runEnd = min(end, min(nextLap(cursor), gap > cursor ? gap : .max))
      let byteCount = wholeFrames(from: cursor, to: runEnd, room: room - copied)
      guard byteCount > 0 else { return copied }
      unsafe (target + copied).copyMemory(from: address(cursor), byteCount: byteCount)
      cursor += UInt64(byteCount)
      copied += byteCount
    }
  }

  /// The offset of a frame by its number.
  ///
  /// - Parameter sequence: Its number, `oldestSequence` or later.
  /// - Returns: Its offset, or `tail` when it is not there yet.
  /// - Complexity: O(frames kept): for logons and resends alone.
  @_noLocks
  func offset(of sequence: UInt64) -> UInt64 {
    var offset = start
    while offset < tail {
      if offset == gap { offset = nextLap(offset) }
      guard offset < tail else { break }
      let frame = unsafe address(offset)
      if unsafe LittleEndian.uint64(frame, at: 8) >= sequence { return offset }
      unsafe offset += UInt64(LittleEndian.uint32(frame, at: 0))
    }
    return tail
  }

  /// The number of the first frame at or after an offset.
  ///
  /// - Parameters:
  ///   - floor: The offset.
  ///   - next: What to answer when there is none: the next number.
  /// - Returns: The number.
  /// - Complexity: O(frames kept): for logons and resends alone.
  @_noLocks
  func sequence(from floor: UInt64, next: UInt64) -> UInt64 {
    var offset = start
    while offset < tail {
      if offset == gap { offset = nextLap(offset) }
      guard offset < tail else { break }
      let frame = unsafe address(offset)
      if offset >= floor { return unsafe LittleEndian.uint64(frame, at: 8) }
      unsafe offset += UInt64(LittleEndian.uint32(frame, at: 0))
    }
    return next
  }

  /// The number of the frame that a reader gets next.
  ///
  /// - Parameters:
  ///   - cursor: The reader's offset, a frame's boundary that is still kept.
  ///   - next: What to answer when it has read everything: the next number.
  /// - Returns: The number.
  @_noLocks
  func nextSequence(at cursor: UInt64, next: UInt64) -> UInt64 {
    let offset = cursor == gap ? nextLap(cursor) : cursor
    guard offset < tail else { return next }
    return unsafe LittleEndian.uint64(address(offset), at: 8)
  }

  /// The bytes of the whole frames of a run that fit.
  @_noLocks
  private func wholeFrames(from cursor: UInt64, to end: UInt64, room: Int) -> Int {
    let available = Int(truncatingIfNeeded: end - cursor)
    if available <= room { return available }
    var byteCount = 0
    while true {
      let next = unsafe address(cursor + UInt64(byteCount))
      let length = unsafe Int(LittleEndian.uint32(next, at: 0))
      if byteCount + length > room { return byteCount }
      byteCount += length
    }
  }
}
