import Glibc
import Primitives
import Synchronization
import Testing
import Wire

@testable import Engine

/// What the memory test's engine asked for.
private let askedByteCount = Mutex(0)

/// A full table is an answer, and the tables' own mechanics.
@Suite struct LimitTests {
  private let full = RejectCode.overloaded.rawValue

  private func limits(_ change: (inout EngineLimits) -> Void) -> EngineLimits {
    var limits = EngineLimits.tiny
    change(&limits)
    return limits
  }

  @Test func auctions() {
    var driver = EngineDriver(limits: limits { $0.auctionsMax = 2 })
    _ = driver.create(.plain())
    let second = driver.create(.plain())
    let hash = driver.engine.stateHash()
    #expect(driver.code(driver.apply(.create(.plain(), []))) == full)
    #expect(driver.engine.stateHash() == hash)
    #expect(driver.cancel(second, by: 100) == 0)
    driver.time += 60_000_000_000
    #expect(driver.create(.plain(at: driver.time)) == 2 << 32 | 1)
  }

  @Test func bidsComeFreeAtTheEnd() {
    var driver = EngineDriver(limits: limits { $0.bidsMax = 4 })
    let first = driver.create(.plain())
    let second = driver.create(.plain())
    for amount in [500, 600, 700] as [Int64] { #expect(driver.bid(1, amount, on: first) == 0) }
    #expect(driver.bid(2, 500, on: second) == 0)
    let hash = driver.engine.stateHash()
    #expect(driver.bid(2, 600, on: second) == full)
    #expect(driver.bid(3, 9_000, on: second) == full)
    #expect(driver.engine.stateHash() == hash)
    #expect(driver.cancel(first, by: 5, reason: 1, roles: .operator) == 0)
    for amount in [600, 700, 800] as [Int64] { #expect(driver.bid(2, amount, on: second) == 0) }
    #expect(driver.bid(2, 900, on: second) == full)
    #expect(driver.removeBids(2, from: second) == 0)
    #expect(driver.view(second)?.price == .min)
    #expect(driver.bid(3, 500, on: second) == 0)
  }

  @Test func accounts() {
    var driver = EngineDriver(limits: limits { $0.accountsMax = 8 })
    for account in 1...8 { #expect(driver.control(.of(.block, UInt64(account))) == 0) }
    let id = driver.create(.plain())
    #expect(driver.bid(20, 500, on: id) == full)
    #expect(driver.control(.of(.block, 21)) == full)
    #expect(driver.removeBids(20, from: id) == full)
    for account in 1...8 { #expect(driver.control(.of(.unblock, UInt64(account))) == 0) }
    #expect(driver.bid(20, 500, on: id) == 0)
    #expect(driver.engine.exposure(of: 20) == 500)
  }

  @Test func linkGroupsAndTheirMembers() {
    var driver = EngineDriver(limits: limits { $0.linkGroupsMax = 2 })
    #expect(driver.control(.of(.link, 1, other: 2)) == 0)
    #expect(driver.control(.of(.link, 3, other: 4)) == 0)
    #expect(driver.control(.of(.link, 5, other: 6)) == full)
    #expect(driver.control(.of(.link, 1, other: 3)) == 0)
    for account in 10..<37 {
      #expect(driver.control(.of(.link, UInt64(account), other: 1)) == 0)
    }
    #expect(driver.control(.of(.link, 50, other: 1)) == RejectCode.limitExceeded.rawValue)
    #expect(driver.control(.of(.unlink, 10)) == 0)
    #expect(driver.control(.of(.link, 50, other: 1)) == 0)
    #expect(driver.control(.of(.link, 60, other: 61)) == 0)
    #expect(driver.control(.of(.link, 60, other: 1)) == RejectCode.limitExceeded.rawValue)
  }

  @Test func sellerBlocksAndTables() {
    var driver = EngineDriver(
      limits: limits {
        $0.sellerBlocksMax = 2
        $0.incrementTablesMax = 1
      }
    )
    for bidder in [1, 2, 2] as [UInt64] {
      #expect(driver.control(.of(.sellerBlock, 100, other: bidder)) == 0)
    }
    #expect(driver.control(.of(.sellerBlock, 100, other: 3)) == full)
    #expect(driver.control(.of(.sellerUnblock, 100, other: 1)) == 0)
    #expect(driver.control(.of(.sellerBlock, 100, other: 3)) == 0)
    #expect(driver.engine.counts.sellerBlocks == 2)
    var auction = CreateAuction.plain()
    auction.incrementTable = 255
    let tier = CreateAuction.Tier(limit: .min, increment: 5)
    let other = CreateAuction.Tier(limit: .min, increment: 6)
    #expect(driver.create(auction, [tier]) != 0)
    #expect(driver.code(driver.apply(.create(auction, [other]))) == full)
    #expect(driver.create(auction, [tier]) != 0)
  }

  @Test func sellersOfOneBidder() {
    var driver = EngineDriver(limits: limits { $0.sellerBlocksMax = 70_000 })
    var refusedCount = 0
    for seller in 1...65_535 as ClosedRange<UInt64> {
      if driver.control(.of(.sellerBlock, 1_000_000 + seller, other: 7)) != 0 { refusedCount += 1 }
    }
    #expect(refusedCount == 0)
    let limit = RejectCode.limitExceeded.rawValue
    #expect(driver.control(.of(.sellerBlock, 100, other: 7)) == limit)
    #expect(driver.engine.counts.sellerBlocks == 65_535)
    #expect(driver.control(.of(.sellerBlock, 100, other: 8)) == 0, "another bidder has room")
    #expect(driver.control(.of(.sellerUnblock, 1_000_001, other: 7)) == 0)
    #expect(driver.control(.of(.sellerBlock, 100, other: 7)) == 0)
  }

  @Test func aSlotOfTheLastGenerationIsNeverNamedAgain() {
    var slab = AuctionSlab.filled(2)
    slab[0].setLife(generation: AuctionID.generationMaximum, status: SlotStatus.active)
    slab.give(back: 0)
    var state = (slab.hasRoom, slab.count, slab.hasSoundFreeSlots())
    #expect(state == (false, 1, true))
    slab[1].setLife(generation: AuctionID.generationMaximum - 1, status: SlotStatus.active)
    slab.give(back: 1)
    let again = slab.take()
    let generation = slab[1].generation
    #expect(again == 1 && generation == AuctionID.generationMaximum)
    slab.give(back: 1)
    state = (slab.hasRoom, slab.count, slab.hasSoundFreeSlots())
    #expect(state == (false, 0, true))
  }

  @Test func rateBucketsOfASet() {
    var buckets = RateBuckets(capacity: 4, from: .heap, area: .unused)
    for bidder in 1...4 as ClosedRange<UInt64> {
      let verdict = buckets.take(
        bidder: bidder,
        auction: 9,
        at: 1_000,
        refill: 100 * bidder,
        burst: 1
      )
      #expect(verdict == .allowed)
    }
    #expect(buckets.take(bidder: 5, auction: 9, at: 1_000, refill: 1, burst: 1) == .full(100))
    #expect(buckets.take(bidder: 2, auction: 9, at: 1_000, refill: 200, burst: 1) == .tooSoon(200))
    #expect(buckets.take(bidder: 5, auction: 9, at: 1_100, refill: 1, burst: 1) == .allowed)
  }

  @Test func accountTableForgetsIdleAccountsAlone() {
    var table = AccountTable(capacity: 64, from: .heap, area: .unused)
    for id in 1...40 as ClosedRange<UInt64> {
      let index = table.findOrAdd(id)
      table[index].exposure = Int64(id)
    }
    for id in 1_000...9_000 as ClosedRange<UInt64> { #expect(table.findOrAdd(id) >= 0) }
    #expect(table.count <= 64)
    for id in 1...40 as ClosedRange<UInt64> {
      let index = table.find(id)
      #expect(index >= 0 && table[index].exposure == Int64(id))
    }
  }

  @Test func sellerBlocksEqualASet() {
    var random = SeededGenerator(seed: 3)
    var blocks = SellerBlocks(capacity: 60, from: .heap, area: .unused)
    var wanted: Set<[UInt64]> = []
    for _ in 0..<5_000 {
      let pair = [1 + random.below(8), 1 + random.below(12)]
      #expect(blocks.contains(seller: pair[0], bidder: pair[1]) == wanted.contains(pair))
      if wanted.contains(pair) {
        blocks.remove(seller: pair[0], bidder: pair[1])
        wanted.remove(pair)
      } else if blocks.hasRoom {
        blocks.add(seller: pair[0], bidder: pair[1])
        wanted.insert(pair)
      }
      #expect(blocks.count == wanted.count)
    }
  }
}

/// The sizes that the memory budget and the cache lines count on.
@Suite struct LayoutTests {
  /// All that the engine asks for at the standard limits; none of it is touched here.
  @Test func tenMillionAuctionsFitInFourGigabytes() {
    let source = MemorySource(
      allocate: { byteCount, _ in
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
          memory != MAP_FAILED
        else { preconditionFailure("no address space") }
        askedByteCount.withLock { $0 += byteCount }
        return memory
      },
      release: { memory, byteCount in munmap(memory, byteCount) })
    let driver = Engine(shard: ShardID(0), limits: .standard, memory: source)
    #expect(driver.counts.auctions == 0)
    let byteCount = askedByteCount.withLock { $0 }
    #expect(byteCount > 10_000_000 * 128 && byteCount < 4 << 30)
  }

  @Test func recordsHaveTheirSizes() {
    #expect(MemoryLayout<AuctionRecord>.size == 128)
    #expect(MemoryLayout<AuctionRecord>.stride == 128)
    #expect(MemoryLayout<AuctionRecord>.offset(of: \.startTime) == 64)
    #expect(MemoryLayout<BidRecord>.stride == 24)
    #expect(MemoryLayout<AccountRecord>.stride == 32)
    #expect(MemoryLayout<TimerHeap.Timer>.stride == 16)
    #expect(MemoryLayout<RateBuckets.Bucket>.stride == 32)
  }

  @Test func packedFieldsDoNotTouchEachOther() {
    let slab = AuctionSlab.filled(1)
    let greatest: Int64 = 999_999_999_999
    slab[0].startPrice = greatest
    slab[0].rateBurst = .max
    slab[0].rateRefillMs = 86_400_000
    slab[0].buyNow = greatest
    #expect(slab[0].startPrice == greatest)
    #expect(slab[0].rateBurst == .max)
    #expect(slab[0].rateRefillMs == 86_400_000)
    #expect(slab[0].buyNow == greatest)
    slab[0].buyNow = .min
    slab[0].rateBurst = 3
    slab[0].startPrice = 7
    #expect(slab[0].buyNow == .min)
    #expect(slab[0].rateRefillMs == 86_400_000)
    #expect(slab[0].rateBurst == 3)
    slab[0].setTraits([.jumps, .isRateLimited])
    slab[0].setStatus(SlotStatus.active)
    #expect(slab[0].generation == 1)
    #expect(slab[0].traits == [.jumps, .isRateLimited])
  }

  @Test func incrementLookupEqualsASearch() {
    let slab = IncrementTableSlab(customMax: 4, from: .heap, area: .unused)
    for table in NamedTable.allCases {
      let tiers = table.tiers
      var prices: [Int64] = [1, 999_999_999_999]
      for tier in tiers.dropLast() { prices += [tier.limit - 1, tier.limit, tier.limit + 1] }
      for price in prices {
        let wanted = tiers.first { $0.limit == .min || price < $0.limit }?.increment
        #expect(slab.tiers(UInt16(table.rawValue)).increment(at: price) == wanted)
      }
    }
  }
}
