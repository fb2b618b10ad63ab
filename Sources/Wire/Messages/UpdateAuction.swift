// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The seller changes what may still be changed.
///
/// Sent by the client.
public struct UpdateAuction: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 111 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 200 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "UpdateAuction" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(
        name: name,
        blockLength: blockLength,
        sender: .client,
        firstGroup: GroupFacts(entryLength: 16, entryCountMax: 16),
        secondGroup: GroupFacts(entryLength: 64, entryCountMax: 64)
      )
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The account that sells.
  public var sellerId: UInt64
  /// 0 = any.
  public var ifRevision: UInt64
  /// The least first bid.
  public var startPrice: Int64
  /// Hidden; absent = none.
  public var reserve: Int64
  /// Absent = none.
  public var buyNow: Int64
  /// When it opens; 0 = at once.
  public var startTime: UInt64
  /// When the auction ends.
  public var endTime: UInt64
  /// Soft close never moves the end past it; 0 = none.
  public var hardEnd: UInt64
  /// Evidence only.
  public var clientTime: UInt64
  /// 0 = no soft close.
  public var softCloseWindowMs: UInt32
  /// How long the auction stays open after a bid in the window.
  public var softCloseExtensionMs: UInt32
  /// A bidder gets one more bid each so many milliseconds; 0 = no limit.
  public var rateRefillMs: UInt32
  /// The seller's own number for the kind of thing.
  public var category: UInt32
  /// Which fields are meant (a `UpdateFields`).
  public var changedFields: UInt32
  /// Bids a bidder may place at once on this auction.
  public var rateBurst: UInt16
  /// ISO 4217 number.
  public var currency: UInt16
  /// 1 standard, 2 ebay-us, 3 ebay-uk, 255 = the tiers group.
  public var incrementTable: UInt8
  /// The opening price under a reserve (a `ReservePolicy`).
  public var reservePolicy: UInt8
  /// What lowering the reserve onto the leader's maximum does (a `ReserveLowering`).
  public var reserveLowering: UInt8
  /// Choices of the auction (a `AuctionFlags`).
  public var flags: UInt8
  /// What is sold.
  public var title: FixedText80

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - sellerId: The account that sells.
  ///   - ifRevision: 0 = any.
  ///   - startPrice: The least first bid.
  ///   - reserve: Hidden; absent = none.
  ///   - buyNow: Absent = none.
  ///   - startTime: When it opens; 0 = at once.
  ///   - endTime: When the auction ends.
  ///   - hardEnd: Soft close never moves the end past it; 0 = none.
  ///   - clientTime: Evidence only.
  ///   - softCloseWindowMs: 0 = no soft close.
  ///   - softCloseExtensionMs: How long the auction stays open after a bid in the window.
  ///   - rateRefillMs: A bidder gets one more bid each so many milliseconds; 0 = no limit.
  ///   - category: The seller's own number for the kind of thing.
  ///   - changedFields: Which fields are meant (a `UpdateFields`).
  ///   - rateBurst: Bids a bidder may place at once on this auction.
  ///   - currency: ISO 4217 number.
  ///   - incrementTable: 1 standard, 2 ebay-us, 3 ebay-uk, 255 = the tiers group.
  ///   - reservePolicy: The opening price under a reserve (a `ReservePolicy`).
  ///   - reserveLowering: What lowering the reserve onto the leader's maximum does (a
  ///     `ReserveLowering`).
  ///   - flags: Choices of the auction (a `AuctionFlags`).
  ///   - title: What is sold.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    sellerId: UInt64,
    ifRevision: UInt64,
    startPrice: Int64,
    reserve: Int64,
    buyNow: Int64,
    startTime: UInt64,
    endTime: UInt64,
    hardEnd: UInt64,
    clientTime: UInt64,
    softCloseWindowMs: UInt32,
    softCloseExtensionMs: UInt32,
    rateRefillMs: UInt32,
    category: UInt32,
    changedFields: UInt32,
    rateBurst: UInt16,
    currency: UInt16,
    incrementTable: UInt8,
    reservePolicy: UInt8,
    reserveLowering: UInt8,
    flags: UInt8,
    title: FixedText80
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.sellerId = sellerId
    self.ifRevision = ifRevision
    self.startPrice = startPrice
    self.reserve = reserve
    self.buyNow = buyNow
    self.startTime = startTime
    self.endTime = endTime
    self.hardEnd = hardEnd
    self.clientTime = clientTime
    self.softCloseWindowMs = softCloseWindowMs
    self.softCloseExtensionMs = softCloseExtensionMs
    self.rateRefillMs = rateRefillMs
    self.category = category
    self.changedFields = changedFields
    self.rateBurst = rateBurst
    self.currency = currency
    self.incrementTable = incrementTable
    self.reservePolicy = reservePolicy
    self.reserveLowering = reserveLowering
    self.flags = flags
    self.title = title
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe sellerId = LittleEndian.uint64(body, at: 16)
    unsafe ifRevision = LittleEndian.uint64(body, at: 24)
    unsafe startPrice = LittleEndian.int64(body, at: 32)
    unsafe reserve = LittleEndian.int64(body, at: 40)
    unsafe buyNow = LittleEndian.int64(body, at: 48)
    unsafe startTime = LittleEndian.uint64(body, at: 56)
    unsafe endTime = LittleEndian.uint64(body, at: 64)
    unsafe hardEnd = LittleEndian.uint64(body, at: 72)
    unsafe clientTime = LittleEndian.uint64(body, at: 80)
    unsafe softCloseWindowMs = LittleEndian.uint32(body, at: 88)
    unsafe softCloseExtensionMs = LittleEndian.uint32(body, at: 92)
    unsafe rateRefillMs = LittleEndian.uint32(body, at: 96)
    unsafe category = LittleEndian.uint32(body, at: 100)
    unsafe changedFields = LittleEndian.uint32(body, at: 104)
    unsafe rateBurst = LittleEndian.uint16(body, at: 108)
    unsafe currency = LittleEndian.uint16(body, at: 110)
    unsafe incrementTable = LittleEndian.uint8(body, at: 112)
    unsafe reservePolicy = LittleEndian.uint8(body, at: 113)
    unsafe reserveLowering = LittleEndian.uint8(body, at: 114)
    unsafe flags = LittleEndian.uint8(body, at: 115)
    unsafe title = FixedText80(body, at: 120)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(sellerId, body, at: 16)
    unsafe LittleEndian.store(ifRevision, body, at: 24)
    unsafe LittleEndian.store(startPrice, body, at: 32)
    unsafe LittleEndian.store(reserve, body, at: 40)
    unsafe LittleEndian.store(buyNow, body, at: 48)
    unsafe LittleEndian.store(startTime, body, at: 56)
    unsafe LittleEndian.store(endTime, body, at: 64)
    unsafe LittleEndian.store(hardEnd, body, at: 72)
    unsafe LittleEndian.store(clientTime, body, at: 80)
    unsafe LittleEndian.store(softCloseWindowMs, body, at: 88)
    unsafe LittleEndian.store(softCloseExtensionMs, body, at: 92)
    unsafe LittleEndian.store(rateRefillMs, body, at: 96)
    unsafe LittleEndian.store(category, body, at: 100)
    unsafe LittleEndian.store(changedFields, body, at: 104)
    unsafe LittleEndian.store(rateBurst, body, at: 108)
    unsafe LittleEndian.store(currency, body, at: 110)
    unsafe LittleEndian.store(incrementTable, body, at: 112)
    unsafe LittleEndian.store(reservePolicy, body, at: 113)
    unsafe LittleEndian.store(reserveLowering, body, at: 114)
    unsafe LittleEndian.store(flags, body, at: 115)
    unsafe LittleEndian.store(UInt32(0), body, at: 116)
    unsafe title.write(body, at: 120)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 113) <= 1
      && LittleEndian.uint8(body, at: 114) <= 1
  }
}

