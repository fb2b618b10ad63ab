import Primitives
import Testing
import Wire

@testable import Engine

/// The same auctions on another number of shards.
@Suite struct AdoptingTests {
  private func names(_ engine: borrowing Engine) -> [AuctionID] {
    var names: [AuctionID] = []
    var last: UInt32?
    while let (slot, id) = engine.nextAuction(after: last) {
      names.append(id)
      last = slot
    }
    return names
  }

  private func largeLimits() -> EngineLimits {
    var limits = EngineLimits.tiny
    limits.auctionsMax = 256
    limits.accountsMax = 512
    limits.bidsMax = 16_384
    limits.sellerBlocksMax = 512
    limits.linkGroupsMax = 32
    limits.incrementTablesMax = 64
    return limits
  }

  @Test(arguments: 0..<24) func auctionHashesStayWhenAuctionsMove(seed: UInt64) {
    var history = SnapshotHistory(seed: 200 + seed, limits: .tiny, bidderCount: 30)
    for _ in 0..<300 { history.step() }
    var shards = [1, 2].map { _ in [AuctionID: AuctionID]() }
    var first = EngineDriver(limits: largeLimits(), shard: 5)
    var second = EngineDriver(limits: largeLimits(), shard: 6)
    let hasRoom = [
      first.engine.adoptAccounts(from: history.driver.engine),
      second.engine.adoptAccounts(from: history.driver.engine),
    ]
    #expect(hasRoom == [true, true])
    for (index, id) in names(history.driver.engine).enumerated() {
      let hash = history.driver.engine.auctionHash(id)
      let adopted =
        index % 2 == 0
        ? first.engine.adopt(id, from: history.driver.engine)
        : second.engine.adopt(id, from: history.driver.engine)
      shards[index % 2][id] = adopted
      let moved = adopted.flatMap {
        index % 2 == 0 ? first.engine.auctionHash($0) : second.engine.auctionHash($0)
      }
      #expect(hash != nil && moved == hash)
    }
    for account in 1...30 as ClosedRange<UInt64> {
      let sum = first.engine.exposure(of: account) + second.engine.exposure(of: account)
      #expect(sum == history.driver.engine.exposure(of: account))
    }
    let counts = (first.engine.counts, second.engine.counts, history.driver.engine.counts)
    #expect(counts.0.activeAuctions + counts.1.activeAuctions == counts.2.activeAuctions)
    #expect(counts.0.sellerBlocks == counts.2.sellerBlocks)
    let due = min(first.engine.nextDue, second.engine.nextDue)
    #expect(due == history.driver.engine.nextDue)
    let lost = first.engine.adoptRates(from: history.driver.engine) { shards[0][$0] }
    #expect(lost == 0)
    expectSoundSnapshot(&first, of: 5)
  }

  /// What was adopted is a whole state: it can be saved and loaded.
  private func expectSoundSnapshot(_ driver: inout EngineDriver, of shard: UInt16) {
    let copy = SnapshotCopy.now(of: &driver.engine)
    var loaded = EngineDriver(limits: largeLimits(), shard: shard)
    let isLoaded = copy.load(into: &loaded.engine)
    #expect(isLoaded)
    #expect(loaded.engine.stateHash() == driver.engine.stateHash())
  }

