internal import Primitives

/// How fast a session may send: a rate with a burst, shared by all sessions.
struct TokenRate: Equatable, BitwiseCopyable {
  /// The time between two requests at the rate; 0 = no limit.
  let intervalNs: UInt64
  /// How far ahead of the rate a burst may run.
  let toleranceNs: UInt64

  /// Computes the two times.
  ///
  /// - Parameters:
  ///   - perSecond: Requests a second; 0 = no limit.
  ///   - burst: Requests that may come at once, at least 1.
  init(perSecond: UInt32, burst: UInt32) {
    intervalNs = perSecond == 0 ? 0 : TimeSpan.second / UInt64(perSecond)
    toleranceNs = intervalNs * UInt64(burst - 1)
  }
}

/// A token bucket in one word: the time at which it would be full again (GCRA, ITU-T I.371).
struct TokenBucket: Equatable, BitwiseCopyable {
  private var fullAt: Nanoseconds = 0

  /// A full bucket.
  @_noLocks
  init() {}

  /// Whether there is a token.
  ///
  /// - Parameters:
  ///   - rate: The rate and the burst.
  ///   - now: The time in nanoseconds.
  /// - Returns: Whether `take` would give it.
  @_noLocks @inline(__always)
  func hasToken(_ rate: TokenRate, now: Nanoseconds) -> Bool {
    rate.intervalNs == 0 || max(fullAt, now) <= now &+ rate.toleranceNs
  }

  /// Takes a token.
  ///
  /// - Parameters:
  ///   - rate: The rate and the burst.
  ///   - now: The time in nanoseconds; one that steps back only makes the bucket slower to fill.
  /// - Returns: 0, or the nanoseconds until there is a token.
  @_noLocks @inline(__always)
  mutating func take(_ rate: TokenRate, now: Nanoseconds) -> Nanoseconds {
    guard rate.intervalNs > 0 else { return 0 }
    let due = max(fullAt, now)
    guard due <= now &+ rate.toleranceNs else { return due &- now &- rate.toleranceNs }
    fullAt = due &+ rate.intervalNs
    return 0
  }
}
