// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The bid stands; sent when it is durable.
///
/// Sent by the server.
public struct BidAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 200 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 104 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "BidAck" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The account that bids.
  public var bidderId: UInt64
  /// The bid's name on its shard: its log position.
  public var bidId: UInt64
  /// The receiver's own hidden maximum; absent for a bid without one.
  public var yourMaximum: Int64
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
  /// When the log took the bid.
  public var acceptedTime: UInt64
  /// When the auction ends.
  public var endTime: UInt64
  /// What the bid did (a `BidOutcome`).
  public var outcome: UInt8
  /// What the public may know of the reserve (a `ReserveState`).
  public var reserveState: UInt8
  /// Where the auction is in its life (a `AuctionStatus`).
  public var status: UInt8
  /// More about it (a `AckFlags`).
  public var flags: UInt8
  /// Public rows of the history.
  public var bidCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - bidderId: The account that bids.
  ///   - bidId: The bid's name on its shard: its log position.
  ///   - yourMaximum: The receiver's own hidden maximum; absent for a bid without one.
  ///   - price: The public price; absent when there is none.
  ///   - minNext: The least amount that a next bid may have; absent when no bid can be taken.
  ///   - leaderId: The leading account; 0 = none.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - acceptedTime: When the log took the bid.
  ///   - endTime: When the auction ends.
  ///   - outcome: What the bid did (a `BidOutcome`).
  ///   - reserveState: What the public may know of the reserve (a `ReserveState`).
  ///   - status: Where the auction is in its life (a `AuctionStatus`).
  ///   - flags: More about it (a `AckFlags`).
  ///   - bidCount: Public rows of the history.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    bidderId: UInt64,
    bidId: UInt64,
    yourMaximum: Int64,
    price: Int64,
    minNext: Int64,
    leaderId: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    acceptedTime: UInt64,
    endTime: UInt64,
    outcome: UInt8,
    reserveState: UInt8,
    status: UInt8,
    flags: UInt8,
    bidCount: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.bidderId = bidderId
    self.bidId = bidId
    self.yourMaximum = yourMaximum
    self.price = price
    self.minNext = minNext
    self.leaderId = leaderId
    self.revision = revision
    self.logPosition = logPosition
    self.acceptedTime = acceptedTime
    self.endTime = endTime
    self.outcome = outcome
    self.reserveState = reserveState
    self.status = status
    self.flags = flags
    self.bidCount = bidCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe bidderId = LittleEndian.uint64(body, at: 16)
    unsafe bidId = LittleEndian.uint64(body, at: 24)
    unsafe yourMaximum = LittleEndian.int64(body, at: 32)
    unsafe price = LittleEndian.int64(body, at: 40)
    unsafe minNext = LittleEndian.int64(body, at: 48)
    unsafe leaderId = LittleEndian.uint64(body, at: 56)
    unsafe revision = LittleEndian.uint64(body, at: 64)
    unsafe logPosition = LittleEndian.uint64(body, at: 72)
    unsafe acceptedTime = LittleEndian.uint64(body, at: 80)
    unsafe endTime = LittleEndian.uint64(body, at: 88)
    unsafe outcome = LittleEndian.uint8(body, at: 96)
    unsafe reserveState = LittleEndian.uint8(body, at: 97)
    unsafe status = LittleEndian.uint8(body, at: 98)
    unsafe flags = LittleEndian.uint8(body, at: 99)
    unsafe bidCount = LittleEndian.uint32(body, at: 100)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks @inline(__always)
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(bidderId, body, at: 16)
    unsafe LittleEndian.store(bidId, body, at: 24)
    unsafe LittleEndian.store(yourMaximum, body, at: 32)
    unsafe LittleEndian.store(price, body, at: 40)
    unsafe LittleEndian.store(minNext, body, at: 48)
    unsafe LittleEndian.store(leaderId, body, at: 56)
    unsafe LittleEndian.store(revision, body, at: 64)
    unsafe LittleEndian.store(logPosition, body, at: 72)
    unsafe LittleEndian.store(acceptedTime, body, at: 80)
    unsafe LittleEndian.store(endTime, body, at: 88)
    unsafe LittleEndian.store(outcome, body, at: 96)
    unsafe LittleEndian.store(reserveState, body, at: 97)
    unsafe LittleEndian.store(status, body, at: 98)
    unsafe LittleEndian.store(flags, body, at: 99)
    unsafe LittleEndian.store(bidCount, body, at: 100)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 96) <= 4
      && LittleEndian.uint8(body, at: 97) <= 2
      && LittleEndian.uint8(body, at: 98) <= 4
  }
}

extension BidAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("bidderId", at: 16, .uint64),
        FieldLayout("bidId", at: 24, .uint64),
        FieldLayout("yourMaximum", at: 32, .amount, .hidden),
        FieldLayout("price", at: 40, .amount),
        FieldLayout("minNext", at: 48, .amount),
        FieldLayout("leaderId", at: 56, .uint64),
        FieldLayout("revision", at: 64, .uint64),
        FieldLayout("logPosition", at: 72, .uint64),
        FieldLayout("acceptedTime", at: 80, .time),
        FieldLayout("endTime", at: 88, .time),
        FieldLayout("outcome", at: 96, .choice(BidOutcome.names)),
        FieldLayout("reserveState", at: 97, .choice(ReserveState.names)),
        FieldLayout("status", at: 98, .choice(AuctionStatus.names)),
        FieldLayout("flags", at: 99, .bits(byteCount: 1, AckFlags.names)),
        FieldLayout("bidCount", at: 100, .uint32),
      ]
    )
  }
}
