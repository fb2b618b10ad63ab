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

  /// A connection that is being closed already may still have replies, which must not leave either;
  /// one without a session has nothing to be told.
  @Test func aFailedLogClosesWhoIsLeavingOrArriving() {
    let harness = Harness()
    harness.logon(0)
    var bad = bid(2)
    bad[60] ^= 1
    harness.receive(0, bid(1) + bad)
    harness.open(1)
    harness.open(2)
    harness.give(2, frame(logonMessage(session: 2)))
    let step = harness.gateway.next(2, now: harness.now, admission: .open, mustPause: false)
    guard case .logon = step else { return #expect(Bool(false), "a logon was read") }
    harness.gateway.logFailed(now: harness.now)
    harness.turn()
    #expect([0, 1, 2].allSatisfy { harness.frames($0).isEmpty })
    #expect(harness.closures == [0: .badChecksum, 1: .logFailed, 2: .logFailed])
  }

  /// The reply that is next to be sent stands behind the unused end of the ring.
  @Test func theLastFrameSentIsNamedAcrossTheRingsEnd() {
    let harness = Harness()
    harness.logon(0)
    let sentCount = fillLap(harness)
    harness.notice(handle1, 999)
    harness.gateway.logFailed(now: harness.now)
    harness.flush()
    let last = harness.frames(0).last
    #expect(last?.template == EndOfSession.templateID)
    #expect(last?.message(EndOfSession.self).lastSequence == UInt64(sentCount))
  }

  @Test func framesAcrossTheRingsEndMoveToALargerRing() throws {
    let harness = Harness()
    harness.logon(0)
    let sentCount = fillLap(harness)
    for ref in 1...3 as ClosedRange<UInt64> { harness.notice(handle1, 1_000 + ref) }
    harness.turn()
    _ = harness.frames(0)
    var limits = GatewayLimits.small
    limits.replayRingBytes *= 2
    let larger = try #require(Harness.loaded(harness.snapshot(), limits))
    for (index, gateway) in [harness, larger].enumerated() {
      gateway.now = harness.now
      gateway.logon(1 + index, next: 2)
      let frames = gateway.frames(1 + index).filter { $0.template == Outbid.templateID }
      let sequences = frames.map(\.sequence)
      #expect(sequences.last == UInt64(sentCount + 3))
      #expect(sequences == Array((sequences.first ?? 0)...UInt64(sentCount + 3)))
      #expect(frames.suffix(3).map { $0.message(Outbid.self).auctionId } == [1_001, 1_002, 1_003])
    }
  }

  /// Sends notices until the next one does not fit before the end of the ring's memory.
  private func fillLap(_ harness: Harness) -> Int {
    let byteCount = outbid(1).count
    let ringByteCount = GatewayLimits.small.replayRingBytes
    precondition(ringByteCount % byteCount != 0, "the end of the ring stays unused")
    let count = ringByteCount / byteCount
    for ref in 1...UInt64(count) {
      harness.notice(handle1, ref)
      harness.turn()
    }
    precondition(harness.frames(0).count == count, "all are sent")
    return count
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
