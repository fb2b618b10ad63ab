import Primitives
import Testing
import Wire

@testable import Client

@Suite struct ClientSessionTests {
  @Test func logsOnBeforeAnyRequestGoes() {
    var harness = SessionHarness()
    #expect(harness.bid() == 1)
    harness.session.connected(now: 5, wallTime: 1)
    #expect(harness.sentFrames().map(\.template) == [Logon.templateID])
    harness.acknowledgeLogon()
    #expect(harness.events() == ["opened"])
    #expect(harness.sentFrames() == [SentFrame(template: 100, sequence: 1, ref: 1)])
  }

  @Test func numbersLoggedRequestsAndLeavesQuestionsAtZero() {
    var harness = SessionHarness.opened()
    _ = harness.bid()
    _ = harness.session.submit(QueryAuction(clientRef: 0, auctionId: 9))
    _ = harness.session.submit(
      CancelAuction(clientRef: 0, auctionId: 9, accountId: 5, reason: 0)
    )
    #expect(
      harness.sentFrames() == [
        SentFrame(template: 100, sequence: 1, ref: 1),
        SentFrame(template: 122, sequence: 0, ref: 2),
        SentFrame(template: 112, sequence: 2, ref: 3),
      ]
    )
  }

  @Test func answersFindTheirRequestsInAnyOrder() {
    var harness = SessionHarness.opened()
    for _ in 0..<3 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.give(SessionHarness.reject(ref: 2, code: .throttled))
    harness.give(SessionHarness.bidAck(ref: 1), isSequenced: true)
    harness.give(SessionHarness.bidAck(ref: 3), isSequenced: true)
    #expect(harness.events() == ["answered 2 by 201", "answered 1 by 200", "answered 3 by 200"])
    #expect(harness.session.inFlight == 0)
  }

  @Test func framesMayComeInPiecesOfAnySize() {
    var whole = SessionHarness.opened()
    _ = whole.bid()
    _ = whole.sentFrames()
    var frame = [UInt8](repeating: 0, count: BidAck.frameByteCount)
    frame.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      SessionHarness.bidAck(ref: 1).write(frame: base)
      FrameHeader.seal(base, sequence: 1)
    }
    for index in frame.indices.dropLast() {
      whole.give(bytes: [frame[index]])
      #expect(whole.events() == [])
    }
    whole.give(bytes: [frame[frame.count - 1]])
    #expect(whole.events() == ["answered 1 by 200"])
  }

  @Test func framesGoOutInPiecesOfAnySize() {
    for limit in [1, 7, 8, 88, 100] {
      var harness = SessionHarness.opened()
      for _ in 0..<5 { _ = harness.bid() }
      #expect(harness.sentFrames(limit: limit).map(\.ref) == [1, 2, 3, 4, 5])
    }
  }

  @Test func takesNoMoreThanItsLimitAndTheServers() {
    var harness = SessionHarness.opened(inFlightMax: 4)
    for ref in 1...4 { #expect(harness.bid() == UInt64(ref)) }
    #expect(harness.bid() == nil)
    _ = harness.sentFrames()
    // The second is answered, but the window starts at the first.
    harness.give(SessionHarness.bidAck(ref: 2), isSequenced: true)
    _ = harness.events()
    #expect(harness.bid() == nil)
    harness.give(SessionHarness.bidAck(ref: 1), isSequenced: true)
    _ = harness.events()
    #expect(harness.bid() == 5)
    #expect(harness.bid() == 6)
    #expect(harness.bid() == nil)

    var strict = SessionHarness(inFlightMax: 8)
    strict.connect()
    strict.acknowledgeLogon(maxInFlight: 2)
    _ = strict.events()
    #expect(strict.bid() == 1)
    #expect(strict.bid() == 2)
    #expect(strict.bid() == nil)
  }

  @Test func bytesOfAnsweredRequestsAreUsedAgainWithoutMixingFrames() {
    // 65,536 bytes hold 744 bids: the ring wraps many times.
    var harness = SessionHarness.opened(inFlightMax: 1_000)
    var generator = SeededGenerator(seed: 4)
    var nextAnswer: UInt64 = 1
    var nextSent: UInt64 = 1
    for _ in 0..<3_000 {
      for _ in 0..<Int(generator.below(40)) { if harness.bid() == nil { break } }
      for frame in harness.sentFrames(limit: 1 + Int(generator.below(5_000))) {
        #expect(frame == SentFrame(template: 100, sequence: nextSent, ref: nextSent))
        nextSent += 1
      }
      for _ in 0..<Int(generator.below(40)) where nextAnswer < nextSent {
        harness.give(SessionHarness.bidAck(ref: nextAnswer), isSequenced: true)
        #expect(harness.events() == ["answered \(nextAnswer) by 200"])
        nextAnswer += 1
      }
    }
    #expect(nextAnswer > 20_000)
  }

  @Test func whatWasSeenBeforeIsDropped() {
    var harness = SessionHarness.opened()
    _ = harness.bid()
    _ = harness.sentFrames()
    harness.give(SessionHarness.bidAck(ref: 1), sequence: 1)
    harness.give(SessionHarness.outbid, sequence: 2)
    harness.give(SessionHarness.bidAck(ref: 1), sequence: 1)
    harness.give(SessionHarness.outbid, sequence: 2)
    harness.give(SessionHarness.outbid, sequence: 3)
    #expect(harness.events() == ["answered 1 by 200", "notice 202", "notice 202"])
    #expect(harness.session.counters.duplicateCount == 2)
  }

  @Test func questionsAreAnsweredByStateAndHeadAndPublicUpdatesAreNotices() {
    var harness = SessionHarness.opened()
    _ = harness.session.submit(QueryAuction(clientRef: 0, auctionId: 9))
    _ = harness.session.submit(QueryLogHead(clientRef: 0))
    let state = AuctionState(
      clientRef: 0,
      auctionId: 9,
      sellerId: 1,
      price: 1,
      minNext: 2,
      leaderId: 3,
      buyNow: 4,
      revision: 5,
      startTime: 6,
      endTime: 7,
      logPosition: 8,
      status: 2,
      reserveState: 0,
      currency: 840,
      bidCount: 1
    )
    var answer = state
    answer.clientRef = 1
    harness.give(state)
    harness.give(answer)
    harness.give(LogHead(logPosition: 1, time: 2, hash: .zero))
    harness.give(LogHead(logPosition: 1, time: 2, hash: .zero))
    #expect(
      harness.events() == [
        "notice 300", "answered 1 by 300", "answered 2 by 310", "notice 310",
      ]
    )
  }

  @Test func aRefusedFrameEndsItsRequest() {
    var harness = SessionHarness.opened()
    for _ in 0..<2 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.give(SessionReject(refSequence: 2, refTemplateId: 100, code: 33))
    harness.give(SessionReject(refSequence: 7, refTemplateId: 111, code: 34))
    #expect(harness.events() == ["answered 2 by 11", "notice 11"])
    #expect(harness.session.inFlight == 1)
  }

  @Test func aBrokenStreamEndsTheConnection() {
    for bytes in [
      [UInt8](repeating: 0, count: 24), [UInt8](repeating: 0xFF, count: 32),
      [24, 0, 0, 0] + [UInt8](repeating: 9, count: 20),
      [25, 0, 0, 0] + [UInt8](repeating: 9, count: 28),
    ] {
      var harness = SessionHarness.opened()
      harness.give(bytes: bytes)
      #expect(harness.events() == ["ended brokenStream"])
      #expect(harness.session.state == .ended(.brokenStream))
    }
  }

  @Test func endsAreToldApart() {
    var refused = SessionHarness()
    refused.connect()
    refused.give(
      LogonReject(
        sessionIdHigh: 1,
        sessionIdLow: 2,
        serverTime: 3,
        code: 32,
        minVersion: 1,
        maxVersion: 1
      )
    )
    #expect(refused.events() == ["ended refused(code: 32)"])
    var stopped = SessionHarness.opened()
    stopped.give(EndOfSession(time: 1, lastSequence: 2))
    #expect(stopped.events() == ["ended loggedOut(code: 0)"])
    var abused = SessionHarness.opened()
    abused.give(Logout(time: 1, code: 30))
    #expect(abused.events() == ["ended loggedOut(code: 30)"])
  }

  @Test func heartbeatsWhenSilentAndNoticesADeadServer() {
    var harness = SessionHarness.opened()
    let start = harness.now
    #expect(harness.session.tick(now: start + 999_999_999, wallTime: 1) == true)
    #expect(harness.sentFrames() == [])
    harness.now = start + 1_000_000_000
    #expect(harness.session.tick(now: harness.now, wallTime: 1) == true)
    #expect(harness.sentFrames().map(\.template) == [Heartbeat.templateID])
    #expect(harness.session.tick(now: start + 14_999_999_999, wallTime: 1) == true)
    #expect(harness.session.tick(now: start + 15_000_000_000, wallTime: 1) == false)
  }

  @Test func aHeartbeatNeverCutsAFrameInTwo() {
    var harness = SessionHarness.opened()
    _ = harness.bid()
    _ = harness.bid()
    let first = Array(harness.session.output().prefix(50))
    harness.session.sent(byteCount: 50, now: harness.now)
    harness.now += 2_000_000_000
    _ = harness.session.tick(now: harness.now, wallTime: 1)
    var bytes = first
    while true {
      let run = harness.session.output()
      if run.count == 0 { break }
      bytes += run
      harness.session.sent(byteCount: run.count, now: harness.now)
    }
    let templates = SessionHarness.frames(bytes).map(\.template)
    #expect(templates.filter { $0 == 100 }.count == 2)
    #expect(templates.filter { $0 == Heartbeat.templateID }.count == 1)
  }
}
