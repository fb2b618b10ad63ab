import Journal
internal import Kernel
import Primitives
import Runtime
import Uring
import WAL
import Wire

/// The check of one shard.
struct ShardCheck {
  private let folder: ShardFolder
  private let isServed: Bool
  private let progress: (ReplayProgress) -> Void
  private(set) var report: ShardReport
  private var logID: UInt64 = 0
  /// The state that the log was begun on, where another data folder's was brought in.
  private var imported: StateImported?
  /// Where the replay to the next snapshot begins; nil where nothing before it is held.
  private var base: ReplayStart?
  private var isLogSound = true

  init(
    _ folder: ShardFolder, isServed: Bool, progress: @escaping (ReplayProgress) -> Void
  ) {
    self.folder = folder
    self.isServed = isServed
    self.progress = progress
    report = ShardReport(folder.shard)
  }

  /// Checks log, snapshots and journal.
  mutating func run<L: Storage & ~Copyable>(_ log: inout L) throws {
    // First, so that its events are older than the log's end as it is read here.
    let journalFiles = listJournal()
    try checkState(&log)
    checkJournal(journalFiles)
  }

  /// Checks log and snapshots, and finds out where the journal must end.
  mutating func checkState<L: Storage & ~Copyable>(_ log: inout L) throws {
    readLog(&log)
    try checkSnapshots(&log)
    report.journalEnd = replayToEnd(&log)
  }

  private mutating func readLog<L: Storage & ~Copyable>(_ log: inout L) {
    do throws(LogError) {
      let extent = try LogExtent.take(
        &log, shard: folder.shard, limits: LogLimits(), memory: Machine.pages)
      logID = extent.logID ?? 0
      var first = FirstRecords()
      let found = try Recovery.read(
        &log, shard: folder.shard, range: LogRange(from: extent.oldestPosition),
        limits: LogLimits(), memory: Machine.pages, visitor: &first)
      report.isLogRead = true
      report.oldestPosition = found.oldestPosition
      report.position = found.lastPosition
      report.time = found.lastTime
      report.head = found.head
      report.recordCount = found.visitedCount
      imported = first.imported
      base = found.oldestPosition == 1 && imported == nil ? .beginning : nil
      if found.lastBatchNumber == 0 { checkEmptiness() }
      try noteTail(found, &log)
    } catch {
      isLogSound = false
      add(error)
    }
  }

  /// Events and snapshots follow from durable records: an empty log beside them has lost its own.
  private mutating func checkEmptiness() {
    let hasEvents = !(listJournal() ?? []).isEmpty
    guard hasEvents, !isServed else { return }
    report.add(
      "log",
      "it holds no record, but the event journal holds events that follow from records: its"
        + " segments are missing; restore them from a backup or the archive")
  }

  private mutating func noteTail<L: Storage & ~Copyable>(
    _ found: RecoveredLog, _ log: inout L
  ) throws(LogError) {
    switch found.tailCase {
    case .tornTail, .cutTail, .abandonedSegment:
      guard !isServed else { return }
      if try addFlippedBit(found, &log) { return }
      report.notes.append(
        "\(ShardFolder.name(folder.shard))/log/\(found.tailFile) at byte \(found.tailOffset):"
          + " \(found.tailCase.summary); after a crash that is as it should be, the next start"
          + " cuts it off")
    default: break
    }
  }

  /// Whether what looks like a torn write is one flipped bit, which is damage.
  private mutating func addFlippedBit<L: Storage & ~Copyable>(
    _ found: RecoveredLog, _ log: inout L
  ) throws(LogError) -> Bool {
    var (name, offset) = (found.tailFile, found.tailOffset)
    if found.tailCase == .abandonedSegment {
      let segments = try LogInspector.segments(&log, limits: LogLimits(), memory: Machine.pages)
      guard let newest = segments.last(where: { $0.role == .used }) else { return false }
      (name, offset) = (newest.name, UInt64(LogFormat.blockByteCount))
    }
    let place: UInt64?
    do { place = try FlippedBit.find(&log, segment: name, at: offset) } catch {
      throw .storage(error)
    }
    guard let place else { return false }
    report.add(
      "log/\(name)", at: place,
      "one bit of the last batch is flipped, which no torn write does; the batch may hold"
        + " acknowledged records, and a start would cut it off: restore the file from a backup")
    return true
  }

