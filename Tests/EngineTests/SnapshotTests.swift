import Primitives
import Testing
import Wire

@testable import Engine

/// A snapshot is the state of the moment it began, whatever happens while it is written.
@Suite struct SnapshotTests {
  /// One history: what was wrong, or nil.
  private func problem(seed: UInt64, limits: EngineLimits, bidderCount: Int) -> String? {
    var history = SnapshotHistory(seed: seed, limits: limits, bidderCount: bidderCount)
    let stepCount = history.steps.below(500)
    for _ in 0..<stepCount { history.step() }
    let atOnce = SnapshotCopy.now(of: &history.driver.engine)
    let hash = history.driver.engine.stateHash()
    let counts = history.driver.engine.counts
    let due = history.driver.engine.nextDue
    let amid = history.snapshotAmidCommands()
    guard amid.image == atOnce.image else { return "a page changed before it was kept" }

    var loaded = history.freshDriver()
    guard amid.load(into: &loaded.engine) else { return "the snapshot is refused" }
    guard loaded.engine.stateHash() == hash else { return "another hash" }
    guard loaded.engine.counts == counts, loaded.engine.nextDue == due else { return "counts" }

    for _ in 0..<150 { history.step() }
    guard history.replay(on: &loaded) == history.sent else { return "another answer" }
    guard loaded.engine.stateHash() == history.driver.engine.stateHash() else {
      return "another hash after more commands"
    }
    for account in 1...UInt64(bidderCount)
    where loaded.engine.exposure(of: account) != history.driver.engine.exposure(of: account) {
      return "exposure of \(account)"
    }
    let live = SnapshotCopy.now(of: &history.driver.engine).image
    let again = SnapshotCopy.now(of: &loaded.engine).image
    return live == again ? nil : "the tables' layout differs"
  }

  @Test(arguments: 0..<8)
  func loadedEngineIsTheOneOfTheMomentItBegan(part: Int) {
    for seed in part * 24..<(part + 1) * 24 {
      if let problem = problem(seed: UInt64(seed), limits: .tiny, bidderCount: 60) {
        Issue.record("seed \(seed): \(problem)")
      }
    }
  }

  @Test(arguments: 0..<8)
  func loadedEngineRefusesTheSameWhenTablesAreFull(part: Int) {
    for seed in part * 24..<(part + 1) * 24 {
      let problem = problem(seed: 700 + UInt64(seed), limits: .crowded, bidderCount: 60)
      if let problem { Issue.record("seed \(700 + seed): \(problem)") }
    }
  }

  @Test func crowdedHistoriesMeetFullTables() {
    var full: [UInt16: Int] = [:]
    for seed in 700..<720 {
      var history = SnapshotHistory(seed: UInt64(seed), limits: .crowded, bidderCount: 60)
      history.isLogging = true
      for _ in 0..<400 { history.step() }
      for one in history.sent {
        if case .reject(_, _, _, _, _, let template, 40, _) = one.said {
          full[template, default: 0] += 1
        }
      }
    }
    #expect(full[PlaceBid.templateID] ?? 0 > 100, "\(full)")
    #expect(full[AccountControl.templateID] ?? 0 > 0, "\(full)")
    #expect(full[CreateAuction.templateID] ?? 0 > 40, "\(full)")
  }

  @Test func emptyEngineIsAFewPieces() {
    var driver = EngineDriver(limits: .tiny)
    let copy = SnapshotCopy.now(of: &driver.engine)
    #expect(copy.pieces.count < 6)
    var loaded = EngineDriver(limits: .tiny)
    let isLoaded1 = copy.load(into: &loaded.engine)
    #expect(isLoaded1)
    #expect(loaded.engine.stateHash() == driver.engine.stateHash())
    let names = [loaded.create(.plain()), driver.create(.plain())]
    #expect(names[0] == names[1])
  }

  @Test func scalarsComeFirstAndPiecesAreBoundedByTheRoom() {
    var history = SnapshotHistory(seed: 3, limits: .tiny)
    for _ in 0..<300 { history.step() }
    let copy = history.snapshotAmidCommands()
    #expect(copy.pieces[0].kind == EnginePiece.scalars.rawValue)
    #expect(copy.pieces.allSatisfy { $0.payload.count <= 1_536 })
  }

  @Test func overflowGivesUpCleanly() {
    var limits = EngineLimits.tiny
    limits.snapshotAreaByteCount = 4_096
    var history = SnapshotHistory(seed: 8, limits: limits)
    for _ in 0..<300 { history.step() }
    var twin = SnapshotHistory(seed: 8, limits: limits)
    for _ in 0..<300 { twin.step() }
    history.driver.engine.beginSnapshot()
    for _ in 0..<300 {
      history.step()
      twin.step()
    }
    let flag8 = history.driver.engine.hasSnapshotOverflowed
    #expect(flag8)
    let flag9 = history.driver.engine.isSnapshotWritten
    #expect(!flag9)
    let waiting = history.driver.engine.snapshotAreaByteCount
    #expect(waiting <= 4_096)
    history.driver.engine.endSnapshot()
    let flag10 = history.driver.engine.hasSnapshotOverflowed
    #expect(!flag10)
    let flag11 = history.driver.engine.isSnapshotRunning
    #expect(!flag11)
    #expect(history.driver.engine.stateHash() == twin.driver.engine.stateHash())
    let later = SnapshotCopy.now(of: &history.driver.engine)
    var loaded = history.freshDriver()
    let isLoaded2 = later.load(into: &loaded.engine)
    #expect(isLoaded2)
    #expect(loaded.engine.stateHash() == twin.driver.engine.stateHash())
  }

  @Test func onlyAFreshEngineOfTheSameLimitsAndShardLoads() {
    var history = SnapshotHistory(seed: 9, limits: .tiny)
    for _ in 0..<100 { history.step() }
    let copy = SnapshotCopy.now(of: &history.driver.engine)
    var limits = EngineLimits.tiny
    limits.bidsMax += 1
    var other = EngineDriver(limits: limits)
    let isLoaded3 = copy.load(into: &other.engine)
    #expect(!isLoaded3)
    var elsewhere = EngineDriver(limits: .tiny, shard: 1)
    let isLoaded4 = copy.load(into: &elsewhere.engine)
    #expect(!isLoaded4)
    let isLoaded5 = copy.load(into: &history.driver.engine)
    #expect(!isLoaded5)
    var late = history.freshDriver()
    var reversed = copy
    reversed.pieces.reverse()
    let isLoaded6 = reversed.load(into: &late.engine)
    #expect(!isLoaded6)
    var largerArea = EngineLimits.tiny
    largerArea.snapshotAreaByteCount *= 2
    var same = EngineDriver(limits: largerArea)
    let isLoaded7 = copy.load(into: &same.engine)
    #expect(isLoaded7)
  }
}
