// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The subscription stands (or is over).
///
/// Sent by the server.
public struct SubscribeAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 305 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "SubscribeAck" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The revision that updates follow.
  public var revision: UInt64
  /// 1 = subscribed, 0 = not.
  public var active: UInt8

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - revision: The revision that updates follow.
  ///   - active: 1 = subscribed, 0 = not.
  @inlinable @_noLocks
  public init(clientRef: UInt64, auctionId: UInt64, revision: UInt64, active: UInt8) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.revision = revision
    self.active = active
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe revision = LittleEndian.uint64(body, at: 16)
    unsafe active = LittleEndian.uint8(body, at: 24)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(revision, body, at: 16)
    unsafe LittleEndian.store(active, body, at: 24)
    unsafe LittleEndian.store(UInt8(0), body, at: 25)
    unsafe LittleEndian.store(UInt16(0), body, at: 26)
    unsafe LittleEndian.store(UInt32(0), body, at: 28)
  }
}

extension SubscribeAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("revision", at: 16, .uint64),
        FieldLayout("active", at: 24, .uint8),
      ]
    )
  }
}
