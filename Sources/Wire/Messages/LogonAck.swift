// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The session is open.
///
/// Sent by the server.
public struct LogonAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 2 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 88 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "LogonAck" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// First half of the session's 128-bit name.
  public var sessionIdHigh: UInt64
  /// Second half.
  public var sessionIdLow: UInt64
  /// First half of the name of this data folder.
  public var engineIdHigh: UInt64
  /// Second half.
  public var engineIdLow: UInt64
  /// The server's clock.
  public var serverTime: UInt64
  /// The next sequence the server will send.
  public var nextServerSequence: UInt64
  /// Highest durable sequence of the client + 1: resend from here.
  public var nextClientSequence: UInt64
  /// The oldest server sequence that can still be asked for.
  public var oldestReplayableSequence: UInt64
  /// How often the server sends at least a Heartbeat.
  public var keepaliveMs: UInt32
  /// Most requests without a reply.
  public var maxInFlight: UInt32
  /// Requests a second that the session may send; 0 = no limit.
  public var ratePerSecond: UInt32
  /// Requests that may come at once.
  public var burst: UInt32
  /// The version both use.
  public var schemaVersion: UInt16
  /// This shard.
  public var shard: UInt16
  /// How many shards there are.
  public var shards: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - sessionIdHigh: First half of the session's 128-bit name.
  ///   - sessionIdLow: Second half.
  ///   - engineIdHigh: First half of the name of this data folder.
  ///   - engineIdLow: Second half.
  ///   - serverTime: The server's clock.
  ///   - nextServerSequence: The next sequence the server will send.
  ///   - nextClientSequence: Highest durable sequence of the client + 1: resend from here.
  ///   - oldestReplayableSequence: The oldest server sequence that can still be asked for.
  ///   - keepaliveMs: How often the server sends at least a Heartbeat.
  ///   - maxInFlight: Most requests without a reply.
  ///   - ratePerSecond: Requests a second that the session may send; 0 = no limit.
  ///   - burst: Requests that may come at once.
  ///   - schemaVersion: The version both use.
  ///   - shard: This shard.
  ///   - shards: How many shards there are.
  @inlinable @_noLocks
  public init(
    sessionIdHigh: UInt64,
    sessionIdLow: UInt64,
    engineIdHigh: UInt64,
    engineIdLow: UInt64,
    serverTime: UInt64,
    nextServerSequence: UInt64,
    nextClientSequence: UInt64,
    oldestReplayableSequence: UInt64,
    keepaliveMs: UInt32,
    maxInFlight: UInt32,
    ratePerSecond: UInt32,
    burst: UInt32,
    schemaVersion: UInt16,
    shard: UInt16,
    shards: UInt16
  ) {
    self.sessionIdHigh = sessionIdHigh
    self.sessionIdLow = sessionIdLow
    self.engineIdHigh = engineIdHigh
    self.engineIdLow = engineIdLow
    self.serverTime = serverTime
    self.nextServerSequence = nextServerSequence
    self.nextClientSequence = nextClientSequence
    self.oldestReplayableSequence = oldestReplayableSequence
    self.keepaliveMs = keepaliveMs
    self.maxInFlight = maxInFlight
    self.ratePerSecond = ratePerSecond
    self.burst = burst
    self.schemaVersion = schemaVersion
    self.shard = shard
    self.shards = shards
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe sessionIdHigh = LittleEndian.uint64(body, at: 0)
    unsafe sessionIdLow = LittleEndian.uint64(body, at: 8)
    unsafe engineIdHigh = LittleEndian.uint64(body, at: 16)
    unsafe engineIdLow = LittleEndian.uint64(body, at: 24)
    unsafe serverTime = LittleEndian.uint64(body, at: 32)
    unsafe nextServerSequence = LittleEndian.uint64(body, at: 40)
    unsafe nextClientSequence = LittleEndian.uint64(body, at: 48)
    unsafe oldestReplayableSequence = LittleEndian.uint64(body, at: 56)
    unsafe keepaliveMs = LittleEndian.uint32(body, at: 64)
    unsafe maxInFlight = LittleEndian.uint32(body, at: 68)
    unsafe ratePerSecond = LittleEndian.uint32(body, at: 72)
    unsafe burst = LittleEndian.uint32(body, at: 76)
    unsafe schemaVersion = LittleEndian.uint16(body, at: 80)
    unsafe shard = LittleEndian.uint16(body, at: 82)
    unsafe shards = LittleEndian.uint16(body, at: 84)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(sessionIdHigh, body, at: 0)
    unsafe LittleEndian.store(sessionIdLow, body, at: 8)
    unsafe LittleEndian.store(engineIdHigh, body, at: 16)
    unsafe LittleEndian.store(engineIdLow, body, at: 24)
    unsafe LittleEndian.store(serverTime, body, at: 32)
    unsafe LittleEndian.store(nextServerSequence, body, at: 40)
    unsafe LittleEndian.store(nextClientSequence, body, at: 48)
    unsafe LittleEndian.store(oldestReplayableSequence, body, at: 56)
    unsafe LittleEndian.store(keepaliveMs, body, at: 64)
    unsafe LittleEndian.store(maxInFlight, body, at: 68)
    unsafe LittleEndian.store(ratePerSecond, body, at: 72)
    unsafe LittleEndian.store(burst, body, at: 76)
    unsafe LittleEndian.store(schemaVersion, body, at: 80)
    unsafe LittleEndian.store(shard, body, at: 82)
    unsafe LittleEndian.store(shards, body, at: 84)
    unsafe LittleEndian.store(UInt16(0), body, at: 86)
  }
}

extension LogonAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("sessionIdHigh", at: 0, .uint64),
        FieldLayout("sessionIdLow", at: 8, .uint64),
        FieldLayout("engineIdHigh", at: 16, .uint64),
        FieldLayout("engineIdLow", at: 24, .uint64),
        FieldLayout("serverTime", at: 32, .time),
        FieldLayout("nextServerSequence", at: 40, .uint64),
        FieldLayout("nextClientSequence", at: 48, .uint64),
        FieldLayout("oldestReplayableSequence", at: 56, .uint64),
        FieldLayout("keepaliveMs", at: 64, .uint32),
        FieldLayout("maxInFlight", at: 68, .uint32),
        FieldLayout("ratePerSecond", at: 72, .uint32),
        FieldLayout("burst", at: 76, .uint32),
        FieldLayout("schemaVersion", at: 80, .uint16),
        FieldLayout("shard", at: 82, .uint16),
        FieldLayout("shards", at: 84, .uint16),
      ]
    )
  }
}
