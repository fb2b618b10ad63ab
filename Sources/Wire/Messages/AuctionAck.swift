// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The auction was created, changed or cancelled.
///
/// Sent by the server.
public struct AuctionAck: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 210 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 48 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "AuctionAck" } }
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
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// The position in the shard's log that it follows from.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// Where the auction is in its life (a `AuctionStatus`).
  public var status: UInt8
  /// The template of the frame it answers.
  public var refTemplateId: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: The position in the shard's log that it follows from.
  ///   - time: When it happened.
  ///   - status: Where the auction is in its life (a `AuctionStatus`).
  ///   - refTemplateId: The template of the frame it answers.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    status: UInt8,
    refTemplateId: UInt16
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.status = status
    self.refTemplateId = refTemplateId
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe revision = LittleEndian.uint64(body, at: 16)
    unsafe logPosition = LittleEndian.uint64(body, at: 24)
    unsafe time = LittleEndian.uint64(body, at: 32)
    unsafe status = LittleEndian.uint8(body, at: 40)
    unsafe refTemplateId = LittleEndian.uint16(body, at: 44)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(revision, body, at: 16)
    unsafe LittleEndian.store(logPosition, body, at: 24)
    unsafe LittleEndian.store(time, body, at: 32)
    unsafe LittleEndian.store(status, body, at: 40)
    unsafe LittleEndian.store(UInt8(0), body, at: 41)
    unsafe LittleEndian.store(UInt16(0), body, at: 42)
    unsafe LittleEndian.store(refTemplateId, body, at: 44)
    unsafe LittleEndian.store(UInt16(0), body, at: 46)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 40) <= 4
  }
}

extension AuctionAck {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("revision", at: 16, .uint64),
        FieldLayout("logPosition", at: 24, .uint64),
        FieldLayout("time", at: 32, .time),
        FieldLayout("status", at: 40, .choice(AuctionStatus.names)),
        FieldLayout("refTemplateId", at: 44, .uint16),
      ]
    )
  }
}
