// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Private: you won.
///
/// Sent by the server.
public struct AuctionWon: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 220 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 56 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AuctionWon" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// Who won.
  public var bidderId: UInt64
  /// The public price; absent when there is none.
  public var price: Int64
  /// 0 = no deadline set.
  public var payBy: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// ISO 4217 number.
  public var currency: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: Who won.
  ///   - price: The public price; absent when there is none.
  ///   - payBy: 0 = no deadline set.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - currency: ISO 4217 number.
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    bidderId: UInt64,
    price: Int64,
    payBy: UInt64,
    logPosition: UInt64,
    time: UInt64,
    currency: UInt16
  ) {
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.price = price
    self.payBy = payBy
    self.logPosition = logPosition
    self.time = time
    self.currency = currency
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe bidderId = LittleEndian.uint64(body, at: 8)
    unsafe price = LittleEndian.int64(body, at: 16)
    unsafe payBy = LittleEndian.uint64(body, at: 24)
    unsafe logPosition = LittleEndian.uint64(body, at: 32)
    unsafe time = LittleEndian.uint64(body, at: 40)
    unsafe currency = LittleEndian.uint16(body, at: 48)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(bidderId, body, at: 8)
    unsafe LittleEndian.store(price, body, at: 16)
    unsafe LittleEndian.store(payBy, body, at: 24)
    unsafe LittleEndian.store(logPosition, body, at: 32)
    unsafe LittleEndian.store(time, body, at: 40)
    unsafe LittleEndian.store(currency, body, at: 48)
    unsafe LittleEndian.store(UInt16(0), body, at: 50)
    unsafe LittleEndian.store(UInt32(0), body, at: 52)
  }
}

extension AuctionWon {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("bidderId", at: 8, .uint64),
        FieldLayout("price", at: 16, .amount),
        FieldLayout("payBy", at: 24, .time),
        FieldLayout("logPosition", at: 32, .uint64),
        FieldLayout("time", at: 40, .time),
        FieldLayout("currency", at: 48, .uint16),
      ]
    )
  }
}
