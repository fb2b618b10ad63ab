public import Primitives

/// Reads a log from its files, proves it, and gives its records in order.
public enum Recovery {
  /// Reads a log without changing anything, as `verify` and `audit` do.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - fromPosition: The first record wanted, from 1; those before it must not be needed.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  ///   - visitor: Takes the records.
  /// - Returns: What was found.
  /// - Throws: `LogError` in cases I to S of the recovery table.
  /// - Complexity: O(bytes of the log from the segment of `fromPosition` on).
  public static func read<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    fromPosition: UInt64 = 1,
    limits: LogLimits,
    memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog {
    var reader = SegmentReader(limits: limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: shard, reader: &reader)
    var scanner = LogScanner(
      logID: survey.logID ?? 0,
      survey: survey,
      reader: reader,
      fromPosition: fromPosition
    )
    try scanner.scan(&storage, &visitor)
    return try scanner.result(shard: shard, epoch: 0)
  }
}

extension LogScanner {
  /// What was found, after `scan`.
  func result(shard: ShardID, epoch: UInt64) throws(LogError) -> RecoveredLog {
    let lastPosition = (expected?.firstPosition ?? 1) - 1
    let oldest = survey.used.first?.header?.firstPosition ?? 1
    if fromPosition > lastPosition + 1 {
      throw .positionNotHeld(wanted: fromPosition, oldest: oldest, last: lastPosition)
    }
    let isClosed = last?.header.flags.contains(.closes) ?? true
    return RecoveredLog(
      identity: LogIdentity(shard: shard, logID: logID, epoch: epoch),
      oldestPosition: oldest,
      lastPosition: lastPosition,
      lastBatchNumber: (expected?.number ?? 1) - 1,
      head: expected?.previousHash ?? .zero,
      lastTime: last?.header.stampedTime ?? 0,
      visitedCount: visitedCount,
      tailCase: tailCase,
      tailFile: survey.used.last?.name ?? "",
      tailOffset: tailOffset,
      hasAbandonedSegment: hasAbandonedSegment,
      isClosedInOrder: isClosed
    )
  }
}
