// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Asks for an AuctionState.
///
/// Sent by the client.
public struct QueryAuction: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 122 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "QueryAuction" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  @inlinable @_noLocks
  public init(clientRef: UInt64, auctionId: UInt64) {
    self.clientRef = clientRef
    self.auctionId = auctionId
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
  }
}

extension QueryAuction {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
      ]
    )
  }
}