  @Test(arguments: 0..<12) func movedAuctionsGoOnAsBefore(seed: UInt64) {
    var history = SnapshotHistory(seed: 300 + seed, limits: .tiny, bidderCount: 20)
    for _ in 0..<250 { history.step() }
    var moved = EngineDriver(limits: largeLimits(), shard: 7)
    let hasRoom = moved.engine.adoptAccounts(from: history.driver.engine)
    #expect(hasRoom)
    var newNames: [UInt64: UInt64] = [:]
    for id in names(history.driver.engine) {
      newNames[id.raw] = moved.engine.adopt(id, from: history.driver.engine)?.raw
    }
    let lost = moved.engine.adoptRates(from: history.driver.engine) {
      newNames[$0.raw].map(AuctionID.init(raw:))
    }
    #expect(lost == 0)
    moved.time = history.driver.time
    let retention = history.driver.engine.retention / 1_000_000_000
    _ = moved.apply(.configure(retentionSeconds: retention))
    let pairs = newNames.sorted { $0.key < $1.key }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      guard let (old, new) = pairs.randomElement(using: &random) else { return }
      history.driver.time += random.below(2_000_000_000)
      moved.time = history.driver.time
      let bidder = 1 + random.below(20)
      let amount = Int64(100 + random.below(20_000))
      let codes = [
        history.driver.bid(bidder, amount, on: old), moved.bid(bidder, amount, on: new),
      ]
      #expect(codes[0] == codes[1])
      let hashes = [
        history.driver.engine.auctionHash(AuctionID(raw: old)),
        moved.engine.auctionHash(AuctionID(raw: new)),
      ]
      #expect(hashes[0] == hashes[1])
    }
  }

  @Test func withoutRoomNothingIsAdopted() {
    var from = EngineDriver()
    let id = AuctionID(raw: from.create(.plain()))
    for amount in [500, 600, 700] as [Int64] { #expect(from.bid(1, amount, on: id.raw) == 0) }
    for change in [
      { (limits: inout EngineLimits) in limits.bidsMax = 2 }, { $0.auctionsMax = 1 },
      { $0.accountsMax = 1 },
    ] {
      var limits = EngineLimits.tiny
      change(&limits)
      var full = EngineDriver(limits: limits)
      if limits.auctionsMax == 1 { _ = full.create(.plain()) }
      if limits.accountsMax == 1 { _ = full.control(.of(.block, 9)) }
      let hash = full.engine.stateHash()
      let adopted = full.engine.adopt(id, from: from.engine)
      #expect(adopted == nil)
      #expect(full.engine.stateHash() == hash)
    }
    let unknown = from.engine.auctionHash(AuctionID(raw: id.raw + 1))
    #expect(unknown == nil)
  }

  @Test func withoutRoomForItsTableAnAuctionLeavesNoBids() {
    var auction = CreateAuction.plain()
    auction.incrementTable = 255
    var from = EngineDriver()
    let id = AuctionID(raw: from.create(auction, [.init(limit: .min, increment: 5)]))
    for amount in [500, 600, 700] as [Int64] { #expect(from.bid(1, amount, on: id.raw) == 0) }
    var limits = EngineLimits.tiny
    (limits.incrementTablesMax, limits.bidsMax) = (1, 4)
    var full = EngineDriver(limits: limits)
    let own = full.create(auction, [.init(limit: .min, increment: 6)])
    let adopted = full.engine.adopt(id, from: from.engine)
    #expect(adopted == nil)
    // All four places for bids are still there.
    for amount in [500, 600, 700, 800] as [Int64] { #expect(full.bid(1, amount, on: own) == 0) }
  }

  @Test func withoutRoomForItsAccountsAShardIsNotAdopted() {
    var from = EngineDriver()
    #expect(from.control(.of(.verify, 1)) == 0)
    #expect(from.control(.of(.verify, 2)) == 0)
    #expect(from.control(.of(.link, 3, other: 4)) == 0)
    #expect(from.control(.of(.sellerBlock, 100, other: 5)) == 0)
    func isAdopted(_ prepare: AccountControl, _ change: (inout EngineLimits) -> Void) -> Bool {
      var limits = EngineLimits.tiny
      change(&limits)
      var to = EngineDriver(limits: limits)
      #expect(to.control(prepare) == 0)
      return to.engine.adoptAccounts(from: from.engine)
    }
    #expect(isAdopted(.of(.block, 9)) { _ in })
    #expect(!isAdopted(.of(.block, 9)) { $0.accountsMax = 2 })
    #expect(!isAdopted(.of(.link, 8, other: 9)) { $0.linkGroupsMax = 1 })
    #expect(!isAdopted(.of(.sellerBlock, 100, other: 9)) { $0.sellerBlocksMax = 1 })
  }

  /// Whose tokens find no place has all of them again: the count says how many do.
  @Test func tokensWithoutAPlaceAreCounted() throws {
    var auction = CreateAuction.plain()
    (auction.rateRefillMs, auction.rateBurst) = (60_000, 1)
    var from = EngineDriver()
    let id = AuctionID(raw: from.create(auction))
    for bidder in 1...6 as ClosedRange<UInt64> {
      #expect(from.bid(bidder, 500 * Int64(bidder), on: id.raw) == 0)
    }
    var limits = EngineLimits.tiny
    limits.rateBucketsMax = 4
    var to = EngineDriver(limits: limits)
    let adopted = to.engine.adopt(id, from: from.engine)
    let name = try #require(adopted)
    let lost = to.engine.adoptRates(from: from.engine) { $0 == id ? name : nil }
    #expect(lost == 2)
    let others = to.engine.adoptRates(from: from.engine) { _ in nil }
    #expect(others == 0, "tokens of auctions that stayed are not asked for")
    to.time = from.time + 1
    let codes = (1...6 as ClosedRange<UInt64>).map { to.bid($0, 90_000, on: name.raw) }
    let tooSoon = codes.filter { $0 == RejectCode.limitExceeded.rawValue }
    let withoutAPlace = codes.filter { $0 == RejectCode.overloaded.rawValue }
    #expect(tooSoon.count == 4 && withoutAPlace.count == 2)
  }

  @Test func marksOfSeveralShardsAreJoined() {
    var one = EngineDriver()
    var two = EngineDriver(shard: 1)
    #expect(one.control(.of(.block, 1)) == 0)
    #expect(two.control(.of(.verify, 1)) == 0)
    #expect(one.control(.of(.limitExposure, 2, amount: 900)) == 0)
    #expect(two.control(.of(.limitExposure, 2, amount: 700)) == 0)
    #expect(one.control(.of(.link, 3, other: 4)) == 0)
    #expect(two.control(.of(.link, 4, other: 5)) == 0)
    #expect(one.control(.of(.sellerBlock, 100, other: 6)) == 0)
    #expect(two.control(.of(.sellerBlock, 100, other: 6)) == 0)
    var joined = EngineDriver(shard: 2)
    let hasRoom = [
      joined.engine.adoptAccounts(from: one.engine), joined.engine.adoptAccounts(from: two.engine),
    ]
    #expect(hasRoom == [true, true])
    var expected = EngineDriver(shard: 2)
    #expect(expected.control(.of(.block, 1)) == 0)
    #expect(expected.control(.of(.verify, 1)) == 0)
    #expect(expected.control(.of(.limitExposure, 2, amount: 700)) == 0)
    #expect(expected.control(.of(.link, 3, other: 4)) == 0)
    #expect(expected.control(.of(.link, 4, other: 5)) == 0)
    #expect(expected.control(.of(.sellerBlock, 100, other: 6)) == 0)
    #expect(joined.engine.stateHash() == expected.engine.stateHash())
  }
}