  private mutating func add(_ error: LogError) {
    switch error {
    case .damaged(let damage):
      report.add("log/\(damage.file)", at: damage.offset, "\(error)")
    case .foreign(let file, _), .otherVersion(let file, _), .anchorMismatch(_, let file, _):
      report.add("log/\(file)", "\(error)")
    default: report.add("log", "\(error)")
    }
  }

  private mutating func add(_ error: ShardError, snapshot: SnapshotInfo? = nil) {
    if case .log(let error) = error { return add(error) }
    let file = snapshot.map { "snapshots/\($0.name.text)" } ?? "log"
    report.add(file, "\(error)")
  }
}

// The snapshots.
extension ShardCheck {
  private mutating func checkSnapshots<L: Storage & ~Copyable>(_ log: inout L) throws {
    guard var storage = try ShardLog.snapshots(folder) else { return }
    let entries: [SnapshotEntry]
    do {
      entries = try SnapshotStore.list(
        &storage, shard: folder.shard, logID: logID == 0 ? nil : logID, memory: Machine.pages)
    } catch { return report.add("snapshots", "\(error)") }
    for entry in entries.reversed() {
      switch entry.finding {
      case .complete(let info): check(info, &log, &storage)
      case .unfinished: break
      case .refused(let error): if isThere(entry.name) { add(error, entry.name) }
      }
    }
  }

  /// Whether a file is still there: a server deletes old snapshots.
  private func isThere(_ name: SnapshotName) -> Bool {
    Machine.fileMode("\(folder.snapshotsPath)/\(name.text)") != nil
  }

  private mutating func add(_ error: SnapshotError, _ name: SnapshotName) {
    var place: UInt64?
    switch error {
    case .damaged(_, let offset, _), .refusedPiece(_, let offset, _, _): place = offset
    default: break
    }
    report.add("snapshots/\(name.text)", at: place, "\(error)")
  }

  /// Proves a snapshot's bytes, and that it is what the log makes of the state before it.
  private mutating func check<L: Storage & ~Copyable, S: Storage & ~Copyable>(
    _ info: SnapshotInfo, _ log: inout L, _ storage: inout S
  ) {
    do { try SnapshotStore.verify(&storage, info, memory: Machine.pages) } catch {
      if isThere(info.name) { add(error, info.name) }
      return
    }
    guard isLogSound else { return }
    let name = "snapshots/\(info.name.text)"
    guard let own = hash(&log, from: .snapshot(info.position), at: info) else { return }
    if let base, let replayed = hash(&log, from: base, at: info), replayed != own {
      return report.add(
        name,
        "its state has hash \(own.hexadecimal), the replay at record \(info.position) has"
          + " \(replayed.hexadecimal); move the file away: the log gives the state")
    }
    if let imported, info.position == 2, imported.hash != own {
      return report.add(
        name,
        "its state has hash \(own.hexadecimal), the log was begun on"
          + " \(imported.hash.hexadecimal); restore the file from a backup")
    }
    report.snapshots.append(info.position)
    base = .snapshot(info.position)
  }

  private mutating func hash<L: Storage & ~Copyable>(
    _ log: inout L, from start: ReplayStart, at info: SnapshotInfo
  ) -> Digest? {
    do throws(ShardError) {
      let state = try replay(&log, from: start, until: .position(info.position))
      guard state.position == info.position else {
        report.add(
          "log",
          "the replay ends at record \(state.position), before a snapshot at"
            + " record \(info.position): restore the log's newest segments from a backup")
        return nil
      }
      return state.stateHash
    } catch {
      // The snapshot that it begins with, or the records behind that, may just have been released.
      if !isServed || isThere(info.name) && isThere(start) { add(error, snapshot: info) }
      return nil
    }
  }

