/// Records to append: prefix and frame of each, one after the other, as they stand in a batch.
@safe
public struct LogBatch: BitwiseCopyable {
  /// The bytes of the records.
  public let bytes: UnsafeRawBufferPointer

  /// Names the bytes, which stay the caller's.
  ///
  /// - Parameter bytes: Prefix and frame of each record.
  public init(bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }
}

/// What became of a batch that was appended.
public enum AppendOutcome: Equatable, Sendable {
  /// It is durable; this is the position of its last record.
  case committed(position: UInt64)
  /// It is not in the log and never will be: another writer has been there. Stop for good.
  case fenced(last: UInt64)
  /// It may or may not be in the log: tell nobody, open again and look.
  case unknown
}

/// A log of one shard, on this machine or replicated: what the rest of the system relies on.
///
/// One batch is in flight at a time: `expect` fences a stale writer only then.
public protocol PartitionLog: ~Copyable {
  /// Opens the log under an epoch higher than any before, which fences every earlier writer.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, or nil for one more than the highest.
  ///   - visitor: Takes the records that the log holds.
  /// - Returns: What was found.
  /// - Throws: `LogError.fenced` if the epoch is not higher, or another `LogError`.
  mutating func open<V: RecordVisitor & ~Copyable>(
    epoch: UInt64?,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog

  /// Appends records if the log still ends where the caller thinks it does.
  ///
  /// - Parameters:
  ///   - batch: The records.
  ///   - expect: The position of the last record before them.
  /// - Returns: Whether they are durable.
  /// - Throws: `LogError` if nothing was tried.
  mutating func append(_ batch: LogBatch, expect: UInt64) throws(LogError) -> AppendOutcome

  /// Gives the durable records from a position on.
  ///
  /// - Parameters:
  ///   - position: The first record wanted.
  ///   - visitor: Takes them.
  /// - Throws: `LogError.positionNotHeld` if they are gone or not there yet, or another `LogError`.
  mutating func read<V: RecordVisitor & ~Copyable>(
    from position: UInt64,
    visitor: inout V
  ) throws(LogError)

  /// Gives what became durable after a position; call it again with what it returned.
  ///
  /// - Parameters:
  ///   - position: The last record that the caller has.
  ///   - visitor: Takes the records.
  /// - Returns: The position of the last record given.
  /// - Throws: `LogError` as `read(from:visitor:)` does.
  mutating func tail<V: RecordVisitor & ~Copyable>(
    after position: UInt64,
    visitor: inout V
  ) throws(LogError) -> UInt64

  /// Releases records that a durable snapshot covers.
  ///
  /// - Parameter position: The last record that is not needed any more.
  /// - Throws: `LogError` if the log is not open.
  mutating func trim(upTo position: UInt64) throws(LogError)

  /// The position of the last durable record, 0 if there has never been one.
  var tailPosition: UInt64 { get }
}
