internal import Primitives

/// Which records of a log are wanted, and what it must continue.
public struct LogRange: Equatable, Sendable, BitwiseCopyable {
  /// The first record wanted, from 1; those before it must not be needed.
  public var fromPosition: UInt64 = 1
  /// The last record wanted; reading stops behind its batch.
  public var throughPosition: UInt64 = .max
  /// The latest time wanted, in nanoseconds since the Unix epoch; reading stops as well.
  public var throughTime: UInt64 = .max
  /// What the log must continue: the batch after which the snapshot before the records was taken.
  public var anchor: LogAnchor?

  /// Asks for all records.
  public init() {}

  /// Asks for the records after a snapshot.
  ///
  /// - Parameter anchor: The batch after which it was taken.
  public init(after anchor: LogAnchor) {
    fromPosition = anchor.position + 1
    self.anchor = anchor
  }

  /// Asks for the records from a position on.
  ///
  /// - Parameter position: The first record wanted.
  public init(from position: UInt64) { fromPosition = position }

  /// Whether nothing is wanted from a batch on; the anchor's batch is, although it may be empty.
  func endsBefore(_ next: ExpectedBatch) -> Bool {
    next.firstPosition > throughPosition && next.number > anchor?.batchNumber ?? 0
  }

  /// Whether a record is after the last one wanted.
  func isBehind(position: UInt64, time: UInt64) -> Bool {
    position > throughPosition || time > throughTime
  }
}

/// Where a log begins that continues another folder's state instead of an empty one.
public struct LogStart: Equatable, Sendable, BitwiseCopyable {
  /// The batch that the first one follows.
  public var anchor: LogAnchor
  /// The time of the last record up to it, in nanoseconds since the Unix epoch.
  public var time: UInt64

  /// Says where a new log begins.
  ///
  /// - Parameters:
  ///   - anchor: The batch that the first one follows.
  ///   - time: The time of the last record up to it, in nanoseconds since the Unix epoch.
  public init(anchor: LogAnchor, time: UInt64) {
    self.anchor = anchor
    self.time = time
  }
}
