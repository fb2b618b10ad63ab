// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// I am here.
///
/// Sent by both sides.
public struct Heartbeat: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 4 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Heartbeat" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .both)
    }
  }

  /// The next sequence the sender will use.
  public var nextSequence: UInt64
  /// The sender's clock.
  public var time: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - nextSequence: The next sequence the sender will use.
  ///   - time: The sender's clock.
  @inlinable @_noLocks
  public init(nextSequence: UInt64, time: UInt64) {
    self.nextSequence = nextSequence
    self.time = time
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe nextSequence = LittleEndian.uint64(body, at: 0)
    unsafe time = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(nextSequence, body, at: 0)
    unsafe LittleEndian.store(time, body, at: 8)
  }
}

extension Heartbeat {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("nextSequence", at: 0, .uint64),
        FieldLayout("time", at: 8, .time),
      ]
    )
  }
}
