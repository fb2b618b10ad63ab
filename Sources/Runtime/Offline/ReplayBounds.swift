public import Primitives

/// Where a replay begins.
public enum ReplayStart: Equatable, Sendable {
  /// With the newest snapshot that is sound and not behind the end asked for.
  case newestSnapshot
  /// With the first record, whatever snapshots there are.
  case beginning
  /// With one snapshot, by its position.
  case snapshot(UInt64)
}

/// Where a replay ends.
public enum ReplayEnd: Equatable, Sendable {
  /// With the last record that is held.
  case end
  /// With a record, by its position.
  case position(UInt64)
  /// With the last record stamped at or before a time, in nanoseconds since the Unix epoch.
  case time(Nanoseconds)
}

/// What a replay does with a record.
@safe
public enum ReplayChoice {
  /// Applies it.
  case apply
  /// Leaves it out, as if it had never come.
  case leaveOut
  /// Applies a frame in its place; the memory stays until the next record.
  case replace(UnsafeRawPointer)
}

/// How far a replay is.
public struct ReplayProgress: Sendable, BitwiseCopyable {
  /// Bytes of the log that were read.
  public var byteCount: UInt64
  /// Bytes of the log from the start to its end, spares included: an upper bound.
  public var byteCountTotal: UInt64
  /// Records that were applied.
  public var recordCount: UInt64
}
