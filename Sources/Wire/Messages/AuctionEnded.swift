// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Public: the auction is over.
///
/// Sent by the server.
public struct AuctionEnded: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 302 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 56 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AuctionEnded" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// Absent when nobody bid.
  public var price: Int64
  /// 0 = none.
  public var winnerId: UInt64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// How it ended (a `EndOutcome`).
  public var outcome: UInt8
  /// Public rows of the history.
  public var bidCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - price: Absent when nobody bid.
  ///   - winnerId: 0 = none.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - outcome: How it ended (a `EndOutcome`).
  ///   - bidCount: Public rows of the history.
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    price: Int64,
    winnerId: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    outcome: UInt8,
    bidCount: UInt32
  ) {
    self.auctionId = auctionId
    self.price = price
    self.winnerId = winnerId
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.outcome = outcome
    self.bidCount = bidCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe price = LittleEndian.int64(body, at: 8)
    unsafe winnerId = LittleEndian.uint64(body, at: 16)
    unsafe revision = LittleEndian.uint64(body, at: 24)
    unsafe logPosition = LittleEndian.uint64(body, at: 32)
    unsafe time = LittleEndian.uint64(body, at: 40)
    unsafe outcome = LittleEndian.uint8(body, at: 48)
    unsafe bidCount = LittleEndian.uint32(body, at: 52)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(price, body, at: 8)
    unsafe LittleEndian.store(winnerId, body, at: 16)
    unsafe LittleEndian.store(revision, body, at: 24)
    unsafe LittleEndian.store(logPosition, body, at: 32)
    unsafe LittleEndian.store(time, body, at: 40)
    unsafe LittleEndian.store(outcome, body, at: 48)
    unsafe LittleEndian.store(UInt8(0), body, at: 49)
    unsafe LittleEndian.store(UInt16(0), body, at: 50)
    unsafe LittleEndian.store(bidCount, body, at: 52)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 48) <= 3
  }
}

extension AuctionEnded {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("price", at: 8, .amount),
        FieldLayout("winnerId", at: 16, .uint64),
        FieldLayout("revision", at: 24, .uint64),
        FieldLayout("logPosition", at: 32, .uint64),
        FieldLayout("time", at: 40, .time),
        FieldLayout("outcome", at: 48, .choice(EndOutcome.names)),
        FieldLayout("bidCount", at: 52, .uint32),
      ]
    )
  }
}
