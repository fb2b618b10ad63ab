// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Wants the public updates of an auction.
///
/// Sent by the client.
public struct Subscribe: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 120 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Subscribe" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// 0 = all of the shard.
  public var auctionId: UInt64
  /// 0 = from now.
  public var fromRevision: UInt64
  /// How the updates are wanted (a `SubscribeFlags`).
  public var flags: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: 0 = all of the shard.
  ///   - fromRevision: 0 = from now.
  ///   - flags: How the updates are wanted (a `SubscribeFlags`).
  @inlinable @_noLocks
  public init(clientRef: UInt64, auctionId: UInt64, fromRevision: UInt64, flags: UInt32) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.fromRevision = fromRevision
    self.flags = flags
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe fromRevision = LittleEndian.uint64(body, at: 16)
    unsafe flags = LittleEndian.uint32(body, at: 24)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(fromRevision, body, at: 16)
    unsafe LittleEndian.store(flags, body, at: 24)
    unsafe LittleEndian.store(UInt32(0), body, at: 28)
  }
}

extension Subscribe {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("fromRevision", at: 16, .uint64),
        FieldLayout("flags", at: 24, .bits(byteCount: 4, SubscribeFlags.names)),
      ]
    )
  }
}
