public import Primitives

/// How much one shard's engine can hold; every table is sized by these once and never grows.
///
/// The memory is asked for at the start and touched only where it is used.
public struct EngineLimits: Sendable, BitwiseCopyable {
  /// The most auctions that are remembered at a time, ended ones included.
  public var auctionsMax: Int
  /// The most accepted bids of auctions that have not ended.
  public var bidsMax: Int
  /// The most accounts that lead somewhere, have a limit or a mark, or are linked.
  public var accountsMax: Int
  /// The most groups of linked accounts.
  public var linkGroupsMax: Int
  /// The most pairs of a seller and a bidder whom the seller refuses.
  public var sellerBlocksMax: Int
  /// The most pairs of a bidder and a rate-limited auction that are counted at a time.
  public var rateBucketsMax: Int
  /// The most different increment tables of sellers at a time.
  public var incrementTablesMax: Int
  /// How long an ended auction is remembered, until an `EngineConfigured` record says otherwise.
  public var retention: Nanoseconds
  /// The most bytes of pages that changed and wait for a snapshot's writer; no part of the log.
  public var snapshotAreaByteCount: Int

  /// Names the limits.
  ///
  /// - Parameters:
  ///   - auctionsMax: The most auctions, ended ones included.
  ///   - bidsMax: The most accepted bids of auctions that have not ended.
  ///   - accountsMax: The most accounts with an exposure, a limit, a mark or a link.
  ///   - linkGroupsMax: The most groups of linked accounts.
  ///   - sellerBlocksMax: The most pairs of a seller and a bidder whom it refuses.
  ///   - rateBucketsMax: The most pairs of bidder and rate-limited auction.
  ///   - incrementTablesMax: The most different tables of sellers.
  ///   - retention: How long an ended auction is remembered, in nanoseconds.
  ///   - snapshotAreaByteCount: The bytes for pages that change while a snapshot is taken.
  public init(
    auctionsMax: Int,
    bidsMax: Int,
    accountsMax: Int,
    linkGroupsMax: Int = 1 << 12,
    sellerBlocksMax: Int = 1 << 16,
    rateBucketsMax: Int = 1 << 16,
    incrementTablesMax: Int = 1 << 10,
    retention: Nanoseconds = 7 * 86_400 * 1_000_000_000,
    snapshotAreaByteCount: Int = 64 << 20
  ) {
    self.auctionsMax = auctionsMax
    self.bidsMax = bidsMax
    self.accountsMax = accountsMax
    self.linkGroupsMax = linkGroupsMax
    self.sellerBlocksMax = sellerBlocksMax
    self.rateBucketsMax = rateBucketsMax
    self.incrementTablesMax = incrementTablesMax
    self.retention = retention
    self.snapshotAreaByteCount = snapshotAreaByteCount
  }

  /// Ten million open auctions in less than 4 GB, of which only what is used is touched.
  public static var standard: EngineLimits {
    EngineLimits(
      auctionsMax: 10_000_000,
      bidsMax: 40_000_000,
      accountsMax: 4_000_000,
      linkGroupsMax: 1 << 16,
      sellerBlocksMax: 1 << 20,
      rateBucketsMax: 1 << 20,
      incrementTablesMax: 1 << 12
    )
  }

  /// Stops the process when limits can't be met by the tables' index widths.
  func check() {
    invariant(auctionsMax > 0 && auctionsMax < 1 << 31, "auctionsMax fits a 31-bit index")
    invariant(bidsMax > 0 && bidsMax < 1 << 31, "bidsMax fits a 31-bit index")
    invariant(accountsMax > 0 && accountsMax < 1 << 30, "accountsMax fits a 30-bit index")
    invariant(linkGroupsMax > 0 && linkGroupsMax < 1 << 24, "linkGroupsMax fits a 24-bit index")
    invariant(sellerBlocksMax > 0 && sellerBlocksMax < 1 << 30, "sellerBlocksMax is too great")
    invariant(rateBucketsMax > 0 && rateBucketsMax < 1 << 30, "rateBucketsMax is too great")
    invariant(
      incrementTablesMax > 0 && incrementTablesMax < 1 << 16 - 8,
      "incrementTablesMax fits a 16-bit index"
    )
    invariant(snapshotAreaByteCount >= 4_096, "a snapshot's area holds its first piece")
    invariant(retention <= EngineLimits.retentionMax, "retention is at most a century")
  }

  /// A century in nanoseconds: times with a retention added never overflow.
  static var retentionMax: Nanoseconds { 36_525 * 86_400 * 1_000_000_000 }
}