extension UpdateAuction {
  /// An entry of the group `tiers`.
  public typealias Tier = CreateAuction.Tier
}

extension UpdateAuction {
  /// An entry of the group `text`.
  public typealias TextLine = CreateAuction.TextLine
}

extension UpdateAuction {
  /// The group `tiers` of a frame that the validator has passed.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The group's entries.
  @inlinable @_noLocks
  public static func tiers(in frame: UnsafeRawPointer) -> GroupSpan {
    unsafe GroupSpan(at: FrameHeader.firstGroup(of: frame))
  }

  /// The group `text` of a frame that the validator has passed.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The group's entries.
  @inlinable @_noLocks
  public static func text(in frame: UnsafeRawPointer) -> GroupSpan {
    unsafe GroupSpan(at: tiers(in: frame).end)
  }

  /// The bytes of a frame with so many entries.
  ///
  /// - Parameters:
  ///   - tiers: Entries of the group `tiers`.
  ///   - text: Entries of the group `text`.
  /// - Returns: The frame's length.
  @inlinable @_noLocks
  public static func frameByteCount(tiers: Int, text: Int) -> Int {
    FrameHeader.byteCount + blockLength
      + Schema.groupHeaderLength + 16 * tiers
      + Schema.groupHeaderLength + 64 * text
  }
}

extension UpdateAuction {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("sellerId", at: 16, .uint64),
        FieldLayout("ifRevision", at: 24, .uint64),
        FieldLayout("startPrice", at: 32, .amount),
        FieldLayout("reserve", at: 40, .amount, .hidden),
        FieldLayout("buyNow", at: 48, .amount),
        FieldLayout("startTime", at: 56, .time),
        FieldLayout("endTime", at: 64, .time),
        FieldLayout("hardEnd", at: 72, .time),
        FieldLayout("clientTime", at: 80, .time),
        FieldLayout("softCloseWindowMs", at: 88, .uint32),
        FieldLayout("softCloseExtensionMs", at: 92, .uint32),
        FieldLayout("rateRefillMs", at: 96, .uint32),
        FieldLayout("category", at: 100, .uint32),
        FieldLayout("changedFields", at: 104, .bits(byteCount: 4, UpdateFields.names)),
        FieldLayout("rateBurst", at: 108, .uint16),
        FieldLayout("currency", at: 110, .uint16),
        FieldLayout("incrementTable", at: 112, .uint8),
        FieldLayout("reservePolicy", at: 113, .choice(ReservePolicy.names)),
        FieldLayout("reserveLowering", at: 114, .choice(ReserveLowering.names)),
        FieldLayout("flags", at: 115, .bits(byteCount: 1, AuctionFlags.names)),
        FieldLayout("title", at: 120, .text(byteCount: 80)),
      ],
      [
        GroupLayout(
          "tiers",
          [
            FieldLayout("limit", at: 0, .amount),
            FieldLayout("increment", at: 8, .amount),
          ]
        ),
        GroupLayout(
          "text",
          [
            FieldLayout("chunk", at: 0, .text(byteCount: 64))
          ]
        ),
      ]
    )
  }
}
