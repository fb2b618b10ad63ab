public import Primitives
internal import Wire

/// What is wrong with a journal.
public struct JournalFault: Equatable, Sendable, CustomStringConvertible {
  /// What kind of fault.
  public enum Kind: String, Equatable, Sendable {
    /// No file's header stands where a file begins.
    case header = "the file has no sound header"
    /// What stands there is no event of this journal.
    case event = "no sound event stands there"
    /// The file ends inside an event although no more must follow, or before it is full although
    /// another follows.
    case short = "the file is too short"
    /// Files are missing between two others.
    case missing = "a file is missing"
    /// The position is lower than that of the event before, or later than the log's end.
    case position = "the position in the log is out of order"
    /// The back pointer does not name the auction's event before.
    case backPointer = "the back pointer does not name the auction's event before"
    /// The journal ends before it should, or behind.
    case end = "the journal does not end where the log says"
  }

  /// What kind of fault.
  public let kind: Kind
  /// Where in the journal.
  public let offset: UInt64
  /// The file.
  public let file: JournalName
  /// Where in the file, in bytes.
  public let offsetInFile: UInt64

  /// One line that says where and what, and what to do.
  public var description: String {
    "\(file.text) at byte \(offsetInFile): \(kind.rawValue); move the journal folder away: "
      + "the next start builds it again from the log"
  }
}

/// What a verification found.
public struct JournalReport: Equatable, Sendable {
  /// Where the oldest event is that is held.
  public let oldest: UInt64
  /// How far everything is right.
  public let end: UInt64
  /// The events that were checked.
  public let eventCount: UInt64
  /// The position of the newest event; 0 = none.
  public let lastPosition: UInt64
  /// The first fault; nil = none.
  public let fault: JournalFault?
}

extension JournalSurvey {
  /// Checks every event and every back pointer of a journal.
  ///
  /// - Parameters:
  ///   - files: The folder.
  ///   - layout: Whose journal it should be.
  ///   - expectedEnd: Where it must end, as a replay of the log says; nil = anywhere.
  ///   - position: The last position of the durable log.
  ///   - memory: Where the memory comes from: 1 MiB.
  /// - Returns: What was found, up to the first fault.
  /// - Throws: `JournalError` if files cannot be read or are of another journal.
  /// - Complexity: O(bytes), and memory for the newest event of each auction.
  public static func verify<F: JournalFiles & ~Copyable>(
    _ files: inout F, layout: JournalLayout, expectedEnd: UInt64? = nil,
    through position: UInt64 = .max, memory: MemorySource
  ) throws(JournalError) -> JournalReport {
    var walk = try JournalWalk(&files, layout: layout, memory: memory)
    var verification = JournalVerification(layout: layout, lastPosition: position)
    try verification.run(&files, &walk)
    if let expectedEnd { verification.checkEnd(expectedEnd) }
    return verification.report
  }
}

/// A walk over all events of a journal.
struct JournalVerification {
  private let layout: JournalLayout
  private let lastPosition: UInt64
  private var oldest: UInt64 = 0
  private var end: UInt64 = 0
  private var eventCount: UInt64 = 0
  private var position: UInt64 = 0
  private var fault: JournalFault?
  /// Where the last file ends, if that is within an item: a write was cut off there.
  private var cutEnd: UInt64?
  /// The newest event of each auction; looked up, never walked over.
  private var heads: [UInt64: UInt64] = [:]

  init(layout: JournalLayout, lastPosition: UInt64) {
    self.layout = layout
    self.lastPosition = lastPosition
  }

  var report: JournalReport {
    JournalReport(
      oldest: oldest, end: end, eventCount: eventCount, lastPosition: position, fault: fault)
  }

  mutating func run<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk
  ) throws(JournalError) {
    guard let first = walk.files.first, let last = walk.files.last else { return }
    end = first.name.fileOffset
    guard layout.offsetInFile(of: end) == 0, let start = try walk.firstEvent(&files, of: end)
    else { return try noHeader(&files, &walk, of: first) }
    oldest = start.offset
    end = start.offset
    let fileEnd = last.name.fileOffset + last.byteCount
    while fault == nil, end < fileEnd || (!start.isGap && end == oldest) {
      guard let item = try walk.item(&files, at: end) else { return missing(walk, at: end) }
      unsafe take(item, walk.bytes(at: end))
      if case .more = item, end >= last.name.fileOffset { cutEnd = fileEnd }
      if fault == nil { end += UInt64(item.byteCount) }
    }
  }

  /// Not even a header stands there: a first file of which a write reached nothing or a part.
  private mutating func noHeader<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ walk: inout JournalWalk, of first: JournalFile
  ) throws(JournalError) {
    fail(.header, at: end)
    switch walk.files.count == 1 ? try walk.item(&files, at: end) : .damaged {
    case nil, .more: cutEnd = first.name.fileOffset + first.byteCount
    default: break
    }
  }

  private mutating func missing(_ walk: borrowing JournalWalk, at offset: UInt64) {
    let isFile = walk.file(at: layout.fileOffset(of: offset)) != nil
    fail(isFile ? .short : .missing, at: offset)
  }

  private mutating func take(_ item: JournalItem, _ bytes: UnsafeRawPointer) {
    switch item {
    case .more: return fail(.short, at: end)
    case .gap: return fail(.event, at: end)
    case .damaged: return fail(layout.offsetInFile(of: end) == 0 ? .header : .event, at: end)
    case .filler(let byteCount) where byteCount < JournalFormat.headerByteCount: return
    case .event(let event): takeEvent(event)
    case .filler, .fileHeader: break
    }
    let found = unsafe LittleEndian.uint64(bytes, at: 8)
    guard found >= position, found <= lastPosition else { return fail(.position, at: end) }
    position = found
  }

  private mutating func takeEvent(_ event: JournalEvent) {
    let previous = event.previousOffset
    if let head = heads[event.auctionID.raw] {
      guard previous == head else { return fail(.backPointer, at: event.offset) }
    } else if previous != 0, previous >= oldest {
      return fail(.backPointer, at: event.offset)
    }
    heads[event.auctionID.raw] = event.offset
    eventCount += 1
  }

  /// A write that was cut off leaves a journal that ends too early, and nothing that is wrong.
  mutating func checkEnd(_ expectedEnd: UInt64) {
    if let cutEnd, cutEnd < expectedEnd { fault = nil }
    if fault == nil, end != expectedEnd { fail(.end, at: min(end, expectedEnd)) }
  }

  private mutating func fail(_ kind: JournalFault.Kind, at offset: UInt64) {
    let fileOffset = layout.fileOffset(of: offset)
    fault = JournalFault(
      kind: kind, offset: offset, file: JournalName(fileOffset: fileOffset),
      offsetInFile: offset - fileOffset)
  }
}
