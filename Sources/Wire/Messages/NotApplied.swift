// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// These requests were not applied and never will be under these sequences.
///
/// Sent by the server.
public struct NotApplied: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 10 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "NotApplied" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The first of them.
  public var fromClientSequence: UInt64
  /// How many.
  public var count: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - fromClientSequence: The first of them.
  ///   - count: How many.
  @inlinable @_noLocks
  public init(fromClientSequence: UInt64, count: UInt64) {
    self.fromClientSequence = fromClientSequence
    self.count = count
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe fromClientSequence = LittleEndian.uint64(body, at: 0)
    unsafe count = LittleEndian.uint64(body, at: 8)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(fromClientSequence, body, at: 0)
    unsafe LittleEndian.store(count, body, at: 8)
  }
}

extension NotApplied {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("fromClientSequence", at: 0, .uint64),
        FieldLayout("count", at: 8, .uint64),
      ]
    )
  }
}
