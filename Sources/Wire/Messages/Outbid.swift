// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Private: another bidder leads.
///
/// Sent by the server.
public struct Outbid: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 202 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 72 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Outbid" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// Who was outbid.
  public var bidderId: UInt64
  /// The receiver's own hidden maximum; absent for a bid without one.
  public var yourMaximum: Int64
  /// The public price; absent when there is none.
  public var price: Int64
  /// The least amount that a next bid may have; absent when no bid can be taken.
  public var minNext: Int64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// When the auction ends.
  public var endTime: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: Who was outbid.
  ///   - yourMaximum: The receiver's own hidden maximum; absent for a bid without one.
  ///   - price: The public price; absent when there is none.
  ///   - minNext: The least amount that a next bid may have; absent when no bid can be taken.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - endTime: When the auction ends.
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    bidderId: UInt64,
    yourMaximum: Int64,
    price: Int64,
    minNext: Int64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    endTime: UInt64
  ) {
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.yourMaximum = yourMaximum
    self.price = price
    self.minNext = minNext
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.endTime = endTime
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe bidderId = LittleEndian.uint64(body, at: 8)
    unsafe yourMaximum = LittleEndian.int64(body, at: 16)
    unsafe price = LittleEndian.int64(body, at: 24)
    unsafe minNext = LittleEndian.int64(body, at: 32)
    unsafe revision = LittleEndian.uint64(body, at: 40)
    unsafe logPosition = LittleEndian.uint64(body, at: 48)
    unsafe time = LittleEndian.uint64(body, at: 56)
    unsafe endTime = LittleEndian.uint64(body, at: 64)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(bidderId, body, at: 8)
    unsafe LittleEndian.store(yourMaximum, body, at: 16)
    unsafe LittleEndian.store(price, body, at: 24)
    unsafe LittleEndian.store(minNext, body, at: 32)
    unsafe LittleEndian.store(revision, body, at: 40)
    unsafe LittleEndian.store(logPosition, body, at: 48)
    unsafe LittleEndian.store(time, body, at: 56)
    unsafe LittleEndian.store(endTime, body, at: 64)
  }
}

extension Outbid {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("bidderId", at: 8, .uint64),
        FieldLayout("yourMaximum", at: 16, .amount, .hidden),
        FieldLayout("price", at: 24, .amount),
        FieldLayout("minNext", at: 32, .amount),
        FieldLayout("revision", at: 40, .uint64),
        FieldLayout("logPosition", at: 48, .uint64),
        FieldLayout("time", at: 56, .time),
        FieldLayout("endTime", at: 64, .time),
      ]
    )
  }
}
