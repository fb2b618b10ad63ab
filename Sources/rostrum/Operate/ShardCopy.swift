internal import Kernel
import Primitives
import Runtime
import Uring
import WAL

/// Copies a shard up to a record or a time into another folder, and proves the copy.
struct ShardCopy {
  private let source: ShardFolder
  private let target: ShardFolder
  private let end: ReplayEnd
  /// How many of the newest snapshots are copied; the copied log begins with the oldest of them.
  private let snapshotCountMax: Int
  private let progress: (ReplayProgress) -> Void
  private var logID: UInt64?
  private(set) var notes: [String] = []

  init(
    _ source: ShardFolder, to target: ShardFolder, until end: ReplayEnd, snapshotCountMax: Int,
    progress: @escaping (ReplayProgress) -> Void
  ) {
    self.source = source
    self.target = target
    self.end = end
    self.snapshotCountMax = snapshotCountMax
    self.progress = progress
  }

  /// Copies the shard.
  ///
  /// A server that has the source may release a snapshot and the log behind it meanwhile: then the
  /// copy is begun again with the snapshots that are there now.
  ///
  /// - Parameter log: The log to copy, with an archive perhaps.
  /// - Returns: What the copy holds, proven.
  /// - Throws: One line that says what to do.
  mutating func run<L: Storage & ~Copyable>(_ log: inout L) throws -> ShardReport {
    var attemptCount = 0
    while true {
      attemptCount += 1
      try FolderTree.remove(target.path)
      notes = []
      do {
        try copyState(&log)
        break
      } catch let error as LogError {
        if case .positionNotHeld = error, attemptCount < 4, FolderUse.isServed(dataPath) {
          continue
        }
        throw CommandFailure("shard \(source.shard.number): \(error)")
      }
    }
    return try prove()
  }

  private var dataPath: String { FolderTree.parent(source.path) }

  private mutating func copyState<L: Storage & ~Copyable>(_ log: inout L) throws {
    let extent = try LogExtent.take(
      &log, shard: source.shard, limits: LogLimits(), memory: Machine.pages)
    logID = extent.logID
    let snapshots = try copySnapshots(reaching: extent.oldestPosition)
    var range = LogRange()
    if extent.oldestPosition > 1 {
      guard let oldest = snapshots.last else { throw nothingHeld(extent.oldestPosition) }
      range = LogRange(
        after: LogAnchor(
          batchNumber: oldest.header.batchNumber, position: oldest.position,
          hash: oldest.header.batchHash))
      noteLeftOut(extent.oldestPosition, oldest.position)
    }
    switch end {
    case .end: break
    case .position(let position): range.throughPosition = position
    case .time(let time): range.throughTime = time
    }
    var copy = try Self.folder(target.logPath, .writable)
    let found = try LogCut.copy(
      from: &log, to: &copy, shard: source.shard, range: range, limits: LogLimits(),
      memory: Machine.pages)
    if found.visitedBatchCount == 0 || found.lastPosition == 0 {
      throw nothingHeld(extent.oldestPosition)
    }
  }

  /// What was there and is not in the copy is told.
  private mutating func noteLeftOut(_ oldest: UInt64, _ last: UInt64) {
    notes.append(
      oldest > last
        ? "the copy begins behind record \(last): the log holds nothing before"
        : "the copy begins behind record \(last): records \(oldest) to \(last) were left out,"
          + " because no snapshot that is copied gives the state before them, and records 1 to"
          + " \(oldest - 1) are not held; --archive may have them")
  }

  private func nothingHeld(_ oldest: UInt64) -> CommandFailure {
    let wanted =
      switch end {
      case .end: "a sound snapshot"
      case .position(let position): "a sound snapshot at or before record \(position)"
      case .time(let time): "a state of \(Moment.text(time))"
      }
    return CommandFailure(
      "shard \(source.shard.number): \(wanted) is not held; the log begins at record \(oldest):"
        + " ask for a later moment, or give an older backup or --archive")
  }

  private static func folder(
    _ path: String, _ access: FolderAccess
  ) throws(CommandFailure) -> DirectStorage {
    do { return try DirectStorage(path: path, access: access, memory: Machine.pages) } catch {
      throw CommandFailure("\(error)")
    }
  }
}

// The snapshots.
extension ShardCopy {
  /// Copies the newest sound snapshots that are not behind the end; gives them, newest first.
  private mutating func copySnapshots(reaching oldest: UInt64) throws -> [SnapshotInfo] {
    guard var storage = try ShardLog.snapshots(source) else { return [] }
    let entries: [SnapshotEntry]
    do {
      entries = try SnapshotStore.list(
        &storage, shard: source.shard, logID: logID, memory: Machine.pages)
    } catch { throw CommandFailure("\(error)") }
    var copied: [SnapshotInfo] = []
    for entry in entries where copied.count < snapshotCountMax {
      switch entry.finding {
      case .complete(let info) where isWanted(info) && info.position + 1 >= oldest:
        if try copy(info, &storage) { copied.append(info) }
      case .refused(let error): note(error, entry.name)
      default: break
      }
    }
    return copied
  }

  private func isWanted(_ info: SnapshotInfo) -> Bool {
    switch end {
    case .end: true
    case .position(let position): info.position <= position
    case .time(let time): info.header.time <= time
    }
  }

  private mutating func copy(
    _ info: SnapshotInfo, _ storage: inout DirectStorage
  ) throws(CommandFailure) -> Bool {
    var folder = try Self.folder(target.snapshotsPath, .writable)
    do {
      try SnapshotStore.copy(&storage, info, to: &folder, memory: Machine.pages)
      return true
    } catch {
      do { try SnapshotStore.removeUnfinished(&folder) } catch {
        throw CommandFailure("\(error)")
      }
      if case .storage(let failure) = error, failure.operation != .open {
        throw CommandFailure("\(error)")
      }
      note(error, info.name)
      return false
    }
  }

  /// A damaged snapshot is left out; one that a server just deleted is not worth a word.
  private mutating func note(_ error: SnapshotError, _ name: SnapshotName) {
    if FolderTree.isThere("\(source.snapshotsPath)/\(name.text)") {
      notes.append("left out: \(error)")
    }
  }
}

// The proof.
extension ShardCopy {
  /// Checks the copy as `rostrum verify` does, and copies the journal as far as the log implies.
  private mutating func prove() throws -> ShardReport {
    var log = try ShardLog.open(target)
    var check = ShardCheck(target, isServed: false, progress: progress)
    try check.checkState(&log)
    try failIfFound(check.report)
    if let end = check.report.journalEnd {
      let isWhole = try JournalCopy.run(
        from: source.journalPath, to: target.journalPath, through: end)
      if !isWhole {
        notes.append(
          "the event journal is shorter than the log and was left out: the next start builds it"
            + " from the log")
      }
      check.checkJournal()
      if !check.report.isSound {
        notes += check.report.findings.map { "the event journal was left out: \($0.text)" }
        try FolderTree.remove(target.journalPath)
        check.forgetJournal()
      }
    }
    var report = check.report
    report.notes += notes
    return report
  }

  private func failIfFound(_ report: ShardReport) throws(CommandFailure) {
    guard let finding = report.findings.first else { return }
    throw CommandFailure("the copy is not sound: \(finding.file): \(finding.text)")
  }
}
