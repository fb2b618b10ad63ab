import Primitives
import Testing

@testable import Runtime

@Suite("When the next flush starts")
struct CommitPaceTests {
  private let microsecond = TimeSpan.microsecond

  @Test("nothing is waited for before the first flush")
  func startsAtOnce() {
    var pace = CommitPace()
    let may1 = pace.mayFlush(now: 1, position: 1)
    #expect(may1)
  }

  @Test("clients that come back quickly are waited for together, for a bounded time")
  func waitsForReturningClients() {
    var pace = CommitPace()
    var position: UInt64 = 0
    var now: Nanoseconds = 0
    // Each round: 64 replies go out, and 64 requests are back 20 us later; a flush takes 100 us.
    for _ in 0..<50 {
      pace.released(now: now, flushTookNs: 100 * microsecond, count: 64, position: position)
      position += 64
      now += 20 * microsecond
      let may2 = pace.mayFlush(now: now, position: position)
      #expect(may2)
      now += 100 * microsecond
    }
    pace.released(now: now, flushTookNs: 100 * microsecond, count: 64, position: position)
    let may3 = pace.mayFlush(now: now + 10 * microsecond, position: position + 63)
    #expect(!may3)
    let may4 = pace.mayFlush(now: now + 10 * microsecond, position: position + 64)
    #expect(may4)
    let may5 = pace.mayFlush(now: now + 31 * microsecond, position: position + 64)
    #expect(may5)
  }

  @Test("a client that does not come back holds nobody up")
  func waitIsBounded() {
    var pace = CommitPace()
    for round in 0..<50 {
      let now = Nanoseconds(round) * 200 * microsecond
      pace.released(
        now: now, flushTookNs: 100 * microsecond, count: 64, position: UInt64(round) * 64)
      _ = pace.mayFlush(now: now + 20 * microsecond, position: UInt64(round + 1) * 64)
    }
    let now = 50 * 200 * microsecond
    pace.released(now: now, flushTookNs: 100 * microsecond, count: 64, position: 3_200)
    let may6 = pace.mayFlush(now: now + 25 * microsecond, position: 3_201)
    #expect(!may6)
    let may7 = pace.mayFlush(now: now + 35 * microsecond, position: 3_201)
    #expect(may7)
  }

  @Test("requests on a schedule of their own are never waited for")
  func openLoopIsNotHeld() {
    var pace = CommitPace()
    for round in 0..<200 {
      let now = Nanoseconds(round) * 200 * microsecond
      pace.released(
        now: now, flushTookNs: 100 * microsecond, count: 8, position: UInt64(round) * 8)
      _ = pace.mayFlush(now: now + 150 * microsecond, position: UInt64(round + 1) * 8)
    }
    let now = 200 * 200 * microsecond
    pace.released(now: now, flushTookNs: 100 * microsecond, count: 8, position: 1_600)
    let may8 = pace.mayFlush(now: now + microsecond, position: 1_601)
    #expect(may8)
  }

  @Test("a few replies are not worth a wait")
  func smallBatchesAreNotHeld() {
    var pace = CommitPace()
    pace.released(now: 0, flushTookNs: 100 * microsecond, count: 3, position: 3)
    let may9 = pace.mayFlush(now: 1, position: 3)
    #expect(may9)
  }
}
