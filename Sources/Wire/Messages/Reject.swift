// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The request was refused and changed nothing.
///
/// Sent by the server.
public struct Reject: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 201 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 64 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Reject" } }
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
  /// The public price; absent when there is none.
  public var price: Int64
  /// The least amount that a next bid may have; absent when no bid can be taken.
  public var minNext: Int64
  /// Counts the auction's changes, from 1.
  public var revision: UInt64
  /// 0 when the session refused it and nothing was logged.
  public var logPosition: UInt64
  /// When it happened.
  public var time: UInt64
  /// The template of the frame it answers.
  public var refTemplateId: UInt16
  /// A reject code.
  public var code: UInt16
  /// For 10, 30 and 40; 0 = do not retry.
  public var retryAfterMicroseconds: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - price: The public price; absent when there is none.
  ///   - minNext: The least amount that a next bid may have; absent when no bid can be taken.
  ///   - revision: Counts the auction's changes, from 1.
  ///   - logPosition: 0 when the session refused it and nothing was logged.
  ///   - time: When it happened.
  ///   - refTemplateId: The template of the frame it answers.
  ///   - code: A reject code.
  ///   - retryAfterMicroseconds: For 10, 30 and 40; 0 = do not retry.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    price: Int64,
    minNext: Int64,
    revision: UInt64,
    logPosition: UInt64,
    time: UInt64,
    refTemplateId: UInt16,
    code: UInt16,
    retryAfterMicroseconds: UInt32
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.price = price
    self.minNext = minNext
    self.revision = revision
    self.logPosition = logPosition
    self.time = time
    self.refTemplateId = refTemplateId
    self.code = code
    self.retryAfterMicroseconds = retryAfterMicroseconds
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe price = LittleEndian.int64(body, at: 16)
    unsafe minNext = LittleEndian.int64(body, at: 24)
    unsafe revision = LittleEndian.uint64(body, at: 32)
    unsafe logPosition = LittleEndian.uint64(body, at: 40)
    unsafe time = LittleEndian.uint64(body, at: 48)
    unsafe refTemplateId = LittleEndian.uint16(body, at: 56)
    unsafe code = LittleEndian.uint16(body, at: 58)
    unsafe retryAfterMicroseconds = LittleEndian.uint32(body, at: 60)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(price, body, at: 16)
    unsafe LittleEndian.store(minNext, body, at: 24)
    unsafe LittleEndian.store(revision, body, at: 32)
    unsafe LittleEndian.store(logPosition, body, at: 40)
    unsafe LittleEndian.store(time, body, at: 48)
    unsafe LittleEndian.store(refTemplateId, body, at: 56)
    unsafe LittleEndian.store(code, body, at: 58)
    unsafe LittleEndian.store(retryAfterMicroseconds, body, at: 60)
  }
}

extension Reject {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("price", at: 16, .amount),
        FieldLayout("minNext", at: 24, .amount),
        FieldLayout("revision", at: 32, .uint64),
        FieldLayout("logPosition", at: 40, .uint64),
        FieldLayout("time", at: 48, .time),
        FieldLayout("refTemplateId", at: 56, .uint16),
        FieldLayout("code", at: 58, .code),
        FieldLayout("retryAfterMicroseconds", at: 60, .uint32),
      ]
    )
  }
}
