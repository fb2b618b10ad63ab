public import Primitives
internal import Wire

extension Engine {
  /// The hash of the whole state: equal for equal histories, whatever their tables' layout.
  ///
  /// Auctions with their bids and timers are walked in slot order, with indices into other tables
  /// left out; the entries of hash tables are summed, so that their places do not matter. What has
  /// no effect any more (idle accounts, full rate buckets) is skipped. The time is no part of it.
  ///
  /// - Returns: SHA-256 over all that decides how the next command is answered.
  /// - Complexity: O(state): seconds for millions of auctions, so not for a busy server.
  public func stateHash() -> Digest {
    var hash = SHA256State()
    add(&hash, UInt64(shard.number), retention, UInt64(auctions.slotEnd), UInt64(activeCount))
    for slot in 0..<auctions.slotEnd { addAuction(slot, &hash) }
    addFreeSlots(&hash)
    addTables(&hash)
    addLinks(&hash)
    addAccounts(&hash)
    addSellerBlocks(&hash)
    addRates(&hash)
    return hash.finish()
  }

  private func add(
    _ hash: inout SHA256State,
    _ word0: UInt64,
    _ word1: UInt64,
    _ word2: UInt64 = 0,
    _ word3: UInt64 = 0
  ) {
    let words: InlineArray<4, UInt64> = [word0, word1, word2, word3]
    unsafe words.span.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe hash.update(base, byteCount: 32)
    }
  }

  private func addAuction(_ slot: UInt32, _ hash: inout SHA256State) {
    var record = auctions[slot]
    let newest = record.newestBid
    let leading = record.leadingBid
    let isFree = record.status == SlotStatus.free
    let isTimed = !isFree && record.timerIndex != 0
    let due = isTimed && record.status != SlotStatus.active ? timers.due(record.timerIndex) : 0
    record.newestBid = 0
    record.leadingBid = 0
    record.timerIndex = 0
    unsafe withUnsafeBytes(of: &record) { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe hash.update(base, byteCount: bytes.count)
    }
    add(&hash, due, isTimed ? 1 : 0)
    guard !isFree else { return }
    var index = newest
    while index != 0 {
      let bid = bids[index]
      add(&hash, bid.bidder, bid.amountAndKind, UInt64(bid.session), index == leading ? 8 : 1)
      index = bid.previous
    }
  }

  private func addFreeSlots(_ hash: inout SHA256State) {
    var next = auctions.firstFree
    while next != 0 {
      add(&hash, UInt64(next), 2)
      next = auctions[next - 1].newestBid
    }
  }

  private func addTables(_ hash: inout SHA256State) {
    for table in IncrementTableSlab.firstCustom..<increments.indexEnd {
      add(&hash, UInt64(table), UInt64(increments.useCount(table)), 3)
      guard increments.useCount(table) > 0 else { continue }
      unsafe hash.update(increments.tiers(table).words, byteCount: IncrementTiers.byteCount)
    }
  }

  private func addLinks(_ hash: inout SHA256State) {
    for group in 1..<links.indexEnd {
      for index in 0..<links.memberCount(group) {
        add(&hash, UInt64(group), links.member(group, index), 4)
      }
    }
  }

  private func addAccounts(_ hash: inout SHA256State) {
    var sum = EntrySum()
    for index in 0..<accounts.placeCount where accounts[index].id != 0 {
      let account = accounts[index]
      guard !account.isIdle else { continue }
      sum.add(
        account.id,
        UInt64(bitPattern: account.exposure),
        UInt64(bitPattern: account.limitPlusOne),
        account.marks
      )
    }
    add(&hash, sum.low, sum.high, sum.count, 5)
  }

  private func addSellerBlocks(_ hash: inout SHA256State) {
    var sum = EntrySum()
    for place in 0..<sellerBlocks.placeCount {
      let pair = sellerBlocks.pair(at: place)
      if pair.seller != 0 { sum.add(pair.seller, pair.bidder, 0, 0) }
    }
    add(&hash, sum.low, sum.high, sum.count, 6)
  }

  private func addRates(_ hash: inout SHA256State) {
    var sum = EntrySum()
    for place in 0..<rates.placeCount {
      let bucket = rates.bucket(at: place)
      if bucket.fullAt > time { sum.add(bucket.bidder, bucket.auction, bucket.fullAt, 0) }
    }
    add(&hash, sum.low, sum.high, sum.count, 7)
  }
}

/// A hash of a set of entries that does not depend on their order: two sums of mixed words.
private struct EntrySum {
  var low: UInt64 = 0
  var high: UInt64 = 0
  var count: UInt64 = 0

  mutating func add(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    let mixed = mix64(mix64(mix64(mix64(word0) ^ word1) ^ word2) ^ word3)
    low &+= mixed
    high &+= mix64(mixed ^ 0x9E37_79B9_7F4A_7C15)
    count += 1
  }
}
