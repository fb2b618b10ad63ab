public import Primitives
internal import Wire

/// Looks at a journal's files: at the start, and for `rostrum verify`.
public enum JournalSurvey {
  /// Finds the part of the journal that may be relied on, beyond what is known to be right.
  ///
  /// What is known comes from a snapshot: the journal was flushed through its offset before the
  /// snapshot counted. From there on every item's checksum is proven, and positions must neither
  /// fall nor pass the log's end. What an earlier life of the folder left behind can still look
  /// right: that is found when the replay is compared (`JournalWriter.resume`).
  ///
  /// - Parameters:
  ///   - files: The folder.
  ///   - layout: Whose journal it should be.
  ///   - limits: The sizes; how far checkpoints are apart.
  ///   - known: The offset at which the state to start from says that the journal ends.
  ///   - position: The last position of the durable log.
  ///   - memory: Where the memory comes from: 1 MiB.
  /// - Returns: What was found.
  /// - Throws: `JournalError` if files cannot be read or are of another journal.
  /// - Complexity: O(bytes behind `known`), and one read a file before it.
  public static func scan<F: JournalFiles & ~Copyable>(
    _ files: inout F, layout: JournalLayout, limits: JournalLimits, known: UInt64,
    through position: UInt64, memory: MemorySource
  ) throws(JournalError) -> JournalExtent {
    var walk = try JournalWalk(&files, layout: layout, memory: memory)
    guard let oldest = try oldest(&files, &walk, known) else {
      let end = try reach(&files, &walk, known)
      return JournalExtent(
        known: known, oldest: known, end: end, reachesKnown: false, ending: .unreached,
        hasTail: !walk.files.isEmpty, checkpoints: [])
    }
    var scan = JournalScan(known: known, position: position, limits: limits)
    try scan.run(&files, &walk)
    return JournalExtent(
      known: known, oldest: oldest, end: scan.end, reachesKnown: true, ending: scan.ending,
      hasTail: scan.ending != .complete || hasLater(walk, than: scan.end),
      checkpoints: scan.checkpoints)
  }

  /// The oldest event from which on every file up to the known offset is there; nil = none is.
  private static func oldest<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk, _ known: UInt64
  ) throws(JournalError) -> UInt64? {
    if known == 0 { return 0 }
    let layout = walk.layout
    var fileOffset = layout.fileOffset(of: known)
    if layout.offsetInFile(of: known) > 0 {
      guard let first = try walk.firstEvent(&files, of: fileOffset) else { return nil }
      if first.isGap, first.offset >= known { return first.offset == known ? known : nil }
      guard let file = walk.file(at: fileOffset), fileOffset + file.byteCount >= known else {
        return nil
      }
      if first.isGap { return first.offset }
    } else {
      guard try isWhole(&files, &walk, fileOffset - layout.fileByteCount) else { return nil }
    }
    while fileOffset > 0 {
      let before = fileOffset - layout.fileByteCount
      guard try isWhole(&files, &walk, before),
        let first = try walk.firstEvent(&files, of: before)
      else { return fileOffset }
      if first.isGap { return first.offset }
      fileOffset = before
    }
    return 0
  }

  private static func isWhole<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk, _ fileOffset: UInt64
  ) throws(JournalError) -> Bool {
    guard let file = walk.file(at: fileOffset), file.byteCount >= walk.layout.fileByteCount,
      case .fileHeader = try walk.item(&files, at: fileOffset)
    else { return false }
    return true
  }

  /// How far the files reach at most below a known offset that they do not reach.
  private static func reach<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk, _ known: UInt64
  ) throws(JournalError) -> UInt64 {
    var reach: UInt64 = 0
    for file in walk.files where file.name.fileOffset < known {
      let fileOffset = file.name.fileOffset
      guard case .fileHeader = try walk.item(&files, at: fileOffset) else { continue }
      reach = fileOffset + min(file.byteCount, walk.layout.fileByteCount)
    }
    return min(reach, known)
  }

  private static func hasLater(_ walk: borrowing JournalWalk, than end: UInt64) -> Bool {
    guard let last = walk.files.last else { return false }
    return last.name.fileOffset + last.byteCount > end || last.name.fileOffset >= max(end, 1)
  }
}

/// The walk from the known offset to the end of what is right.
struct JournalScan {
  private(set) var end: UInt64
  private(set) var ending = JournalEnding.complete
  private(set) var checkpoints: [JournalCheckpoint] = []
  private let lastPosition: UInt64
  private let stride: UInt64
  private var position: UInt64 = 0
  private var sum: UInt32 = 0

  init(known: UInt64, position: UInt64, limits: JournalLimits) {
    end = known
    lastPosition = position
    stride = UInt64(limits.checkpointByteCount)
  }

  mutating func run<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk
  ) throws(JournalError) {
    let known = end
    while let item = try walk.item(&files, at: end) {
      if let ending = unsafe judge(item, walk.bytes(at: end)) {
        self.ending = ending
        break
      }
      sum = unsafe CRC32C.checksum(walk.bytes(at: end), byteCount: 8, continuing: sum)
      end += UInt64(item.byteCount)
      if end - (checkpoints.last?.offset ?? known) >= stride { check() }
    }
    if end > checkpoints.last?.offset ?? known { check() }
  }

  private mutating func check() { checkpoints.append(JournalCheckpoint(offset: end, sum: sum)) }

  /// Why an item is not of this journal; nil = it is.
  private mutating func judge(_ item: JournalItem, _ bytes: UnsafeRawPointer) -> JournalEnding? {
    switch item {
    case .more:
      probe(.journalCutEvent)
      return .cutEvent
    case .gap, .damaged:
      probe(.journalDamaged)
      return .noEvent
    case .filler(let byteCount) where byteCount < JournalFormat.headerByteCount: return nil
    case .event, .filler, .fileHeader: break
    }
    let found = unsafe LittleEndian.uint64(bytes, at: 8)
    guard found <= lastPosition else {
      probe(.journalAheadOfLog)
      return .aheadOfLog
    }
    guard found >= position else {
      probe(.journalOutOfOrder)
      return .outOfOrder
    }
    position = found
    return nil
  }
}
