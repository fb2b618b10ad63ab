// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Asks where the shards are.
///
/// Sent by the client.
public struct QueryTopology: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 124 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 8 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "QueryTopology" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameter clientRef: The client's own number for the request; comes back in its reply.
  @inlinable @_noLocks
  public init(clientRef: UInt64) {
    self.clientRef = clientRef
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
  }
}

extension QueryTopology {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64)
      ]
    )
  }
}
