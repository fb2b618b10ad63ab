import Foundation
import Gateway
import Primitives
import Testing
import Wire

/// A data folder outlives the `sessionsMax` that it was written under: a later start with a lower
/// one knows all its sessions, and only lets no further ones in.
@Suite struct SessionPlacesTests {
  /// Six sessions were let in; three are let in now.
  private static func limits(_ sessionsMax: Int, places: Int = 6) -> GatewayLimits {
    var limits = GatewayLimits.snapshots
    limits.sessionsMax = sessionsMax
    limits.sessionPlaces = places
    return limits
  }

  /// A gateway with six sessions, each of which has asked and was answered.
  private static func full() -> Harness {
    let harness = Harness(limits(6))
    for session in 1...6 as ClosedRange<UInt64> {
      harness.logon(Int(session), session: session, account: session)
      harness.receive(Int(session), bid(1, bidder: session))
      harness.turn()
      harness.drop(Int(session))
    }
    return harness
  }

  private static func reloaded(
    _ full: Harness, _ limits: GatewayLimits, bySnapshot: Bool
  ) -> Harness? {
    if bySnapshot { return Harness.loaded(full.snapshot(), limits) }
    let replayed = Harness(limits)
    replayed.now = full.now
    replayed.replay(full.log[...])
    return replayed
  }

  @Test(arguments: [false, true])
  func fewerSessionsThanTheFolderHas(bySnapshot: Bool) throws {
    let full = Self.full()
    let harness = try #require(Self.reloaded(full, Self.limits(3), bySnapshot: bySnapshot))
    harness.now = full.now
    #expect(harness.gateway.ledgerHash() == full.gateway.ledgerHash())
    #expect(harness.gateway.sessionCount == 6)
    for session in 1...6 as ClosedRange<UInt64> {
      let ack = harness.logon(Int(session), session: session, account: session, next: 1)
      #expect(ack.nextClientSequence == 2 && ack.nextServerSequence == 2)
      #expect(harness.frames(Int(session)).map(\.template) == [BidAck.templateID])
      harness.drop(Int(session))
    }
    harness.open(0)
    harness.receive(0, frame(logonMessage(session: 7, account: 7, time: harness.now)))
    harness.turn()
    let refusal = harness.frames(0).first?.message(LogonReject.self)
    #expect(refusal?.code == RejectCode.sessionLimit.rawValue)
    harness.drop(0)
    harness.tick(86_401_000)
    harness.logon(0, session: 7, account: 7)
    #expect(harness.gateway.counters.sessionsEvicted == 1)
    #expect(harness.gateway.sessionCount == 6, "the place of an idle one, and no further place")
    #expect(harness.gateway.sessionView(at: 0).handle == SessionHandle(index: 0, generation: 2))
  }

  @Test(arguments: [false, true])
  func moreSessionsThanTheFolderHas(bySnapshot: Bool) throws {
    let full = Self.full()
    let larger = Self.limits(8, places: 12)
    let harness = try #require(Self.reloaded(full, larger, bySnapshot: bySnapshot))
    harness.now = full.now
    #expect(harness.gateway.ledgerHash() == full.gateway.ledgerHash())
    harness.logon(1, session: 7, account: 7)
    harness.logon(2, session: 8, account: 8)
    #expect(harness.gateway.sessionCount == 8)
    #expect(harness.gateway.counters.sessionsEvicted == 0)
    harness.open(0)
    harness.receive(0, frame(logonMessage(session: 9, account: 9, time: harness.now)))
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [LogonReject.templateID])
  }

  /// Every place that a handle can name: the last one is found, replayed and in a snapshot.
  @Test func everyPlaceThatAHandleCanName() throws {
    var limits = GatewayLimits.small
    limits.sessionsMax = 65_535
    limits.sessionPlaces = 65_535
    limits.replayRingBytes = 16_384
    let place = limits.sessionPlaces - 1
    let harness = Harness(limits, memory: .untouched)
    harness.replay(Self.openings(limits.sessionPlaces)[...])
    let last = SessionHandle(index: UInt16(place), generation: 1)
    #expect(harness.gateway.sessionView(at: place).handle == last)
    harness.logon(0, session: UInt64(place + 1), account: 7)
    #expect(harness.isConnected(last))
    harness.receive(0, bid(1))
    harness.turn()
    let loaded = try #require(Harness.loaded(harness.snapshot(), limits, memory: .untouched))
    #expect(loaded.gateway.ledgerHash() == harness.gateway.ledgerHash())
    let ack = loaded.logon(1, session: UInt64(place + 1), account: 7, next: 1)
    #expect(ack.nextServerSequence == 2)
    #expect(loaded.frames(1).map(\.template) == [BidAck.templateID])
  }

  private static func openings(_ count: Int) -> [Harness.LogEntry] {
    (0..<count).map { place in
      let record = SessionOpened(
        sessionIdHigh: 99, sessionIdLow: UInt64(place + 1), accountId: 7, apiKeyId: 0,
        handle: SessionHandle(index: UInt16(place), generation: 1).raw, evicted: 0)
      return .opened(frame(record), time: testStart)
    }
  }
}

extension MemorySource {
  /// Pages that cost nothing until they are used.
  fileprivate static let untouched = MemorySource(
    allocate: { byteCount, _ in
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
      guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
        memory != MAP_FAILED
      else { fatalError("no address space") }
      return memory
    },
    release: { memory, byteCount in munmap(memory, byteCount) })
}
