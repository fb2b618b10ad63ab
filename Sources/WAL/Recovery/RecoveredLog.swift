public import Primitives

/// What recovery found.
public struct RecoveredLog: Equatable, Sendable {
  /// The shard, the log, and the epoch that may write now (0 if it was only read).
  public internal(set) var identity: LogIdentity
  /// What blinds the hashes of the log's records.
  public internal(set) var blindingKey: Digest
  /// The position of the oldest record held, 1 more than the last if there is none.
  public internal(set) var oldestPosition: UInt64
  /// The position of the last record, 0 if there has never been one.
  public internal(set) var lastPosition: UInt64
  /// The number of the last batch, 0 if there has never been one.
  public internal(set) var lastBatchNumber: UInt64
  /// The hash of the last batch.
  public internal(set) var head: Digest
  /// The time of the last record, in nanoseconds since the Unix epoch, 0 if there is none.
  public internal(set) var lastTime: UInt64
  /// The position of the last record wanted that there is, 0 if there is none.
  ///
  /// It is less than `lastPosition` if the batch of the last one goes on behind it.
  public internal(set) var lastWantedPosition: UInt64
  /// Whether reading stopped behind the last record wanted, so that the end was not looked at.
  public internal(set) var hasStoppedEarly: Bool
  /// Whether the anchor's batch was met, or a batch that follows it: the log continues it.
  public internal(set) var isAnchorProven: Bool
  /// How many records were given to the visitor.
  public internal(set) var visitedCount: UInt64
  /// How many batches were given to the visitor.
  public internal(set) var visitedBatchCount: UInt64
  /// How the log ends: case C, D, E or F.
  public internal(set) var tailCase: RecoveryCase
  /// The file in which it ends; empty if there is no segment.
  public internal(set) var tailFile: String
  /// Where in that file it ends, in bytes.
  public internal(set) var tailOffset: UInt64
  /// Whether the newest segment was found without its first batch (case G).
  public internal(set) var hasAbandonedSegment: Bool
  /// Whether the last process stopped in order, so that the end is certain.
  public internal(set) var isClosedInOrder: Bool
}
