// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Operator: asks for the shard's events in the order of its log, from a place in its event
/// journal.
///
/// Sent by the client.
public struct QueryEvents: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 128 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 24 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "QueryEvents" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Where in the journal to begin: what the last EventsEnd named next; 0 = the oldest event that
  /// is kept.
  public var fromOffset: UInt64
  /// Most events wanted.
  public var limit: UInt32
  /// How long to wait for an event when there is none yet, in milliseconds; 0 = answer at once.
  public var waitMs: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - fromOffset: Where in the journal to begin: what the last EventsEnd named next; 0 = the
  ///     oldest event that is kept.
  ///   - limit: Most events wanted.
  ///   - waitMs: How long to wait for an event when there is none yet, in milliseconds; 0 = answer
  ///     at once.
  @inlinable @_noLocks
  public init(clientRef: UInt64, fromOffset: UInt64, limit: UInt32, waitMs: UInt32) {
    self.clientRef = clientRef
    self.fromOffset = fromOffset
    self.limit = limit
    self.waitMs = waitMs
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe fromOffset = LittleEndian.uint64(body, at: 8)
    unsafe limit = LittleEndian.uint32(body, at: 16)
    unsafe waitMs = LittleEndian.uint32(body, at: 20)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(fromOffset, body, at: 8)
    unsafe LittleEndian.store(limit, body, at: 16)
    unsafe LittleEndian.store(waitMs, body, at: 20)
  }
}

extension QueryEvents {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("fromOffset", at: 8, .uint64),
        FieldLayout("limit", at: 16, .uint32),
        FieldLayout("waitMs", at: 20, .uint32),
      ]
    )
  }
}
