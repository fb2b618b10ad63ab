// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Opens an auction; the shard that gets it owns it.
///
/// Sent by the client.
public struct CreateAuction: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 110 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 184 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "CreateAuction" } }
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
  /// The account that sells.
  public var sellerId: UInt64
  /// The least first bid.
  public var startPrice: Int64
  /// Hidden; absent = none.
  public var reserve: Int64
  /// Absent = none.
  public var buyNow: Int64
  /// 0 = at once.
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
  /// The kind of auction (a `AuctionFormat`).
  public var format: UInt8
  /// Choices of the auction (a `AuctionFlags`).
  public var flags: UInt8
  /// What is sold.
  public var title: FixedText80

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - sellerId: The account that sells.
  ///   - startPrice: The least first bid.
  ///   - reserve: Hidden; absent = none.
  ///   - buyNow: Absent = none.
  ///   - startTime: 0 = at once.
  ///   - endTime: When the auction ends.
  ///   - hardEnd: Soft close never moves the end past it; 0 = none.
  ///   - clientTime: Evidence only.
  ///   - softCloseWindowMs: 0 = no soft close.
  ///   - softCloseExtensionMs: How long the auction stays open after a bid in the window.
  ///   - rateRefillMs: A bidder gets one more bid each so many milliseconds; 0 = no limit.
  ///   - category: The seller's own number for the kind of thing.
  ///   - rateBurst: Bids a bidder may place at once on this auction.
  ///   - currency: ISO 4217 number.
  ///   - incrementTable: 1 standard, 2 ebay-us, 3 ebay-uk, 255 = the tiers group.
  ///   - reservePolicy: The opening price under a reserve (a `ReservePolicy`).
  ///   - reserveLowering: What lowering the reserve onto the leader's maximum does (a
  ///     `ReserveLowering`).
  ///   - format: The kind of auction (a `AuctionFormat`).
  ///   - flags: Choices of the auction (a `AuctionFlags`).
  ///   - title: What is sold.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    sellerId: UInt64,
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
    rateBurst: UInt16,
    currency: UInt16,
    incrementTable: UInt8,
    reservePolicy: UInt8,
    reserveLowering: UInt8,
    format: UInt8,
    flags: UInt8,
    title: FixedText80
  ) {
    self.clientRef = clientRef
    self.sellerId = sellerId
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
    self.rateBurst = rateBurst
    self.currency = currency
    self.incrementTable = incrementTable
    self.reservePolicy = reservePolicy
    self.reserveLowering = reserveLowering
    self.format = format
    self.flags = flags
    self.title = title
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe sellerId = LittleEndian.uint64(body, at: 8)
    unsafe startPrice = LittleEndian.int64(body, at: 16)
    unsafe reserve = LittleEndian.int64(body, at: 24)
    unsafe buyNow = LittleEndian.int64(body, at: 32)
    unsafe startTime = LittleEndian.uint64(body, at: 40)
    unsafe endTime = LittleEndian.uint64(body, at: 48)
    unsafe hardEnd = LittleEndian.uint64(body, at: 56)
    unsafe clientTime = LittleEndian.uint64(body, at: 64)
    unsafe softCloseWindowMs = LittleEndian.uint32(body, at: 72)
    unsafe softCloseExtensionMs = LittleEndian.uint32(body, at: 76)
    unsafe rateRefillMs = LittleEndian.uint32(body, at: 80)
    unsafe category = LittleEndian.uint32(body, at: 84)
    unsafe rateBurst = LittleEndian.uint16(body, at: 88)
    unsafe currency = LittleEndian.uint16(body, at: 90)
    unsafe incrementTable = LittleEndian.uint8(body, at: 92)
    unsafe reservePolicy = LittleEndian.uint8(body, at: 93)
    unsafe reserveLowering = LittleEndian.uint8(body, at: 94)
    unsafe format = LittleEndian.uint8(body, at: 95)
    unsafe flags = LittleEndian.uint8(body, at: 96)
    unsafe title = FixedText80(body, at: 104)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(sellerId, body, at: 8)
    unsafe LittleEndian.store(startPrice, body, at: 16)
    unsafe LittleEndian.store(reserve, body, at: 24)
    unsafe LittleEndian.store(buyNow, body, at: 32)
    unsafe LittleEndian.store(startTime, body, at: 40)
    unsafe LittleEndian.store(endTime, body, at: 48)
    unsafe LittleEndian.store(hardEnd, body, at: 56)
    unsafe LittleEndian.store(clientTime, body, at: 64)
    unsafe LittleEndian.store(softCloseWindowMs, body, at: 72)
    unsafe LittleEndian.store(softCloseExtensionMs, body, at: 76)
    unsafe LittleEndian.store(rateRefillMs, body, at: 80)
    unsafe LittleEndian.store(category, body, at: 84)
    unsafe LittleEndian.store(rateBurst, body, at: 88)
    unsafe LittleEndian.store(currency, body, at: 90)
    unsafe LittleEndian.store(incrementTable, body, at: 92)
    unsafe LittleEndian.store(reservePolicy, body, at: 93)
    unsafe LittleEndian.store(reserveLowering, body, at: 94)
    unsafe LittleEndian.store(format, body, at: 95)
    unsafe LittleEndian.store(flags, body, at: 96)
    unsafe LittleEndian.store(UInt8(0), body, at: 97)
    unsafe LittleEndian.store(UInt16(0), body, at: 98)
    unsafe LittleEndian.store(UInt32(0), body, at: 100)
    unsafe title.write(body, at: 104)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 93) <= 1
      && LittleEndian.uint8(body, at: 94) <= 1
      && LittleEndian.uint8(body, at: 95) <= 0
  }
}

