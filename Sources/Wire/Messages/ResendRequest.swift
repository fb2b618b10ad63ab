// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Asks for sequenced server messages again.
///
/// Sent by the client.
public struct ResendRequest: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 5 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 24 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "ResendRequest" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request.
  public var requestId: UInt64
  /// First wanted.
  public var fromSequence: UInt64
  /// How many; 0 = all up to now.
  public var count: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - requestId: The client's own number for the request.
  ///   - fromSequence: First wanted.
  ///   - count: How many; 0 = all up to now.
  @inlinable @_noLocks
  public init(requestId: UInt64, fromSequence: UInt64, count: UInt64) {
    self.requestId = requestId
    self.fromSequence = fromSequence
    self.count = count
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe requestId = LittleEndian.uint64(body, at: 0)
    unsafe fromSequence = LittleEndian.uint64(body, at: 8)
    unsafe count = LittleEndian.uint64(body, at: 16)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(requestId, body, at: 0)
    unsafe LittleEndian.store(fromSequence, body, at: 8)
    unsafe LittleEndian.store(count, body, at: 16)
  }
}

extension ResendRequest {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("requestId", at: 0, .uint64),
        FieldLayout("fromSequence", at: 8, .uint64),
        FieldLayout("count", at: 16, .uint64),
      ]
    )
  }
}
