import Primitives
import Testing

@testable import WAL

/// The disk fails at each call of everything that reads or copies a log, its archive, or its
/// snapshots: the failure is reported as what it is, and no file stays open.
@Suite struct DiskErrorTests {
  /// Does something with a fresh copy of a disk as often as it makes calls, each time with the next
  /// one failing; gives how often it failed, and ends with the time at which nothing fails.
  private func failEachCall(
    _ disk: FaultyDisk, mayGoOn: Bool = false,
    _ job: (inout TroubledStorage, FaultyDisk) throws -> Void
  ) throws -> Int {
    var failureCount = 0
    for call in 1...500 {
      let trouble = Trouble()
      trouble.failingCall = call
      let copy = disk.copy()
      var storage = TroubledStorage(copy, trouble)
      do {
        try job(&storage, copy)
        #expect(mayGoOn || trouble.callCount < call, "call \(call) failed unseen")
      } catch {
        #expect("\(error)".contains("errno 5 (the disk reports an error"), "call \(call): \(error)")
        failureCount += 1
      }
      #expect(trouble.openCount == 0, "call \(call) leaves files open")
      if trouble.callCount < call { return failureCount }
    }
    Issue.record("more than 500 calls")
    return failureCount
  }

  /// Two openings, three records each.
  private func log() throws -> FaultyDisk { try reopenedLog(2) }

  @Test func readingALog() throws {
    var visitor = IgnoringVisitor()
    let failures = try failEachCall(try log()) { storage, _ in
      let found = try Recovery.read(
        &storage, shard: testShard, range: LogRange(from: 1), limits: smallLimits(),
        memory: testMemory, visitor: &visitor)
      #expect(found.lastPosition == 6)
    }
    #expect(failures >= 8)
  }

