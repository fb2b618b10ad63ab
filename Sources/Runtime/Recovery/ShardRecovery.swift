internal import Gateway
internal import Journal
internal import Primitives
internal import Synchronization
internal import Uring
internal import WAL

/// The files of a shard that is being recovered, and what was found in them.
struct ShardRecovery: ~Copyable {
  let options: ShardOptions
  let status: ShardStatus
  let memory: MemorySource
  var storage: DirectStorage
  var snapshotStorage: DirectStorage
  var files = SegmentFiles()
  let extent: LogExtent
  /// The log's number; a new one where there is no log yet.
  let logID: UInt64
  let layout: JournalLayout
  /// What was found of the journal, by the offset that was taken as known.
  private var extents: [UInt64: JournalExtent] = [:]

  init(options: ShardOptions, status: ShardStatus, memory: MemorySource) throws(ShardError) {
    var storage = try Self.open(options.logPath, memory)
    var snapshotStorage = try Self.open(options.folder.snapshotsPath, memory)
    let extent: LogExtent
    do {
      extent = try LogExtent.take(
        &storage, shard: options.shard, limits: options.logLimits, memory: memory)
    } catch { throw .log(error) }
    // What a crash left unfinished was never relied on.
    do { try SnapshotStore.removeUnfinished(&snapshotStorage) } catch { throw .storage(error) }
    self.options = options
    self.status = status
    self.memory = memory
    self.storage = storage
    self.snapshotStorage = snapshotStorage
    self.extent = extent
    var generator = SystemRandomNumberGenerator()
    logID = extent.logID ?? (generator.next() | 1)
    layout = JournalLayout(
      shard: options.shard, logID: logID, fileByteCount: JournalPolicy.fileByteCount)
  }

  private static func open(
    _ path: String, _ memory: MemorySource
  ) throws(ShardError) -> DirectStorage {
    do { return try DirectStorage(path: path, memory: memory) } catch { throw .storage(error) }
  }

  /// Loads the newest snapshot from which the log goes on and which the journal reaches.
  ///
  /// When the journal is lost the log's first record is better than a snapshot: it gives the
  /// histories again. Where the log does not go back so far, they begin at the snapshot.
  mutating func loadState(_ search: inout SnapshotSearch) throws(ShardError) -> ReplayVisitor {
    let (logID, oldest) = (logID, extent.oldestPosition)
    let belongs = { (info: SnapshotInfo) in
      info.header.identity.logID == logID && info.position + 1 >= oldest
    }
    let candidates = search.sound.filter(belongs)
    var visitor = load(&search) { _ in false }
    for info in candidates where search.loaded == nil {
      guard try journalReaches(info.header.journalEndOffset) else { continue }
      visitor = load(&search) { $0.position == info.position }
    }
    if search.loaded == nil, oldest > 1 {
      visitor = load(&search) { belongs($0) }
      if search.loaded != nil {
        search.note(
          "the event journal is shorter than the newest snapshot and the log no longer goes back"
            + " to its beginning: histories begin at record \(search.loaded?.position ?? 0)")
      }
    }
    return visitor
  }

  private mutating func load(
    _ search: inout SnapshotSearch, where isWanted: (SnapshotInfo) -> Bool
  ) -> ReplayVisitor {
    let (options, status, layout, memory) = (options, status, layout, memory)
    let extents = extents
    return search.load(&snapshotStorage, memory: memory, where: isWanted) {
      var visitor = ReplayVisitor(
        options: options, status: status, journalLayout: layout, memory: memory,
        engineMemory: Machine.hugePages)
      visitor.knownExtents = extents
      return visitor
    }
  }

  private mutating func journalReaches(_ known: UInt64) throws(ShardError) -> Bool {
    if let extent = extents[known] { return extent.reachesKnown }
    var folder = try JournalFolder(path: options.folder.journalPath, memory: memory)
    let extent = try folder.survey(
      layout: layout, limits: JournalLimits(), known: known, memory: memory)
    extents[known] = extent
    return extent.reachesKnown
  }

  /// Replays the log behind the snapshot and opens it under a new epoch.
  mutating func openLog(
    after snapshot: SnapshotInfo?, _ visitor: inout ReplayVisitor
  ) throws(ShardError) -> LogWriter {
    var generator = SystemRandomNumberGenerator()
    var logOptions = LogOptions(
      shard: options.shard, newLogID: logID,
      newBlindingKey: Digest(
        generator.next(), generator.next(), generator.next(), generator.next() | 1),
      time: MachineClock().wallTime())
    logOptions.limits = options.logLimits
    if let header = snapshot?.header {
      logOptions.fromPosition = header.position + 1
      logOptions.anchor = header.anchor
    }
    status.recoverableBytes.store(
      extent.byteCount(from: logOptions.fromPosition), ordering: .relaxed)
    do {
      return try LogWriter.open(
        &storage, files: &files, options: logOptions, memory: memory, visitor: &visitor)
    } catch { throw .log(error) }
  }
}

extension SnapshotFileHeader {
  /// The batch after which the snapshot was taken: what the log must continue.
  var anchor: LogAnchor {
    LogAnchor(batchNumber: batchNumber, position: position, hash: batchHash)
  }
}
