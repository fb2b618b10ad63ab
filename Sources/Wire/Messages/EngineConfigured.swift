// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Log only: the first record of a shard.
///
/// Stands in the log alone; never taken from a socket.
public struct EngineConfigured: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 902 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 72 } }
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
  /// The most auctions that are remembered; capacities decide refusals, so they are part of the
  /// log.
  public var auctionsMax: UInt64
  /// The most accepted bids of open auctions.
  public var bidsMax: UInt64
  /// The most accounts.
  public var accountsMax: UInt64
  /// The most groups of linked accounts.
  public var linkGroupsMax: UInt32
  /// The most pairs of a seller and a bidder whom it refuses.
  public var sellerBlocksMax: UInt32
  /// The most pairs of a bidder and a rate-limited auction that are counted.
  public var rateBucketsMax: UInt32
  /// The most different increment tables of sellers.
  public var incrementTablesMax: UInt32

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - engineIdHigh: First half of the name of this data folder.
  ///   - engineIdLow: Second half.
  ///   - shard: The number of the shard.
  ///   - shards: How many shards there are.
  ///   - formatVersion: Version of the log's format.
  ///   - retentionSeconds: How long an ended auction is remembered.
  ///   - auctionsMax: The most auctions that are remembered; capacities decide refusals, so they
  ///     are part of the log.
  ///   - bidsMax: The most accepted bids of open auctions.
  ///   - accountsMax: The most accounts.
  ///   - linkGroupsMax: The most groups of linked accounts.
  ///   - sellerBlocksMax: The most pairs of a seller and a bidder whom it refuses.
  ///   - rateBucketsMax: The most pairs of a bidder and a rate-limited auction that are counted.
  ///   - incrementTablesMax: The most different increment tables of sellers.
  @inlinable @_noLocks
  public init(
    engineIdHigh: UInt64,
    engineIdLow: UInt64,
    shard: UInt16,
    shards: UInt16,
    formatVersion: UInt32,
    retentionSeconds: UInt64,
    auctionsMax: UInt64,
    bidsMax: UInt64,
    accountsMax: UInt64,
    linkGroupsMax: UInt32,
    sellerBlocksMax: UInt32,
    rateBucketsMax: UInt32,
    incrementTablesMax: UInt32
  ) {
    self.engineIdHigh = engineIdHigh
    self.engineIdLow = engineIdLow
    self.shard = shard
    self.shards = shards
    self.formatVersion = formatVersion
    self.retentionSeconds = retentionSeconds
    self.auctionsMax = auctionsMax
    self.bidsMax = bidsMax
    self.accountsMax = accountsMax
    self.linkGroupsMax = linkGroupsMax
    self.sellerBlocksMax = sellerBlocksMax
    self.rateBucketsMax = rateBucketsMax
    self.incrementTablesMax = incrementTablesMax
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
    unsafe auctionsMax = LittleEndian.uint64(body, at: 32)
    unsafe bidsMax = LittleEndian.uint64(body, at: 40)
    unsafe accountsMax = LittleEndian.uint64(body, at: 48)
    unsafe linkGroupsMax = LittleEndian.uint32(body, at: 56)
    unsafe sellerBlocksMax = LittleEndian.uint32(body, at: 60)
    unsafe rateBucketsMax = LittleEndian.uint32(body, at: 64)
    unsafe incrementTablesMax = LittleEndian.uint32(body, at: 68)
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
    unsafe LittleEndian.store(auctionsMax, body, at: 32)
    unsafe LittleEndian.store(bidsMax, body, at: 40)
    unsafe LittleEndian.store(accountsMax, body, at: 48)
    unsafe LittleEndian.store(linkGroupsMax, body, at: 56)
    unsafe LittleEndian.store(sellerBlocksMax, body, at: 60)
    unsafe LittleEndian.store(rateBucketsMax, body, at: 64)
    unsafe LittleEndian.store(incrementTablesMax, body, at: 68)
  }
}

extension EngineConfigured {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("engineIdHigh", at: 0, .uint64),
        FieldLayout("engineIdLow", at: 8, .uint64),
        FieldLayout("shard", at: 16, .uint16),
        FieldLayout("shards", at: 18, .uint16),
        FieldLayout("formatVersion", at: 20, .uint32),
        FieldLayout("retentionSeconds", at: 24, .uint64),
        FieldLayout("auctionsMax", at: 32, .uint64),
        FieldLayout("bidsMax", at: 40, .uint64),
        FieldLayout("accountsMax", at: 48, .uint64),
        FieldLayout("linkGroupsMax", at: 56, .uint32),
        FieldLayout("sellerBlocksMax", at: 60, .uint32),
        FieldLayout("rateBucketsMax", at: 64, .uint32),
        FieldLayout("incrementTablesMax", at: 68, .uint32),
      ]
    )
  }
}
