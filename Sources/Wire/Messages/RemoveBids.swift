// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Operator: all bids of a bidder leave an auction.
///
/// Sent by the client.
public struct RemoveBids: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 102 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 48 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "RemoveBids" } }
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
  /// Whose bids.
  public var bidderId: UInt64
  /// Who removes them.
  public var accountId: UInt64
  /// Evidence only.
  public var clientTime: UInt64
  /// The operator's own code.
  public var reason: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: Whose bids.
  ///   - accountId: Who removes them.
  ///   - clientTime: Evidence only.
  ///   - reason: The operator's own code.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    bidderId: UInt64,
    accountId: UInt64,
    clientTime: UInt64,
    reason: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.accountId = accountId
    self.clientTime = clientTime
    self.reason = reason
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe bidderId = LittleEndian.uint64(body, at: 16)
    unsafe accountId = LittleEndian.uint64(body, at: 24)
    unsafe clientTime = LittleEndian.uint64(body, at: 32)
    unsafe reason = LittleEndian.uint32(body, at: 40)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(bidderId, body, at: 16)
    unsafe LittleEndian.store(accountId, body, at: 24)
    unsafe LittleEndian.store(clientTime, body, at: 32)
    unsafe LittleEndian.store(reason, body, at: 40)
    unsafe LittleEndian.store(UInt32(0), body, at: 44)
  }
}

extension RemoveBids {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("bidderId", at: 16, .uint64),
        FieldLayout("accountId", at: 24, .uint64),
        FieldLayout("clientTime", at: 32, .time),
        FieldLayout("reason", at: 40, .uint32),
      ]
    )
  }
}
