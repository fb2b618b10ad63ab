import Gateway
import Primitives
import Testing
import Wire

@Suite struct TimeTests {
  @Test func aConnectionWithoutALogonIsClosedAfterTenSeconds() {
    let harness = Harness()
    harness.open(0)
    harness.receive(0, [1, 2])
    harness.tick(9_999)
    harness.flush()
    #expect(harness.closures.isEmpty)
    harness.tick(1)
    harness.flush()
    #expect(harness.closures == [0: .logonTimeout])
  }

  @Test func heartbeatsComeEverySecondOfSilence() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    _ = harness.frames(0)
    harness.tick(999)
    harness.flush()
    #expect(harness.frames(0).isEmpty)
    for _ in 0..<3 {
      harness.tick(1_000)
      harness.flush()
      let frames = harness.frames(0)
      #expect(frames.map(\.template) == [Heartbeat.templateID])
      #expect(
        frames.first?.message(Heartbeat.self) == Heartbeat(nextSequence: 2, time: harness.now)
      )
    }
    harness.notice(handle1, 1)
    harness.turn()
    harness.tick(500)
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [Outbid.templateID])
  }

  @Test func aHeartbeatDoesNotTellOfRepliesThatWait() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.tick(2_000)
    harness.flush()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [Heartbeat.templateID])
    #expect(frames[0].message(Heartbeat.self).nextSequence == 1)
  }

  @Test func heartbeatsUpToForeverLeaveTheRingAlone() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    for _ in 0..<5_000 {
      harness.receive(0, frame(Heartbeat(nextSequence: 2, time: 0)))
      harness.tick(1_000)
      harness.flush()
    }
    _ = harness.frames(0)
    harness.logon(1, next: 1)
    #expect(harness.frames(1).map(\.sequence) == [1])
  }

  @Test func aSilentPeerIsDropped() {
    let harness = Harness()
    harness.logon(0)
    harness.tick(15_000)
    #expect(harness.gateway.counters.silentPeers == 0)
    harness.receive(0, frame(Heartbeat(nextSequence: 1, time: 0)))
    harness.tick(15_000)
    #expect(harness.gateway.counters.silentPeers == 0)
    harness.tick(1)
    harness.flush()
    #expect(harness.closures == [0: .silent])
    #expect(!harness.isConnected(handle1))
  }

  @Test(arguments: [(5_001, 15_003), (20_000, 60_000), (4_000_000_000, 180_000)])
  func aSlowKeepaliveStretchesTheSilence(_ keepalive: UInt32, _ silence: UInt64) {
    let harness = Harness()
    harness.open(0)
    harness.receive(0, frame(logonMessage(keepalive: keepalive)))
    harness.turn()
    harness.tick(silence)
    #expect(harness.gateway.counters.silentPeers == 0)
    harness.tick(1)
    #expect(harness.gateway.counters.silentPeers == 1)
  }

  @Test func aSendThatStallsClosesItsReader() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.seal()
    harness.release()
    let c = harness.gateway.takeSendable()
    #expect(c == 0)
    let order = harness.nextSend(0)
    #expect(order != nil)
    #expect(harness.nextSend(0) == nil, "one send at a time")
    harness.tick(14_999)
    harness.receive(0, frame(Heartbeat(nextSequence: 2, time: 0)))
    #expect(harness.gateway.counters.slowConsumers == 0)
    harness.tick(1)
    #expect(harness.gateway.counters.slowConsumers == 1)
    // The kernel still has the bytes: the place is free when it has not.
    harness.flush()
    #expect(harness.closures == [0: .slowConsumer])
    harness.gateway.sent(0, byteCount: 0)
    harness.drop(0)
    harness.logon(0, next: 1)
    #expect(harness.frames(0).map(\.sequence) == [1])
  }

  @Test func aLogoutEndsInGoodOrder() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + frame(Logout(time: 0, code: 0)) + bid(2))
    harness.flush()
    #expect(harness.closures.isEmpty)
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [BidAck.templateID, EndOfSession.templateID])
    #expect(frames[1].message(EndOfSession.self).lastSequence == 1)
    #expect(harness.closures == [0: .logout])
    #expect(harness.commands.count == 1)
    harness.drop(0)
    #expect(harness.logon(0).nextClientSequence == 2)
  }

  @Test func aClosingThatNeverEndsIsCutOff() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + frame(Logout(time: 0, code: 0)))
    harness.tick(4_999)
    harness.flush()
    #expect(harness.closures.isEmpty)
    harness.tick(1)
    harness.flush()
    #expect(harness.closures == [0: .logout])
    #expect(harness.frames(0).isEmpty, "the reply is not durable: it must not leave")
  }

  @Test func drainingTellsEverybodyAfterTheirReplies() {
    let harness = Harness()
    harness.logon(0, session: 1)
    harness.logon(1, session: 2)
    harness.open(2)
    harness.receive(0, bid(1))
    harness.gateway.drain(now: harness.now)
    harness.flush()
    #expect(harness.closures == [1: .draining, 2: .draining])
    #expect(harness.frames(0).isEmpty)
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [BidAck.templateID, EndOfSession.templateID])
    #expect(harness.frames(1).map(\.template) == [EndOfSession.templateID])
    #expect(harness.closures[0] == .draining)
  }

  @Test func aFailedLogLetsNoReplyOut() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2, bidder: 9))
    harness.gateway.logFailed(now: harness.now)
    harness.flush()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [Logout.templateID, EndOfSession.templateID])
    #expect(frames[0].message(Logout.self).code == RejectCode.internalFault.rawValue)
    #expect(frames[1].message(EndOfSession.self).lastSequence == 0)
    #expect(harness.closures == [0: .logFailed])
  }

  @Test func aPlaceCanBeUsedAgainAtOnce() {
    let harness = Harness()
    for round in 0..<50 as Range<UInt64> {
      harness.logon(3, session: 1)
      harness.receive(3, bid(round + 1) + [1, 2, 3])
      harness.turn()
      #expect(harness.frames(3).count == 1)
      harness.drop(3)
    }
    #expect(harness.gateway.counters.connectionsOpened == 50)
    #expect(harness.gateway.counters.connectionsClosed == 50)
  }
}
