import Primitives
import Testing
import Wire

@testable import Engine

/// What operators see of accounts and of hidden amounts.
@Suite struct OperatorViewTests {
  private func accounts(_ engine: borrowing Engine) -> [UInt64: AccountView] {
    var found: [UInt64: AccountView] = [:]
    var place: Int?
    while let (next, account) = engine.nextAccount(after: place) {
      #expect(found[account.id] == nil, "an account is shown once")
      found[account.id] = account
      place = next
    }
    return found
  }

  @Test func everyAccountThatMattersIsShownAsItIs() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 700, on: id) == 0)
    #expect(driver.control(.of(.limitExposure, 1, amount: 900)) == 0)
    #expect(driver.control(.of(.limitExposure, 2, amount: 0)) == 0)
    #expect(driver.control(.of(.block, 3)) == 0)
    #expect(driver.control(.of(.verify, 4)) == 0)
    #expect(driver.control(.of(.link, 5, other: 6)) == 0)
    for seller in [100, 101] as [UInt64] {
      #expect(driver.control(.of(.sellerBlock, seller, other: 7)) == 0)
    }
    // Nothing is left to be known of account 8.
    #expect(driver.control(.of(.block, 8)) == 0)
    #expect(driver.control(.of(.unblock, 8)) == 0)
    func view(_ id: UInt64, _ change: (inout AccountView) -> Void) -> AccountView {
      var view = AccountView(
        id: id, exposure: 0, limit: .min, isBlocked: false, isVerified: false, linkGroup: 0,
        sellerBlockCount: 0)
      change(&view)
      return view
    }
    let expected = [
      view(1) { ($0.exposure, $0.limit) = (700, 900) }, view(2) { $0.limit = 0 },
      view(3) { $0.isBlocked = true }, view(4) { $0.isVerified = true },
      view(5) { $0.linkGroup = 1 }, view(6) { $0.linkGroup = 1 },
      view(7) { $0.sellerBlockCount = 2 },
    ]
    let shown = accounts(driver.engine)
    #expect(shown.values.sorted { $0.id < $1.id } == expected)
    let empty = EngineDriver()
    #expect(accounts(empty.engine).isEmpty)
  }

  @Test func theHiddenAmountsOfAnAuction() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 5_000
    auction.hardEnd = auction.endTime + 60
    let id = AuctionID(raw: driver.create(auction))
    func secrets() -> AuctionSecrets? { driver.engine.secrets(of: id) }
    #expect(
      secrets()
        == AuctionSecrets(maximum: .min, reserve: 5_000, leader: 0, hardEnd: auction.hardEnd))
    #expect(driver.bid(1, 700, on: id.raw) == 0)
    #expect(
      secrets()
        == AuctionSecrets(maximum: 700, reserve: 5_000, leader: 1, hardEnd: auction.hardEnd))
    driver.time = auction.endTime
    _ = driver.apply(.tick)
    // The field holds something else by now.
    #expect(
      secrets() == AuctionSecrets(maximum: 700, reserve: 5_000, leader: 1, hardEnd: 0))
    #expect(driver.engine.secrets(of: AuctionID(raw: id.raw + 1)) == nil)
  }
}

/// What the engine does beside its commands' effects leaves no trace.
@Suite struct SideEffectTests {
  private func history(seed: UInt64) -> SnapshotHistory {
    var history = SnapshotHistory(seed: seed, limits: .tiny, bidderCount: 30)
    history.isLogging = true
    for _ in 0..<400 { history.step() }
    return history
  }

  /// Frames are asked for that will come, that never come, and that name what is not there.
  @Test(arguments: 0..<6) func prefetchingChangesNothing(seed: UInt64) {
    let history = history(seed: 700 + seed)
    var random = SeededGenerator(seed: seed)
    var other = history.freshDriver()
    let ahead = FrameBuffer()
    var sent: [Sent] = []
    for (index, one) in history.log.enumerated() {
      let next = history.log[min(history.log.count - 1, index + Int(random.below(8)))]
      ahead.write(next.step)
      prefetch(ahead, &other.engine)
      let anyName = random.below(2) == 0 ? random.next() : random.below(70) | 1 << 32
      ahead.write(.bid(.of(random.next(), 500, on: anyName)))
      prefetch(ahead, &other.engine)
      other.time = one.time
      sent += other.apply(one.step, session: one.session, roles: one.roles)
    }
    #expect(sent == history.sent)
    let hashes = [other.engine.stateHash(), history.driver.engine.stateHash()]
    #expect(hashes[0] == hashes[1])
  }

  private func prefetch(_ frame: FrameBuffer, _ engine: inout Engine) {
    engine.prefetch(UnsafeRawPointer(frame.base))
    engine.prefetchLeader(UnsafeRawPointer(frame.base))
  }

  /// Without anybody who listens the same is done and answered, and nothing public is said.
  @Test(arguments: 0..<6) func publicFramesAreWrittenForListenersAlone(seed: UInt64) {
    let history = history(seed: 800 + seed)
    var quiet = history.freshDriver()
    quiet.outbox.wantsPublic = false
    var sent: [Sent] = []
    for one in history.log {
      quiet.time = one.time
      sent += quiet.apply(one.step, session: one.session, roles: one.roles)
    }
    #expect(!sent.isEmpty && sent == history.sent.filter { $0.session != 0 })
    #expect(history.sent.contains { $0.session == 0 })
    let hashes = [quiet.engine.stateHash(), history.driver.engine.stateHash()]
    #expect(hashes[0] == hashes[1])
  }

  @Test func entriesSayWhetherTheyArePublic() {
    var driver = EngineDriver()
    driver.buffer.write(.create(.plain(), []))
    let command = Command(
      position: 1, time: driver.time, session: SessionHandle(raw: 65_537), roles: .broker,
      frame: UnsafeRawPointer(driver.buffer.base))
    driver.engine.apply(command, &driver.outbox)
    var cursor = 0
    var entries: [Bool: UInt16] = [:]
    while let entry = driver.outbox.next(&cursor) {
      entries[entry.isPublic] = FrameHeader(frame: entry.frame).templateID
    }
    #expect(entries == [false: AuctionAck.templateID, true: AuctionState.templateID])
  }
}
