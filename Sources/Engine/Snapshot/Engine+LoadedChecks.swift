internal import Primitives

// What a loaded state must be so that no index leads out of its table and no list into a circle.
extension Engine {
  /// Whether links and refusals of sellers agree with the accounts they name.
  mutating func hasSoundAccounts() -> Bool {
    var linkedCount = 0
    var place = accounts.next(0)
    while place < accounts.placeCount {
      if accounts[place].linkGroup != 0 { linkedCount += 1 }
      place = accounts.next(place + 1)
    }
    for group in 1..<links.indexEnd {
      for index in 0..<links.memberCount(group) {
        let account = accounts.find(links.member(group, index))
        guard account >= 0, accounts[account].linkGroup == group else { return false }
        linkedCount -= 1
      }
    }
    guard linkedCount == 0 else { return false }
    place = sellerBlocks.next(0)
    while place < sellerBlocks.placeCount {
      let account = accounts.find(sellerBlocks.pair(at: place).bidder)
      guard account >= 0, accounts[account].sellerBlockCount > 0 else { return false }
      place = sellerBlocks.next(place + 1)
    }
    return true
  }

  /// Whether every auction names tables, bids and accounts that are there.
  mutating func hasSoundAuctions() -> Bool {
    var useCounts = [UInt32](repeating: 0, count: Int(increments.indexEnd))
    var count = 0
    for slot in 0..<auctions.slotEnd where auctions[slot].status != SlotStatus.free {
      let record = auctions[slot]
      guard record.status <= SlotStatus.cancelled, increments.isInUse(record.incrementTable),
        record.leadingBid < bids.end
      else { return false }
      count += 1
      useCounts[Int(record.incrementTable)] += 1
      let hasBids = record.status == SlotStatus.active && record.leader != 0
      guard hasBids == (record.leadingBid != 0), hasBids == (record.newestBid != 0) else {
        return false
      }
      guard hasBids else { continue }
      guard bids[record.leadingBid].bidder == record.leader, accounts.find(record.leader) >= 0
      else { return false }
    }
    for table in IncrementTableSlab.firstCustom..<increments.indexEnd {
      guard useCounts[Int(table)] == increments.useCount(table) else { return false }
    }
    return count == auctions.count
  }

  /// Whether each record of a bid stands in exactly one list: of an auction, or of free records.
  ///
  /// Every record is named once, by the next newer bid, by its auction, or as the head of a free
  /// list; so it is enough to see each name once, in the order of memory.
  mutating func hasSoundBids() -> Bool {
    let end = bids.end
    var seen = SeenIndices(end: end)
    for slot in 0..<auctions.slotEnd where auctions[slot].status != SlotStatus.free {
      guard seen.add(auctions[slot].newestBid) else { return false }
    }
    for index in 1..<end { guard seen.add(bids[index].previous) else { return false } }
    var head = bids.freeLists
    guard seen.add(bids.free) else { return false }
    while head != 0 {
      guard seen.add(head), bids[head].bidder < UInt64(end) else { return false }
      head = UInt32(bids[head].bidder)
    }
    return seen.count == Int(end) - 1
  }
}

/// Which indices of a table were named.
@safe
private struct SeenIndices: ~Copyable {
  private let bits: UnsafeMutablePointer<UInt64>
  private let end: UInt32
  /// How many indices were named.
  private(set) var count = 0

  init(end: UInt32) {
    let wordCount = Int(end) / 64 + 1
    unsafe bits = UnsafeMutablePointer.allocate(capacity: wordCount)
    unsafe bits.initialize(repeating: 0, count: wordCount)
    self.end = end
  }

  deinit { unsafe bits.deallocate() }

  /// Notes an index, unless it is 0; false when it was noted before or is none of the table.
  mutating func add(_ index: UInt32) -> Bool {
    guard index != 0 else { return true }
    let word = Int(index) / 64
    let bit: UInt64 = 1 << UInt64(index & 63)
    guard index < end, unsafe bits[word] & bit == 0 else { return false }
    unsafe bits[word] |= bit
    count += 1
    return true
  }
}
