// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The auction lives on another shard: go there.
///
/// Sent by the server.
public struct WrongShard: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 12 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 24 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "WrongShard" } }
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
  /// IPv4 address, most significant byte first; 0 = the host you are connected to.
  public var address: UInt32
  /// The number of the shard.
  public var shard: UInt16
  /// TCP port of that shard.
  public var port: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - address: IPv4 address, most significant byte first; 0 = the host you are connected to.
  ///   - shard: The number of the shard.
  ///   - port: TCP port of that shard.
  @inlinable @_noLocks
  public init(clientRef: UInt64, auctionId: UInt64, address: UInt32, shard: UInt16, port: UInt16) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.address = address
    self.shard = shard
    self.port = port
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe address = LittleEndian.uint32(body, at: 16)
    unsafe shard = LittleEndian.uint16(body, at: 20)
    unsafe port = LittleEndian.uint16(body, at: 22)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(address, body, at: 16)
    unsafe LittleEndian.store(shard, body, at: 20)
    unsafe LittleEndian.store(port, body, at: 22)
  }
}

extension WrongShard {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("address", at: 16, .uint32),
        FieldLayout("shard", at: 20, .uint16),
        FieldLayout("port", at: 22, .uint16),
      ]
    )
  }
}
