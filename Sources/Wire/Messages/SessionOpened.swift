// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Log only: a session is known from here on.
///
/// Stands in the log alone; never taken from a socket.
public struct SessionOpened: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 901 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 40 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "SessionOpened" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .log)
    }
  }

  /// First half of the session's 128-bit name.
  public var sessionIdHigh: UInt64
  /// Second half.
  public var sessionIdLow: UInt64
  /// The account of the session.
  public var accountId: UInt64
  /// Which key signed; 0 on a server without keys.
  public var apiKeyId: UInt64
  /// The place it got.
  public var handle: UInt32
  /// The handle of the idle session that gave up its place; 0 = none.
  public var evicted: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - sessionIdHigh: First half of the session's 128-bit name.
  ///   - sessionIdLow: Second half.
  ///   - accountId: The account of the session.
  ///   - apiKeyId: Which key signed; 0 on a server without keys.
  ///   - handle: The place it got.
  ///   - evicted: The handle of the idle session that gave up its place; 0 = none.
  @inlinable @_noLocks
  public init(
    sessionIdHigh: UInt64,
    sessionIdLow: UInt64,
    accountId: UInt64,
    apiKeyId: UInt64,
    handle: UInt32,
    evicted: UInt32
  ) {
    self.sessionIdHigh = sessionIdHigh
    self.sessionIdLow = sessionIdLow
    self.accountId = accountId
    self.apiKeyId = apiKeyId
    self.handle = handle
    self.evicted = evicted
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
    unsafe handle = LittleEndian.uint32(body, at: 32)
    unsafe evicted = LittleEndian.uint32(body, at: 36)
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
    unsafe LittleEndian.store(handle, body, at: 32)
    unsafe LittleEndian.store(evicted, body, at: 36)
  }
}

extension SessionOpened {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("sessionIdHigh", at: 0, .uint64),
        FieldLayout("sessionIdLow", at: 8, .uint64),
        FieldLayout("accountId", at: 16, .uint64),
        FieldLayout("apiKeyId", at: 24, .uint64),
        FieldLayout("handle", at: 32, .uint32),
        FieldLayout("evicted", at: 36, .uint32),
      ]
    )
  }
}
