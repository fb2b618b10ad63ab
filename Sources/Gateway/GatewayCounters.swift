/// What a shard's gateway counts, from its start; plain words that only its thread writes.
public struct GatewayCounters: Equatable, Sendable {
  /// Connections taken.
  public var connectionsOpened: UInt64 = 0
  /// Connections given back.
  public var connectionsClosed: UInt64 = 0
  /// Bytes received.
  public var bytesReceived: UInt64 = 0
  /// Bytes sent.
  public var bytesSent: UInt64 = 0
  /// Frames with a good length and checksum.
  public var framesReceived: UInt64 = 0
  /// Commands given to the engine.
  public var commands: UInt64 = 0
  /// Queries given to the shard.
  public var queries: UInt64 = 0
  /// Requests that came again after they had been applied, and were dropped.
  public var duplicates: UInt64 = 0
  /// Requests that were missing in a client's numbering.
  public var gaps: UInt64 = 0
  /// NotApplied frames.
  public var notApplied: UInt64 = 0
  /// Requests refused by the token bucket.
  public var throttled: UInt64 = 0
  /// Requests refused because too many were in flight.
  public var inFlightRefused: UInt64 = 0
  /// Requests refused because the disk is nearly full.
  public var storageRefused: UInt64 = 0
  /// Requests refused for another reason of the session.
  public var refused: UInt64 = 0
  /// Requests sent to another shard.
  public var wrongShard: UInt64 = 0
  /// SessionReject frames.
  public var sessionRejects: UInt64 = 0
  /// Frames with a wrong length.
  public var badLengths: UInt64 = 0
  /// Frames with a wrong checksum.
  public var badChecksums: UInt64 = 0
  /// Logons taken.
  public var logonsAccepted: UInt64 = 0
  /// Logons refused.
  public var logonsRefused: UInt64 = 0
  /// Sessions opened, also by replay.
  public var sessionsOpened: UInt64 = 0
  /// Sessions that gave up their place, also by replay.
  public var sessionsEvicted: UInt64 = 0
  /// Connections that a newer one of the same session replaced.
  public var superseded: UInt64 = 0
  /// Sequenced frames put into replay rings.
  public var repliesDelivered: UInt64 = 0
  /// Unsequenced frames put into answer queues.
  public var answersDelivered: UInt64 = 0
  /// Unsequenced frames dropped because nobody was connected or there was no room.
  public var answersDropped: UInt64 = 0
  /// Frames for sessions that are no more.
  public var staleDeliveries: UInt64 = 0
  /// Resend requests and logons that were served with old frames.
  public var resends: UInt64 = 0
  /// Resend requests refused.
  public var resendsRefused: UInt64 = 0
  /// Heartbeats sent.
  public var heartbeatsSent: UInt64 = 0
  /// Times that a connection was paused because its session had too much unsent.
  public var pauses: UInt64 = 0
  /// Connections closed because their reader was slow.
  public var slowConsumers: UInt64 = 0
  /// Connections closed because the peer was silent.
  public var silentPeers: UInt64 = 0
  /// Sessions logged out for abuse.
  public var abusers: UInt64 = 0

  /// Starts at zero.
  public init() {}
}
