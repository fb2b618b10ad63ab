import Primitives
import Testing

@testable import WAL

@Suite struct SnapshotWriterTests {
  @Test func whatIsWrittenIsLoaded() throws {
    for seed in 0..<20 as Range<UInt64> {
      let disk = FaultyDisk(seed: seed)
      let pieces = testPieces(Int(seed * seed), seed: seed)
      let info = try writeSnapshot(disk, 100 + seed, pieces)
      #expect(try loadSnapshot(disk, info) == pieces)
      #expect(info.pieceCount == UInt64(pieces.count) && info.position == 100 + seed)
      #expect(try snapshotList(disk).map(\.info) == [info])
      #expect(disk.files == [info.name.text])
      #expect(UInt64(disk.bytes(info.name.text).count) == info.byteCount)
    }
  }

  @Test func aFileIsNamedOnlyWhenFlushedAndTheLogIsDurable() {
    let harness = SnapshotHarness(FaultyDisk())
    harness.durablePosition = 41
    harness.begin(42)
    harness.run(testPieces(4, seed: 3, byteCountMax: 400))
    #expect(
      harness.steps == [
        "measure", "create 42.writing", "write 0+4096", "write 4096+4096", "write 8192+4096",
        "sync", "close",
      ])
    #expect(harness.phase == .writing)
    harness.durablePosition = 42
    while harness.step() {}
    #expect(harness.steps.suffix(2) == ["rename 42.snapshot", "folder"])
    guard case .done(let info) = harness.phase else {
      Issue.record("not done")
      return
    }
    #expect(info.chunkCount == 1 && info.pieceCount == 4 && info.byteCount == 12_288)
  }

  @Test func twoBuffersAreFilledAheadOfTheDisk() {
    let harness = SnapshotHarness(FaultyDisk())
    harness.begin(1)
    var source = TestPieceSource(testPieces(200, seed: 5))
    var fillCount = 0
    while harness.hasBuffer {
      #expect(harness.fill(&source))
      fillCount += 1
    }
    #expect(fillCount >= 2 && source.next > 10)
    for _ in 0..<3 { #expect(harness.step()) }
    #expect(!harness.hasBuffer, "header first: no chunk is written yet")
    #expect(harness.step() && harness.hasBuffer, "a written chunk's buffer is free again")
  }

  @Test func aBufferAlwaysHasRoomForTheLongestPiece() throws {
    let limits = smallSnapshotLimits()
    for seed in 0..<30 as Range<UInt64> {
      let harness = SnapshotHarness(FaultyDisk())
      harness.begin(7)
      var source = TestPieceSource(testPieces(60, seed: seed), pieceCountMax: 1)
      var isFilling = true
      while isFilling {
        if let (_, room) = harness.writer.buffer() { #expect(room >= limits.pieceByteCountMax) }
        isFilling = harness.fill(&source)
        while harness.step() {}
      }
      while harness.step() {}
      guard case .done(let info) = harness.phase else {
        Issue.record("not done")
        continue
      }
      #expect(try loadSnapshot(harness.storage.disk, info) == source.pieces)
    }
  }

  @Test func anEmptyOrderClosesTheChunk() throws {
    let harness = SnapshotHarness(FaultyDisk())
    harness.begin(7)
    var source = TestPieceSource(testPieces(2, seed: 9), pieceCountMax: 1)
    #expect(harness.fill(&source))
    harness.writer.filled(byteCount: 0)
    harness.writer.filled(byteCount: 0)
    #expect(harness.fill(&source))
    harness.run([])
    guard case .done(let info) = harness.phase else {
      Issue.record("not done")
      return
    }
    #expect(info.chunkCount == 2)
    #expect(try loadSnapshot(harness.storage.disk, info) == source.pieces)
  }

  @Test func shortWritesAreFinished() throws {
    let disk = FaultyDisk()
    disk.everyWrite = .shortWrite(byteCount: 5_000)
    let pieces = testPieces(40, seed: 2)
    let info = try writeSnapshot(disk, 5, pieces)
    #expect(try loadSnapshot(disk, info) == pieces)
    disk.everyWrite = .shortWrite(byteCount: 4_095)
    #expect(throws: SnapshotError.self) { try writeSnapshot(disk, 6, pieces) }
    #expect(disk.files == [info.name.text])
  }

  @Test func tooFewFreeBytesBeginNothing() {
    let disk = FaultyDisk()
    disk.capacityByteCount = 100_000
    let harness = SnapshotHarness(disk)
    harness.begin(5, expectedByteCount: 95_905)
    harness.run(testPieces(3, seed: 1))
    #expect(harness.steps == ["measure"])
    guard case .failed(let error) = harness.phase else {
      Issue.record("not failed")
      return
    }
    #expect(error.errno == 28 && !harness.isBusy)
    harness.begin(5, expectedByteCount: 95_904)
    harness.run(testPieces(3, seed: 1))
    guard case .done = harness.phase else {
      Issue.record("not done")
      return
    }
  }

  @Test func anErrorAtAnyStepLeavesNoFileThatCounts() throws {
    let pieces = testPieces(40, seed: 2)
    for step in 1...60 {
      let disk = FaultyDisk()
      let older = try writeSnapshot(disk, 4, pieces)
      let before = disk.stepCount
      disk.faults[before + step] = step % 2 == 0 ? .inputOutputError : .noSpace
      let harness = SnapshotHarness(disk)
      harness.begin(5)
      harness.run(pieces)
      #expect(!harness.isBusy, "step \(step)")
      let list = try snapshotList(disk)
      #expect(list.last?.info == older)
      if disk.stepCount < before + step {
        #expect(list.count == 2)
        return
      }
      guard case .failed = harness.phase else {
        Issue.record("step \(step) did not fail")
        continue
      }
      // Flushing the folder is the last step: the file is whole then, under its name.
      if harness.steps.last == "folder" {
        #expect(list.count == 2)
      } else {
        #expect(list.count == 1, "step \(step)")
      }
    }
    Issue.record("a snapshot has more than 60 steps")
  }

  @Test func givingUpAtAnyStepDeletesTheFile() throws {
    let pieces = testPieces(40, seed: 2)
    for stepCount in 0...60 {
      let disk = FaultyDisk()
      let harness = SnapshotHarness(disk)
      harness.begin(5)
      var source = TestPieceSource(pieces, pieceCountMax: 3)
      while harness.steps.count < stepCount {
        let isFilling = harness.fill(&source)
        if !harness.step() && !isFilling { break }
      }
      if !harness.isBusy { return }
      let isNamed = harness.steps.last?.hasPrefix("rename") == true
      harness.writer.cancel()
      #expect(!harness.hasBuffer)
      while harness.step() {}
      #expect(!harness.isBusy)
      if isNamed {
        #expect(try snapshotList(disk).compactMap(\.info).count == 1)
      } else {
        #expect(harness.phase == .cancelled && disk.files.isEmpty, "step \(stepCount)")
      }
    }
    Issue.record("a snapshot has more than 60 steps")
  }

  @Test func oldSnapshotsAreDeletedByAStep() throws {
    let disk = FaultyDisk()
    for position in 1...3 as ClosedRange<UInt64> {
      try writeSnapshot(disk, position, testPieces(3, seed: position))
    }
    var set = SnapshotSet(try snapshotList(disk).compactMap(\.info))
    let harness = SnapshotHarness(disk)
    while let name = set.takeRemovable() {
      harness.writer.remove(name)
      while harness.step() {}
    }
    #expect(harness.steps == ["remove 1.snapshot"] && !harness.isBusy)
    #expect(try snapshotList(disk).map(\.name.position) == [3, 2])
    disk.faults[disk.stepCount + 1] = .inputOutputError
    harness.writer.remove(SnapshotName(position: 2))
    while harness.step() {}
    #expect(!harness.isBusy, "the next start deletes it")
  }

  /// The disk fails again while a failed snapshot is cleared away: the first error is told.
  @Test func failuresAmidTheClearingChangeNothing() {
    let disk = FaultyDisk()
    let harness = SnapshotHarness(disk)
    harness.begin(42)
    #expect(harness.step() && harness.step())
    disk.everyWrite = .noSpace
    #expect(harness.step())
    for expected in ["close", "remove 42.writing"] {
      let step = harness.writer.nextStep(durablePosition: .max)
      #expect(step.map(harness.describe) == expected)
      harness.writer.completed(.failed(errno: 5))
    }
    #expect(!harness.isBusy)
    guard case .failed(let error) = harness.phase else {
      Issue.record("the snapshot did not fail")
      return
    }
    #expect(error.errno == 28 && error.operation == .write)
    harness.writer.completed(.done)
    #expect(!harness.isBusy, "an answer that nobody waits for is nobody's")
  }

  /// More written than was asked for, or a number where none belongs, is no progress.
  @Test func answersThatMakeNoSenseFailTheSnapshot() {
    for (stepCount, result) in [
      (0, SnapshotStepResult.written(byteCount: 4096)), (2, .written(byteCount: 1 << 20)),
      (2, .written(byteCount: 100)),
    ] {
      let harness = SnapshotHarness(FaultyDisk())
      harness.begin(42)
      for _ in 0..<stepCount { #expect(harness.step()) }
      #expect(harness.writer.nextStep(durablePosition: .max) != nil)
      harness.writer.completed(result)
      guard case .failed(let error) = harness.phase else {
        Issue.record("\(result) was believed")
        return
      }
      #expect(error.errno == 5)
    }
  }

  @Test func copiesAreTheSameByteForByte() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 9, testPieces(60, seed: 8))
    var source = FaultyStorage(disk: disk)
    let copy = FaultyDisk()
    var target = FaultyStorage(disk: copy)
    try SnapshotStore.copy(
      &source, info, to: &target, limits: smallSnapshotLimits(), memory: testMemory)
    copy.reboot()
    #expect(copy.files == disk.files && copy.bytes(info.name.text) == disk.bytes(info.name.text))
    disk.edit(info.name.text) { $0[9_000] ^= 1 }
    let other = FaultyDisk()
    var otherTarget = FaultyStorage(disk: other)
    #expect(throws: SnapshotError.self) {
      try SnapshotStore.copy(
        &source, info, to: &otherTarget, limits: smallSnapshotLimits(), memory: testMemory)
    }
    #expect(try snapshotList(other).compactMap(\.info).isEmpty)
  }

  @Test func limitsAreChecked() {
    var limits = SnapshotLimits()
    #expect(throws: Never.self) { try limits.check() }
    limits.chunkByteCountMax = 4096
    #expect(throws: LogError.self) { try limits.check() }
    limits = SnapshotLimits()
    limits.pieceByteCountMax = limits.chunkByteCountMax - 63
    #expect(throws: LogError.self) { try limits.check() }
    limits = SnapshotLimits()
    limits.readByteCountMax = 1000
    #expect(throws: LogError.self) { try limits.check() }
  }
}