extension CreateAuction {
  /// An entry of the group `tiers`: the seller's own increment table, at most 16 tiers.
  public struct Tier: GroupEntry {
    /// The bytes of an entry.
    @inlinable public static var entryLength: Int { @_noLocks get { 16 } }
    /// The most entries of a frame.
    @inlinable public static var entryCountMax: Int { @_noLocks get { 16 } }

    /// Prices below it take this increment; the last tier's is absent.
    public var limit: Int64
    /// What a bid must add.
    public var increment: Int64

    /// Makes the entry of its fields.
    ///
    /// - Parameters:
    ///   - limit: Prices below it take this increment; the last tier's is absent.
    ///   - increment: What a bid must add.
    @inlinable @_noLocks
    public init(limit: Int64, increment: Int64) {
      self.limit = limit
      self.increment = increment
    }

    /// Reads the entry.
    ///
    /// - Parameter body: The first byte; at least `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public init(body: UnsafeRawPointer) {
      unsafe limit = LittleEndian.int64(body, at: 0)
      unsafe increment = LittleEndian.int64(body, at: 8)
    }

    /// Writes the entry, its padding as zero.
    ///
    /// - Parameter body: Where to; `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public func write(body: UnsafeMutableRawPointer) {
      unsafe LittleEndian.store(limit, body, at: 0)
      unsafe LittleEndian.store(increment, body, at: 8)
    }
  }
}

extension CreateAuction {
  /// An entry of the group `text`: the description, 64 bytes an entry.
  public struct TextLine: GroupEntry {
    /// The bytes of an entry.
    @inlinable public static var entryLength: Int { @_noLocks get { 64 } }
    /// The most entries of a frame.
    @inlinable public static var entryCountMax: Int { @_noLocks get { 64 } }

    /// The next 64 bytes of the text.
    public var chunk: FixedText64

    /// Makes the entry of its fields.
    ///
    /// - Parameter chunk: The next 64 bytes of the text.
    @inlinable @_noLocks
    public init(chunk: FixedText64) {
      self.chunk = chunk
    }

    /// Reads the entry.
    ///
    /// - Parameter body: The first byte; at least `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public init(body: UnsafeRawPointer) {
      unsafe chunk = FixedText64(body, at: 0)
    }

    /// Writes the entry, its padding as zero.
    ///
    /// - Parameter body: Where to; `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public func write(body: UnsafeMutableRawPointer) {
      unsafe chunk.write(body, at: 0)
    }
  }
}

extension CreateAuction {
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

extension CreateAuction {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("sellerId", at: 8, .uint64),
        FieldLayout("startPrice", at: 16, .amount),
        FieldLayout("reserve", at: 24, .amount, .hidden),
        FieldLayout("buyNow", at: 32, .amount),
        FieldLayout("startTime", at: 40, .time),
        FieldLayout("endTime", at: 48, .time),
        FieldLayout("hardEnd", at: 56, .time),
        FieldLayout("clientTime", at: 64, .time),
        FieldLayout("softCloseWindowMs", at: 72, .uint32),
        FieldLayout("softCloseExtensionMs", at: 76, .uint32),
        FieldLayout("rateRefillMs", at: 80, .uint32),
        FieldLayout("category", at: 84, .uint32),
        FieldLayout("rateBurst", at: 88, .uint16),
        FieldLayout("currency", at: 90, .uint16),
        FieldLayout("incrementTable", at: 92, .uint8),
        FieldLayout("reservePolicy", at: 93, .choice(ReservePolicy.names)),
        FieldLayout("reserveLowering", at: 94, .choice(ReserveLowering.names)),
        FieldLayout("format", at: 95, .choice(AuctionFormat.names)),
        FieldLayout("flags", at: 96, .bits(byteCount: 1, AuctionFlags.names)),
        FieldLayout("title", at: 104, .text(byteCount: 80)),
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
