import Gateway
import Primitives
import Testing
import Wire

@Suite struct FlowTests {
  @Test func theTokenBucketRefusesAndSaysWhenToRetry() {
    var limits = GatewayLimits.small
    limits.ratePerSecond = 1_000
    limits.burst = 3
    let harness = Harness(limits)
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2) + bid(3) + bid(4) + bid(5))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [200, 200, 200, 201, 201])
    let reject = frames[3].message(Reject.self)
    #expect(reject.code == RejectCode.throttled.rawValue && reject.retryAfterMicroseconds == 1_000)
    harness.tick(1)
    harness.receive(0, bid(6) + bid(7))
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [200, 201])
    harness.tick(1_000)
    harness.receive(0, bid(8) + bid(9) + bid(10) + bid(11))
    harness.turn()
    let later = harness.frames(0).map(\.template).filter { $0 != Heartbeat.templateID }
    #expect(later == [200, 200, 200, 201])
    #expect(harness.gateway.counters.throttled == 4)
  }

  @Test func queriesCostTokensToo() {
    var limits = GatewayLimits.small
    limits.ratePerSecond = 1
    limits.burst = 1
    let harness = Harness(limits)
    harness.logon(0)
    harness.receive(0, frame(QueryLogHead(clientRef: 1)) + frame(QueryLogHead(clientRef: 2)))
    harness.turn()
    #expect(harness.queries == [125])
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [201] && frames[0].message(Reject.self).clientRef == 2)
  }

  @Test func inFlightCountsRepliesUntilTheyAreDurable() {
    var limits = GatewayLimits.small
    limits.replayRingBytes = 32_768
    let harness = Harness(limits)
    harness.logon(0)
    for sequence in 1...60 as ClosedRange<UInt64> { harness.receive(0, bid(sequence)) }
    harness.receive(0, massBid(61, entries: 5) + massBid(62, entries: 4) + bid(63))
    #expect(harness.gateway.counters.inFlightRefused == 2)
    harness.seal()
    harness.receive(0, bid(64))
    #expect(harness.gateway.counters.inFlightRefused == 3, "sealed is not durable")
    harness.release()
    harness.receive(0, bid(65))
    #expect(harness.commands.last?.sequence == 65)
    harness.turn()
    let refused = harness.frames(0).filter { $0.template == 201 }.map { $0.message(Reject.self) }
    #expect(refused.map(\.clientRef) == [61, 63, 64])
    #expect(Set(refused.map(\.code)) == [RejectCode.inFlightLimit.rawValue])
  }

  @Test func aRefusalNeverOvertakesAnEarlierReply() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2, bidder: 9) + bid(5) + bid(6, bidder: 9))
    harness.flush()
    #expect(harness.frames(0).isEmpty, "even the refusals wait for the reply to 1")
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [200, 201, 10, 200, 201])
  }

  @Test func aRefusalWithNothingPendingGoesAtOnce() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1, bidder: 9))
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [201])
  }

  @Test func aRefusalBehindASealedReplyWaitsForThatBatchAlone() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.seal()
    harness.receive(0, bid(2, bidder: 9))
    harness.receive(0, bid(3))
    harness.release()
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [200, 201])
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [200])
  }

  @Test func anAnswerFromStateWaitsForWhatIsStagedAndNotLonger() {
    let harness = Harness()
    harness.logon(0)
    harness.logon(1, session: 2, account: 8)
    let answer = frame(LogHead(logPosition: 1, time: 2, hash: .zero))
    let two = SessionHandle(index: 1, generation: 1)
    // Nothing staged: at once.
    harness.deliver(two, answer, sequenced: false)
    harness.flush()
    #expect(harness.frames(1).count == 1)
    // Somebody else's command is staged: the answer may tell of it.
    harness.receive(0, bid(1))
    harness.deliver(two, answer, sequenced: false)
    harness.flush()
    #expect(harness.frames(1).isEmpty)
    harness.seal()
    harness.deliver(two, answer, sequenced: false)
    harness.flush()
    #expect(harness.frames(1).isEmpty)
    harness.release()
    harness.flush()
    #expect(harness.frames(1).count == 2, "no further batch is needed")
    // A tick that told nobody anything.
    harness.gateway.recordStaged()
    harness.deliver(two, answer, sequenced: false)
    harness.deliver(two, answer, sequenced: false, gate: .none)
    harness.flush()
    #expect(harness.frames(1).isEmpty, "the second stays behind the first")
    harness.turn()
    #expect(harness.frames(1).count == 2)
  }

  @Test func aSessionWithTooMuchUnsentIsPausedAndResumed() {
    let harness = Harness()
    harness.logon(0)
    var sequence: UInt64 = 0
    while harness.paused.isEmpty && sequence < 1_000 {
      sequence += 1
      harness.receive(0, bid(sequence))
      harness.seal()
      harness.release()
    }
    // Half of 16,384 bytes in frames of 128.
    #expect(harness.commands.count == 64)
    #expect(harness.gateway.counters.pauses == 1)
    harness.flush()
    #expect(harness.paused.isEmpty)
    #expect(harness.commands.count == Int(sequence), "what waited in the input was read on")
    harness.turn()
    #expect(harness.frames(0).map(\.sequence) == Array(1...sequence))
    while harness.paused.isEmpty && sequence < 1_000 {
      sequence += 1
      harness.receive(0, bid(sequence))
      harness.seal()
      harness.release()
    }
    #expect(harness.gateway.counters.pauses == 2)
  }

  @Test func aShardThatMustPauseGetsNoCommand() {
    let harness = Harness()
    harness.logon(0)
    harness.give(0, bid(1))
    let step = harness.gateway.next(0, now: harness.now, admission: .open, mustPause: true)
    guard case .paused = step else { return #expect(Bool(false), "a pause") }
    harness.tick(14_000)
    harness.tick(14_000)
    harness.run(0)
    #expect(harness.commands.count == 1)
    #expect(harness.closures.isEmpty, "a peer that is not listened to is not silent")
  }

  @Test func aLogonWaitsForRoomInTheBatchToo() {
    let harness = Harness()
    harness.open(0)
    harness.give(0, frame(logonMessage()))
    let step = harness.gateway.next(0, now: harness.now, admission: .open, mustPause: true)
    guard case .paused = step else { return #expect(Bool(false), "a pause") }
    harness.run(0)
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [LogonAck.templateID])
  }

  @Test func aSlowConsumerIsClosedBeforeItsFramesAreOverwritten() {
    let harness = Harness()
    harness.logon(0)
    harness.logon(1, session: 2, account: 8)
    // 170 frames of 96 bytes are 16,320: one more does not fit into 16,384 with them.
    for ref in 1...170 as ClosedRange<UInt64> { harness.notice(handle1, ref) }
    #expect(harness.gateway.counters.slowConsumers == 0)
    harness.notice(handle1, 171)
    #expect(harness.gateway.counters.slowConsumers == 1)
    harness.receive(1, bid(1, bidder: 8))
    harness.turn()
    #expect(harness.closures == [0: .slowConsumer])
    #expect(harness.frames(0).isEmpty)
    #expect(harness.frames(1).count == 1)
    harness.drop(0)
    // It comes back and gets what is still promised, without a hole.
    let ack = harness.logon(0, next: 1)
    let got = harness.frames(0).map(\.sequence)
    #expect(ack.oldestReplayableSequence > 1)
    #expect(got == Array(ack.oldestReplayableSequence..<ack.nextServerSequence))
  }

  @Test func aFloodOfAnswersClosesTheirReaderAndKeepsItsReplies() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    _ = harness.frames(0)
    let update = frame(LogHead(logPosition: 1, time: 2, hash: .zero))
    var count = 0
    while harness.gateway.canDeliverPublic(handle1) {
      harness.deliver(handle1, update, sequenced: false)
      count += 1
    }
    #expect(count == 65_536 / 2 / 88 + 1)
    for _ in 0..<1_000 { harness.deliver(handle1, update, sequenced: false) }
    harness.flush()
    #expect(harness.closures[0] == .slowConsumer)
    #expect(!harness.isConnected(handle1))
    harness.logon(1, next: 1)
    #expect(harness.frames(1).map(\.sequence) == [1], "updates never push out replies")
  }

  @Test func sustainedAbuseIsLoggedOut() {
    var limits = GatewayLimits.small
    limits.refusalsInRowMax = 5
    let harness = Harness(limits)
    harness.logon(0)
    for sequence in 1...4 as ClosedRange<UInt64> { harness.receive(0, bid(sequence, bidder: 9)) }
    harness.receive(0, bid(5))
    for sequence in 6...10 as ClosedRange<UInt64> { harness.receive(0, bid(sequence, bidder: 9)) }
    harness.receive(0, bid(11))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.suffix(2).map(\.template) == [Logout.templateID, EndOfSession.templateID])
    #expect(frames.suffix(2).first?.message(Logout.self).code == RejectCode.throttled.rawValue)
    #expect(harness.closures[0] == .abuse)
    #expect(harness.commands.map(\.sequence) == [5])
  }

  @Test func aPartialSendGoesOnWhereItStopped() {
    let harness = Harness()
    harness.logon(0)
    for sequence in 1...30 as ClosedRange<UInt64> { harness.receive(0, bid(sequence)) }
    harness.seal()
    harness.release()
    harness.flush(limit: 100)
    #expect(harness.frames(0).map(\.sequence) == Array(1...30))
  }

  @Test func publicUpdatesAreForReadersWithRoom() {
    let harness = Harness()
    harness.logon(0)
    #expect(harness.canDeliverPublic(handle1))
    #expect(!harness.canDeliverPublic(SessionHandle(index: 1, generation: 1)), "nobody's")
    #expect(!harness.canDeliverPublic(SessionHandle(index: 0, generation: 2)), "a later one's")
    harness.drop(0)
    #expect(!harness.canDeliverPublic(handle1), "nobody reads")
  }

  /// Answers run round their queue's memory many times, with and without one that waits.
  @Test(arguments: [false, true])
  func answersKeepTheirOrderRoundTheQueue(oneWaits: Bool) {
    let harness = Harness()
    harness.logon(0)
    var got: [UInt64] = []
    for position in 1...3_000 as ClosedRange<UInt64> {
      // A notice each, so that every answer has a batch of its own to wait for.
      harness.deliver(handle1, outbid(position))
      let answer = LogHead(logPosition: position, time: 0, hash: .zero)
      harness.deliver(handle1, frame(answer), sequenced: false)
      if !oneWaits { harness.seal() }
      harness.release()
      harness.flush()
      if oneWaits { harness.seal() }
      got += harness.frames(0).filter { $0.template == LogHead.templateID }
        .map { $0.message(LogHead.self).logPosition }
    }
    #expect(got == Array(1...(oneWaits ? 2_999 : 3_000)))
  }
}

/// Connections beyond the first sixty-four.
@Suite struct ManyConnectionTests {
  @Test func everyOneIsServedAndNamedOnce() {
    var limits = GatewayLimits.small
    limits.connectionsMax = 200
    let harness = Harness(limits)
    // The second round begins where the first one ended.
    for _ in 0..<2 {
      for c in 0..<200 {
        harness.open(c)
        harness.receive(c, [1, 2, 3, 4])
      }
      var served: [Int] = []
      while let c = harness.gateway.takeSendable() {
        served.append(c)
        guard let byteCount = harness.nextSend(c) else { continue }
        harness.gateway.sent(c, byteCount: byteCount)
      }
      #expect(Set(served) == Set(0..<200))
      var closed: [Int] = []
      while let (c, reason) = harness.gateway.takeClosure() {
        #expect(reason == .badLength)
        closed.append(c)
      }
      #expect(closed.sorted() == Array(0..<200))
      for c in closed { harness.drop(c) }
    }
  }
}
