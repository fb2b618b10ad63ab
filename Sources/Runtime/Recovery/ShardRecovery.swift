internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import Synchronization
internal import WAL

/// The files of a shard that is being recovered, and what was found in them.
struct ShardRecovery<K: ShardKernel>: ~Copyable {
  let kernel: K
  let options: ShardOptions
  let status: ShardStatus
  let memory: MemorySource
  var storage: K.Folder
  var snapshotStorage: K.Folder
  var files = SegmentFiles()
  let extent: LogExtent
  /// The log's number; a new one where there is no log yet.
  let logID: UInt64
  let layout: JournalLayout
  /// What was found of the journal, by the offset that was taken as known.
  private var extents: [UInt64: JournalExtent] = [:]

  init(_ kernel: K, options: ShardOptions, status: ShardStatus) throws(ShardError) {
    let memory = kernel.pages
    var storage = try Self.open(kernel, options.logPath)
    var snapshotStorage = try Self.open(kernel, options.folder.snapshotsPath)
    let extent: LogExtent
    do {
      extent = try LogExtent.take(
        &storage, shard: options.shard, limits: options.logLimits, memory: memory)
    } catch { throw .log(error) }
    // What a crash left unfinished was never relied on.
    do { try SnapshotStore.removeUnfinished(&snapshotStorage) } catch { throw .storage(error) }
    self.kernel = kernel
    self.options = options
    self.status = status
    self.memory = memory
    self.storage = storage
    self.snapshotStorage = snapshotStorage
    self.extent = extent
    logID = extent.logID ?? (kernel.randomBits() | 1)
    layout = JournalLayout(
      shard: options.shard, logID: logID, fileByteCount: options.journal.fileByteCount)
  }

  private static func open(_ kernel: K, _ path: String) throws(ShardError) -> K.Folder {
    do { return try kernel.openFolder(path, access: .writable, memory: kernel.pages) } catch {
      throw .storage(error)
    }
  }

  /// Loads the newest snapshot from which the log goes on and which the journal reaches.
  ///
  /// When the journal is lost the log's first record is better than a snapshot: it gives the
  /// histories again. Where the log does not go back so far, they begin at the snapshot.
  mutating func loadState(
    _ search: inout SnapshotSearch
  ) throws(ShardError) -> ReplayVisitor<K.Folder> {
    let (logID, oldest) = (logID, extent.oldestPosition)
    let belongs = { (info: SnapshotInfo) in
      info.header.identity.logID == logID && info.position + 1 >= oldest
    }
    let candidates = search.sound.filter(belongs)
    var visitor = load(&search) { _ in false }
    var isJournalShort = false
    for info in candidates where search.loaded == nil {
      guard try journalReaches(info.header.journalEndOffset) else {
        probe(.snapshotAheadOfJournal)
        isJournalShort = true
        continue
      }
      visitor = load(&search) { $0.position == info.position }
    }
    if search.loaded == nil, oldest == 1, isJournalShort {
      search.note(
        "the event journal is lost or shorter than the snapshots: all of the log is replayed, which"
          + " writes the histories again")
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
  ) -> ReplayVisitor<K.Folder> {
    let (options, status, layout, memory) = (options, status, layout, memory)
    let kernel = kernel
    let extents = extents
    return search.load(&snapshotStorage, memory: memory, where: isWanted) {
      var visitor = ReplayVisitor<K.Folder>(
        options: options, status: status, journalLayout: layout, memory: memory,
        engineMemory: kernel.hugePages)
      visitor.openJournalFolder = { path throws(StorageError) in
        try kernel.openFolder(path, access: .cached, memory: memory)
      }
      visitor.knownExtents = extents
      return visitor
    }
  }

  private mutating func journalReaches(_ known: UInt64) throws(ShardError) -> Bool {
    if let extent = extents[known] { return extent.reachesKnown }
    var folder: JournalFolder<K.Folder>
    do {
      folder = JournalFolder(
        try kernel.openFolder(options.folder.journalPath, access: .cached, memory: memory))
    } catch { throw .storage(error) }
    let extent = try folder.survey(
      layout: layout, limits: JournalLimits(), known: known, memory: memory)
    extents[known] = extent
    return extent.reachesKnown
  }

  /// Replays the log behind the snapshot and opens it under a new epoch.
  mutating func openLog(
    after snapshot: SnapshotInfo?, _ visitor: inout ReplayVisitor<K.Folder>
  ) throws(ShardError) -> LogWriter {
    var logOptions = LogOptions(
      shard: options.shard, newLogID: logID,
      newBlindingKey: Digest(
        kernel.randomBits(), kernel.randomBits(), kernel.randomBits(), kernel.randomBits() | 1),
      time: kernel.wallTime())
    logOptions.limits = options.logLimits
    if let header = snapshot?.header {
      probe(.startedFromSnapshot)
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