  private func isThere(_ start: ReplayStart) -> Bool {
    guard case .snapshot(let position) = start else { return true }
    return isThere(SnapshotName(position: position))
  }

  private func replay<L: Storage & ~Copyable>(
    _ log: inout L, from start: ReplayStart, until end: ReplayEnd, countsEvents: Bool = false
  ) throws(ShardError) -> ReplayedShard {
    guard Machine.isFolder(folder.snapshotsPath) else {
      return try ReplayedShard.replay(
        folder.shard, &log, from: start, end, nil, progress, countsEvents: countsEvents)
    }
    var storage: DirectStorage
    do {
      storage = try DirectStorage(
        path: folder.snapshotsPath, access: .readable, memory: Machine.pages)
    } catch { throw .storage(error) }
    return try ReplayedShard.replay(
      folder.shard, &log, &storage, from: start, end, nil, progress, countsEvents: countsEvents)
  }
}

// The end of the log, and the journal.
extension ShardCheck {
  /// Replays to the log's end; gives where the journal must end.
  private mutating func replayToEnd<L: Storage & ~Copyable>(_ log: inout L) -> UInt64? {
    guard isLogSound, report.position > 0 else { return nil }
    guard let base else {
      report.add(
        "snapshots",
        "the log begins at record \(report.oldestPosition) and no sound snapshot gives"
          + " the state before it; restore a snapshot's file from a backup")
      return nil
    }
    do throws(ShardError) {
      let state = try replay(&log, from: base, until: .end, countsEvents: true)
      report.stateHash = state.stateHash
      report.position = state.position
      report.time = state.time
      report.head = state.log.head
      return state.journalEnd
    } catch {
      add(error)
      return nil
    }
  }

  private func listJournal() -> [JournalFile]? {
    var files = ReadableJournal(path: folder.journalPath)
    return try? files.list()
  }

  /// Checks the journal of a shard whose state was checked.
  ///
  /// A server writes its journal a little after the log: there it may end earlier, and what stands
  /// at its end may be half a write that is whole a moment later.
  mutating func checkJournal(_ known: [JournalFile]? = nil) {
    guard isLogSound, logID != 0 else { return }
    let layout = JournalLayout(
      shard: folder.shard, logID: logID, fileByteCount: JournalPolicy.fileByteCount)
    var files = JournalAsOf(ReadableJournal(path: folder.journalPath), isServed ? known : nil)
    do throws(JournalError) {
      let found = try JournalSurvey.verify(
        &files, layout: layout, expectedEnd: isServed ? nil : report.journalEnd,
        through: report.position, memory: Machine.pages)
      report.eventCount = found.eventCount
      if let fault = found.fault { add(fault, files) }
    } catch {
      if isServed, case .file(_, _, let errno) = error, errno == 2 { return }
      report.add("journal", "\(error)")
    }
  }

  /// Takes the journal's findings back: its files are gone.
  mutating func forgetJournal() {
    report.findings.removeAll { $0.file.contains("/journal") }
    report.eventCount = 0
  }

  private mutating func add(_ fault: JournalFault, _ files: JournalAsOf) {
    if isServed && files.isAtEnd(fault.offset) { return }
    if fault.kind == .end, let end = report.journalEnd, fault.offset < end {
      return report.notes.append(
        "\(ShardFolder.name(folder.shard))/journal ends \(end - fault.offset) bytes before the"
          + " log's end; the next start writes the rest from the log")
    }
    report.add("journal/\(fault.file.text)", at: fault.offsetInFile, "\(fault)")
  }
}

/// Keeps the record that says on which state the log was begun.
private struct FirstRecords: RecordVisitor {
  var imported: StateImported?

  mutating func visit(_ record: LogRecord) {
    guard record.position == 2,
      unsafe FrameHeader(frame: record.frame).templateID
        == StateImported.templateID
    else { return }
    imported = unsafe StateImported(frame: record.frame)
  }
}
