public import Wire

/// How much a shard can hold, as its log's first record says: it decides refusals.
public struct BookLimits: Equatable, Sendable {
  /// The most auctions, ended ones included.
  public var auctions: UInt64
  /// The most accepted bids of auctions that have not ended.
  public var bids: UInt64
  /// The most accounts that the shard must remember.
  public var accounts: UInt64
  /// The most groups of linked accounts.
  public var linkGroups: UInt64
  /// The most pairs of a seller and a bidder whom it refuses.
  public var sellerBlocks: UInt64
  /// The most pairs of a bidder and a rate-limited auction.
  public var rateBuckets: UInt64
  /// The most different increment tables of sellers.
  public var incrementTables: UInt64

  /// Takes the limits of a log's first record.
  ///
  /// - Parameter message: The record's message.
  public init(_ message: EngineConfigured) {
    auctions = message.auctionsMax
    bids = message.bidsMax
    accounts = message.accountsMax
    linkGroups = UInt64(message.linkGroupsMax)
    sellerBlocks = UInt64(message.sellerBlocksMax)
    rateBuckets = UInt64(message.rateBucketsMax)
    incrementTables = UInt64(message.incrementTablesMax)
  }
}
