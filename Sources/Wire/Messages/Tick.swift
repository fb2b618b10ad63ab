// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Log only: time passes without a command.
///
/// Stands in the log alone; never taken from a socket.
public struct Tick: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 900 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 8 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Tick" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .log)
    }
  }

  /// Zero.
  public var reserved: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameter reserved: Zero.
  @inlinable @_noLocks
  public init(reserved: UInt64) {
    self.reserved = reserved
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe reserved = LittleEndian.uint64(body, at: 0)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(reserved, body, at: 0)
  }
}

extension Tick {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("reserved", at: 0, .uint64)
      ]
    )
  }
}
