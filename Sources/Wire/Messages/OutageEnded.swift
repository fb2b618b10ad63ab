// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Log only: the shard serves again after an outage; auctions whose end fell in it are extended.
///
/// Stands in the log alone; never taken from a socket.
public struct OutageEnded: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 903 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "OutageEnded" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .log)
    }
  }

  /// The time of the last record before the outage.
  public var lastSeen: UInt64
  /// The least time that such an auction stays open from now, in nanoseconds; 0 = none is extended.
  public var graceNs: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - lastSeen: The time of the last record before the outage.
  ///   - graceNs: The least time that such an auction stays open from now, in nanoseconds; 0 = none
  ///     is extended.
  @inlinable @_noLocks
  public init(lastSeen: UInt64, graceNs: UInt64) {
    self.lastSeen = lastSeen
    self.graceNs = graceNs
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe lastSeen = LittleEndian.uint64(body, at: 0)
    unsafe graceNs = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(lastSeen, body, at: 0)
    unsafe LittleEndian.store(graceNs, body, at: 8)
  }
}

extension OutageEnded {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("lastSeen", at: 0, .time),
        FieldLayout("graceNs", at: 8, .uint64),
      ]
    )
  }
}
