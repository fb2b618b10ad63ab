// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The last message before the server closes.
///
/// Sent by the server.
public struct EndOfSession: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 9 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "EndOfSession" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The server's clock.
  public var time: UInt64
  /// The last server sequence sent.
  public var lastSequence: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - time: The server's clock.
  ///   - lastSequence: The last server sequence sent.
  @inlinable @_noLocks
  public init(time: UInt64, lastSequence: UInt64) {
    self.time = time
    self.lastSequence = lastSequence
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe time = LittleEndian.uint64(body, at: 0)
    unsafe lastSequence = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(time, body, at: 0)
    unsafe LittleEndian.store(lastSequence, body, at: 8)
  }
}

extension EndOfSession {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("time", at: 0, .time),
        FieldLayout("lastSequence", at: 8, .uint64),
      ]
    )
  }
}
