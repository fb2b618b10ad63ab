import Primitives
import Testing
import Wire

@testable import Client

@Suite struct ReconnectTests {
  @Test func sendsTheUnansweredAgainUnderTheirNumbers() {
    var harness = SessionHarness.opened()
    for _ in 0..<4 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.give(SessionHarness.bidAck(ref: 2), isSequenced: true)
    _ = harness.events()
    harness.session.disconnected()
    harness.connect()
    harness.acknowledgeLogon(nextClientSequence: 3)
    #expect(harness.events() == ["opened"])
    #expect(harness.sentFrames().map(\.sequence) == [1, 3, 4])
    #expect(harness.session.counters.resentCount == 3)
  }

  @Test func asksForTheServersFramesFromTheNextOneOn() {
    var harness = SessionHarness.opened()
    _ = harness.bid()
    _ = harness.sentFrames()
    harness.give(SessionHarness.bidAck(ref: 1), isSequenced: true)
    harness.give(SessionHarness.outbid, isSequenced: true)
    _ = harness.events()
    harness.session.disconnected()
    harness.session.connected(now: 9, wallTime: 1)
    let bytes = Array(harness.session.output())
    let logon = bytes.withUnsafeBytes { raw in raw.baseAddress.map { Logon(frame: $0) } }
    #expect(logon?.nextServerSequence == 3)
    #expect(logon?.nextClientSequence == 2)
    #expect(logon?.sessionIdLow == 2)
  }

  @Test func whatWasNotAppliedIsSaid() {
    var harness = SessionHarness.opened()
    for _ in 0..<5 { _ = harness.bid() }
    _ = harness.session.submit(QueryAuction(clientRef: 0, auctionId: 9))
    _ = harness.sentFrames()
    harness.give(NotApplied(fromClientSequence: 2, count: 3))
    #expect(harness.events() == ["notApplied 2", "notApplied 3", "notApplied 4"])
    // Said once more after a reconnect, and about requests that have their answer.
    harness.give(NotApplied(fromClientSequence: 1, count: 3))
    #expect(harness.events() == ["notApplied 1"])
    harness.give(NotApplied(fromClientSequence: 0, count: .max))
    #expect(harness.events() == ["notApplied 5"])
    #expect(harness.session.inFlight == 1)
  }

  @Test func aServerThatForgotTheSessionLosesTheAnswers() {
    var harness = SessionHarness.opened()
    for _ in 0..<3 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.give(SessionHarness.bidAck(ref: 1), isSequenced: true)
    _ = harness.events()
    harness.session.disconnected()
    harness.connect()
    harness.engineID = 78
    harness.nextServerSequence = 1
    harness.acknowledgeLogon(nextClientSequence: 1)
    #expect(harness.events() == ["opened", "answerLost 2", "answerLost 3"])
    // Numbering starts anew, and so does the server's.
    _ = harness.bid()
    #expect(harness.sentFrames() == [SentFrame(template: 100, sequence: 1, ref: 4)])
    harness.give(SessionHarness.bidAck(ref: 4), sequence: 1)
    #expect(harness.events() == ["answered 4 by 200"])
  }

  @Test func anEvictedSessionOfTheSameServerIsNoticed() {
    var harness = SessionHarness.opened()
    for _ in 0..<2 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.give(SessionHarness.bidAck(ref: 1), isSequenced: true)
    _ = harness.events()
    harness.session.disconnected()
    harness.connect()
    harness.acknowledgeLogon(nextClientSequence: 1)
    #expect(harness.events() == ["opened", "answerLost 2"])
  }

  @Test func answersThatAreNoLongerKeptAreToldByAMarker() {
    var harness = SessionHarness.opened()
    for _ in 0..<3 { _ = harness.bid() }
    _ = harness.sentFrames()
    harness.session.disconnected()
    harness.connect()
    // The server applied all three and sent replies 1 to 3, but keeps only the third.
    harness.nextServerSequence = 4
    harness.acknowledgeLogon(nextClientSequence: 4, oldestReplayable: 3)
    #expect(harness.events() == ["opened"])
    let resent = harness.sentFrames()
    #expect(resent.map(\.template) == [100, 100, 100, QueryTopology.templateID])
    harness.give(SessionHarness.bidAck(ref: 3), sequence: 3)
    #expect(harness.events() == ["answered 3 by 200"])
    harness.give(NotApplied(fromClientSequence: 1, count: 1))
    harness.give(Topology(clientRef: resent[3].ref, shard: 0, shards: 1))
    #expect(harness.events() == ["notApplied 1", "answerLost 2"])
    #expect(harness.session.inFlight == 0)
  }

  @Test func aSessionOfAnEarlierRunGoesOnWithItsNumbers() {
    var harness = SessionHarness()
    _ = harness.bid()
    _ = harness.bid()
    harness.connect()
    harness.acknowledgeLogon(nextClientSequence: 41)
    #expect(harness.events() == ["opened"])
    #expect(harness.sentFrames().map(\.sequence) == [41, 42])
    _ = harness.bid()
    #expect(harness.sentFrames().map(\.sequence) == [43])
  }

  /// A server that applies each number once and may die at any byte: each request has exactly one
  /// outcome, and none is applied twice.
  @Test(arguments: 0..<60)
  func eachRequestHasOneOutcomeWhereverTheConnectionBreaks(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var server = ModelServer()
    var harness = SessionHarness(inFlightMax: 16)
    var outcomes: [UInt64: Int] = [:]
    var submitted: UInt64 = 0
    var isConnected = false
    while submitted < 300 || harness.session.inFlight > 0 {
      if !isConnected {
        harness.session.connected(now: 1, wallTime: 1)
        server.connected()
        isConnected = true
      }
      while submitted < 300, generator.below(3) > 0, harness.bid() != nil { submitted += 1 }
      let breaks = generator.below(6) == 0
      isConnected = !breaks
      server.exchange(&harness, &generator, breaks: breaks)
      while let event = harness.session.nextEvent() {
        if let ref = ModelServer.outcomeRef(event) { outcomes[ref, default: 0] += 1 }
      }
      if breaks { harness.session.disconnected() }
    }
    #expect(outcomes.count == 300)
    #expect(outcomes.values.allSatisfy { $0 == 1 })
    #expect(server.appliedCount.values.allSatisfy { $0 == 1 })
    #expect(server.appliedCount.count + server.refusedCount >= 300)
  }
}
