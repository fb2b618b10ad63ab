// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Bids on many auctions; each entry gets a reply of its own with subRef as its clientRef.
///
/// Sent by the client.
public struct MassBid: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 103 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "MassBid" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(
        name: name,
        blockLength: blockLength,
        sender: .client,
        firstGroup: GroupFacts(entryLength: 32, entryCountMax: 64)
      )
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// The account that bids.
  public var bidderId: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - bidderId: The account that bids.
  @inlinable @_noLocks
  public init(clientRef: UInt64, bidderId: UInt64) {
    self.clientRef = clientRef
    self.bidderId = bidderId
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe bidderId = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(bidderId, body, at: 8)
  }
}

extension MassBid {
  /// An entry of the group `bids`: the bids, in order.
  public struct Entry: GroupEntry {
    /// The bytes of an entry.
    @inlinable public static var entryLength: Int { @_noLocks get { 32 } }
    /// The most entries of a frame.
    @inlinable public static var entryCountMax: Int { @_noLocks get { 64 } }

    /// Shard (10 bits), generation (22 bits), slot (32 bits).
    public var auctionId: UInt64
    /// Minor units.
    public var amount: Int64
    /// The client's own number for the entry; comes back as its reply's clientRef.
    public var subRef: UInt64
    /// ISO 4217 number.
    public var currency: UInt16
    /// How the amount is meant (a `BidKind`).
    public var kind: UInt8
    /// Zero.
    public var flags: UInt8

    /// Makes the entry of its fields.
    ///
    /// - Parameters:
    ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
    ///   - amount: Minor units.
    ///   - subRef: The client's own number for the entry; comes back as its reply's clientRef.
    ///   - currency: ISO 4217 number.
    ///   - kind: How the amount is meant (a `BidKind`).
    ///   - flags: Zero.
    @inlinable @_noLocks
    public init(
      auctionId: UInt64,
      amount: Int64,
      subRef: UInt64,
      currency: UInt16,
      kind: UInt8,
      flags: UInt8
    ) {
      self.auctionId = auctionId
      self.amount = amount
      self.subRef = subRef
      self.currency = currency
      self.kind = kind
      self.flags = flags
    }

    /// Reads the entry.
    ///
    /// - Parameter body: The first byte; at least `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public init(body: UnsafeRawPointer) {
      unsafe auctionId = LittleEndian.uint64(body, at: 0)
      unsafe amount = LittleEndian.int64(body, at: 8)
      unsafe subRef = LittleEndian.uint64(body, at: 16)
      unsafe currency = LittleEndian.uint16(body, at: 24)
      unsafe kind = LittleEndian.uint8(body, at: 26)
      unsafe flags = LittleEndian.uint8(body, at: 27)
    }

    /// Writes the entry, its padding as zero.
    ///
    /// - Parameter body: Where to; `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public func write(body: UnsafeMutableRawPointer) {
      unsafe LittleEndian.store(auctionId, body, at: 0)
      unsafe LittleEndian.store(amount, body, at: 8)
      unsafe LittleEndian.store(subRef, body, at: 16)
      unsafe LittleEndian.store(currency, body, at: 24)
      unsafe LittleEndian.store(kind, body, at: 26)
      unsafe LittleEndian.store(flags, body, at: 27)
      unsafe LittleEndian.store(UInt32(0), body, at: 28)
    }

    /// Whether each enum holds a value that the schema has.
    ///
    /// - Parameter body: The first byte.
    /// - Returns: Whether the schema knows them all.
    @inlinable @_noLocks
    public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
      unsafe LittleEndian.uint8(body, at: 26) <= 2
    }
  }
}

extension MassBid {
  /// The group `bids` of a frame that the validator has passed.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The group's entries.
  @inlinable @_noLocks
  public static func bids(in frame: UnsafeRawPointer) -> GroupSpan {
    unsafe GroupSpan(at: FrameHeader.firstGroup(of: frame))
  }

  /// The bytes of a frame with so many entries.
  ///
  /// - Parameter bids: Entries of the group `bids`.
  /// - Returns: The frame's length.
  @inlinable @_noLocks
  public static func frameByteCount(bids: Int) -> Int {
    FrameHeader.byteCount + blockLength
      + Schema.groupHeaderLength + 32 * bids
  }
}

extension MassBid {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("bidderId", at: 8, .uint64),
      ],
      [
        GroupLayout(
          "bids",
          [
            FieldLayout("auctionId", at: 0, .uint64),
            FieldLayout("amount", at: 8, .amount, .hiddenInProxyBids),
            FieldLayout("subRef", at: 16, .uint64),
            FieldLayout("currency", at: 24, .uint16),
            FieldLayout("kind", at: 26, .choice(BidKind.names)),
            FieldLayout("flags", at: 27, .uint8),
          ]
        )
      ]
    )
  }
}
