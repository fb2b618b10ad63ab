import Primitives
import Testing

@testable import WAL

/// The power fails, or the process dies, at every call of a snapshot and of what follows it.
@Suite struct SnapshotCrashTests {
  /// How the machine comes back.
  enum Return: CaseIterable {
    /// Nothing is lost.
    case process
    /// What was not flushed is kept or lost piece by piece.
    case mixed
    /// All that was not flushed is lost.
    case bare
  }

  private static let older = testPieces(30, seed: 1)
  private static let old = testPieces(30, seed: 2)
  private static let new = testPieces(50, seed: 3)

  /// A disk with two snapshots, at 10 and 20.
  private func disk(seed: UInt64) throws -> FaultyDisk {
    let disk = FaultyDisk(seed: seed)
    try writeSnapshot(disk, 10, Self.older)
    try writeSnapshot(disk, 20, Self.old)
    return disk
  }

  /// A shard's way: a third snapshot, then the oldest goes.
  ///
  /// False once a step did not succeed.
  private func live(_ disk: FaultyDisk) -> Bool {
    let harness = SnapshotHarness(disk)
    guard var set = (try? snapshotList(disk)).map({ SnapshotSet($0.compactMap(\.info)) }) else {
      return false
    }
    harness.begin(30)
    harness.run(Self.new)
    guard case .done(let info) = harness.phase else { return false }
    set.add(info)
    if let name = set.takeRemovable() {
      harness.writer.remove(name)
      while harness.step() {}
    }
    return !disk.isCrashed
  }

  private func comeBack(_ disk: FaultyDisk, _ how: Return) {
    switch how {
    case .process: disk.restartProcess()
    case .mixed: disk.reboot()
    case .bare: disk.rebootLosingAll()
    }
  }

  @Test(arguments: Return.allCases)
  func theTwoNewestThatCountAreAlwaysThere(_ how: Return) throws {
    for step in 1...60 {
      for seed in 0..<(how == .mixed ? 6 : 1) as Range<UInt64> {
        let disk = try disk(seed: seed)
        let start = disk.stepCount
        disk.faults[start + step] = .crash
        let isThrough = live(disk)
        comeBack(disk, how)
        try check(disk, "step \(step) seed \(seed) \(how)")
        try startAgain(disk, how)
        if isThrough && disk.stepCount < start + step { return }
      }
    }
    Issue.record("a snapshot has more than 60 steps")
  }

  /// Each complete file loads as what it says it is, and at least two are there.
  private func check(_ disk: FaultyDisk, _ label: String) throws {
    let complete = try snapshotList(disk).compactMap(\.info)
    #expect(complete.count >= 2, "\(label)")
    #expect(try snapshotList(disk).allSatisfy { $0.info != nil || $0.finding == .unfinished })
    for info in complete {
      let expected = [10: Self.older, 20: Self.old, 30: Self.new][info.position]
      #expect(try loadSnapshot(disk, info) == expected, "\(label)")
    }
  }

  /// The next start clears up, whatever it finds, and the snapshot is taken after all.
  private func startAgain(_ disk: FaultyDisk, _ how: Return) throws {
    var storage = FaultyStorage(disk: disk)
    try SnapshotStore.removeUnfinished(&storage)
    var known = SnapshotSet(try snapshotList(disk).compactMap(\.info), retainedCount: 2)
    while let name = known.takeRemovable() { try storage.remove(name.text) }
    #expect(try snapshotList(disk).count == 2)
    #expect(live(disk))
    #expect(try snapshotList(disk).compactMap(\.info?.position) == [30, 20])
    comeBack(disk, how)
    try check(disk, "after starting again")
  }

  @Test func aFlushThatFailedIsNotBelieved() throws {
    for seed in 0..<20 as Range<UInt64> {
      let disk = try disk(seed: seed)
      disk.everyFlush = .inputOutputError
      #expect(!live(disk))
      disk.everyFlush = nil
      #expect(try snapshotList(disk).compactMap(\.info?.position) == [20, 10])
      try check(disk, "seed \(seed)")
    }
  }
}

@Suite struct SnapshotSetTests {
  private func set(_ positions: [UInt64], retainedCount: Int = 2) throws -> SnapshotSet {
    let disk = FaultyDisk()
    for position in positions { try writeSnapshot(disk, position, []) }
    return SnapshotSet(
      try snapshotList(disk).compactMap(\.info), retainedCount: retainedCount)
  }

  @Test func theLogIsReleasedOnceTwoSnapshotsCoverIt() throws {
    #expect(try set([]).trimPosition(archivedThrough: nil) == 0)
    #expect(try set([50]).trimPosition(archivedThrough: nil) == 0)
    #expect(try set([50, 80]).trimPosition(archivedThrough: nil) == 50)
    #expect(try set([50], retainedCount: 1).trimPosition(archivedThrough: nil) == 50)
    #expect(try set([50, 80]).trimPosition(archivedThrough: 49) == 49)
    #expect(try set([50, 80]).trimPosition(archivedThrough: 0) == 0)
    #expect(try set([50, 80]).trimPosition(archivedThrough: 90) == 50)
    #expect(try set([30, 50, 80]).trimPosition(archivedThrough: nil) == 30, "30 is still there")
  }

  @Test func theOldestGoesAndTheNewestNever() throws {
    var set = try set([30, 10, 20])
    #expect(set.newest?.position == 30)
    #expect(set.takeRemovable()?.position == 10 && set.takeRemovable() == nil)
    #expect(set.trimPosition(archivedThrough: nil) == 20)
    let disk = FaultyDisk()
    set.add(try writeSnapshot(disk, 40, []))
    set.add(try writeSnapshot(disk, 40, []))
    #expect(set.held.map(\.position) == [40, 30, 20])
    #expect(set.takeRemovable()?.position == 20)
  }

  @Test func nothingThatARetainedSnapshotNeedsIsReleased() throws {
    var generator = SeededGenerator(seed: 5)
    let disk = FaultyDisk()
    let snapshots = try (1...100 as ClosedRange<UInt64>).map { try writeSnapshot(disk, $0, []) }
    for _ in 0..<2_000 {
      let held = (0..<generator.below(6)).map { _ in snapshots[Int(generator.below(100))] }
      let retainedCount = 1 + Int(generator.below(3))
      let archived = generator.below(2) == 0 ? nil : generator.below(120)
      let trim = SnapshotSet(held, retainedCount: retainedCount)
        .trimPosition(archivedThrough: archived)
      for one in held { #expect(trim <= one.position) }
      if held.count < retainedCount { #expect(trim == 0) }
      if let archived { #expect(trim <= archived) }
    }
  }
}
