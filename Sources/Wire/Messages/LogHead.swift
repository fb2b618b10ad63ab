// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

public import Primitives

/// The newest durable position.
///
/// Sent by the server.
public struct LogHead: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 310 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 48 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "LogHead" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The newest durable position.
  public var logPosition: UInt64
  /// When the log took it.
  public var time: UInt64
  /// The chain's hash of the batch that holds it.
  public var hash: Digest

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - logPosition: The newest durable position.
  ///   - time: When the log took it.
  ///   - hash: The chain's hash of the batch that holds it.
  @inlinable @_noLocks
  public init(logPosition: UInt64, time: UInt64, hash: Digest) {
    self.logPosition = logPosition
    self.time = time
    self.hash = hash
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe logPosition = LittleEndian.uint64(body, at: 0)
    unsafe time = LittleEndian.uint64(body, at: 8)
    unsafe hash = LittleEndian.digest(body, at: 16)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(logPosition, body, at: 0)
    unsafe LittleEndian.store(time, body, at: 8)
    unsafe LittleEndian.store(hash, body, at: 16)
  }
}

extension LogHead {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("logPosition", at: 0, .uint64),
        FieldLayout("time", at: 8, .time),
        FieldLayout("hash", at: 16, .digest),
      ]
    )
  }
}
