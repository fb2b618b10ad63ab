// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

public import Primitives

/// Opens or continues a session; authTag is HMAC-SHA-256 with the key's secret over the whole frame
/// (crc and authTag as zero).
///
/// Sent by the client.
public struct Logon: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 1 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 104 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Logon" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// First half of the session's 128-bit name, chosen by the client.
  public var sessionIdHigh: UInt64
  /// Second half.
  public var sessionIdLow: UInt64
  /// The account of the session.
  public var accountId: UInt64
  /// Which key signs; 0 on a server without keys.
  public var apiKeyId: UInt64
  /// The signature.
  public var authTag: Digest
  /// The client's clock; must be within 60 s of the server's.
  public var clientTime: UInt64
  /// The next server sequence wanted; 0 = live only, 1 = all that is kept.
  public var nextServerSequence: UInt64
  /// The sequence the client means to use next.
  public var nextClientSequence: UInt64
  /// How often the client sends at least a Heartbeat, in milliseconds.
  public var keepaliveMs: UInt32
  /// Least schema version understood.
  public var minVersion: UInt16
  /// Greatest schema version understood.
  public var maxVersion: UInt16
  /// What is asked for (a `LogonFlags`).
  public var flags: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - sessionIdHigh: First half of the session's 128-bit name, chosen by the client.
  ///   - sessionIdLow: Second half.
  ///   - accountId: The account of the session.
  ///   - apiKeyId: Which key signs; 0 on a server without keys.
  ///   - authTag: The signature.
  ///   - clientTime: The client's clock; must be within 60 s of the server's.
  ///   - nextServerSequence: The next server sequence wanted; 0 = live only, 1 = all that is kept.
  ///   - nextClientSequence: The sequence the client means to use next.
  ///   - keepaliveMs: How often the client sends at least a Heartbeat, in milliseconds.
  ///   - minVersion: Least schema version understood.
  ///   - maxVersion: Greatest schema version understood.
  ///   - flags: What is asked for (a `LogonFlags`).
  @inlinable @_noLocks
  public init(
    sessionIdHigh: UInt64,
    sessionIdLow: UInt64,
    accountId: UInt64,
    apiKeyId: UInt64,
    authTag: Digest,
    clientTime: UInt64,
    nextServerSequence: UInt64,
    nextClientSequence: UInt64,
    keepaliveMs: UInt32,
    minVersion: UInt16,
    maxVersion: UInt16,
    flags: UInt32
  ) {
    self.sessionIdHigh = sessionIdHigh
    self.sessionIdLow = sessionIdLow
    self.accountId = accountId
    self.apiKeyId = apiKeyId
    self.authTag = authTag
    self.clientTime = clientTime
    self.nextServerSequence = nextServerSequence
    self.nextClientSequence = nextClientSequence
    self.keepaliveMs = keepaliveMs
    self.minVersion = minVersion
    self.maxVersion = maxVersion
    self.flags = flags
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe sessionIdHigh = LittleEndian.uint64(body, at: 0)
    unsafe sessionIdLow = LittleEndian.uint64(body, at: 8)
    unsafe accountId = LittleEndian.uint64(body, at: 16)
    unsafe apiKeyId = LittleEndian.uint64(body, at: 24)
    unsafe authTag = LittleEndian.digest(body, at: 32)
    unsafe clientTime = LittleEndian.uint64(body, at: 64)
    unsafe nextServerSequence = LittleEndian.uint64(body, at: 72)
    unsafe nextClientSequence = LittleEndian.uint64(body, at: 80)
    unsafe keepaliveMs = LittleEndian.uint32(body, at: 88)
    unsafe minVersion = LittleEndian.uint16(body, at: 92)
    unsafe maxVersion = LittleEndian.uint16(body, at: 94)
    unsafe flags = LittleEndian.uint32(body, at: 96)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(sessionIdHigh, body, at: 0)
    unsafe LittleEndian.store(sessionIdLow, body, at: 8)
    unsafe LittleEndian.store(accountId, body, at: 16)
    unsafe LittleEndian.store(apiKeyId, body, at: 24)
    unsafe LittleEndian.store(authTag, body, at: 32)
    unsafe LittleEndian.store(clientTime, body, at: 64)
    unsafe LittleEndian.store(nextServerSequence, body, at: 72)
    unsafe LittleEndian.store(nextClientSequence, body, at: 80)
    unsafe LittleEndian.store(keepaliveMs, body, at: 88)
    unsafe LittleEndian.store(minVersion, body, at: 92)
    unsafe LittleEndian.store(maxVersion, body, at: 94)
    unsafe LittleEndian.store(flags, body, at: 96)
    unsafe LittleEndian.store(UInt32(0), body, at: 100)
  }
}

extension Logon {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("sessionIdHigh", at: 0, .uint64),
        FieldLayout("sessionIdLow", at: 8, .uint64),
        FieldLayout("accountId", at: 16, .uint64),
        FieldLayout("apiKeyId", at: 24, .uint64),
        FieldLayout("authTag", at: 32, .digest, .hidden),
        FieldLayout("clientTime", at: 64, .time),
        FieldLayout("nextServerSequence", at: 72, .uint64),
        FieldLayout("nextClientSequence", at: 80, .uint64),
        FieldLayout("keepaliveMs", at: 88, .uint32),
        FieldLayout("minVersion", at: 92, .uint16),
        FieldLayout("maxVersion", at: 94, .uint16),
        FieldLayout("flags", at: 96, .bits(byteCount: 4, LogonFlags.names)),
      ]
    )
  }
}
