import Gateway
import Primitives
import Testing
import Wire

/// A number that skips others, and one of them.
private let skips: [(UInt64, UInt64)] = [
  (1_034, 1_027), (2_060, 2_051), (102_400_030, 102_400_003),
]

@Suite struct SessionTests {
  @Test func aLogonOpensASessionAndIsAcknowledgedWhenDurable() {
    let harness = Harness()
    harness.open(0)
    harness.receive(0, frame(logonMessage(session: 5)))
    harness.flush()
    #expect(harness.frames(0).isEmpty, "the session's record is not durable yet")
    harness.seal()
    harness.flush()
    #expect(harness.frames(0).isEmpty)
    harness.release()
    harness.flush()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [LogonAck.templateID])
    let ack = frames[0].message(LogonAck.self)
    #expect(frames[0].sequence == 0)
    #expect(ack.sessionIdHigh == 99 && ack.sessionIdLow == 5)
    #expect(ack.engineIdHigh == 3 && ack.engineIdLow == 4)
    #expect(ack.nextClientSequence == 1 && ack.nextServerSequence == 1)
    #expect(ack.oldestReplayableSequence == 1 && ack.maxInFlight == 64)
    #expect(ack.schemaVersion == 1 && ack.shards == 1)
    #expect(harness.gateway.sessionCount == 1)
  }

  @Test func commandsCarryTheSessionTheRolesAndTheirBytes() {
    let harness = Harness()
    harness.logon(0, flags: LogonFlags.insecureBroker.rawValue)
    harness.receive(0, bid(1, bidder: 1_234))
    #expect(harness.commands.count == 1)
    #expect(harness.commands[0].session == handle1.raw)
    #expect(harness.commands[0].roles == Roles.broker.rawValue)
    #expect(harness.commands[0].bytes == bid(1, bidder: 1_234))
  }

  @Test func repliesAreNumberedFromOneAndSealed() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2) + bid(3))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.sequence) == [1, 2, 3])
    for sent in frames {
      #expect(
        sent.bytes.withUnsafeBytes { FrameHeader.verify($0.start, byteCount: $0.count) }
      )
    }
    #expect(frames.map { $0.message(BidAck.self).clientRef } == [1, 2, 3])
  }

  @Test func anAppliedDuplicateIsDropped() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2))
    harness.turn()
    _ = harness.frames(0)
    harness.receive(0, bid(2) + bid(1) + bid(2))
    harness.turn()
    #expect(harness.commands.count == 2)
    #expect(harness.frames(0).isEmpty)
    #expect(harness.gateway.counters.duplicates == 3)
  }

  @Test func aGapIsToldAndTheFrameBehindItTaken() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(5))
    harness.turn()
    let frames = harness.frames(0)
    #expect(
      frames.map(\.template) == [BidAck.templateID, NotApplied.templateID, BidAck.templateID]
    )
    let gap = frames[1].message(NotApplied.self)
    #expect(gap.fromClientSequence == 2 && gap.count == 3)
    #expect(harness.commands.map(\.sequence) == [1, 5])
    // The missing ones come late: they never will be applied.
    harness.receive(0, bid(2) + bid(4))
    harness.turn()
    let late = harness.frames(0).map { $0.message(NotApplied.self) }
    #expect(late.map(\.fromClientSequence) == [2, 4] && late.map(\.count) == [1, 1])
    #expect(harness.commands.count == 2)
  }

  @Test func aRequestOlderThanTheWindowIsDropped() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(3))
    harness.turn()
    for sequence in 4...1_027 as ClosedRange<UInt64> {
      harness.receive(0, bid(sequence))
      if sequence % 20 == 0 { harness.turn() }
    }
    harness.turn()
    _ = harness.frames(0)
    let duplicates = harness.gateway.counters.duplicates
    // 1,027 - 1,023 = 4 is the oldest number that is remembered.
    harness.receive(0, bid(2))
    harness.receive(0, bid(3))
    harness.receive(0, bid(4))
    harness.turn()
    #expect(harness.frames(0).isEmpty)
    #expect(harness.gateway.counters.duplicates == duplicates + 3)
  }

  @Test func theWindowRemembersExactlyItsSpan() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(2))
    harness.turn()
    harness.receive(0, bid(1_024))
    harness.turn()
    _ = harness.frames(0)
    harness.receive(0, bid(1))
    harness.receive(0, bid(2))
    harness.receive(0, bid(3))
    harness.turn()
    let told = harness.frames(0).map { $0.message(NotApplied.self).fromClientSequence }
    #expect(told == [1, 3], "1 and 3 were not applied, 2 was")
    harness.receive(0, bid(1_025))
    harness.receive(0, bid(1))
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [BidAck.templateID], "1 is forgotten now")
  }

  /// Numbers that share their bits with applied ones of 1,024 and 2,048 before.
  @Test(arguments: skips)
  func aSkipForgetsTheBitsItPasses(_ jump: UInt64, _ skipped: UInt64) {
    let harness = Harness()
    harness.logon(0)
    for sequence in 1...20 as ClosedRange<UInt64> { harness.receive(0, bid(sequence)) }
    harness.receive(0, bid(jump))
    harness.turn()
    _ = harness.frames(0)
    harness.receive(0, bid(skipped) + bid(jump))
    harness.turn()
    let told = harness.frames(0).map { $0.message(NotApplied.self).fromClientSequence }
    #expect(told == [skipped])
  }

  @Test(arguments: [UInt64(0), (1 << 62) + 1, .max])
  func aNumberThatCannotBeIsMalformedAndUsesNothingUp(_ sequence: UInt64) {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(sequence) + bid(1))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [SessionReject.templateID, BidAck.templateID])
    #expect(harness.commands.map(\.sequence) == [1])
  }

  @Test func hugeSkipsNeverOverflowAnything() {
    let harness = Harness()
    for c in 0..<6 {
      harness.logon(c)
      harness.receive(c, bid(1 << 62, bidder: 99))
      harness.turn()
      #expect(harness.frames(c).map(\.template).prefix(2) == [10, 201])
    }
    harness.receive(5, bid((1 << 62) + 1))
    #expect(harness.commands.count == 1)
    #expect(harness.logon(6).nextClientSequence == (1 << 62) + 2)
  }

  @Test func aRefusedRequestUsesItsNumberUpAndIsNotAppliedEverAfter() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2, bidder: 99) + bid(3))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [BidAck.templateID, Reject.templateID, BidAck.templateID])
    let reject = frames[1].message(Reject.self)
    #expect(reject.code == RejectCode.notAuthorised.rawValue)
    #expect(reject.logPosition == 0 && frames[1].sequence == 0 && reject.clientRef == 2)
    #expect(reject.price == .min && reject.refTemplateId == PlaceBid.templateID)
    harness.drop(0)
    let ack = harness.logon(1)
    #expect(ack.nextClientSequence == 4)
    harness.receive(1, bid(2))
    harness.turn()
    #expect(harness.frames(1).map { $0.message(NotApplied.self).fromClientSequence } == [2])
  }

  @Test func aReconnectMidStreamGetsWhatItMissed() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2) + bid(3))
    harness.turn()
    #expect(harness.frames(0).count == 3)
    harness.drop(0)
    harness.notice(handle1, 77)
    harness.turn()
    let ack = harness.logon(2, next: 2)
    #expect(ack.nextServerSequence == 5 && ack.nextClientSequence == 4)
    #expect(harness.frames(2).map(\.sequence) == [2, 3, 4])
    harness.receive(2, bid(4))
    harness.turn()
    #expect(harness.frames(2).map(\.sequence) == [5])
  }

  @Test func liveOnlyGetsNothingOld() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    harness.drop(0)
    harness.logon(1, next: 0)
    #expect(harness.frames(1).isEmpty)
    harness.drop(1)
    harness.logon(2, next: 1)
    #expect(harness.frames(2).map(\.sequence) == [1])
  }

  @Test func aReconnectWithUndurableRepliesWaitsForThem() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.drop(0)
    harness.open(1)
    harness.receive(1, frame(logonMessage(next: 1)))
    harness.flush()
    #expect(harness.frames(1).isEmpty, "LogonAck tells of request 1, which is not durable")
    harness.turn()
    let frames = harness.frames(1)
    #expect(frames.map(\.template) == [LogonAck.templateID, BidAck.templateID])
    #expect(frames[0].message(LogonAck.self).nextClientSequence == 2)
  }

  @Test func theNewerConnectionWins() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    harness.logon(1, next: 1)
    #expect(harness.closures[0] == .superseded)
    let old = harness.frames(0)
    #expect(old.map(\.template) == [BidAck.templateID, EndOfSession.templateID])
    #expect(old[1].message(EndOfSession.self).lastSequence == 1)
    harness.receive(0, bid(2))
    #expect(harness.commands.count == 1, "the old connection is not listened to")
    harness.receive(1, bid(2))
    harness.turn()
    #expect(harness.frames(1).map(\.sequence) == [1, 2])
    #expect(harness.gateway.counters.superseded == 1)
  }

  @Test func aSupersededConnectionDoesNotTellOfItsUndurableLogon() {
    let harness = Harness()
    harness.open(0)
    harness.receive(0, frame(logonMessage()))
    harness.open(1)
    harness.receive(1, frame(logonMessage()))
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [EndOfSession.templateID])
    harness.turn()
    #expect(harness.frames(1).map(\.template) == [LogonAck.templateID])
  }

  @Test func sessionsThatNeverAskedForAnythingDoNotFillTheTable() {
    let harness = Harness()
    for session in 1...200 as ClosedRange<UInt64> {
      harness.logon(0, session: session, account: session)
      harness.drop(0)
      harness.tick(11_000)
    }
    #expect(harness.gateway.sessionCount == 4)
    #expect(harness.gateway.counters.sessionsEvicted == 196)
    #expect(harness.gateway.counters.logonsRefused == 0)
  }

  @Test func evictionTakesTheIdlestAfterADayAndNotBefore() {
    let harness = Harness()
    for session in 1...4 as ClosedRange<UInt64> {
      harness.logon(0, session: session, account: session)
      harness.receive(0, bid(1, bidder: session))
      harness.turn()
      harness.drop(0)
      harness.tick(1_000)
    }
    harness.tick(3_600_000)
    harness.open(1)
    harness.receive(1, frame(logonMessage(session: 5, account: 5, time: harness.now)))
    harness.turn()
    let refusal = harness.frames(1)
    #expect(refusal.map(\.template) == [LogonReject.templateID])
    #expect(refusal[0].message(LogonReject.self).code == RejectCode.sessionLimit.rawValue)
    harness.drop(1)
    // Session 1 is the idlest, but connected: session 2 goes.
    harness.tick(86_400_000)
    harness.logon(2, session: 1, account: 1)
    harness.logon(3, session: 5, account: 5)
    #expect(harness.gateway.counters.sessionsEvicted == 1)
    harness.receive(3, bid(1, bidder: 5))
    #expect(harness.commands.last?.session == SessionHandle(index: 1, generation: 2).raw)
    harness.deliver(SessionHandle(index: 1, generation: 1), outbid(1))
    #expect(harness.gateway.counters.staleDeliveries == 1)
    // The evicted session is a new one when it comes back.
    harness.tick(86_500_000)
    #expect(harness.logon(4, session: 2, account: 2).nextClientSequence == 1)
  }

  @Test func anAccountWithItsFullNumberOfSessionsReplacesItsOwn() {
    var limits = GatewayLimits.small
    limits.sessionsPerAccountMax = 2
    let harness = Harness(limits)
    harness.logon(0, session: 1, account: 9)
    harness.drop(0)
    harness.logon(0, session: 2, account: 9)
    harness.drop(0)
    harness.open(1)
    harness.receive(1, frame(logonMessage(session: 3, account: 9)))
    harness.turn()
    #expect(harness.frames(1).map(\.template) == [LogonReject.templateID])
    harness.tick(61_000)
    harness.logon(2, session: 3, account: 9)
    #expect(harness.gateway.counters.sessionsEvicted == 1)
    harness.logon(3, session: 4, account: 8)
    #expect(harness.gateway.sessionCount == 3, "other accounts are not concerned")
  }

  /// An account that has its full number never takes the place of another one's session.
  @Test func theIdlestOfAllIsSafeWhenItIsAnothers() {
    var limits = GatewayLimits.small
    limits.sessionsPerAccountMax = 2
    let harness = Harness(limits)
    harness.logon(0, session: 1, account: 8)
    harness.drop(0)
    for session in [2, 3] as [UInt64] {
      harness.tick(1_000)
      harness.logon(0, session: session, account: 9)
      harness.drop(0)
    }
    harness.tick(61_000)
    harness.logon(1, session: 4, account: 9)
    let views = (0..<harness.gateway.sessionCount).map { harness.gateway.sessionView(at: $0) }
    #expect(views.map(\.idLow) == [1, 4, 3])
    #expect(views.map(\.account) == [8, 9, 9])
    #expect(views.map(\.handle.generation) == [1, 2, 1])
  }

  /// A place whose generations are used up begins anew: the first handle was forgotten long ago.
  @Test func generationsOfAPlaceComeRound() {
    let harness = Harness(.tiny)
    let last = SessionHandle(index: 0, generation: .max)
    let record = SessionOpened(
      sessionIdHigh: 99, sessionIdLow: 1, accountId: 7, apiKeyId: 0, handle: last.raw, evicted: 0)
    harness.replay([.opened(frame(record), time: harness.now)])
    #expect(harness.gateway.sessionView(at: 0).handle == last)
    harness.tick(86_401_000)
    harness.logon(0, session: 2)
    #expect(harness.gateway.sessionView(at: 0).handle == handle1)
    #expect(harness.isConnected(handle1) && !harness.isConnected(last))
  }

  /// What operators compare of a session follows from the log alone.
  @Test func theViewOfASessionIsWhatItsLogSays() {
    let harness = Harness()
    harness.logon(0, session: 1)
    let empty = harness.gateway.sessionView(at: 0)
    harness.tick(500)
    harness.receive(0, bid(1) + bid(2) + bid(5, bidder: 99) + bid(6))
    harness.turn()
    let view = harness.gateway.sessionView(at: 0)
    #expect(view.idHigh == 99 && view.idLow == 1 && view.handle == handle1)
    #expect(view.account == 7 && view.apiKey == 0)
    #expect(view.highestRequest == 6 && view.nextServerSequence == 4)
    #expect(view.lastActivity == harness.now)
    #expect(view.windowHash != empty.windowHash)
    #expect(harness.restart().gateway.sessionView(at: 0) == view)
    let other = Harness()
    other.logon(0, session: 1)
    other.tick(500)
    other.receive(0, bid(1) + bid(3) + bid(6))
    other.turn()
    #expect(other.gateway.sessionView(at: 0).windowHash != view.windowHash, "2 is not 3")
  }

  @Test func anIndexWithManyEvictionsFindsExactlyWhatIsThere() {
    var limits = GatewayLimits.small
    limits.sessionsMax = 64
    limits.sessionPlaces = 64
    limits.sessionsPerAccountMax = 64
    let harness = Harness(limits)
    var order: [UInt64] = []
    for session in 1...400 as ClosedRange<UInt64> {
      harness.tick(86_401_000)
      harness.logon(0, session: session &* 0x9E37, account: 7)
      harness.drop(0)
      order.append(session &* 0x9E37)
    }
    let opened = harness.gateway.counters.sessionsOpened
    for session in order.suffix(64) {
      harness.logon(0, session: session, account: 7)
      harness.drop(0)
    }
    #expect(harness.gateway.counters.sessionsOpened == opened, "the last 64 are all known")
    #expect(harness.gateway.counters.sessionsEvicted == 336)
  }

  @Test func aRestartRebuildsSessionsWindowsSequencesAndRings() {
    let harness = Harness()
    harness.logon(0, session: 1)
    harness.logon(1, session: 2, account: 8)
    harness.receive(0, bid(1) + bid(2) + bid(2) + bid(9) + bid(10, bidder: 99))
    harness.receive(1, massBid(1, entries: 5, bidder: 8))
    harness.notice(handle1, 5)
    harness.tick(5)
    harness.receive(0, bid(11))
    harness.turn()
    let live = harness.frames(0).filter { $0.sequence > 0 }
    let restarted = harness.restart()
    #expect(restarted.gateway.ledgerHash() == harness.gateway.ledgerHash())
    let ack = restarted.logon(0, next: 1)
    #expect(ack.nextServerSequence == harness.logon(2, next: 0).nextServerSequence)
    #expect(ack.nextClientSequence == 12)
    #expect(restarted.frames(0) == live, "the same frames under the same numbers")
    restarted.receive(0, bid(1) + bid(10) + bid(12))
    restarted.turn()
    #expect(restarted.frames(0).map(\.template) == [NotApplied.templateID, BidAck.templateID])
  }

  @Test func theLedgerHashSeesEveryField() {
    func hash(_ change: (Harness) -> Void) -> Digest {
      let harness = Harness()
      harness.logon(0)
      change(harness)
      return harness.gateway.ledgerHash()
    }
    let hashes = [
      hash { _ in }, hash { $0.receive(0, bid(1)) }, hash { $0.receive(0, bid(2)) },
      hash { $0.receive(0, bid(1) + bid(2)) }, hash { $0.notice(handle1, 1) },
      hash { $0.logon(1, session: 2) },
      hash {
        $0.tick(1)
        $0.receive(0, bid(1))
      },
    ]
    #expect(Set(hashes).count == hashes.count)
    #expect(hash { $0.receive(0, bid(1, bidder: 99)) } == hashes[0], "a refusal is not logged")
  }
}

extension Harness {
  /// A gateway that replays this one's log.
  func restart() -> Harness {
    let fresh = Harness(gateway.limits)
    fresh.now = now
    fresh.replay(log[...])
    return fresh
  }

  /// Replays entries of another one's log behind what this one has.
  func replay(_ entries: ArraySlice<LogEntry>) {
    for entry in entries {
      switch entry {
      case .opened(let bytes, let time):
        bytes.withUnsafeBytes {
          gateway.sessionOpened($0.start, time: time, gate: .none)
        }
      case .command(let session, let bytes, let time, let replies):
        let handle = SessionHandle(raw: session)
        let sequence = SentFrame(bytes: bytes).sequence
        for _ in 0..<replies { deliver(handle, ack(ref: sequence), gate: .none) }
        gateway.replayed(session: handle, clientSequence: sequence, time: time)
      case .notice(let session, let bytes):
        deliver(SessionHandle(raw: session), bytes, gate: .none)
      }
    }
    log += entries
  }
}
