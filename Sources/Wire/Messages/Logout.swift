// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Closes the connection in good order; the session stays.
///
/// Sent by both sides.
public struct Logout: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 8 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Logout" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .both)
    }
  }

  /// The sender's clock.
  public var time: UInt64
  /// Why; 0 = asked for.
  public var code: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - time: The sender's clock.
  ///   - code: Why; 0 = asked for.
  @inlinable @_noLocks
  public init(time: UInt64, code: UInt16) {
    self.time = time
    self.code = code
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe time = LittleEndian.uint64(body, at: 0)
    unsafe code = LittleEndian.uint16(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(time, body, at: 0)
    unsafe LittleEndian.store(code, body, at: 8)
    unsafe LittleEndian.store(UInt16(0), body, at: 10)
    unsafe LittleEndian.store(UInt32(0), body, at: 12)
  }
}

extension Logout {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("time", at: 0, .time),
        FieldLayout("code", at: 8, .code),
      ]
    )
  }
}
