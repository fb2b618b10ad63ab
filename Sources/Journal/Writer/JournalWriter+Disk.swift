internal import Primitives
internal import Wire

/// What is known of the files.
@safe
struct DiskState: ~Copyable {
  /// The header and the gap of a journal that begins in the middle of a file.
  let floor: Region
  /// Whether they are still to be written.
  var isFloorDue = false
  /// The bytes of the write that is out; 0 = none.
  var inFlightByteCount = 0
  /// What must go before the next write.
  var cut = JournalCut.none
  /// Why the last write failed.
  var failedErrno: Int32?
  /// Whether nothing is written any more.
  var isAbandoned = false

  static var floorByteCount: Int {
    @_noLocks get { JournalFormat.fileHeaderByteCount + JournalFormat.headerByteCount }
  }

  init(memory: MemorySource) { floor = Region(byteCount: Self.floorByteCount, from: memory) }
}

extension JournalWriter {
  /// Where the journal ends now: what a batch that is sealed now covers.
  ///
  /// - Returns: The offset to give to `release(through:)` when that batch is durable.
  @_noLocks
  public func mark() -> UInt64 { endOffset }

  /// Takes note that the log is durable up to a mark: events before it may go to the disk.
  ///
  /// - Parameter offset: What `mark()` gave when the batch was sealed.
  @_noLocks
  public mutating func release(through offset: UInt64) {
    let isKnown = offset <= endOffset
    invariant(isKnown, "only what was appended is released")
    releasedOffset = max(releasedOffset, offset)
  }

  /// The next write, or nil: nothing is released, one is out, or the last one failed.
  ///
  /// If the power fails before, during or after it, replay writes the same bytes again.
  ///
  /// - Returns: What to write; report it with `completed(_:)`.
  @_noLocks
  public mutating func nextWrite() -> JournalWrite? {
    guard disk.inFlightByteCount == 0, !check.isActive, !disk.isAbandoned, disk.failedErrno == nil
    else { return nil }
    if disk.isFloorDue { return floorWrite() }
    guard writtenOffset < releasedOffset else { return nil }
    let run = unsafe run(at: writtenOffset)
    let inFile = layout.offsetInFile(of: writtenOffset)
    let waiting = min(releasedOffset - writtenOffset, layout.fileByteCount - inFile)
    let most = unsafe min(run.byteCount, min(limits.writeByteCountMax, Int(waiting)))
    let byteCount = pieceByteCount(most, offsetInFile: inFile)
    disk.inFlightByteCount = byteCount
    return unsafe JournalWrite(
      pointer: run.pointer, byteCount: byteCount,
      fileOffset: layout.fileOffset(of: writtenOffset), offsetInFile: inFile, cut: disk.cut)
  }

  /// Much goes in whole blocks, for which the kernel copies nothing and waits for nobody; before
  /// it the rest of a block that was begun, and what is less than much as it is.
  @_noLocks
  private func pieceByteCount(_ most: Int, offsetInFile: UInt64) -> Int {
    let block = JournalFormat.blockByteCount
    guard most >= limits.wholeBlocksByteCountMin else { return most }
    let begun = Int(offsetInFile) % block
    return begun > 0 ? block - begun : most / block * block
  }

  @_noLocks
  private mutating func floorWrite() -> JournalWrite {
    disk.inFlightByteCount = DiskState.floorByteCount
    return unsafe JournalWrite(
      pointer: UnsafeRawPointer(disk.floor.base), byteCount: DiskState.floorByteCount,
      fileOffset: layout.fileOffset(of: startOffset), offsetInFile: 0, cut: disk.cut)
  }

  /// Takes note how the write that is out ended.
  ///
  /// - Parameter result: How it ended; what was not written is written next.
  @_noLocks
  public mutating func completed(_ result: JournalWriteResult) {
    let asked = disk.inFlightByteCount
    invariant(asked > 0, "a write ends once")
    disk.inFlightByteCount = 0
    switch result {
    case .failed(let errno):
      probe(.journalWriteFailed)
      disk.failedErrno = errno
    case .written(let byteCount):
      invariant(byteCount >= 0 && byteCount <= asked, "no more is written than was asked")
      if byteCount < asked { probe(.journalShortWrite) }
      if disk.isFloorDue {
        disk.isFloorDue = byteCount < asked
      } else {
        writtenOffset &+= UInt64(byteCount)
      }
      if byteCount > 0 { disk.cut = .none }
    }
  }

