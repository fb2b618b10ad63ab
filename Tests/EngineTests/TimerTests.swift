import Primitives
import Testing
import Wire

@testable import Engine

/// Starts and ends come in exact (due time, id) order, whatever the outbox holds.
@Suite struct TimerTests {
  private func manyDue(outboxByteCount: Int) -> (ended: [UInt64], resumed: Int, hash: Digest) {
    let limits = EngineLimits(
      auctionsMax: 4_000,
      bidsMax: 4_000,
      accountsMax: 64,
      rateBucketsMax: 64,
      retention: 1_000_000_000_000,
      snapshotAreaByteCount: 65_536
    )
    var driver = EngineDriver(limits: limits, outboxByteCount: outboxByteCount)
    var random = SeededGenerator(seed: 5)
    var auction = CreateAuction.plain()
    for index in 0..<3_000 {
      auction.endTime = 1_000_000_000_000 + 1_000 + random.below(40)
      let id = driver.create(auction)
      if index % 3 == 0 { _ = driver.bid(1 + random.below(20), 500, on: id) }
    }
    driver.time += 10_000
    let sent = driver.apply(.tick)
    let ended = sent.compactMap { one -> UInt64? in
      if case .ended(let auction, _, _, _, _, _, _) = one.said { auction } else { nil }
    }
    let won = sent.count { if case .won = $0.said { true } else { false } }
    #expect(won == 1_000)
    return (ended, driver.resumeCount, driver.engine.stateHash())
  }

  @Test func thousandsDueAtOnceComeInOrder() {
    let large = manyDue(outboxByteCount: 1 << 22)
    let tiny = manyDue(outboxByteCount: Outbox.byteCountMin)
    #expect(large.ended.count == 3_000)
    #expect(large.resumed == 0)
    #expect(tiny.resumed > 3)
    #expect(tiny.ended == large.ended)
    #expect(tiny.hash == large.hash)
    // Creation gave rising ids; the due times were drawn with the same seed.
    var random = SeededGenerator(seed: 5)
    var wanted: [(due: UInt64, id: UInt64)] = []
    for index in 0..<3_000 {
      wanted.append((random.below(40), UInt64(index)))
      if index % 3 == 0 { _ = random.below(20) }
    }
    wanted.sort { $0.due < $1.due || ($0.due == $1.due && $0.id < $1.id) }
    #expect(large.ended.map { $0 & 0xFFFF_FFFF } == wanted.map(\.id))
  }

  @Test func commandIsAppliedAfterAllThatIsDue() {
    var driver = EngineDriver()
    let auction = CreateAuction.plain()
    let first = driver.create(auction)
    let second = driver.create(auction)
    driver.time = auction.endTime
    let sent = driver.apply(.bid(.of(1, 500, on: second)))
    guard case .ended(let one, _, _, _, _, _, _) = sent[0].said,
      case .ended(let two, _, _, _, _, _, _) = sent[1].said,
      case .reject(_, _, _, _, _, _, let code, _) = sent[2].said
    else {
      Issue.record("said \(sent)")
      return
    }
    #expect([one, two] == [first, second])
    #expect(code == RejectCode.ended.rawValue)
  }

  @Test func startEndAndForgettingInOneStep() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.startTime = driver.time + 1_000
    auction.endTime = driver.time + 2_000
    let id = driver.create(auction)
    #expect(driver.engine.nextDue == auction.startTime)
    driver.time += 1_000_000_000_000
    let sent = driver.apply(.tick)
    #expect(sent.count == 2)
    #expect(driver.view(id) == nil)
    #expect(driver.engine.nextDue == .max)
  }

  @Test func heapGivesWhatASortGives() {
    var random = SeededGenerator(seed: 11)
    let auctions = AuctionSlab.filled(500)
    var heap = TimerHeap(capacity: 500, from: .heap)
    var due: [UInt32: UInt64] = [:]
    for round in 0..<4_000 {
      let slot = UInt32(random.below(500))
      let time = random.below(300)
      let index = auctions[slot].timerIndex
      if index == 0 {
        heap.add(auctions.id(slot, on: ShardID(0)), due: time, auctions)
        due[slot] = time
      } else if round % 3 == 0 {
        heap.remove(index, auctions)
        due[slot] = nil
      } else {
        heap.move(index, due: time, auctions)
        due[slot] = time
      }
      let least = due.min { $0.value < $1.value || ($0.value == $1.value && $0.key < $1.key) }
      #expect(heap.nextDue == least?.value ?? .max)
      if let least { #expect(heap.nextSlot == least.key) }
      #expect(heap.count == due.count)
    }
  }
}

extension AuctionSlab {
  /// A slab whose first slots are all taken.
  static func filled(_ count: Int) -> AuctionSlab {
    var slab = AuctionSlab(capacity: count, from: .heap, area: .unused)
    for _ in 0..<count { _ = slab.take() }
    return slab
  }
}
