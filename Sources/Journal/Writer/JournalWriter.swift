public import Primitives
internal import Wire

/// The events of a shard on their way to the disk, in fixed memory.
///
/// Offsets follow from the log alone: the same commands give the same bytes at the same places,
/// headers and fillers of files included. Events go to the disk only after their batch is durable
/// (`release(through:)`), so the journal on the disk never holds what the log does not imply; it is
/// not flushed with each batch, because a crash loses nothing that replay does not write again.
@safe
public struct JournalWriter: ~Copyable {
  /// Whose journal it is, and how large its files are.
  public let layout: JournalLayout
  /// The sizes.
  public let limits: JournalLimits
  let memory: MemorySource
  private let ring: Region
  private let base: UnsafeMutableRawPointer
  private let ringMask: UInt64
  var heads: HeadTable
  var snapshot = JournalSnapshot()
  /// The pages of a snapshot that were not loaded yet.
  var missingPages: [Bool] = []
  var check = ReplayCheck()
  var disk: DiskState

  /// Where the next event goes at the earliest.
  public internal(set) var endOffset: UInt64 = 0
  /// Where the part ends that the durable log implies.
  public internal(set) var releasedOffset: UInt64 = 0
  /// Where the part ends that is on the disk, in the page cache at least.
  public internal(set) var writtenOffset: UInt64 = 0
  /// Where the oldest event is that is held.
  public internal(set) var oldestOffset: UInt64 = 0
  /// The position of the newest event; 0 = none.
  public internal(set) var lastPosition: UInt64 = 0
  /// Events appended since the start.
  public private(set) var eventCount: UInt64 = 0
  /// Where the buffer's content begins at the earliest: before it nothing was appended here.
  var startOffset: UInt64 = 0
  private let inPlace = InPlace()

  /// Makes an empty journal.
  ///
  /// - Parameters:
  ///   - layout: Whose journal it is, and how large its files are.
  ///   - limits: The sizes; checked.
  ///   - memory: Where the memory comes from.
  /// - Throws: `JournalError.limits` when the sizes do not fit one another.
  public init(
    layout: JournalLayout, limits: JournalLimits, memory: MemorySource
  ) throws(JournalError) {
    try limits.check()
    self.layout = layout
    self.limits = limits
    self.memory = memory
    // An event is composed in one run; what stands behind the end is copied to the beginning.
    ring = Region(
      byteCount: limits.bufferByteCount + JournalFormat.eventByteCountMax, from: memory)
    unsafe base = ring.base
    ringMask = UInt64(limits.bufferByteCount) - 1
    heads = HeadTable(limits: limits, memory: memory)
    disk = DiskState(memory: memory)
  }

  /// Appends an event, and the filler and the header of a file before it where one ends.
  ///
  /// - Parameters:
  ///   - frame: The frame as the engine wrote it.
  ///   - byteCount: The bytes of the frame, a multiple of 8, at most `frameByteCountMax`.
  ///   - auctionID: Whose event it is.
  ///   - position: The position in the log that it follows from; never falls.
  ///   - time: When it happened, in nanoseconds, as the log says.
  /// - Returns: Where it begins.
  /// - Complexity: O(`byteCount`).
  @_noLocks @discardableResult
  public mutating func append(
    _ frame: UnsafeRawPointer,
    byteCount: Int,
    auctionID: AuctionID,
    position: UInt64,
    time: Nanoseconds
  ) -> UInt64 {
    invariant(
      byteCount & 7 == 0 && byteCount >= JournalFormat.frameByteCountMin
        && byteCount <= JournalFormat.frameByteCountMax,
      "an event's frame is a multiple of 8 bytes and fits")
    let isInOrder = position >= lastPosition
    invariant(isInOrder, "events come in the order of the log")
    let total = JournalFormat.headerByteCount &+ byteCount
    let inFile = layout.offsetInFile(of: endOffset)
    if _slowPath(inFile == 0 || inFile &+ UInt64(total) > layout.fileByteCount) {
      turnFile(position: position, time: time)
    }
    let offset = endOffset
    let event = unsafe place(total)
    let previous = heads.replace(auctionID, with: offset)
    unsafe LittleEndian.store(UInt32(truncatingIfNeeded: total), event, at: 0)
    unsafe LittleEndian.store(position, event, at: 8)
    unsafe LittleEndian.store(time, event, at: 16)
    unsafe LittleEndian.store(auctionID.raw, event, at: 24)
    unsafe LittleEndian.store(previous, event, at: 32)
    unsafe LittleEndian.store(UInt64(LittleEndian.uint16(frame, at: 18)), event, at: 40)
    unsafe (event + JournalFormat.headerByteCount).copyMemory(from: frame, byteCount: byteCount)
    unsafe seal(event, total)
    lastPosition = position
    eventCount &+= 1
    return offset
  }

