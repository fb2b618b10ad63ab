internal import CIntrinsics

/// A rare branch that tests and simulations must take; a run reports those that it never took.
///
/// The numbers stay: a probe that goes leaves its number unused.
public enum Probe: UInt8, CaseIterable, Sendable {
  /// The log's write fell short and the rest was written again.
  case logShortWrite = 1
  /// A write or flush of the log failed for good.
  case logPoisoned = 2
  /// A session sent again what was answered already.
  case resendAnswered = 3

  /// How often this process took the branch.
  public var hitCount: UInt64 { rostrum_probe_count(rawValue) }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe) { rostrum_probe_hit(probe.rawValue) }
