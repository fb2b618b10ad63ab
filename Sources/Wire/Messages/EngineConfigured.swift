// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Log only: the first record of a shard.
///
/// Stands in the log alone; never taken from a socket.
public struct EngineConfigured: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 902 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "EngineConfigured" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .log)
    }
  }

  /// First half of the name of this data folder.
  public var engineIdHigh: UInt64
  /// Second half.
  public var engineIdLow: UInt64
  /// The number of the shard.
  public var shard: UInt16
  /// How many shards there are.
  public var shards: UInt16
  /// Version of the log's format.
  public var formatVersion: UInt32
  /// How long an ended auction is remembered.
  public var retentionSeconds: UInt64

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - engineIdHigh: First half of the name of this data folder.
  ///   - engineIdLow: Second half.
  ///   - shard: The number of the shard.
  ///   - shards: How many shards there are.
  ///   - formatVersion: Version of the log's format.
  ///   - retentionSeconds: How long an ended auction is remembered.
  @inlinable @_noLocks
  public init(
    engineIdHigh: UInt64,
    engineIdLow: UInt64,
    shard: UInt16,
    shards: UInt16,
    formatVersion: UInt32,
    retentionSeconds: UInt64
  ) {
    self.engineIdHigh = engineIdHigh
    self.engineIdLow = engineIdLow
    self.shard = shard
    self.shards = shards
    self.formatVersion = formatVersion
    self.retentionSeconds = retentionSeconds
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe engineIdHigh = LittleEndian.uint64(body, at: 0)
    unsafe engineIdLow = LittleEndian.uint64(body, at: 8)
    unsafe shard = LittleEndian.uint16(body, at: 16)
    unsafe shards = LittleEndian.uint16(body, at: 18)
    unsafe formatVersion = LittleEndian.uint32(body, at: 20)
    unsafe retentionSeconds = LittleEndian.uint64(body, at: 24)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(engineIdHigh, body, at: 0)
    unsafe LittleEndian.store(engineIdLow, body, at: 8)
    unsafe LittleEndian.store(shard, body, at: 16)
    unsafe LittleEndian.store(shards, body, at: 18)
    unsafe LittleEndian.store(formatVersion, body, at: 20)
    unsafe LittleEndian.store(retentionSeconds, body, at: 24)
  }
}
