public import Primitives

/// Copies a log up to a position or a time, for a restore to that moment and for a backup.
public enum LogCut {
  /// Copies the segments that hold a range of records, byte for byte up to its last one.
  ///
  /// If the last record wanted is not the last of its batch, that batch is cut and sealed again
  /// under its number, epoch and predecessor: its hash is a new one. The source may be a live
  /// folder. If power fails meanwhile the target holds a part of the copy: delete it and begin
  /// again.
  ///
  /// - Parameters:
  ///   - source: The log's folder; it is only read.
  ///   - target: A folder without segments.
  ///   - shard: The shard that owns the log.
  ///   - range: The records wanted, and what the log must continue.
  ///   - limits: The sizes.
  ///   - memory: Where the buffers come from.
  /// - Returns: What the target holds, read back from it and proven; what was found in the source,
  ///   without a batch visited, if it holds none that is wanted.
  /// - Throws: `LogError`; the target's segments are deleted then, if it can be done.
  /// - Complexity: O(bytes of the log from the segment of `range.fromPosition` on), read twice.
  public static func copy<S: Storage & ~Copyable, T: Storage & ~Copyable>(
    from source: inout S,
    to target: inout T,
    shard: ShardID,
    range: LogRange = LogRange(),
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> RecoveredLog {
    try requireEmpty(&target)
    var budget = RetryBudget()
    while true {
      do {
        let plan = try plan(&source, shard, range, limits, memory)
        // Nothing of the log is wanted: a snapshot alone is that state.
        if plan.found.visitedBatchCount == 0 { return plan.found }
        var copy = LogCopy(plan: plan, shard: shard, limits: limits, memory: memory)
        try copy.run(&source, &target)
        return try copy.verify(&target)
      } catch {
        removeSegments(&target)
        // What the server recycled meanwhile is looked at again.
        try budget.spend(error)
      }
    }
  }

  private static func requireEmpty<T: Storage & ~Copyable>(
    _ target: inout T
  ) throws(LogError) {
    let entries: [StorageEntry]
    do { entries = try target.list() } catch { throw .storage(error) }
    for entry in entries where SegmentName(entry.name) != nil {
      throw .targetNotEmpty(file: entry.name)
    }
  }

  private static func removeSegments<T: Storage & ~Copyable>(_ target: inout T) {
    guard let entries = try? target.list() else { return }
    for entry in entries where SegmentName(entry.name) != nil { try? target.remove(entry.name) }
    try? target.syncFolder()
  }

  /// Proves the source and finds out where the copy ends.
  private static func plan<S: Storage & ~Copyable>(
    _ source: inout S,
    _ shard: ShardID,
    _ range: LogRange,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) -> LogCopyPlan {
    var visitor = IgnoringVisitor()
    let found = try Recovery.read(
      &source,
      shard: shard,
      range: range,
      limits: limits,
      memory: memory,
      visitor: &visitor
    )
    if range.throughPosition != .max, found.lastPosition < range.throughPosition {
      throw .positionNotHeld(
        wanted: range.throughPosition,
        oldest: found.oldestPosition,
        last: found.lastPosition
      )
    }
    return LogCopyPlan(range: range, found: found)
  }
}
