internal import Engine
internal import Gateway
internal import Primitives
internal import Wire

extension EngineLimits {
  /// The limits that a log was begun with.
  init(configured message: EngineConfigured) {
    self.init(
      auctionsMax: Int(clamping: message.auctionsMax), bidsMax: Int(clamping: message.bidsMax),
      accountsMax: Int(clamping: message.accountsMax),
      linkGroupsMax: Int(message.linkGroupsMax), sellerBlocksMax: Int(message.sellerBlocksMax),
      rateBucketsMax: Int(message.rateBucketsMax),
      incrementTablesMax: Int(message.incrementTablesMax),
      retention: message.retentionSeconds &* TimeSpan.second)
  }

  /// The first record of a log: who it belongs to and what its engine can hold.
  func configuration(_ identity: EngineIdentity, retentionSeconds: UInt64) -> EngineConfigured {
    EngineConfigured(
      engineIdHigh: identity.engineIdHigh, engineIdLow: identity.engineIdLow,
      shard: identity.shard.number, shards: identity.shards, formatVersion: 1,
      retentionSeconds: retentionSeconds, auctionsMax: UInt64(auctionsMax),
      bidsMax: UInt64(bidsMax), accountsMax: UInt64(accountsMax),
      linkGroupsMax: UInt32(clamping: linkGroupsMax),
      sellerBlocksMax: UInt32(clamping: sellerBlocksMax),
      rateBucketsMax: UInt32(clamping: rateBucketsMax),
      incrementTablesMax: UInt32(clamping: incrementTablesMax))
  }
}
