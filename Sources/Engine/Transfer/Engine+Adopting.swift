public import Primitives
internal import Wire

// A shard's state made of parts of others: offline, for another number of shards.
extension Engine {
  /// Takes over an auction with all its bids under a new name; its `auctionHash` stays.
  ///
  /// Sessions do not move with it: nobody is told by name that it was outbid or won by bids of
  /// before. The engine's time becomes at least the other's.
  ///
  /// - Parameters:
  ///   - id: The auction's name in the other engine.
  ///   - other: The engine that holds it.
  /// - Returns: Its name here; nil when it is unknown there, or a table here has no room for it.
  /// - Complexity: O(bids of the auction).
  public mutating func adopt(_ id: AuctionID, from other: borrowing Engine) -> AuctionID? {
    let isBetweenCommands = !moreDue && loading == nil
    invariant(isBetweenCommands, "an auction is adopted between two commands")
    guard let source = other.auctions.find(id, on: other.shard), auctions.hasRoom else {
      return nil
    }
    let from = other.auctions[source]
    guard let leader = adoptLeader(of: from),
      let bidList = adoptBids(from, other)
    else { return nil }
    guard let table = adoptTable(from.incrementTable, other) else {
      bids.give(backListFrom: bidList.newest)
      return nil
    }
    let slot = auctions.take()
    fill(slot, from, bidList, table)
    time = max(time, other.time)
    if from.status == SlotStatus.active {
      activeCount += 1
      if leader != 0 { addExposure(from.maximum, to: leader) }
    }
    if let due = due(slot) { setTimer(slot, due: due) }
    return auctions.id(slot, on: shard)
  }

  private func fill(
    _ slot: UInt32,
    _ from: AuctionRecord,
    _ bidList: AdoptedBids,
    _ table: UInt16
  ) {
    let generation = auctions[slot].generation
    auctions[slot] = from
    auctions[slot].lifeBits = generation << 10 | from.lifeBits & 0x3FF
    auctions[slot].newestBid = bidList.newest
    auctions[slot].leadingBid = bidList.leading
    auctions[slot].leaderSession = 0
    auctions[slot].timerIndex = 0
    auctions[slot].incrementTable = table
  }

  /// Keeps the account of an open auction's leader: 0 when there is none, nil without room.
  private mutating func adoptLeader(of record: AuctionRecord) -> UInt64? {
    guard record.status == SlotStatus.active, record.leader != 0 else { return 0 }
    return accounts.findOrAdd(record.leader) >= 0 ? record.leader : nil
  }

  private mutating func adoptTable(_ table: UInt16, _ other: borrowing Engine) -> UInt16? {
    guard table >= IncrementTableSlab.firstCustom else { return table }
    return increments.acquire(other.increments.list(table))
  }

  /// Copies the bids of an auction, newest first; nil without room for all of them.
  private mutating func adoptBids(
    _ record: AuctionRecord,
    _ other: borrowing Engine
  ) -> AdoptedBids? {
    var list = AdoptedBids()
    var newer: UInt32 = 0
    var index = record.newestBid
    while index != 0 {
      var bid = other.bids[index]
      let older = bid.previous
      bid.previous = 0
      bid.session = 0
      guard bids.hasRoom else {
        bids.give(backListFrom: list.newest)
        return nil
      }
      let copy = bids.add(bid)
      if newer == 0 { list.newest = copy } else { bids[newer].previous = copy }
      if index == record.leadingBid { list.leading = copy }
      newer = copy
      index = older
    }
    return list
  }

  /// Takes over what another engine knows of accounts, but for exposures, which come with auctions.
  ///
  /// What several shards know of an account is joined: it is blocked or verified when one of them
  /// says so, and of two limits the lower one counts.
  ///
  /// - Parameter other: The engine that knows them.
  /// - Returns: Whether there was room for all; otherwise this engine must not be used.
  /// - Complexity: O(accounts).
  public mutating func adoptAccounts(from other: borrowing Engine) -> Bool {
    var place = other.accounts.next(0)
    while place < other.accounts.placeCount {
      guard adoptMarks(other.accounts[place]) else { return false }
      place = other.accounts.next(place + 1)
    }
    for group in 1..<other.links.indexEnd {
      for index in 0..<max(1, other.links.memberCount(group)) - 1 {
        let first = other.links.member(group, index)
        if link(first, other.links.member(group, index + 1)) != nil { return false }
      }
    }
    place = other.sellerBlocks.next(0)
    while place < other.sellerBlocks.placeCount {
      let pair = other.sellerBlocks.pair(at: place)
      if refuseBidder(pair.bidder, seller: pair.seller) != nil { return false }
      place = other.sellerBlocks.next(place + 1)
    }
    time = max(time, other.time)
    return true
  }

  private mutating func adoptMarks(_ from: AccountRecord) -> Bool {
    guard from.limitPlusOne != 0 || from.isBlocked || from.isVerified else { return true }
    let index = accounts.findOrAdd(from.id)
    guard index >= 0 else { return false }
    accounts.willChange(index)
    if from.isBlocked { accounts[index].isBlocked = true }
    if from.isVerified { accounts[index].isVerified = true }
    let limit = accounts[index].limitPlusOne
    if from.limitPlusOne != 0 {
      accounts[index].limitPlusOne = limit == 0 ? from.limitPlusOne : min(limit, from.limitPlusOne)
    }
    return true
  }

  /// Takes over the tokens of rate-limited auctions that were adopted.
  ///
  /// - Parameters:
  ///   - other: The engine that counts them.
  ///   - newName: The name here of an auction there; nil for one that was not adopted.
  /// - Returns: How many found no place: their bidders have all tokens again.
  /// - Complexity: O(places for rate buckets).
  public mutating func adoptRates(
    from other: borrowing Engine,
    as newName: (AuctionID) -> AuctionID?
  ) -> Int {
    var lostCount = 0
    for place in 0..<other.rates.placeCount {
      let bucket = other.rates.bucket(at: place)
      guard bucket.fullAt > other.time, let name = newName(AuctionID(raw: bucket.auction)) else {
        continue
      }
      let isKept = rates.put(
        bidder: bucket.bidder, auction: name.raw, fullAt: bucket.fullAt, at: other.time)
      if !isKept { lostCount += 1 }
    }
    return lostCount
  }
}

/// The first bid of an adopted list and the one that leads; 0 = none.
private struct AdoptedBids: BitwiseCopyable {
  var newest: UInt32 = 0
  var leading: UInt32 = 0
}
