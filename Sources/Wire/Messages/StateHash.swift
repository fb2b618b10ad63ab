// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

public import Primitives

/// The hash of the shard's whole state.
///
/// Sent by the server.
public struct StateHash: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 311 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 48 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "StateHash" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// The state after this position.
  public var logPosition: UInt64
  /// The hash of the state.
  public var hash: Digest

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - logPosition: The state after this position.
  ///   - hash: The hash of the state.
  @inlinable @_noLocks
  public init(clientRef: UInt64, logPosition: UInt64, hash: Digest) {
    self.clientRef = clientRef
    self.logPosition = logPosition
    self.hash = hash
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe logPosition = LittleEndian.uint64(body, at: 8)
    unsafe hash = LittleEndian.digest(body, at: 16)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(logPosition, body, at: 8)
    unsafe LittleEndian.store(hash, body, at: 16)
  }
}

extension StateHash {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("logPosition", at: 8, .uint64),
        FieldLayout("hash", at: 16, .digest),
      ]
    )
  }
}
