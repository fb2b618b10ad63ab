// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Public: the price, the leader or the end moved.
///
/// Sent by the server.
public struct PriceUpdate: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 301 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 72 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "PriceUpdate" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The public price; absent when there is none.
  public var price: Int64
  /// The least amount that a next bid may have; absent when no bid can be taken.
  public var minNext: Int64
  /// The leading account; 0 = none.
  public var leaderId: UInt64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// When the auction ends.
  public var endTime: UInt64
  /// Where the auction is in its life (a `AuctionStatus`).
  public var status: UInt8
  /// What the public may know of the reserve (a `ReserveState`).
  public var reserveState: UInt8
  /// More about it (a `AckFlags`).
  public var flags: UInt8
  /// Public rows of the history.
  public var bidCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - price: The public price; absent when there is none.
  ///   - minNext: The least amount that a next bid may have; absent when no bid can be taken.
  ///   - leaderId: The leading account; 0 = none.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - endTime: When the auction ends.
  ///   - status: Where the auction is in its life (a `AuctionStatus`).
  ///   - reserveState: What the public may know of the reserve (a `ReserveState`).
  ///   - flags: More about it (a `AckFlags`).
  ///   - bidCount: Public rows of the history.
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    price: Int64,
    minNext: Int64,
    leaderId: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    endTime: UInt64,
    status: UInt8,
    reserveState: UInt8,
    flags: UInt8,
    bidCount: UInt32
  ) {
    self.auctionId = auctionId
    self.price = price
    self.minNext = minNext
    self.leaderId = leaderId
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.endTime = endTime
    self.status = status
    self.reserveState = reserveState
    self.flags = flags
    self.bidCount = bidCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe price = LittleEndian.int64(body, at: 8)
    unsafe minNext = LittleEndian.int64(body, at: 16)
    unsafe leaderId = LittleEndian.uint64(body, at: 24)
    unsafe revision = LittleEndian.uint64(body, at: 32)
    unsafe logPosition = LittleEndian.uint64(body, at: 40)
    unsafe time = LittleEndian.uint64(body, at: 48)
    unsafe endTime = LittleEndian.uint64(body, at: 56)
    unsafe status = LittleEndian.uint8(body, at: 64)
    unsafe reserveState = LittleEndian.uint8(body, at: 65)
    unsafe flags = LittleEndian.uint8(body, at: 66)
    unsafe bidCount = LittleEndian.uint32(body, at: 68)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(price, body, at: 8)
    unsafe LittleEndian.store(minNext, body, at: 16)
    unsafe LittleEndian.store(leaderId, body, at: 24)
    unsafe LittleEndian.store(revision, body, at: 32)
    unsafe LittleEndian.store(logPosition, body, at: 40)
    unsafe LittleEndian.store(time, body, at: 48)
    unsafe LittleEndian.store(endTime, body, at: 56)
    unsafe LittleEndian.store(status, body, at: 64)
    unsafe LittleEndian.store(reserveState, body, at: 65)
    unsafe LittleEndian.store(flags, body, at: 66)
    unsafe LittleEndian.store(UInt8(0), body, at: 67)
    unsafe LittleEndian.store(bidCount, body, at: 68)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 64) <= 4
      && LittleEndian.uint8(body, at: 65) <= 2
  }
}

extension PriceUpdate {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("price", at: 8, .amount),
        FieldLayout("minNext", at: 16, .amount),
        FieldLayout("leaderId", at: 24, .uint64),
        FieldLayout("revision", at: 32, .uint64),
        FieldLayout("logPosition", at: 40, .uint64),
        FieldLayout("time", at: 48, .time),
        FieldLayout("endTime", at: 56, .time),
        FieldLayout("status", at: 64, .choice(AuctionStatus.names)),
        FieldLayout("reserveState", at: 65, .choice(ReserveState.names)),
        FieldLayout("flags", at: 66, .bits(byteCount: 1, AckFlags.names)),
        FieldLayout("bidCount", at: 68, .uint32),
      ]
    )
  }
}
