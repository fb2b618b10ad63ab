public import Primitives

/// How a log is opened.
public struct LogOptions: Sendable {
  /// The shard that owns the log.
  public var shard: ShardID
  /// A random number, not 0, that a new log gets; an existing log keeps its own.
  public var newLogID: UInt64
  /// 32 random bytes, not all 0, that a new log blinds its records' hashes with.
  ///
  /// A receipt shows a record's neighbours as hashes; without this a bidder could guess at them.
  public var newBlindingKey: Digest
  /// The epoch to write under, or nil for one more than the highest there has been.
  public var epoch: UInt64?
  /// The first record wanted: one more than the last that a snapshot covers.
  public var fromPosition: UInt64 = 1
  /// What the log must continue: the batch after which the snapshot was taken.
  public var anchor: LogAnchor?
  /// Where the log begins if the folder holds no batch, or nil for position 1.
  public var newLogStart: LogStart?
  /// Now, in nanoseconds since the Unix epoch; stands in the new segment's header only.
  public var time: UInt64
  /// The sizes.
  public var limits = LogLimits()

  /// Says how to open a log.
  ///
  /// - Parameters:
  ///   - shard: The shard that owns the log.
  ///   - newLogID: A random number, not 0, that a new log gets.
  ///   - newBlindingKey: 32 random bytes that a new log gets.
  ///   - time: Now, in nanoseconds since the Unix epoch.
  public init(shard: ShardID, newLogID: UInt64, newBlindingKey: Digest, time: UInt64) {
    self.shard = shard
    self.newLogID = newLogID
    self.newBlindingKey = newBlindingKey
    self.time = time
  }

  /// The records wanted and what they must continue.
  var range: LogRange {
    var range = LogRange(from: fromPosition)
    range.anchor = anchor
    return range
  }
}
