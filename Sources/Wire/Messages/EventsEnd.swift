// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The events asked for are sent.
///
/// Sent by the server.
public struct EventsEnd: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 306 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 40 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "EventsEnd" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Where in the journal the next event is: ask from here.
  public var nextOffset: UInt64
  /// Where the journal ends now.
  public var endOffset: UInt64
  /// Where the oldest event is that is kept.
  public var oldestOffset: UInt64
  /// Events sent.
  public var eventCount: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - nextOffset: Where in the journal the next event is: ask from here.
  ///   - endOffset: Where the journal ends now.
  ///   - oldestOffset: Where the oldest event is that is kept.
  ///   - eventCount: Events sent.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    nextOffset: UInt64,
    endOffset: UInt64,
    oldestOffset: UInt64,
    eventCount: UInt32
  ) {
    self.clientRef = clientRef
    self.nextOffset = nextOffset
    self.endOffset = endOffset
    self.oldestOffset = oldestOffset
    self.eventCount = eventCount
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe nextOffset = LittleEndian.uint64(body, at: 8)
    unsafe endOffset = LittleEndian.uint64(body, at: 16)
    unsafe oldestOffset = LittleEndian.uint64(body, at: 24)
    unsafe eventCount = LittleEndian.uint32(body, at: 32)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(nextOffset, body, at: 8)
    unsafe LittleEndian.store(endOffset, body, at: 16)
    unsafe LittleEndian.store(oldestOffset, body, at: 24)
    unsafe LittleEndian.store(eventCount, body, at: 32)
    unsafe LittleEndian.store(UInt32(0), body, at: 36)
  }
}

extension EventsEnd {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("nextOffset", at: 8, .uint64),
        FieldLayout("endOffset", at: 16, .uint64),
        FieldLayout("oldestOffset", at: 24, .uint64),
        FieldLayout("eventCount", at: 32, .uint32),
      ]
    )
  }
}
