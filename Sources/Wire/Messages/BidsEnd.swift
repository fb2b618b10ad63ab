// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The rows asked for are sent.
///
/// Sent by the server.
public struct BidsEnd: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 304 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "BidsEnd" } }
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
  /// Ask with this for the next page; 0 = no more.
  public var nextBeforeRow: UInt64
  /// Rows of the auction.
  public var rowCount: UInt32
  /// Rows of this page.
  public var givenCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - nextBeforeRow: Ask with this for the next page; 0 = no more.
  ///   - rowCount: Rows of the auction.
  ///   - givenCount: Rows of this page.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    nextBeforeRow: UInt64,
    rowCount: UInt32,
    givenCount: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.nextBeforeRow = nextBeforeRow
    self.rowCount = rowCount
    self.givenCount = givenCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe nextBeforeRow = LittleEndian.uint64(body, at: 16)
    unsafe rowCount = LittleEndian.uint32(body, at: 24)
    unsafe givenCount = LittleEndian.uint32(body, at: 28)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(nextBeforeRow, body, at: 16)
    unsafe LittleEndian.store(rowCount, body, at: 24)
    unsafe LittleEndian.store(givenCount, body, at: 28)
  }
}

extension BidsEnd {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("nextBeforeRow", at: 16, .uint64),
        FieldLayout("rowCount", at: 24, .uint32),
        FieldLayout("givenCount", at: 28, .uint32),
      ]
    )
  }
}
