// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The public view of an auction.
///
/// Sent by the server.
public struct AuctionState: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 300 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 96 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AuctionState" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// 0 when not asked for.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The account that sells.
  public var sellerId: UInt64
  /// Absent while there is no bid.
  public var price: Int64
  /// The least amount that a next bid may have; absent when no bid can be taken.
  public var minNext: Int64
  /// 0 = none.
  public var leaderId: UInt64
  /// Absent unless it can be used now.
  public var buyNow: Int64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// When it opens; 0 = at once.
  public var startTime: UInt64
  /// When the auction ends.
  public var endTime: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// Where the auction is in its life (a `AuctionStatus`).
  public var status: UInt8
  /// What the public may know of the reserve (a `ReserveState`).
  public var reserveState: UInt8
  /// ISO 4217 number.
  public var currency: UInt16
  /// Public rows of the history.
  public var bidCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: 0 when not asked for.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - sellerId: The account that sells.
  ///   - price: Absent while there is no bid.
  ///   - minNext: The least amount that a next bid may have; absent when no bid can be taken.
  ///   - leaderId: 0 = none.
  ///   - buyNow: Absent unless it can be used now.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - startTime: When it opens; 0 = at once.
  ///   - endTime: When the auction ends.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - status: Where the auction is in its life (a `AuctionStatus`).
  ///   - reserveState: What the public may know of the reserve (a `ReserveState`).
  ///   - currency: ISO 4217 number.
  ///   - bidCount: Public rows of the history.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    sellerId: UInt64,
    price: Int64,
    minNext: Int64,
    leaderId: UInt64,
    buyNow: Int64,
    revision: UInt64,
    startTime: UInt64,
    endTime: UInt64,
    logPosition: UInt64,
    status: UInt8,
    reserveState: UInt8,
    currency: UInt16,
    bidCount: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.sellerId = sellerId
    self.price = price
    self.minNext = minNext
    self.leaderId = leaderId
    self.buyNow = buyNow
    self.revision = revision
    self.startTime = startTime
    self.endTime = endTime
    self.logPosition = logPosition
    self.status = status
    self.reserveState = reserveState
    self.currency = currency
    self.bidCount = bidCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe sellerId = LittleEndian.uint64(body, at: 16)
    unsafe price = LittleEndian.int64(body, at: 24)
    unsafe minNext = LittleEndian.int64(body, at: 32)
    unsafe leaderId = LittleEndian.uint64(body, at: 40)
    unsafe buyNow = LittleEndian.int64(body, at: 48)
    unsafe revision = LittleEndian.uint64(body, at: 56)
    unsafe startTime = LittleEndian.uint64(body, at: 64)
    unsafe endTime = LittleEndian.uint64(body, at: 72)
    unsafe logPosition = LittleEndian.uint64(body, at: 80)
    unsafe status = LittleEndian.uint8(body, at: 88)
    unsafe reserveState = LittleEndian.uint8(body, at: 89)
    unsafe currency = LittleEndian.uint16(body, at: 90)
    unsafe bidCount = LittleEndian.uint32(body, at: 92)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(sellerId, body, at: 16)
    unsafe LittleEndian.store(price, body, at: 24)
    unsafe LittleEndian.store(minNext, body, at: 32)
    unsafe LittleEndian.store(leaderId, body, at: 40)
    unsafe LittleEndian.store(buyNow, body, at: 48)
    unsafe LittleEndian.store(revision, body, at: 56)
    unsafe LittleEndian.store(startTime, body, at: 64)
    unsafe LittleEndian.store(endTime, body, at: 72)
    unsafe LittleEndian.store(logPosition, body, at: 80)
    unsafe LittleEndian.store(status, body, at: 88)
    unsafe LittleEndian.store(reserveState, body, at: 89)
    unsafe LittleEndian.store(currency, body, at: 90)
    unsafe LittleEndian.store(bidCount, body, at: 92)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 88) <= 4
      && LittleEndian.uint8(body, at: 89) <= 2
  }
}

extension AuctionState {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("sellerId", at: 16, .uint64),
        FieldLayout("price", at: 24, .amount),
        FieldLayout("minNext", at: 32, .amount),
        FieldLayout("leaderId", at: 40, .uint64),
        FieldLayout("buyNow", at: 48, .amount),
        FieldLayout("revision", at: 56, .uint64),
        FieldLayout("startTime", at: 64, .time),
        FieldLayout("endTime", at: 72, .time),
        FieldLayout("logPosition", at: 80, .uint64),
        FieldLayout("status", at: 88, .choice(AuctionStatus.names)),
        FieldLayout("reserveState", at: 89, .choice(ReserveState.names)),
        FieldLayout("currency", at: 90, .uint16),
        FieldLayout("bidCount", at: 92, .uint32),
      ]
    )
  }
}