  /// Where the files must be cut off because an earlier life left something behind; nil = nowhere.
  ///
  /// The next write says so too (`JournalCut.tail`); who cuts before, at the start, reports it.
  public var tailOffset: UInt64? {
    disk.cut == .tail && !check.isActive ? writtenOffset : nil
  }

  /// Takes note that the files end at `tailOffset` now: the file cut, those behind it deleted.
  public mutating func cutTail() {
    let isIdle = disk.inFlightByteCount == 0 && disk.cut == .tail && !check.isActive
    invariant(isIdle, "a tail is cut off when all is compared and nothing is being written")
    probe(.journalTailCut)
    disk.cut = .none
  }

  /// The error number of the write that failed; nothing is written before `retry()`.
  public var failedErrno: Int32? { @_noLocks get { disk.failedErrno } }

  /// Whether released events are not on the disk yet and the next write can bring them there.
  public var isWriteDue: Bool {
    @_noLocks get {
      let mayWrite = !check.isActive && !disk.isAbandoned && disk.failedErrno == nil
      return mayWrite && (disk.isFloorDue || writtenOffset < releasedOffset)
    }
  }

  /// Whether a write is out.
  public var isWriting: Bool { @_noLocks get { disk.inFlightByteCount > 0 } }

  /// Tries the write again that failed.
  @_noLocks
  public mutating func retry() { disk.failedErrno = nil }

  /// Gives the files up until the next start: bids matter more than their history.
  ///
  /// Offsets and heads go on; nothing is written any more and the journal is never full. The next
  /// start writes what is missing, as long as the log and a snapshot from before are still there.
  @_noLocks
  public mutating func abandon() {
    let isIdle = disk.inFlightByteCount == 0
    invariant(isIdle, "the memory of a write that is out stays as it is")
    probe(.journalAbandoned)
    disk.isAbandoned = true
  }

  /// Whether the files were given up.
  public var isAbandoned: Bool { @_noLocks get { disk.isAbandoned } }

  /// Where the part begins that is in memory; everything before it is on the disk.
  public var memoryOffset: UInt64 {
    @_noLocks get {
      let byteCount = UInt64(limits.bufferByteCount)
      return endOffset < byteCount ? startOffset : max(startOffset, endOffset - byteCount)
    }
  }

  /// Puts what is in memory of a reader's part into its place.
  ///
  /// Must be called when the read is handed out, because the memory goes on; the rest is then
  /// read from the file, whenever that is.
  ///
  /// - Parameter read: What a reader needs.
  /// - Returns: How many bytes at the part's beginning are to be read from the file; 0 = none.
  @_noLocks
  public func fill(_ read: JournalRead) -> Int {
    let memoryOffset = memoryOffset
    var offset = max(read.offset, memoryOffset)
    let end = min(read.offset + UInt64(read.byteCount), endOffset)
    while offset < end {
      let run = unsafe run(at: offset)
      let byteCount = unsafe min(run.byteCount, Int(end - offset))
      unsafe (read.pointer + Int(offset - read.offset))
        .copyMemory(from: run.pointer, byteCount: byteCount)
      offset += UInt64(byteCount)
    }
    guard memoryOffset > read.offset else { return 0 }
    probe(.journalReadFromDisk)
    return Int(min(memoryOffset - read.offset, UInt64(read.byteCount)))
  }

  /// Lets go of the files wholly before an offset.
  ///
  /// Nobody's reading place is kept: consumers hold theirs, and are told the oldest offset.
  ///
  /// - Parameter offset: What must stay; less when less is on the disk.
  /// - Returns: The files to delete; a power failure that brings one back does no harm.
  public mutating func trim(below offset: UInt64) -> [JournalName] {
    let kept = layout.fileOffset(of: min(offset, writtenOffset))
    var names: [JournalName] = []
    var fileOffset = layout.fileOffset(of: oldestOffset)
    while fileOffset < kept {
      probe(.journalTrimmed)
      names.append(JournalName(fileOffset: fileOffset))
      fileOffset += layout.fileByteCount
    }
    oldestOffset = max(oldestOffset, kept)
    return names
  }
}
