public import Primitives
internal import Wire

extension Engine {
  /// The next auction that is remembered, for a walk over all of them.
  ///
  /// - Parameter slot: The slot of the auction before; nil for the first.
  /// - Returns: Its slot and its name; nil after the last.
  /// - Complexity: O(1) but for free slots, which are passed over.
  public func nextAuction(after slot: UInt32?) -> (slot: UInt32, id: AuctionID)? {
    var next = slot.map { UInt64($0) + 1 } ?? 0
    while next < UInt64(auctions.slotEnd) {
      let found = UInt32(next)
      if auctions[found].status != SlotStatus.free {
        return (found, auctions.id(found, on: shard))
      }
      next += 1
    }
    return nil
  }

  /// The hash of one auction, whatever its shard and its place there: equal for the same auction
  /// before and after it moved to another shard.
  ///
  /// It covers terms, increments, standing, times, revision and all bids in their order; not the
  /// name, the sessions, and what the shard knows of accounts.
  ///
  /// - Parameter id: The auction.
  /// - Returns: SHA-256 over it; nil when the auction is unknown.
  /// - Complexity: O(bids of the auction).
  public func auctionHash(_ id: AuctionID) -> Digest? {
    guard let slot = auctions.find(id, on: shard) else { return nil }
    var record = auctions[slot]
    let leading = record.leadingBid
    var index = record.newestBid
    record.setLife(generation: 0, status: record.lifeBits & 0x3FF)
    record.newestBid = 0
    record.leadingBid = 0
    record.leaderSession = 0
    record.timerIndex = 0
    record.incrementTable = 0
    var hash = SHA256State()
    unsafe withUnsafeBytes(of: &record) { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe hash.update(base, byteCount: bytes.count)
    }
    let tiers = increments.tiers(auctions[slot].incrementTable)
    unsafe hash.update(tiers.words, byteCount: IncrementTiers.byteCount)
    while index != 0 {
      let bid = bids[index]
      addBid(bid, leads: index == leading, &hash)
      index = bid.previous
    }
    return hash.finish()
  }

  private func addBid(_ bid: BidRecord, leads: Bool, _ hash: inout SHA256State) {
    var words = (bid.bidder, bid.amountAndKind, leads ? UInt64(1) : 0)
    unsafe withUnsafeBytes(of: &words) { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe hash.update(base, byteCount: bytes.count)
    }
  }
}
