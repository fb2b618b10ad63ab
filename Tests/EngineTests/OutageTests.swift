import Primitives
import Testing
import Wire

@testable import Engine

/// After an outage, what was left of an auction counts from the moment the shard serves again.
@Suite struct OutageTests {
  private let second: UInt64 = 1_000_000_000

  private func end(_ driver: borrowing EngineDriver, _ id: UInt64) -> UInt64? {
    driver.view(id)?.endTime
  }

  /// An auction that ends in so many seconds; then an outage of so many seconds.
  private func newEnd(
    inSeconds left: UInt64,
    outage: UInt64,
    grace: UInt64,
    _ change: (inout CreateAuction) -> Void = { _ in }
  ) -> (status: AuctionStatus?, secondsAfter: Int64) {
    var driver = EngineDriver()
    let begin = driver.time
    var auction = CreateAuction.plain(at: begin)
    auction.endTime = begin + left * second
    change(&auction)
    let id = driver.create(auction)
    driver.time += outage * second
    _ = driver.apply(.outage(lastSeen: begin, grace: grace * second))
    let view = driver.view(id)
    let after = Int64(view?.endTime ?? 0) - Int64(driver.time)
    return (view?.status, after / Int64(second))
  }

  @Test func whatWasLeftCountsFromNow() {
    #expect(newEnd(inSeconds: 40, outage: 100, grace: 10) == (.active, 40))
    #expect(newEnd(inSeconds: 100, outage: 100, grace: 10) == (.active, 100))
  }

  @Test func theGraceIsTheLeast() {
    #expect(newEnd(inSeconds: 3, outage: 100, grace: 60) == (.active, 60))
  }

  @Test func endsBehindTheOutageStay() {
    #expect(newEnd(inSeconds: 101, outage: 100, grace: 60) == (.active, 1))
  }

  @Test func aSoftCloseWindowCountsAsTheEnd() {
    let touched = newEnd(inSeconds: 110, outage: 100, grace: 5) { $0.softCloseWindowMs = 10_000 }
    #expect(touched == (.active, 110))
    let clear = newEnd(inSeconds: 111, outage: 100, grace: 5) { $0.softCloseWindowMs = 10_000 }
    #expect(clear == (.active, 11))
  }

  @Test func aWindowLongerThanTheClockHasRunBeginsWithIt() {
    let end = AuctionRules.endAfterOutage(
      from: 10, to: 100, start: 0, end: 50, window: 1_000, grace: 5)
    #expect(end == 140)
  }

  @Test func withoutAGraceTheRuleIsOff() {
    let (status, _) = newEnd(inSeconds: 40, outage: 50, grace: 0)
    #expect(status == .ended)
  }

  @Test func anAuctionThatShouldHaveOpenedOpensForItsTime() {
    let opened = newEnd(inSeconds: 50, outage: 100, grace: 5) {
      $0.startTime = 1_000_000_000_000 + 20 * 1_000_000_000
    }
    #expect(opened == (.active, 30))
    let later = newEnd(inSeconds: 150, outage: 100, grace: 500) {
      $0.startTime = 1_000_000_000_000 + 101 * 1_000_000_000
      $0.softCloseWindowMs = 60_000
    }
    #expect(later == (.scheduled, 50))
  }

  @Test func theHardEndMovesAsFar() {
    var driver = EngineDriver()
    let begin = driver.time
    var auction = CreateAuction.plain(at: begin)
    auction.endTime = begin + 40 * second
    auction.hardEnd = begin + 45 * second
    auction.softCloseWindowMs = 30_000
    auction.softCloseExtensionMs = 60_000
    let id = driver.create(auction)
    driver.time += 100 * second
    _ = driver.apply(.outage(lastSeen: begin, grace: second))
    #expect(end(driver, id) == driver.time + 40 * second)
    driver.time += 35 * second
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(end(driver, id) == begin + 145 * second)
  }

  @Test func noEndIsBehindTheLatestTime() {
    var driver = EngineDriver()
    let begin = driver.time
    let id = driver.create(.plain(at: begin))
    driver.time += 3_600 * second
    _ = driver.apply(.outage(lastSeen: begin, grace: .max))
    #expect(end(driver, id) == 4_102_444_800 * second)
  }

  @Test func itIsToldBeforeWhatIsDueAndTheEndComesLater() {
    var driver = EngineDriver()
    let begin = driver.time
    var auction = CreateAuction.plain(at: begin)
    auction.endTime = begin + second
    let id = driver.create(auction)
    let cancelled = driver.create(auction)
    #expect(driver.cancel(cancelled, by: 100) == 0)
    driver.time += 90 * second
    let sent = driver.apply(.outage(lastSeen: begin, grace: 10 * second))
    let end = driver.time + 10 * second
    #expect(sent.count == 2)
    #expect(
      sent.first?.said
        == .extended(auction: id, oldEnd: begin + second, end: end, revision: 2, reason: 1))
    if case .state(id, _, _, _, _, _, 2, _, end, 2, _, _, _) = sent.last?.said {
    } else {
      Issue.record("\(sent)")
    }
    #expect(driver.engine.nextDue == begin + 60 * second || driver.engine.nextDue == end)
    driver.time = end
    let ended = driver.apply(.tick)
    #expect(ended.count { if case .ended = $0.said { true } else { false } } == 1)
    #expect(driver.view(id)?.status == .ended)
  }

  @Test func aFullOutboxStopsAndGoesOn() {
    func run(outboxByteCount: Int) -> (sent: [Sent], resumed: Int, hash: Digest) {
      let limits = EngineLimits(
        auctionsMax: 2_000, bidsMax: 64, accountsMax: 64, rateBucketsMax: 64,
        snapshotAreaByteCount: 65_536)
      var driver = EngineDriver(limits: limits, outboxByteCount: outboxByteCount)
      let begin = driver.time
      for index in 0..<2_000 as Range<UInt64> {
        var auction = CreateAuction.plain(at: begin)
        auction.startTime = index % 5 == 0 ? begin + 50 * second : 0
        auction.endTime = begin + (60 + index % 90) * second
        _ = driver.create(auction)
      }
      driver.time += 100 * second
      let sent = driver.apply(.outage(lastSeen: begin, grace: second))
      let again = driver.apply(.outage(lastSeen: driver.time, grace: second))
      #expect(again.isEmpty)
      return (sent, driver.resumeCount, driver.engine.stateHash())
    }
    let large = run(outboxByteCount: 1 << 22)
    let small = run(outboxByteCount: Outbox.byteCountMin)
    #expect(large.resumed == 0)
    #expect(small.resumed > 2)
    #expect(large.sent == small.sent)
    #expect(large.hash == small.hash)
    let extended = large.sent.count { if case .extended = $0.said { true } else { false } }
    // Ends lie 60 to 149 seconds after the last record: 60 to 100 fell in the outage.
    #expect(extended == (0..<2_000).count { $0 % 90 <= 40 })
  }
}
