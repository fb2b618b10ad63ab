// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The snapshot is on the disk.
///
/// Sent by the server.
public struct SnapshotTaken: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 312 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "SnapshotTaken" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// It holds the state after this position.
  public var logPosition: UInt64
  /// The bytes of its file.
  public var byteCount: UInt64
  /// How long it took, in nanoseconds.
  public var tookNs: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - logPosition: It holds the state after this position.
  ///   - byteCount: The bytes of its file.
  ///   - tookNs: How long it took, in nanoseconds.
  @inlinable @_noLocks
  public init(clientRef: UInt64, logPosition: UInt64, byteCount: UInt64, tookNs: UInt64) {
    self.clientRef = clientRef
    self.logPosition = logPosition
    self.byteCount = byteCount
    self.tookNs = tookNs
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe logPosition = LittleEndian.uint64(body, at: 8)
    unsafe byteCount = LittleEndian.uint64(body, at: 16)
    unsafe tookNs = LittleEndian.uint64(body, at: 24)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(logPosition, body, at: 8)
    unsafe LittleEndian.store(byteCount, body, at: 16)
    unsafe LittleEndian.store(tookNs, body, at: 24)
  }
}

extension SnapshotTaken {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("logPosition", at: 8, .uint64),
        FieldLayout("byteCount", at: 16, .uint64),
        FieldLayout("tookNs", at: 24, .uint64),
      ]
    )
  }
}
