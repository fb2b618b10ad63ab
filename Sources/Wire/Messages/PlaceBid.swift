// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Bids.
///
/// Sent by the client.
public struct PlaceBid: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 100 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 64 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "PlaceBid" } }
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
  /// The account that bids.
  public var bidderId: UInt64
  /// A maximum (proxy), a price (exact), or the buy-now price.
  public var amount: Int64
  /// The auction's revision the bid is based on; 0 = any.
  public var ifRevision: UInt64
  /// Evidence only.
  public var clientTime: UInt64
  /// Evidence only.
  public var deviceTag: UInt64
  /// How the amount is meant (a `BidKind`).
  public var kind: UInt8
  /// Zero.
  public var flags: UInt8
  /// ISO 4217 number.
  public var currency: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: The account that bids.
  ///   - amount: A maximum (proxy), a price (exact), or the buy-now price.
  ///   - ifRevision: The auction's revision the bid is based on; 0 = any.
  ///   - clientTime: Evidence only.
  ///   - deviceTag: Evidence only.
  ///   - kind: How the amount is meant (a `BidKind`).
  ///   - flags: Zero.
  ///   - currency: ISO 4217 number.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    bidderId: UInt64,
    amount: Int64,
    ifRevision: UInt64,
    clientTime: UInt64,
    deviceTag: UInt64,
    kind: UInt8,
    flags: UInt8,
    currency: UInt16
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.amount = amount
    self.ifRevision = ifRevision
    self.clientTime = clientTime
    self.deviceTag = deviceTag
    self.kind = kind
    self.flags = flags
    self.currency = currency
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe bidderId = LittleEndian.uint64(body, at: 16)
    unsafe amount = LittleEndian.int64(body, at: 24)
    unsafe ifRevision = LittleEndian.uint64(body, at: 32)
    unsafe clientTime = LittleEndian.uint64(body, at: 40)
    unsafe deviceTag = LittleEndian.uint64(body, at: 48)
    unsafe kind = LittleEndian.uint8(body, at: 56)
    unsafe flags = LittleEndian.uint8(body, at: 57)
    unsafe currency = LittleEndian.uint16(body, at: 58)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(bidderId, body, at: 16)
    unsafe LittleEndian.store(amount, body, at: 24)
    unsafe LittleEndian.store(ifRevision, body, at: 32)
    unsafe LittleEndian.store(clientTime, body, at: 40)
    unsafe LittleEndian.store(deviceTag, body, at: 48)
    unsafe LittleEndian.store(kind, body, at: 56)
    unsafe LittleEndian.store(flags, body, at: 57)
    unsafe LittleEndian.store(currency, body, at: 58)
    unsafe LittleEndian.store(UInt32(0), body, at: 60)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 56) <= 2
  }
}

extension PlaceBid {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("bidderId", at: 16, .uint64),
        FieldLayout("amount", at: 24, .amount, .hiddenInProxyBids),
        FieldLayout("ifRevision", at: 32, .uint64),
        FieldLayout("clientTime", at: 40, .time),
        FieldLayout("deviceTag", at: 48, .uint64),
        FieldLayout("kind", at: 56, .choice(BidKind.names)),
        FieldLayout("flags", at: 57, .uint8),
        FieldLayout("currency", at: 58, .uint16),
      ]
    )
  }
}
