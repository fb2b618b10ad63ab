// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Public: one row of the history.
///
/// Sent by the server.
public struct BidEntry: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 303 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 64 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "BidEntry" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// Whose row it is.
  public var bidderId: UInt64
  /// The row's public amount.
  public var amount: Int64
  /// The public price after the row.
  public var priceAfter: Int64
  /// The leader after the row; 0 = none.
  public var leaderAfter: UInt64
  /// When it happened.
  public var time: UInt64
  /// The position in the shard's log that the row follows from.
  public var logPosition: UInt64
  /// How the amount is meant (a `BidKind`).
  public var kind: UInt8
  /// More about the row (a `BidEntryFlags`).
  public var flags: UInt8
  /// From 1.
  public var rowNumber: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: Whose row it is.
  ///   - amount: The row's public amount.
  ///   - priceAfter: The public price after the row.
  ///   - leaderAfter: The leader after the row; 0 = none.
  ///   - time: When it happened.
  ///   - logPosition: The position in the shard's log that the row follows from.
  ///   - kind: How the amount is meant (a `BidKind`).
  ///   - flags: More about the row (a `BidEntryFlags`).
  ///   - rowNumber: From 1.
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    bidderId: UInt64,
    amount: Int64,
    priceAfter: Int64,
    leaderAfter: UInt64,
    time: UInt64,
    logPosition: UInt64,
    kind: UInt8,
    flags: UInt8,
    rowNumber: UInt32
  ) {
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.amount = amount
    self.priceAfter = priceAfter
    self.leaderAfter = leaderAfter
    self.time = time
    self.logPosition = logPosition
    self.kind = kind
    self.flags = flags
    self.rowNumber = rowNumber
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe bidderId = LittleEndian.uint64(body, at: 8)
    unsafe amount = LittleEndian.int64(body, at: 16)
    unsafe priceAfter = LittleEndian.int64(body, at: 24)
    unsafe leaderAfter = LittleEndian.uint64(body, at: 32)
    unsafe time = LittleEndian.uint64(body, at: 40)
    unsafe logPosition = LittleEndian.uint64(body, at: 48)
    unsafe kind = LittleEndian.uint8(body, at: 56)
    unsafe flags = LittleEndian.uint8(body, at: 57)
    unsafe rowNumber = LittleEndian.uint32(body, at: 60)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(bidderId, body, at: 8)
    unsafe LittleEndian.store(amount, body, at: 16)
    unsafe LittleEndian.store(priceAfter, body, at: 24)
    unsafe LittleEndian.store(leaderAfter, body, at: 32)
    unsafe LittleEndian.store(time, body, at: 40)
    unsafe LittleEndian.store(logPosition, body, at: 48)
    unsafe LittleEndian.store(kind, body, at: 56)
    unsafe LittleEndian.store(flags, body, at: 57)
    unsafe LittleEndian.store(UInt16(0), body, at: 58)
    unsafe LittleEndian.store(rowNumber, body, at: 60)
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

extension BidEntry {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("bidderId", at: 8, .uint64),
        FieldLayout("amount", at: 16, .amount),
        FieldLayout("priceAfter", at: 24, .amount),
        FieldLayout("leaderAfter", at: 32, .uint64),
        FieldLayout("time", at: 40, .time),
        FieldLayout("logPosition", at: 48, .uint64),
        FieldLayout("kind", at: 56, .choice(BidKind.names)),
        FieldLayout("flags", at: 57, .bits(byteCount: 1, BidEntryFlags.names)),
        FieldLayout("rowNumber", at: 60, .uint32),
      ]
    )
  }
}
