internal import Engine
internal import Gateway
internal import Journal
public import Primitives
internal import Uring
public import WAL

/// A snapshot that was taken while nobody served the shard.
public struct OfflineSnapshot: Sendable {
  /// What was written, or was there already.
  public let info: SnapshotInfo
  /// Whether a snapshot of the log's last record was there already.
  public let wasThere: Bool
  /// The hash of the state.
  public let stateHash: Digest
  /// Snapshots that were passed over because they are damaged, and why.
  public let notes: [String]
}

/// A journal that was built again from the log.
public struct RebuiltJournal: Sendable {
  /// Where the oldest event is, in logical bytes.
  public let oldestOffset: UInt64
  /// Where it ends.
  public let endOffset: UInt64
  /// The position of the log's last record.
  public let position: UInt64
}

/// What can be done to a shard's files while nobody serves them; the caller has the folder's lock.
public enum OfflineShard {
  /// Replays a shard, brings its journal up to date and writes a snapshot of its last record.
  ///
  /// If power fails meanwhile, log and snapshots are as they were and the journal is a part of what
  /// the log implies.
  ///
  /// - Parameters:
  ///   - dataPath: The data folder.
  ///   - shard: Which shard.
  ///   - progress: Told how far the replay is.
  /// - Returns: The snapshot.
  /// - Throws: `ShardError` when the files do not give the state or cannot be written.
  public static func takeSnapshot(
    dataPath: String, shard: ShardID, progress: @escaping (ReplayProgress) -> Void
  ) throws(ShardError) -> OfflineSnapshot {
    let recovered = try OfflineRecovery.run(dataPath: dataPath, shard: shard, progress: progress)
    return try recovered.writeSnapshot()
  }

  /// Writes the event journal of a shard again, as far as log and snapshots give it.
  ///
  /// What the folder still has of the journal stays where it is right.
  ///
  /// - Parameters:
  ///   - dataPath: The data folder.
  ///   - shard: Which shard.
  ///   - progress: Told how far the replay is.
  /// - Returns: What the journal holds now.
  /// - Throws: `ShardError` when the files do not give it or it cannot be written.
  public static func rebuildJournal(
    dataPath: String, shard: ShardID, progress: @escaping (ReplayProgress) -> Void
  ) throws(ShardError) -> RebuiltJournal {
    try OfflineRecovery.run(dataPath: dataPath, shard: shard, progress: progress).journal()
  }
}

/// A shard's state with its journal up to date, and its files open.
struct OfflineRecovery: ~Copyable {
  private var recovery: ShardRecovery<LinuxKernel>
  private var state: RecoveredState<DirectStorage>
  private let found: RecoveredLog
  private let loaded: SnapshotInfo?
  private let notes: [String]

  static func run(
    dataPath: String, shard: ShardID, progress: @escaping (ReplayProgress) -> Void
  ) throws(ShardError) -> OfflineRecovery {
    let options = ShardOptions(
      shard: shard, shardCount: 1, dataPath: dataPath, newEngineID: (0, 0),
      credentials: .insecure)
    var recovery = try ShardRecovery(LinuxKernel(), options: options, status: ShardStatus())
    guard recovery.extent.logID != nil else { throw .notADataFolder(dataPath) }
    var search = try SnapshotSearch(
      &recovery.snapshotStorage, shard: shard, memory: Machine.pages)
    let visitor = try recovery.loadState(&search)
    let range = search.loaded.map { LogRange(after: $0.header.anchor) } ?? LogRange()
    var telling = TellingReplay(
      visitor, byteCountTotal: recovery.extent.byteCount(from: range.fromPosition), progress)
    let found: RecoveredLog
    do {
      found = try Recovery.read(
        &recovery.storage, shard: shard, range: range, limits: LogLimits(),
        memory: Machine.pages, visitor: &telling)
    } catch { throw .log(error) }
    let state = try telling.finish(options.logPath)
    var recovered = OfflineRecovery(
      recovery: recovery, state: state, found: found, loaded: search.loaded,
      notes: search.notes)
    try recovered.finishJournal(options.folder.journalPath)
    return recovered
  }

