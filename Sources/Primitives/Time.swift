/// Nanoseconds since the Unix epoch, UTC: every time in the log and on the wire.
public typealias Nanoseconds = UInt64

/// Lengths of time in nanoseconds.
public enum TimeSpan {
  /// One microsecond in nanoseconds.
  public static let microsecond: Nanoseconds = 1_000
  /// One millisecond in nanoseconds.
  public static let millisecond: Nanoseconds = 1_000_000
  /// One second in nanoseconds.
  public static let second: Nanoseconds = 1_000_000_000
}

/// Where the time comes from: the machine in production, a seed in the simulator.
public protocol Clock: ~Copyable {
  /// The wall time in nanoseconds since the Unix epoch; may step backwards.
  mutating func wallTime() -> Nanoseconds
  /// A time that never steps backwards, in nanoseconds since some moment.
  mutating func monotonicTime() -> Nanoseconds
}
