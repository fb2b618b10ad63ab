public import Engine
public import Gateway
internal import Journal
internal import Kernel
public import Primitives
internal import Uring
public import WAL

/// The state of a shard at a position, made from its files alone: what the tools compare and show.
///
/// Nothing is written, and a server may go on meanwhile: what it appends later is not looked at.
public struct ReplayedShard: ~Copyable {
  /// The auctions.
  public var engine: Engine
  /// The sessions.
  public var gateway: Gateway
  /// What was found of the log.
  public let log: RecoveredLog
  /// The snapshot that it began with; nil = with the first record.
  public let snapshot: SnapshotInfo?
  /// Snapshots that were passed over because they are damaged, and why.
  public let notes: [String]
  /// Where the event journal ends at this position, in logical bytes; nil when it was not counted.
  public let journalEnd: UInt64?

  /// The position of the last record that was applied.
  public var position: UInt64 { engine.position }
  /// The time of that record, in nanoseconds since the Unix epoch.
  public var time: Nanoseconds { engine.time }
  /// The hash of the whole state: auctions and sessions.
  public var stateHash: Digest {
    StateDigest.combine(engine: engine.stateHash(), ledger: gateway.ledgerHash())
  }

  /// Replays a shard.
  ///
  /// - Parameters:
  ///   - folder: The shard's folder.
  ///   - start: Where to begin.
  ///   - end: Where to end.
  ///   - choose: What to do with each record; nil = apply it.
  ///   - progress: Told how far it is, every 65,536 records; nil = nobody.
  ///   - countsEvents: Whether to find out where the event journal ends.
  /// - Returns: The state.
  /// - Throws: `ShardError` when the files do not give it.
  public static func replay(
    _ folder: ShardFolder, from start: ReplayStart = .newestSnapshot, until end: ReplayEnd = .end,
    choose: ((LogRecord) -> ReplayChoice)? = nil, progress: ((ReplayProgress) -> Void)? = nil,
    countsEvents: Bool = false
  ) throws(ShardError) -> ReplayedShard {
    var log = try openReadable(folder.logPath)
    guard Machine.isFolder(folder.snapshotsPath) else {
      return try replay(
        folder.shard, &log, from: start, end, choose, progress, countsEvents: countsEvents)
    }
    var snapshots = try openReadable(folder.snapshotsPath)
    return try replay(
      folder.shard, &log, &snapshots, from: start, end, choose, progress,
      countsEvents: countsEvents)
  }

  private static func openReadable(_ path: String) throws(ShardError) -> DirectStorage {
    do {
      return try DirectStorage(path: path, access: .readable, memory: Machine.pages)
    } catch { throw .storage(error) }
  }
}

extension ReplayedShard {
  /// Replays a shard from its log alone, wherever that is.
  ///
  /// - Parameters:
  ///   - shard: Whose it is.
  ///   - log: The folder of the log, or what stands for it.
  ///   - start: Where to begin: with the first record.
  ///   - end: Where to end.
  ///   - choose: What to do with each record; nil = apply it.
  ///   - progress: Told how far it is; nil = nobody.
  ///   - countsEvents: Whether to find out where the event journal ends.
  /// - Returns: The state.
  /// - Throws: `ShardError` when the files do not give it.
  public static func replay<L: Storage & ~Copyable>(
    _ shard: ShardID, _ log: inout L, from start: ReplayStart, _ end: ReplayEnd,
    _ choose: ((LogRecord) -> ReplayChoice)?, _ progress: ((ReplayProgress) -> Void)?,
    countsEvents: Bool = false
  ) throws(ShardError) -> ReplayedShard {
    if case .snapshot(let position) = start { throw .snapshotMissing(position) }
    let visitor = fresh(shard, countsEvents ? try layout(shard, &log) : nil)
    return try readLog(shard, &log, visitor, (nil, []), end, choose, progress)
  }

  /// Replays a shard from a log and snapshots wherever they are, as a backup or an archive.
  ///
  /// - Parameters:
  ///   - shard: Whose they are.
  ///   - log: The folder of the log, or what stands for it.
  ///   - snapshots: The folder of the snapshots.
  ///   - start: Where to begin.
  ///   - end: Where to end.
  ///   - choose: What to do with each record; nil = apply it.
  ///   - progress: Told how far it is; nil = nobody.
  ///   - countsEvents: Whether to find out where the event journal ends.
  /// - Returns: The state.
  /// - Throws: `ShardError` when the files do not give it.
  public static func replay<L: Storage & ~Copyable, S: Storage & ~Copyable>(
    _ shard: ShardID, _ log: inout L, _ snapshots: inout S, from start: ReplayStart,
    _ end: ReplayEnd, _ choose: ((LogRecord) -> ReplayChoice)?,
    _ progress: ((ReplayProgress) -> Void)?, countsEvents: Bool = false
  ) throws(ShardError) -> ReplayedShard {
    let counted = countsEvents ? try layout(shard, &log) : nil
    var search = try SnapshotSearch(&snapshots, shard: shard, memory: Machine.pages)
    let visitor = search.load(
      &snapshots, memory: Machine.pages, where: { isWanted($0, start, end) },
      fresh: { fresh(shard, counted) })
    if case .snapshot(let position) = start, search.loaded == nil {
      throw .snapshotMissing(position)
    }
    return try readLog(
      shard, &log, visitor, (search.loaded, search.notes), end, choose, progress)
  }

