internal import Primitives

/// How many records were given to a visitor.
struct ScanCounts: Equatable, Sendable {
  var visitedCount: UInt64 = 0
  var batchCount: UInt64 = 0
  /// The position of the last one that is not behind the wanted ones.
  var lastWantedPosition: UInt64 = 0
}

extension LogScanner {
  /// What was found, after `scan`.
  func result(shard: ShardID, epoch: UInt64) throws(LogError) -> RecoveredLog {
    let lastPosition = (expected?.firstPosition ?? 1) - 1
    let oldest = survey.used.first?.header?.firstPosition ?? lastPosition + 1
    if range.fromPosition > lastPosition + 1 {
      RecoveryCase.positionNotHeld.mark()
      throw .positionNotHeld(wanted: range.fromPosition, oldest: oldest, last: lastPosition)
    }
    let isClosed = last?.header.flags.contains(.closes) ?? true
    return RecoveredLog(
      identity: LogIdentity(shard: shard, logID: secret.logID, epoch: epoch),
      blindingKey: secret.blindingKey,
      oldestPosition: oldest,
      lastPosition: lastPosition,
      lastBatchNumber: (expected?.number ?? 1) - 1,
      head: expected?.previousHash ?? .zero,
      lastTime: last?.header.stampedTime ?? start?.time ?? 0,
      lastWantedPosition: counts.lastWantedPosition,
      hasStoppedEarly: hasStoppedEarly,
      isAnchorProven: anchors.isMet(range.anchor),
      visitedCount: counts.visitedCount,
      visitedBatchCount: counts.batchCount,
      tailCase: tailCase,
      tailFile: survey.used.last?.name ?? "",
      tailOffset: tailOffset,
      hasAbandonedSegment: hasAbandonedSegment,
      isClosedInOrder: isClosed
    )
  }
}