  @Test func lookingAtItsSegments() throws {
    let failures = try failEachCall(try log()) { storage, _ in
      let extent = try LogExtent.take(
        &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
      #expect(extent.oldestPosition == 1)
      for segment in try LogInspector.segments(
        &storage, limits: smallLimits(), memory: testMemory)
      {
        let batches = try LogInspector.batches(
          &storage, of: segment, showsStale: true, limits: smallLimits(), memory: testMemory)
        for batch in batches where batch.root != nil {
          var visitor = IgnoringVisitor()
          let isSound = try LogInspector.records(
            of: batch, in: segment, &storage, limits: smallLimits(), memory: testMemory,
            visitor: &visitor)
          #expect(isSound)
        }
      }
    }
    #expect(failures >= 10)
  }

  @Test func makingReceiptsAndProofs() throws {
    let failures = try failEachCall(try log()) { storage, _ in
      let receipt = try BidReceipt.make(
        &storage, shard: testShard, position: 2, limits: smallLimits(), memory: testMemory)
      let hash = try receipt.check().get()
      let proof = try ChainProof.make(
        &storage, shard: testShard, from: receipt.header?.batchNumber ?? 0, limits: smallLimits(),
        memory: testMemory)
      guard case .success = proof.check(from: hash, to: proof.to) else {
        Issue.record("the proof does not hold")
        return
      }
    }
    #expect(failures >= 10)
  }

  @Test func planningARepairAndDoingIt() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { $0[batchOffset(4) + 70] ^= 1 }
    let failures = try failEachCall(disk) { storage, copy in
      let plan = try LogRepair.plan(
        &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
      let found = try LogRepair.apply(
        plan, &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
      #expect(found.lastPosition == 2)
    }
    #expect(failures >= 15)
  }

  @Test func copyingFromATroubledFolder() throws {
    let failures = try failEachCall(try log()) { storage, _ in
      let target = FaultyDisk()
      var to = FaultyStorage(disk: target)
      defer { #expect(target.files.isEmpty || (try? readLog(target).0.lastPosition) == 6) }
      _ = try LogCut.copy(
        from: &storage, to: &to, shard: testShard, limits: smallLimits(), memory: testMemory)
    }
    #expect(failures >= 10)
  }

  /// Half a copy would pass for a shorter log: what cannot be finished is deleted.
  @Test func copyingIntoATroubledFolder() throws {
    let disk = try log()
    let failures = try failEachCall(FaultyDisk()) { storage, copy in
      var source = FaultyStorage(disk: disk)
      defer { #expect(copy.files.isEmpty || (try? readLog(copy).0.lastPosition) == 6) }
      _ = try LogCut.copy(
        from: &source, to: &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
    }
    #expect(failures >= 8)
  }

  /// A copy is read before it counts; what is not the same is copied once more, then given up.
  @Test(arguments: [1, Int.max])
  func aDiskThatLosesWritesGivesNoWrongCopy(lostCount: Int) throws {
    let disk = try log()
    var lossCount = 0
    for write in 1...50 {
      let trouble = Trouble()
      trouble.firstLostWrite = write
      trouble.lostWriteCount = lostCount
      let target = FaultyDisk()
      var source = FaultyStorage(disk: disk)
      var storage = TroubledStorage(target, trouble)
      let copied = try? LogCut.copy(
        from: &source, to: &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
      #expect(trouble.openCount == 0)
      if trouble.writeCount < write {
        #expect(copied?.lastPosition == 6 && lossCount > 0)
        return
      }
      let isWhole = copied?.lastPosition == 6 && (try? readLog(target).0) == copied
      #expect(lostCount == 1 ? isWhole : copied == nil && target.files.isEmpty, "write \(write)")
      lossCount += 1
    }
    Issue.record("more than 50 writes")
  }

  @Test func archivingOutOfATroubledLog() throws {
    let failures = try failEachCall(try log()) { storage, _ in
      let folder = FaultyDisk()
      var archive = FaultyStorage(disk: folder)
      var codec = LogArchive(
        shard: testShard, codec: TestCodec(), bufferByteCount: 16_384, memory: testMemory)
      _ = try codec.open(&archive)
      defer {
        // Opening the archive deletes what was not finished.
        let entries = try? ArchiveHarness(FaultyDisk(), folder).open()
        #expect(entries?.allSatisfy { $0.header != nil } == true)
        #expect(folder.files.allSatisfy { $0.hasSuffix(".zst") })
      }
      let header = try codec.archiveNext(log: &storage, archive: &archive)
      #expect(header?.segmentNumber == 1)
    }
    #expect(failures >= 5)
  }

  @Test func archivingIntoATroubledFolder() throws {
    let disk = try log()
    let failures = try failEachCall(FaultyDisk(), mayGoOn: true) { storage, _ in
      var log = FaultyStorage(disk: disk)
      var codec = LogArchive(
        shard: testShard, codec: TestCodec(), bufferByteCount: 16_384, memory: testMemory)
      _ = try codec.open(&storage)
      let header = try codec.archiveNext(log: &log, archive: &storage)
      try codec.verify(&storage, try #require(header))
    }
    #expect(failures >= 8)
  }

  /// The archive's own trouble is told apart from the log's; what cannot be read is missing.
  @Test func readingOutOfATroubledArchive() throws {
    let disk = try log()
    let folder = FaultyDisk()
    _ = try ArchiveHarness(disk, folder).archiveAll()
    disk.delete(segmentName(1))
    var goneCount = 0
    for call in 1...200 {
      let trouble = Trouble()
      trouble.failingCall = call
      var collector = Collector()
      do {
        var both = try ArchivedLog(
          log: FaultyStorage(disk: disk), archive: TroubledStorage(folder, trouble),
          codec: TestCodec(), memory: testMemory)
        _ = try Recovery.read(
          &both, shard: testShard, range: LogRange(from: 1), limits: smallLimits(),
          memory: testMemory, visitor: &collector)
        #expect(collector.records == (1...6).map { testRecord($0) })
        #expect(trouble.callCount < call && goneCount > 3)
        return
      } catch {
        let isNamed =
          "\(error)".contains("errno 5")
          || (error as? LogError) == .positionNotHeld(wanted: 1, oldest: 3, last: 3)
        #expect(isNamed, "call \(call): \(error)")
        goneCount += 1
      }
    }
    Issue.record("more than 200 calls")
  }

  @Test func provingAndCopyingASnapshot() throws {
    let disk = FaultyDisk()
    let pieces = testPieces(40, seed: 9)
    let info = try writeSnapshot(disk, 9, pieces)
    let reads = try failEachCall(disk) { storage, _ in
      try SnapshotStore.verify(
        &storage, info, limits: smallSnapshotLimits(), memory: testMemory)
    }
    #expect(reads >= 3)
    let copies = try failEachCall(disk) { storage, _ in
      var target = FaultyStorage(disk: FaultyDisk())
      try SnapshotStore.copy(
        &storage, info, to: &target, limits: smallSnapshotLimits(), memory: testMemory)
    }
    #expect(copies == reads)
    let targets = try failEachCall(FaultyDisk()) { storage, copy in
      var source = FaultyStorage(disk: disk)
      defer { #expect((try? snapshotList(copy).compactMap(\.info).count) ?? 0 <= 1) }
      try SnapshotStore.copy(
        &source, info, to: &storage, limits: smallSnapshotLimits(), memory: testMemory)
      #expect(copy.bytes(info.name.text) == disk.bytes(info.name.text))
    }
    #expect(targets >= 6)
  }

  @Test func writingASnapshotFromItsFirstToItsLastStep() throws {
    let pieces = testPieces(40, seed: 9)
    let failures = try failEachCall(FaultyDisk()) { storage, copy in
      var source = TestPieceSource(pieces)
      defer { #expect(copy.files.allSatisfy { $0.hasSuffix(".snapshot") }, "nothing half is left") }
      _ = try SnapshotStore.write(
        &storage, testSnapshotHeader(9), limits: smallSnapshotLimits(), memory: testMemory,
        source: &source)
    }
    #expect(failures >= 8)
  }

  /// A write that comes back short for ever is an error of the disk, not a loop.
  @Test func writesWithoutProgressEnd() throws {
    let disk = try log()
    let target = FaultyDisk()
    target.everyWrite = .shortWrite(byteCount: 511)
    var source = FaultyStorage(disk: disk)
    var storage = FaultyStorage(disk: target)
    #expect {
      _ = try LogCut.copy(
        from: &source, to: &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
    } throws: { error in
      guard case .storage(let error) = error as? LogError else { return false }
      return error.operation == .write && error.errno == 5 && error.offset == 0
    }
  }

  @Test func stepsForAFileThatIsNotOpenFail() throws {
    let harness = Harness()
    _ = harness.stage()
    let order = try harness.next()
    var storage = FaultyStorage(disk: FaultyDisk())
    #expect(SegmentFiles().execute(&storage, order) == .writeFailed(errno: 9))
    let disk = FaultyDisk()
    let snapshots = SnapshotHarness(disk)
    snapshots.begin(7)
    for _ in 0..<2 { #expect(snapshots.step()) }
    snapshots.file.close(&storage)
    #expect(snapshots.step())
    guard case .failed(let error) = snapshots.phase else {
      Issue.record("a write without a file ended well")
      return
    }
    #expect(error.errno == 9 && error.operation == .write)
  }
}
