// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The account was changed.
///
/// Sent by the server.
public struct AccountAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 213 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 40 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AccountAck" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// The account that was changed.
  public var accountId: UInt64
  /// The sum of the account's leading maxima on this shard.
  public var exposure: Int64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - accountId: The account that was changed.
  ///   - exposure: The sum of the account's leading maxima on this shard.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    accountId: UInt64,
    exposure: Int64,
    logPosition: UInt64,
    time: UInt64
  ) {
    self.clientRef = clientRef
    self.accountId = accountId
    self.exposure = exposure
    self.logPosition = logPosition
    self.time = time
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe accountId = LittleEndian.uint64(body, at: 8)
    unsafe exposure = LittleEndian.int64(body, at: 16)
    unsafe logPosition = LittleEndian.uint64(body, at: 24)
    unsafe time = LittleEndian.uint64(body, at: 32)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(accountId, body, at: 8)
    unsafe LittleEndian.store(exposure, body, at: 16)
    unsafe LittleEndian.store(logPosition, body, at: 24)
    unsafe LittleEndian.store(time, body, at: 32)
  }
}

extension AccountAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("accountId", at: 8, .uint64),
        FieldLayout("exposure", at: 16, .amount, .hidden),
        FieldLayout("logPosition", at: 24, .uint64),
        FieldLayout("time", at: 32, .time),
      ]
    )
  }
}
