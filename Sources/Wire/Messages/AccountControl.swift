// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Blocks, verifies, limits or links accounts.
///
/// Sent by the client.
public struct AccountControl: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 140 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 56 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AccountControl" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Who does it.
  public var actorId: UInt64
  /// To whom.
  public var accountId: UInt64
  /// The other account, where the action names two.
  public var otherId: UInt64
  /// For limitExposure.
  public var amount: Int64
  /// Evidence only.
  public var clientTime: UInt64
  /// What to do (a `AccountAction`).
  public var action: UInt8

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - actorId: Who does it.
  ///   - accountId: To whom.
  ///   - otherId: The other account, where the action names two.
  ///   - amount: For limitExposure.
  ///   - clientTime: Evidence only.
  ///   - action: What to do (a `AccountAction`).
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    actorId: UInt64,
    accountId: UInt64,
    otherId: UInt64,
    amount: Int64,
    clientTime: UInt64,
    action: UInt8
  ) {
    self.clientRef = clientRef
    self.actorId = actorId
    self.accountId = accountId
    self.otherId = otherId
    self.amount = amount
    self.clientTime = clientTime
    self.action = action
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe actorId = LittleEndian.uint64(body, at: 8)
    unsafe accountId = LittleEndian.uint64(body, at: 16)
    unsafe otherId = LittleEndian.uint64(body, at: 24)
    unsafe amount = LittleEndian.int64(body, at: 32)
    unsafe clientTime = LittleEndian.uint64(body, at: 40)
    unsafe action = LittleEndian.uint8(body, at: 48)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(actorId, body, at: 8)
    unsafe LittleEndian.store(accountId, body, at: 16)
    unsafe LittleEndian.store(otherId, body, at: 24)
    unsafe LittleEndian.store(amount, body, at: 32)
    unsafe LittleEndian.store(clientTime, body, at: 40)
    unsafe LittleEndian.store(action, body, at: 48)
    unsafe LittleEndian.store(UInt8(0), body, at: 49)
    unsafe LittleEndian.store(UInt16(0), body, at: 50)
    unsafe LittleEndian.store(UInt32(0), body, at: 52)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 48) <= 8
  }
}

extension AccountControl {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("actorId", at: 8, .uint64),
        FieldLayout("accountId", at: 16, .uint64),
        FieldLayout("otherId", at: 24, .uint64),
        FieldLayout("amount", at: 32, .amount),
        FieldLayout("clientTime", at: 40, .time),
        FieldLayout("action", at: 48, .choice(AccountAction.names)),
      ]
    )
  }
}