  /// The layout of the journal of a log.
  private static func layout<L: Storage & ~Copyable>(
    _ shard: ShardID, _ log: inout L
  ) throws(ShardError) -> JournalLayout {
    do {
      let extent = try LogExtent.take(
        &log, shard: shard, limits: LogLimits(), memory: Machine.pages)
      return JournalLayout(
        shard: shard, logID: extent.logID ?? 0, fileByteCount: JournalPolicy.fileByteCount)
    } catch { throw .log(error) }
  }

  private static func fresh(
    _ shard: ShardID, _ counted: JournalLayout?
  ) -> ReplayVisitor<DirectStorage> {
    let options = ShardOptions(
      shard: shard, shardCount: 1, dataPath: "", newEngineID: (0, 0), credentials: .insecure)
    return ReplayVisitor(
      options: options, status: nil, journalLayout: nil, countedLayout: counted,
      memory: Machine.pages, engineMemory: Machine.hugePages)
  }

  private static func isWanted(
    _ info: SnapshotInfo, _ start: ReplayStart, _ end: ReplayEnd
  ) -> Bool {
    switch end {
    case .end: break
    case .position(let last): if info.position > last { return false }
    case .time(let last): if info.header.time > last { return false }
    }
    switch start {
    case .newestSnapshot: return true
    case .beginning: return false
    case .snapshot(let position): return info.position == position
    }
  }

  private static func readLog<L: Storage & ~Copyable>(
    _ shard: ShardID, _ log: inout L, _ visitor: consuming ReplayVisitor<DirectStorage>,
    _ found: (snapshot: SnapshotInfo?, notes: [String]), _ end: ReplayEnd,
    _ choose: ((LogRecord) -> ReplayChoice)?, _ progress: ((ReplayProgress) -> Void)?
  ) throws(ShardError) -> ReplayedShard {
    var range = found.snapshot.map { LogRange(after: $0.header.anchor) } ?? LogRange()
    switch end {
    case .end: break
    case .position(let last): range.throughPosition = last
    case .time(let last): range.throughTime = last
    }
    let limits = LogLimits()
    let recovered: RecoveredLog
    var total: UInt64 = 0
    if progress != nil { total = try byteCount(shard, &log, from: range.fromPosition) }
    var filter = FilteredReplay(
      visitor: visitor, choose: choose, progress: progress, byteCountTotal: total)
    do {
      recovered = try Recovery.read(
        &log, shard: shard, range: range, limits: limits, memory: Machine.pages, visitor: &filter)
    } catch { throw .log(error) }
    return try filter.finish(recovered, found.snapshot, found.notes)
  }

  private static func byteCount<L: Storage & ~Copyable>(
    _ shard: ShardID, _ log: inout L, from position: UInt64
  ) throws(ShardError) -> UInt64 {
    do {
      return try LogExtent.take(&log, shard: shard, limits: LogLimits(), memory: Machine.pages)
        .byteCount(from: position)
    } catch { throw .log(error) }
  }
}

/// A replay in which single records may be left out or replaced.
private struct FilteredReplay: RecordVisitor, ~Copyable {
  private var visitor: ReplayVisitor<DirectStorage>
  private let choose: ((LogRecord) -> ReplayChoice)?
  private let progress: ((ReplayProgress) -> Void)?
  private var state: ReplayProgress

  init(
    visitor: consuming ReplayVisitor<DirectStorage>, choose: ((LogRecord) -> ReplayChoice)?,
    progress: ((ReplayProgress) -> Void)?, byteCountTotal: UInt64
  ) {
    self.visitor = visitor
    self.choose = choose
    self.progress = progress
    state = ReplayProgress(byteCount: 0, byteCountTotal: byteCountTotal, recordCount: 0)
  }

  mutating func visit(_ record: LogRecord) {
    switch choose?(record) ?? .apply {
    case .apply: visitor.visit(record)
    case .leaveOut: break
    case .replace(let frame): unsafe visitor.visit(record, frame: frame)
    }
    state.recordCount += 1
    if state.recordCount & 0xFFFF == 0 { progress?(state) }
  }

  mutating func willVisit(_ frame: UnsafeRawPointer) { unsafe visitor.willVisit(frame) }

  mutating func visitBatch(_ header: BatchHeader) {
    state.byteCount += UInt64(header.batchByteCount)
  }

  consuming func finish(
    _ log: RecoveredLog, _ snapshot: SnapshotInfo?, _ notes: [String]
  ) throws(ShardError) -> ReplayedShard {
    if visitor.isForeign { throw .notConfigured("the log") }
    if visitor.isBaseMissing { throw .baseMissing("the log") }
    let journalEnd = visitor.eventCount?.writer.endOffset
    var state = visitor.finish()
    guard let gateway = state.gateway.take() else { throw .notConfigured("the log") }
    return ReplayedShard(
      engine: state.engine, gateway: gateway, log: log, snapshot: snapshot, notes: notes,
      journalEnd: journalEnd)
  }
}
