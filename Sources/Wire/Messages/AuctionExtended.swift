// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Public: the auction's end was moved without a bid.
///
/// Sent by the server.
public struct AuctionExtended: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 307 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 56 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AuctionExtended" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// When it would have ended.
  public var oldEndTime: UInt64
  /// When the auction ends.
  public var endTime: UInt64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// Why (a `ExtensionReason`).
  public var reason: UInt8

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - oldEndTime: When it would have ended.
  ///   - endTime: When the auction ends.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - reason: Why (a `ExtensionReason`).
  @inlinable @_noLocks
  public init(
    auctionId: UInt64,
    oldEndTime: UInt64,
    endTime: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    reason: UInt8
  ) {
    self.auctionId = auctionId
    self.oldEndTime = oldEndTime
    self.endTime = endTime
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.reason = reason
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe auctionId = LittleEndian.uint64(body, at: 0)
    unsafe oldEndTime = LittleEndian.uint64(body, at: 8)
    unsafe endTime = LittleEndian.uint64(body, at: 16)
    unsafe revision = LittleEndian.uint64(body, at: 24)
    unsafe logPosition = LittleEndian.uint64(body, at: 32)
    unsafe time = LittleEndian.uint64(body, at: 40)
    unsafe reason = LittleEndian.uint8(body, at: 48)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(auctionId, body, at: 0)
    unsafe LittleEndian.store(oldEndTime, body, at: 8)
    unsafe LittleEndian.store(endTime, body, at: 16)
    unsafe LittleEndian.store(revision, body, at: 24)
    unsafe LittleEndian.store(logPosition, body, at: 32)
    unsafe LittleEndian.store(time, body, at: 40)
    unsafe LittleEndian.store(reason, body, at: 48)
    unsafe LittleEndian.store(UInt8(0), body, at: 49)
    unsafe LittleEndian.store(UInt16(0), body, at: 50)
    unsafe LittleEndian.store(UInt32(0), body, at: 52)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 48) <= 1
  }
}

extension AuctionExtended {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("auctionId", at: 0, .uint64),
        FieldLayout("oldEndTime", at: 8, .time),
        FieldLayout("endTime", at: 16, .time),
        FieldLayout("revision", at: 24, .uint64),
        FieldLayout("logPosition", at: 32, .uint64),
        FieldLayout("time", at: 40, .time),
        FieldLayout("reason", at: 48, .choice(ExtensionReason.names)),
      ]
    )
  }
}