  /// Fills the rest of a file and begins the next one.
  ///
  /// Filler and header are of the event that follows them: they come with it or not at all.
  @_noLocks @inline(never)
  private mutating func turnFile(position: UInt64, time: Nanoseconds) {
    let inFile = layout.offsetInFile(of: endOffset)
    if inFile > 0 {
      probe(.journalFileTurned)
      let rest = Int(layout.fileByteCount - inFile)
      let filler = unsafe place(rest)
      unsafe filler.initializeMemory(as: UInt8.self, repeating: 0, count: rest)
      if rest >= JournalFormat.headerByteCount {
        unsafe LittleEndian.store(UInt32(rest), filler, at: 0)
        unsafe LittleEndian.store(position, filler, at: 8)
        unsafe LittleEndian.store(time, filler, at: 16)
        unsafe LittleEndian.store(JournalFormat.fillerTemplate, filler, at: 40)
        unsafe seal(filler, rest)
      } else {
        unsafe advance(filler, rest)
      }
    }
    let header = JournalFileHeader(
      layout: layout, fileOffset: endOffset, logPosition: position, time: time)
    let byteCount = JournalFormat.fileHeaderByteCount
    let bytes = unsafe place(byteCount)
    unsafe header.encode(bytes)
    unsafe advance(bytes, byteCount)
  }

  /// Where the next bytes go; they are one run, whatever the buffer's end.
  @_noLocks @inline(__always)
  private mutating func place(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if _slowPath(endOffset &+ UInt64(byteCount) &- writtenOffset > ringMask &+ 1) { makeRoom() }
    return unsafe base + Int(truncatingIfNeeded: endOffset & ringMask)
  }

  @_noLocks @inline(__always)
  private mutating func seal(_ bytes: UnsafeMutableRawPointer, _ byteCount: Int) {
    let sum = unsafe layout.checksum(bytes, byteCount: byteCount, at: endOffset)
    unsafe LittleEndian.store(sum, bytes, at: 4)
    unsafe advance(bytes, byteCount)
  }

  @_noLocks @inline(__always)
  private mutating func advance(_ bytes: UnsafeMutableRawPointer, _ byteCount: Int) {
    let behind = Int(truncatingIfNeeded: endOffset & ringMask) &+ byteCount
    if _slowPath(behind > limits.bufferByteCount) {
      probe(.journalWrapped)
      unsafe base.copyMemory(
        from: base + limits.bufferByteCount, byteCount: behind &- limits.bufferByteCount)
    }
    endOffset &+= UInt64(truncatingIfNeeded: byteCount)
    if _slowPath(check.isActive) { unsafe compare(bytes) }
  }

  /// A journal that was given up lets its unwritten events go; any other must have been asked.
  @_noLocks @inline(never)
  private mutating func makeRoom() {
    let mayForget = disk.isAbandoned
    invariant(mayForget, "the journal has room: commands wait while it is full")
    probe(.journalLetGo)
    writtenOffset = endOffset
    releasedOffset = endOffset
  }

  /// Whether commands must wait: the next one's events might find no room.
  public var isFull: Bool {
    @_noLocks get {
      let waiting = endOffset &- writtenOffset
      let most = UInt64(limits.bufferByteCount &- limits.reserveByteCount)
      return waiting > most && !disk.isAbandoned
    }
  }

  /// The newest event of an auction; 0 = none.
  ///
  /// - Parameter id: The auction.
  /// - Returns: Where it begins.
  @_noLocks
  public func head(of id: AuctionID) -> UInt64 { heads.head(of: id) }

  /// Brings what `append` touches for an auction into the cache.
  ///
  /// - Parameter id: Any auction.
  @_noLocks
  public func prefetch(_ id: AuctionID) { heads.prefetch(id) }

  /// The address of bytes in memory, and how many follow in one run.
  @_noLocks
  func run(at offset: UInt64) -> (pointer: UnsafeMutableRawPointer, byteCount: Int) {
    let index = Int(truncatingIfNeeded: offset & ringMask)
    return unsafe (base + index, limits.bufferByteCount - index)
  }
}
