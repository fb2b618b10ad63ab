// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Those messages are no longer kept.
///
/// Sent by the server.
public struct ResendReject: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 7 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 24 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "ResendReject" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request.
  public var requestId: UInt64
  /// The oldest server sequence that can still be asked for.
  public var oldestReplayableSequence: UInt64
  /// A reject code.
  public var code: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - requestId: The client's own number for the request.
  ///   - oldestReplayableSequence: The oldest server sequence that can still be asked for.
  ///   - code: A reject code.
  @inlinable @_noLocks
  public init(requestId: UInt64, oldestReplayableSequence: UInt64, code: UInt16) {
    self.requestId = requestId
    self.oldestReplayableSequence = oldestReplayableSequence
    self.code = code
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe requestId = LittleEndian.uint64(body, at: 0)
    unsafe oldestReplayableSequence = LittleEndian.uint64(body, at: 8)
    unsafe code = LittleEndian.uint16(body, at: 16)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(requestId, body, at: 0)
    unsafe LittleEndian.store(oldestReplayableSequence, body, at: 8)
    unsafe LittleEndian.store(code, body, at: 16)
    unsafe LittleEndian.store(UInt16(0), body, at: 18)
    unsafe LittleEndian.store(UInt32(0), body, at: 20)
  }
}

extension ResendReject {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("requestId", at: 0, .uint64),
        FieldLayout("oldestReplayableSequence", at: 8, .uint64),
        FieldLayout("code", at: 16, .code),
      ]
    )
  }
}
