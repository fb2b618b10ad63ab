import Wire

/// What a small shard can hold.
struct MarketLimits {
  var auctions: UInt64 = 64
  var bids: UInt64 = 4_096
  var accounts: UInt64 = 128
  var linkGroups: UInt32 = 8
  var sellerBlocks: UInt32 = 64
  var rateBuckets: UInt32 = 1_024
  var incrementTables: UInt32 = 16
  var retentionSeconds: UInt64 = 60

  /// So small that tables fill up.
  static var narrow: MarketLimits {
    MarketLimits(
      auctions: 6, bids: 40, accounts: 12, linkGroups: 1, sellerBlocks: 3, rateBuckets: 4,
      incrementTables: 2, retentionSeconds: 20)
  }

  var message: EngineConfigured {
    EngineConfigured(
      engineIdHigh: 1, engineIdLow: 2, shard: 0, shards: 1, formatVersion: 1,
      retentionSeconds: retentionSeconds, auctionsMax: auctions, bidsMax: bids,
      accountsMax: accounts, linkGroupsMax: linkGroups, sellerBlocksMax: sellerBlocks,
      rateBucketsMax: rateBuckets, incrementTablesMax: incrementTables)
  }
}