  private init(
    recovery: consuming ShardRecovery<LinuxKernel>,
    state: consuming RecoveredState<DirectStorage>, found: RecoveredLog,
    loaded: SnapshotInfo?, notes: [String]
  ) {
    self.recovery = recovery
    self.state = state
    self.found = found
    self.loaded = loaded
    self.notes = notes
  }

  /// Writes and flushes what the journal lacks, and cuts off what the log does not imply.
  private mutating func finishJournal(_ path: String) throws(ShardError) {
    guard var sink = state.journal.take() else { throw .notConfigured(path) }
    sink.finish()
    let errno = sink.writer.failedErrno
    let tail = sink.writer.tailOffset
    let layout = sink.writer.layout
    do throws(StorageError) {
      if let errno { throw StorageError(operation: .write, file: path, errno: errno) }
      if let tail {
        try sink.folder.cut(at: tail, layout: layout)
        sink.writer.cutTail()
      }
      try sink.folder.syncAll()
    } catch { throw .storage(error) }
    state.journal = consume sink
  }

  consuming func journal() throws(ShardError) -> RebuiltJournal {
    guard let sink = state.journal.take() else { throw .notConfigured(found.tailFile) }
    return RebuiltJournal(
      oldestOffset: sink.writer.oldestOffset, endOffset: sink.writer.endOffset,
      position: found.lastPosition)
  }

  consuming func writeSnapshot() throws(ShardError) -> OfflineSnapshot {
    guard let gateway = state.gateway.take(), let sink = state.journal.take() else {
      throw .notConfigured(found.tailFile)
    }
    let hash = StateDigest.combine(
      engine: state.engine.stateHash(), ledger: gateway.ledgerHash())
    if let loaded, loaded.position == found.lastPosition {
      return OfflineSnapshot(info: loaded, wasThere: true, stateHash: hash, notes: notes)
    }
    let header = SnapshotFileHeader(
      identity: found.identity, position: found.lastPosition, batchNumber: found.lastBatchNumber,
      batchHash: found.head, time: state.engine.time, journalEndOffset: sink.writer.endOffset,
      engineIDHigh: gateway.identity.engineIdHigh, engineIDLow: gateway.identity.engineIdLow)
    try syncTail(&recovery.storage, found.tailFile)
    var pieces = StatePieces(
      engine: state.engine, gateway: gateway, journal: sink.writer, memory: Machine.pages)
    do {
      let info = try SnapshotStore.write(
        &recovery.snapshotStorage, header, expectedByteCount: loaded?.byteCount ?? 0,
        memory: Machine.pages, source: &pieces)
      return OfflineSnapshot(info: info, wasThere: false, stateHash: hash, notes: notes)
    } catch { throw .snapshot(error) }
  }
}

/// Flushes the log's newest segment: a killed process may have left its last batch in the disk's
/// cache, and no snapshot may speak of what a power failure could still take.
private func syncTail(
  _ storage: inout DirectStorage, _ name: String
) throws(ShardError) {
  do throws(StorageError) {
    let file = try storage.open(name)
    defer { storage.close(file) }
    try storage.syncData(file)
  } catch { throw .storage(error) }
}

/// A replay that says how far it is.
private struct TellingReplay: RecordVisitor, ~Copyable {
  private var visitor: ReplayVisitor<DirectStorage>
  private var state: ReplayProgress
  private let progress: (ReplayProgress) -> Void

  init(
    _ visitor: consuming ReplayVisitor<DirectStorage>, byteCountTotal: UInt64,
    _ progress: @escaping (ReplayProgress) -> Void
  ) {
    self.visitor = visitor
    self.progress = progress
    state = ReplayProgress(byteCount: 0, byteCountTotal: byteCountTotal, recordCount: 0)
  }

  mutating func visit(_ record: LogRecord) {
    visitor.visit(record)
    state.recordCount += 1
    if state.recordCount & 0xFFFF == 0 { progress(state) }
  }

  mutating func visitBatch(_ header: BatchHeader) {
    state.byteCount += UInt64(header.batchByteCount)
  }

  consuming func finish(_ path: String) throws(ShardError) -> RecoveredState<DirectStorage> {
    if visitor.isForeign { throw .notConfigured(path) }
    if visitor.isBaseMissing { throw .baseMissing(path) }
    if let failure = visitor.journalFailure { throw failure }
    return visitor.finish()
  }
}
