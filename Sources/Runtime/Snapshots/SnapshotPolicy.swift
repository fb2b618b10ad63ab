public import Primitives

/// When a shard takes snapshots by itself, and how gently.
public struct SnapshotPolicy: Sendable, BitwiseCopyable {
  /// The time from one snapshot to the next, in nanoseconds; 0 = not by time.
  public var everyNs: Nanoseconds = 900 * TimeSpan.second
  /// The bytes of log after which one is taken; 0 = not by size.
  public var logByteCount: UInt64 = 1 << 30
  /// The most bytes of a snapshot a second, so that the log's flushes do not wait for the disk.
  public var byteCountPerSecondMax: UInt64 = 96 << 20
  /// How many snapshots are kept; the log is kept from the oldest of them on.
  public var retainedCount = 2
  /// How long to wait after one that failed or was given up, in nanoseconds.
  public var retryNs: Nanoseconds = 60 * TimeSpan.second

  /// What the server starts with: every quarter of an hour, or every GiB of log.
  public init() {}

  /// Whether the next snapshot is due.
  ///
  /// - Parameters:
  ///   - sinceNs: The time since the last one, in nanoseconds.
  ///   - byteCount: The bytes logged since.
  /// - Returns: Whether it is due; never when nothing was logged since.
  public func isDue(sinceNs: Nanoseconds, byteCount: UInt64) -> Bool {
    guard byteCount > 0 else { return false }
    return (everyNs > 0 && sinceNs >= everyNs) || (logByteCount > 0 && byteCount >= logByteCount)
  }

  /// How long a piece of a snapshot keeps the disk from the next one, in nanoseconds.
  ///
  /// - Parameter byteCount: The bytes of the piece.
  /// - Returns: The time at the greatest rate.
  public func paceNs(_ byteCount: Int) -> Nanoseconds {
    byteCountPerSecondMax == 0
      ? 0 : UInt64(byteCount) * TimeSpan.second / byteCountPerSecondMax
  }
}

/// What happens to auctions whose end fell into a time when nobody could bid.
public struct OutagePolicy: Sendable, BitwiseCopyable {
  /// Whether they are extended at all.
  public var isExtending = true
  /// The least time that bidders get after the server is back, in nanoseconds.
  public var graceNs: Nanoseconds = 60 * TimeSpan.second
  /// How often an otherwise idle shard with open auctions logs that it is alive, in nanoseconds.
  public var heartbeatNs: Nanoseconds = TimeSpan.second

  /// What the server starts with: a minute's grace.
  public init() {}
}

/// What a shard keeps of its event journal.
public struct JournalPolicy: Sendable, BitwiseCopyable {
  /// The bytes of its files, a power of two; part of every event's place, so never changed.
  public static let fileByteCount = 64 << 20
  /// The bytes of this shard's files; simulations take fewer, so that files change often.
  public var fileByteCount = JournalPolicy.fileByteCount
  /// The bytes kept; the oldest files beyond are deleted.
  public var retainedByteCount: UInt64 = 64 << 30

  /// What the server starts with: 64 GiB of events.
  public init() {}
}
