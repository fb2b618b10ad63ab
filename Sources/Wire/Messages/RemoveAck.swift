// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The bids left.
///
/// Sent by the server.
public struct RemoveAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 211 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 64 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "RemoveAck" } }
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
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// Absent when no bid is left.
  public var price: Int64
  /// 0 = none.
  public var leaderId: UInt64
  /// Bids that left.
  public var removedCount: UInt32
  /// Public rows that are left.
  public var bidCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - price: Absent when no bid is left.
  ///   - leaderId: 0 = none.
  ///   - removedCount: Bids that left.
  ///   - bidCount: Public rows that are left.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    price: Int64,
    leaderId: UInt64,
    removedCount: UInt32,
    bidCount: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.price = price
    self.leaderId = leaderId
    self.removedCount = removedCount
    self.bidCount = bidCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe revision = LittleEndian.uint64(body, at: 16)
    unsafe logPosition = LittleEndian.uint64(body, at: 24)
    unsafe time = LittleEndian.uint64(body, at: 32)
    unsafe price = LittleEndian.int64(body, at: 40)
    unsafe leaderId = LittleEndian.uint64(body, at: 48)
    unsafe removedCount = LittleEndian.uint32(body, at: 56)
    unsafe bidCount = LittleEndian.uint32(body, at: 60)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(revision, body, at: 16)
    unsafe LittleEndian.store(logPosition, body, at: 24)
    unsafe LittleEndian.store(time, body, at: 32)
    unsafe LittleEndian.store(price, body, at: 40)
    unsafe LittleEndian.store(leaderId, body, at: 48)
    unsafe LittleEndian.store(removedCount, body, at: 56)
    unsafe LittleEndian.store(bidCount, body, at: 60)
  }
}

extension RemoveAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("revision", at: 16, .uint64),
        FieldLayout("logPosition", at: 24, .uint64),
        FieldLayout("time", at: 32, .time),
        FieldLayout("price", at: 40, .amount),
        FieldLayout("leaderId", at: 48, .uint64),
        FieldLayout("removedCount", at: 56, .uint32),
        FieldLayout("bidCount", at: 60, .uint32),
      ]
    )
  }
}
