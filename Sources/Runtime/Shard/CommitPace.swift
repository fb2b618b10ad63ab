internal import Primitives

/// When the next flush should start.
///
/// Clients that answer each reply with a request come back all at once, shortly after a flush.
/// Starting the next flush with the first of them would split them into two groups that wait for
/// one another's flushes. So when as many requests as were just released usually come back within
/// a part of a flush, the flush waits for them, for a bounded time. When requests come on their own
/// schedule that takes longer than the flush did, and nothing waits; neither does it after batches
/// so small that there is nothing to gain.
struct CommitPace: BitwiseCopyable {
  /// Fewer released replies than this are never waited for.
  static let releasedCountMin: UInt64 = 4

  /// The running mean of a flush.
  private var flushNs: Nanoseconds = 0
  /// The running mean of the time until as many requests are back as were released.
  private var returnNs: Nanoseconds = 0
  private var releasedTime: Nanoseconds = 0
  /// The position of the last request that is waited for.
  private var targetPosition: UInt64 = 0
  private var isWaiting = false

  /// A flush has ended and its replies go out.
  ///
  /// - Parameters:
  ///   - now: The monotonic time.
  ///   - flushTookNs: How long the flush took.
  ///   - count: How many records became durable.
  ///   - position: The newest staged position.
  @_noLocks
  mutating func released(
    now: Nanoseconds, flushTookNs: Nanoseconds, count: UInt64, position: UInt64
  ) {
    Self.mean(&flushNs, flushTookNs)
    if isWaiting { Self.mean(&returnNs, now - releasedTime) }
    releasedTime = now
    targetPosition = position + count
    isWaiting = count >= Self.releasedCountMin
  }

  /// Whether what has gathered may be flushed now.
  ///
  /// - Parameters:
  ///   - now: The monotonic time.
  ///   - position: The newest staged position.
  /// - Returns: Whether to start it.
  @_noLocks
  mutating func mayFlush(now: Nanoseconds, position: UInt64) -> Bool {
    if isWaiting && position >= targetPosition {
      Self.mean(&returnNs, now - releasedTime)
      isWaiting = false
    }
    if !isWaiting || returnNs * 10 > flushNs * 6 { return true }
    return now - releasedTime > returnNs * 3 / 2
  }

  @_noLocks
  private static func mean(_ mean: inout Nanoseconds, _ sample: Nanoseconds) {
    mean = mean == 0 ? sample : mean - mean / 32 + sample / 32
  }
}
