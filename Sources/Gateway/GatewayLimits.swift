internal import Primitives
internal import Wire

/// Every limit of the gateway, and the relations between them that make it safe.
///
/// The memory of a shard's gateway follows from these numbers alone: a full table or a full queue
/// is an answer to a client, never a growth. Big tables are touched lazily, so what is reserved is
/// address space until it is used.
public struct GatewayLimits: Equatable, Sendable {
  /// The most connections at once.
  public var connectionsMax = 4_096
  /// The most sessions that new ones may make it: beyond, they take the places of idle ones.
  public var sessionsMax = 4_096
  /// The places for sessions: one for each that a handle can name.
  ///
  /// A log or a snapshot that was written under a higher `sessionsMax` is loaded as it is. Places
  /// that are not used cost nothing.
  public var sessionPlaces = 65_535
  /// The most sessions of one account before its own idle ones give up their places.
  public var sessionsPerAccountMax = 1_024
  /// The most bytes of a frame.
  public var frameBytesMax = 65_536
  /// The most bytes of a frame before the logon.
  public var logonFrameBytesMax = 1_024
  /// The bytes of a session's replay ring, a power of two.
  public var replayRingBytes = 524_288
  /// The bytes of sessions and rings that may change before a running snapshot has written them.
  public var snapshotAreaByteCount = 32 << 20
  /// The bytes of a connection's queue of unsequenced answers, a power of two.
  public var answerQueueBytes = 65_536
  /// The bytes of a connection's send buffer: the most that one send carries.
  public var sendBufferBytes = 65_536
  /// The most replies that a session may be owed; a mass bid counts as many as its entries.
  public var inFlightMax = 1_024
  /// Requests a second that a session may send; 0 = no limit.
  public var ratePerSecond: UInt32 = 0
  /// Requests that may come at once when there is a rate.
  public var burst: UInt32 = 1_024
  /// Refusals in a row after which a session is logged out.
  public var refusalsInRowMax: UInt32 = 10_000
  /// How long the server may be silent before it sends a heartbeat, in milliseconds.
  public var heartbeatMs: UInt32 = 1_000
  /// The least time a peer may be silent before it is dropped, in milliseconds.
  public var silenceMs: UInt32 = 15_000
  /// The longest keepalive a client may ask for, in milliseconds.
  public var keepaliveMsMax: UInt32 = 60_000
  /// How long a connection may take to log on, in milliseconds.
  public var logonMs: UInt32 = 10_000
  /// How long a send may wait for its reader, in milliseconds.
  public var sendStallMs: UInt32 = 15_000
  /// How long a closing connection may take to send its last bytes, in milliseconds.
  public var closingMs: UInt32 = 5_000
  /// How far a client's clock may be from the server's, in milliseconds.
  public var clockSkewMs: UInt32 = 60_000
  /// How long a session must have been idle before another one may take its place, in seconds.
  public var sessionIdleSeconds: UInt64 = 86_400
  /// The same when the other one is of the same account and that one has its full number.
  public var ownSessionIdleSeconds: UInt64 = 60
  /// The same for a session that never sent a request, in seconds.
  public var unusedSessionIdleSeconds: UInt64 = 10

  /// The limits of production.
  public init() {}

  /// The most bytes of a sequenced frame that the engine gives.
  public static var replyBytesMax: Int { @_noLocks get { 1_024 } }
  /// The bytes that one reply to a command takes of the ring at most: a BidAck.
  public static var replyBytesTypical: Int { @_noLocks get { 128 } }
  /// The most bytes of an unsequenced answer: a topology of 1,024 shards fits.
  public static var answerBytesMax: Int { @_noLocks get { 8_512 } }
  /// The bytes of the few frames that go ahead of everything else: logon, heartbeat, farewell.
  public static var directBytesMax: Int { @_noLocks get { 256 } }

  /// The first relation that does not hold; nil when the limits are sound.
  ///
  /// - Returns: What must hold, in words.
  public func firstBrokenRelation() -> StaticString? {
    tableRelation() ?? frameRelation() ?? ringRelation() ?? flowRelation() ?? timeRelation()
  }

  private func tableRelation() -> StaticString? {
    if connectionsMax < 1 || connectionsMax > 65_535 { return "connections are 1 to 65,535" }
    if sessionPlaces > 65_535 { return "a handle names one of 65,535 places at most" }
    if sessionsMax < 1 || sessionsMax > sessionPlaces { return "each session has a place" }
    if sessionsPerAccountMax < 1 { return "an account may have at least one session" }
    return nil
  }

  private func frameRelation() -> StaticString? {
    if frameBytesMax > Schema.frameByteCountMax { return "a frame is at most the protocol's" }
    if frameBytesMax < UpdateAuction.frameByteCount(tiers: 16, text: 64) {
      return "a frame must hold the longest command"
    }
    if frameBytesMax & 7 != 0 { return "a frame is a multiple of 8 bytes" }
    if logonFrameBytesMax < Logon.frameByteCount { return "a logon must fit before the logon" }
    if logonFrameBytesMax > frameBytesMax { return "a logon is no longer than a frame" }
    return nil
  }

  private func ringRelation() -> StaticString? {
    if !isPowerOfTwo(replayRingBytes) { return "a replay ring is a power of two" }
    if replayRingBytes < 4 * Self.replyBytesMax { return "a replay ring holds four replies" }
    if snapshotAreaByteCount < 16_384 { return "a snapshot's area holds a few pages" }
    if !isPowerOfTwo(answerQueueBytes) { return "an answer queue is a power of two" }
    if answerQueueBytes < 4 * Self.answerBytesMax { return "an answer queue holds four answers" }
    if sendBufferBytes < Self.answerBytesMax + Self.directBytesMax {
      return "a send buffer holds the longest answer and what goes ahead of it"
    }
    return nil
  }

  private func flowRelation() -> StaticString? {
    if inFlightMax < 64 { return "a mass bid's replies must be allowed in flight" }
    if inFlightMax > AppliedWindow.span { return "requests in flight fit in the applied window" }
    if 2 * inFlightMax * Self.replyBytesTypical > replayRingBytes {
      return "replies in flight fit in half of the replay ring"
    }
    if burst < 1 { return "a burst is at least one request" }
    if ratePerSecond > 1_000_000_000 { return "a rate is at most one request a nanosecond" }
    if refusalsInRowMax < 1 { return "at least one refusal is forgiven" }
    return nil
  }

  private func timeRelation() -> StaticString? {
    if heartbeatMs < 1 { return "a heartbeat takes time" }
    if UInt64(silenceMs) < 3 * UInt64(heartbeatMs) { return "silence is three heartbeats or more" }
    if keepaliveMsMax < heartbeatMs { return "a keepalive may be as slow as a heartbeat" }
    if logonMs < 1 || closingMs < 1 || sendStallMs < 1 { return "a peer gets some time" }
    if sessionIdleSeconds * 1_000 < 3 * UInt64(keepaliveMsMax) {
      return "a session outlives its connection's silence"
    }
    if ownSessionIdleSeconds > sessionIdleSeconds { return "own sessions go before others'" }
    return nil
  }

  private func isPowerOfTwo(_ byteCount: Int) -> Bool {
    byteCount > 0 && byteCount & (byteCount - 1) == 0
  }
}
