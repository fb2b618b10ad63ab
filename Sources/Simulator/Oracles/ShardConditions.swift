internal import Gateway
public import Primitives
internal import Runtime

/// What a server was run with, as far as it explains what clients are told.
public struct ShardConditions: Equatable, Sendable {
  /// Requests a second that a session may send; 0 = no limit.
  public var ratePerSecond: UInt32 = 0
  /// Replies that a session may wait for.
  public var inFlightMax = 64
  /// The bytes of a session's replay ring.
  public var replayRingByteCount = 1 << 20
  /// Whether the disk ever refused something, or was short of room.
  public var hasDiskFaults = false
  /// From when on nothing goes wrong with the disk any more, in the world's time.
  public var faultFreeSinceTime = Nanoseconds.max
  /// When the server was last asked to stop, by its wall clock.
  public var stopAskedTime = Nanoseconds.max

  /// A server that refuses nothing for want of anything.
  public init() {}

  init(_ options: ShardOptions) {
    ratePerSecond = options.gatewayLimits.ratePerSecond
    inFlightMax = options.gatewayLimits.inFlightMax
    replayRingByteCount = options.gatewayLimits.replayRingBytes
  }
}
