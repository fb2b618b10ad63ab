public import Engine
public import Gateway
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
  /// - Returns: The state.
  /// - Throws: `ShardError` when the files do not give it.
  public static func replay(
    _ folder: ShardFolder, from start: ReplayStart = .newestSnapshot, until end: ReplayEnd = .end,
    choose: ((LogRecord) -> ReplayChoice)? = nil, progress: ((ReplayProgress) -> Void)? = nil
  ) throws(ShardError) -> ReplayedShard {
    var recovery = StateRecovery(options: .offline(folder), memory: Machine.pages)
    try recovery.loadSnapshot(start, notBehind: end)
    var visitor = FilteredReplay(
      visitor: recovery.takeVisitor(), choose: choose, progress: progress,
      byteCountTotal: recovery.logByteCount)
    let found = try recovery.readLog(end, &visitor)
    return try visitor.finish(found, recovery)
  }
}
