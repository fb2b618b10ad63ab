// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

public import Primitives

/// Log only: the state at this position comes from a snapshot, not from the records before.
///
/// Stands in the log alone; never taken from a socket.
public struct StateImported: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 904 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 48 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "StateImported" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .log)
    }
  }

  /// The hash of the state that must be loaded here.
  public var hash: Digest
  /// First half of the name of the data folder it came from.
  public var sourceHigh: UInt64
  /// Second half.
  public var sourceLow: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - hash: The hash of the state that must be loaded here.
  ///   - sourceHigh: First half of the name of the data folder it came from.
  ///   - sourceLow: Second half.
  @inlinable @_noLocks
  public init(hash: Digest, sourceHigh: UInt64, sourceLow: UInt64) {
    self.hash = hash
    self.sourceHigh = sourceHigh
    self.sourceLow = sourceLow
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe hash = LittleEndian.digest(body, at: 0)
    unsafe sourceHigh = LittleEndian.uint64(body, at: 32)
    unsafe sourceLow = LittleEndian.uint64(body, at: 40)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(hash, body, at: 0)
    unsafe LittleEndian.store(sourceHigh, body, at: 32)
    unsafe LittleEndian.store(sourceLow, body, at: 40)
  }
}

extension StateImported {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("hash", at: 0, .digest),
        FieldLayout("sourceHigh", at: 32, .uint64),
        FieldLayout("sourceLow", at: 40, .uint64),
      ]
    )
  }
}
