internal import Primitives
internal import Wire

/// A replay's events against what is on the disk: a running sum over both.
@safe
struct ReplayCheck: ~Copyable {
  /// Whether the disk holds more than was compared.
  var isActive = false
  var sum: UInt32 = 0
  var next = JournalCheckpoint(offset: 0, sum: 0)
  private var memory: Region?
  private var count = 0
  private var cursor = 0

  /// Takes over what the survey found.
  mutating func begin(_ checkpoints: [JournalCheckpoint], memory source: MemorySource) {
    guard !checkpoints.isEmpty else { return }
    let stride = MemoryLayout<JournalCheckpoint>.stride
    let region = Region(byteCount: checkpoints.count * stride, from: source)
    for (index, checkpoint) in checkpoints.enumerated() {
      unsafe region.base.storeBytes(
        of: checkpoint, toByteOffset: index * stride, as: JournalCheckpoint.self)
    }
    memory = consume region
    count = checkpoints.count
    cursor = 0
    sum = 0
    next = checkpoints[0]
    isActive = true
  }

  /// Goes on to the next checkpoint, if there is one.
  @_noLocks
  mutating func advance() {
    cursor += 1
    guard cursor < count, let base = unsafe memory?.base else {
      probe(.journalConfirmed)
      isActive = false
      return
    }
    next = unsafe base.load(
      fromByteOffset: cursor * MemoryLayout<JournalCheckpoint>.stride,
      as: JournalCheckpoint.self)
  }
}

extension JournalWriter {
  /// Joins the state to what the survey found on the disk; before the replay, once.
  ///
  /// Events that the replay gives again are compared with what is there and not written; from the
  /// first difference on they are. When less is there than the state needs, the journal begins
  /// anew at the state's end: what was before is not held any more.
  ///
  /// - Parameter extent: What `JournalSurvey.scan` found for this state's end.
  public mutating func resume(_ extent: JournalExtent) {
    let isFresh = eventCount == 0
    invariant(isFresh, "the journal is joined to its files before it takes events")
    releasedOffset = endOffset
    writtenOffset = endOffset
    startOffset = endOffset
    guard extent.reachesKnown, extent.known == endOffset else { return beginAnew() }
    oldestOffset = extent.oldest
    if extent.hasTail { disk.cut = .tail }
    check.begin(extent.checkpoints, memory: memory)
  }

  private mutating func beginAnew() {
    probe(.journalBegunAnew)
    oldestOffset = endOffset
    disk.cut = .everything
    guard layout.offsetInFile(of: endOffset) > 0 else { return }
    let base = unsafe disk.floor.base
    let fileOffset = layout.fileOffset(of: endOffset)
    let header = JournalFileHeader(
      layout: layout, fileOffset: fileOffset, logPosition: lastPosition, time: 0)
    unsafe header.encode(base)
    let gap = unsafe base + JournalFormat.fileHeaderByteCount
    let gapOffset = fileOffset + UInt64(JournalFormat.fileHeaderByteCount)
    unsafe LittleEndian.store(UInt32(endOffset - gapOffset), gap, at: 0)
    unsafe LittleEndian.store(lastPosition, gap, at: 8)
    unsafe LittleEndian.store(JournalFormat.gapTemplate, gap, at: 40)
    let sum = unsafe layout.checksum(
      UnsafeRawPointer(gap), byteCount: JournalFormat.headerByteCount, at: gapOffset)
    unsafe LittleEndian.store(sum, gap, at: 4)
    probe(.journalFloorDue)
    disk.isFloorDue = true
  }

  /// Whether events are still being compared with what is on the disk.
  public var isComparing: Bool { @_noLocks get { check.isActive } }

  /// Ends the comparison when the log is replayed: what was not confirmed is written again.
  @_noLocks
  public mutating func finishReplay() {
    if check.isActive { diverge() }
    releasedOffset = endOffset
  }

  /// Adds what was just appended to the sum, and looks whether a checkpoint is reached.
  @_noLocks @inline(never)
  mutating func compare(_ item: UnsafeRawPointer) {
    check.sum = unsafe CRC32C.checksum(item, byteCount: 8, continuing: check.sum)
    guard endOffset >= check.next.offset else { return }
    guard endOffset == check.next.offset, check.sum == check.next.sum else { return diverge() }
    writtenOffset = endOffset
    releasedOffset = max(releasedOffset, endOffset)
    check.advance()
  }

  /// What is on the disk from the last checkpoint on is of another life: it is written over.
  @_noLocks
  private mutating func diverge() {
    probe(.journalDiverged)
    check.isActive = false
    disk.cut = .tail
  }
}
