import Primitives
import Testing

@testable import WAL

@Suite struct ArchiveTests {
  @Test func closedSegmentsAndNothingElseAreArchived() throws {
    let log = try longLog(14)
    let used = log.files.filter { log.bytes($0).contains { $0 != 0 } && $0.hasSuffix(".segment") }
    let folder = FaultyDisk()
    let harness = ArchiveHarness(log, folder)
    #expect(try harness.archivedThrough() == 0)
    #expect(try harness.archiveAll() == used.count - 1 && used.count > 3)
    #expect(folder.files == used.dropLast().map { $0 + ".zst" })
    #expect(try harness.archiveNext() == nil, "once is enough")
    let entries = try harness.open()
    #expect(entries.count == used.count - 1)
    for entry in entries { try harness.verify(try entry.finding.get()) }
    let last = try #require(entries.last?.header)
    #expect(try harness.archivedThrough() == last.nextPosition - 1)
    for (one, next) in zip(entries, entries.dropFirst()) {
      #expect(one.header?.nextPosition == next.header?.firstPosition)
      #expect(one.header?.nextPreviousHash == next.header?.previousHash)
    }
  }

  @Test func theArchiveGivesBackWhatTheLogReleased() throws {
    let log = try longLog(14)
    let whole = try readLog(log).1
    let folder = FaultyDisk()
    let count = try ArchiveHarness(log, folder).archiveAll()
    for number in 1...UInt64(count) { log.delete(segmentName(number)) }
    #expect(throws: LogError.self) { try readLog(log) }
    let both = try readArchivedLog(log, folder)
    #expect(both.records == whole.records && both.positions == whole.positions)
    #expect(try readArchivedLog(log, folder, from: 6).records == Array(whole.records.dropFirst(5)))
    // The archive alone ends where its last segment ends.
    let alone = try readArchivedLog(FaultyDisk(), folder)
    let through = try #require(alone.positions.last)
    #expect(through < 14 && alone.records == Array(whole.records.prefix(Int(through))))
  }

  @Test func aLogOpenedAgainAndAgainIsArchivedWithItsCutTails() throws {
    let log = try reopenedLog(4)
    let written = (1...12).map { testRecord($0) }
    let folder = FaultyDisk()
    let harness = ArchiveHarness(log, folder)
    #expect(try harness.archiveAll() == 3)
    #expect(try harness.archivedThrough() == 8, "the last batch is copied into the next segment")
    for number in 1...3 as ClosedRange<UInt64> { log.delete(segmentName(number)) }
    #expect(try readArchivedLog(log, folder).records == written)
  }

  @Test func readingBackwardBeginsTheSegmentAgain() throws {
    let log = try longLog(14)
    let bytes = log.bytes(segmentName(1))
    let folder = FaultyDisk()
    _ = try ArchiveHarness(log, folder).archiveAll()
    var both = try ArchivedLog(
      log: FaultyStorage(disk: FaultyDisk()), archive: FaultyStorage(disk: folder),
      codec: TestCodec(), memory: testMemory)
    let files = try [both.open(segmentName(1)), both.open(segmentName(2))]
    let target = Region(byteCount: 8192, from: testMemory)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<12 {
      let offset = Int(generator.below(UInt64(bytes.count / 4096))) * 4096
      let count = try both.read(
        files[0], into: target.base, byteCount: 8192, at: UInt64(offset))
      let expected = bytes[offset..<min(bytes.count, offset + 8192)]
      #expect(Array(UnsafeRawBufferPointer(start: target.base, count: count)) == Array(expected))
      _ = try both.read(files[1], into: target.base, byteCount: 4096, at: 0)
    }
    let end = UInt64(bytes.count)
    #expect(try both.read(files[0], into: target.base, byteCount: 4096, at: end) == 0)
    for file in files { both.close(file) }
    #expect(throws: StorageError.self) {
      try both.read(files[0], into: target.base, byteCount: 4096, at: 0)
    }
    #expect(throws: StorageError.self) { try both.create("x") }
    #expect(throws: StorageError.self) { try both.rename("x", to: "y") }
  }

  @Test func aCodecThatLiesArchivesNothing() throws {
    let log = try longLog(8)
    let folder = FaultyDisk()
    let harness = ArchiveHarness(log, folder, codec: TestCodec(wrongIndex: 100_000))
    _ = try harness.open()
    #expect { try harness.archiveNext() } throws: { error in
      guard case .notTheSame = error as? ArchiveError else { return false }
      return "\(error)".contains("nothing was released")
    }
    #expect(try harness.open().isEmpty && folder.files.isEmpty)
    #expect(try harness.archivedThrough() == 0)
  }

  @Test func aDiskThatChangesWhatWasWrittenIsFound() throws {
    let log = try longLog(8)
    let folder = FaultyDisk()
    let harness = ArchiveHarness(log, folder)
    #expect(try harness.archiveAll() == 1)
    let entry = try harness.open()[0]
    let header = try entry.finding.get()
    let whole = folder.bytes(entry.name)
    var places = Array(0..<256) + [4095]
    places += Array(stride(from: 4096, to: whole.count, by: 9973))
    places += Array((whole.count - 40)..<whole.count)
    for (index, offset) in places.enumerated() {
      folder.edit(entry.name) { $0[offset] ^= 1 << UInt8(index % 8) }
      #expect(throws: ArchiveError.self, "byte \(offset)") { try harness.verify(header) }
      if offset < 4096 {
        #expect(try harness.open()[0].header == nil, "byte \(offset)")
      }
      folder.edit(entry.name) { $0[offset] ^= 1 << UInt8(index % 8) }
    }
    try harness.verify(header)
    for byteCount in [0, 100, 4096, 8192, whole.count - 4096, whole.count - 1] {
      folder.edit(entry.name) { $0 = Array(whole.prefix(byteCount)) }
      #expect(throws: ArchiveError.self) { try harness.verify(header) }
      #expect(try harness.open()[0].header == nil)
    }
    folder.edit(entry.name) { $0 = whole + [UInt8](repeating: 0, count: 4096) }
    #expect(throws: ArchiveError.self) { try harness.verify(header) }
  }

  @Test func aDamagedFileIsArchivedAgainWhileTheLogHasIt() throws {
    let log = try longLog(8)
    let folder = FaultyDisk()
    #expect(try ArchiveHarness(log, folder).archiveAll() > 0)
    let name = folder.files[0]
    let whole = folder.bytes(name)
    folder.edit(name) { $0[30] ^= 1 }
    let harness = ArchiveHarness(log, folder)
    #expect(try harness.open()[0].header == nil)
    #expect(try harness.archivedThrough() == 0)
    #expect(try harness.archiveNext()?.segmentNumber == 1)
    #expect(folder.bytes(name) == whole)
  }

  @Test func anotherHistoryIsRefused() throws {
    let folder = FaultyDisk()
    #expect(try ArchiveHarness(longLog(8), folder).archiveAll() > 0)
    let disk = FaultyDisk()
    var options = testOptions()
    options.newLogID = 77
    let other = try openLog(disk, options)
    for number in 1...8 as ClosedRange<UInt64> { _ = try other.append([longRecord(number)]) }
    let before = folder.files
    let harness = ArchiveHarness(disk, folder)
    #expect { try harness.archiveAll() } throws: { error in
      guard case .foreign = error as? ArchiveError else { return false }
      return "\(error)".contains("folder of its own")
    }
    #expect(folder.files == before)
  }

  @Test func damageInTheLogIsNotArchivedAsSound() throws {
    let log = try longLog(10)
    log.edit(segmentName(1)) { $0[16] ^= 1 }
    #expect(throws: ArchiveError.self) { try ArchiveHarness(log, FaultyDisk()).archiveAll() }
    // The newest segment's header may be on its way to the disk: it closes nothing then.
    let other = try longLog(10)
    #expect(try ArchiveHarness(other, FaultyDisk()).archiveAll() == 2)
    other.edit(segmentName(3)) { $0[16] ^= 1 }
    #expect(try ArchiveHarness(other, FaultyDisk()).archiveAll() == 1)
  }

  @Test func logAndArchiveTogetherAreForReadingAlone() throws {
    let log = try longLog(8)
    let folder = FaultyDisk()
    _ = try ArchiveHarness(log, folder).archiveAll()
    let before = [log.files, folder.files]
    var both = try ArchivedLog(
      log: FaultyStorage(disk: log), archive: FaultyStorage(disk: folder), codec: TestCodec(),
      memory: testMemory)
    let file = try both.open(segmentName(1))
    let block = Region(byteCount: 4096, from: testMemory)
    func errno(_ body: () throws(StorageError) -> Void) -> Int32 {
      do throws(StorageError) {
        try body()
        return 0
      } catch { return error.errno }
    }
    let refusals = [
      errno { () throws(StorageError) in
        _ = try both.write(file, from: block.base, byteCount: 4096, at: 0)
      },
      errno { () throws(StorageError) in try both.zero(file, at: 0, byteCount: 4096) },
      errno { () throws(StorageError) in try both.truncate(file, to: 0) },
      errno { () throws(StorageError) in try both.syncData(file) },
      errno { () throws(StorageError) in try both.syncFolder() },
      errno { () throws(StorageError) in try both.remove(segmentName(1)) },
      errno { () throws(StorageError) in _ = try both.create(segmentName(99)) },
      errno { () throws(StorageError) in try both.rename(segmentName(1), to: segmentName(99)) },
    ]
    #expect(refusals == [Int32](repeating: 30, count: 8), "a read-only file system says the same")
    #expect(try both.freeByteCount() == 0)
    #expect([log.files, folder.files] == before)
  }

  /// The archive's header is sound, what it stands for is not: nothing wrong is given out.
  @Test func anArchiveThatCannotBeDecompressedIsNamed() throws {
    let log = try longLog(8)
    let folder = FaultyDisk()
    _ = try ArchiveHarness(log, folder).archiveAll()
    let name = folder.files[0]
    let whole = folder.bytes(name)
    log.delete(segmentName(1))
    // A run longer than the codec allows, where the first one begins.
    folder.edit(name) { $0.replaceSubrange(4096..<4100, with: [0, 0, 0, 0x7F]) }
    #expect { _ = try readArchivedLog(log, folder) } throws: { error in
      "\(error)".contains(name) && "\(error)".contains("errno 74")
    }
    folder.edit(name) { $0 = whole }
    var both = try ArchivedLog(
      log: FaultyStorage(disk: log), archive: FaultyStorage(disk: folder), codec: TestCodec(),
      memory: testMemory)
    folder.edit(name) { $0.replaceSubrange(4096..<4100, with: [0, 0, 0, 0]) }
    let file = try both.open(segmentName(1))
    let block = Region(byteCount: 4096, from: testMemory)
    let expected = StorageError(operation: .read, file: name, offset: 8192, errno: 74)
    #expect(throws: expected) {
      _ = try both.read(file, into: block.base, byteCount: 4096, at: 8192)
    }
    #expect(try both.read(file, into: block.base, byteCount: 4096, at: 0) == 0, "it ends at once")
  }

  @Test func filesOfOtherProgramsAndOtherNamesAreNamed() throws {
    let folder = FaultyDisk()
    #expect(try ArchiveHarness(longLog(8), folder).archiveAll() == 1)
    let name = folder.files[0]
    let whole = folder.bytes(name)
    folder.put(ArchiveName.text(5), whole)
    folder.edit(name) { bytes in
      bytes[20] = 9
      bytes.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return }
        let front = CRC32C.checksum(base, byteCount: 16)
        base.put(CRC32C.checksum(base + 20, byteCount: 4096 - 20, continuing: front), at: 16)
      }
    }
    let entries = try ArchiveHarness(FaultyDisk(), folder).open()
    #expect(
      entries.map(\.finding) == [
        .failure(.newerVersion(file: name, version: 9)),
        .failure(.foreign(file: ArchiveName.text(5), reason: "is segment 1, renamed")),
      ])
  }

  @Test func segmentsThatBelongElsewhereCloseNothing() throws {
    func list(_ disk: FaultyDisk, shard: ShardID = testShard) throws(ArchiveError) -> [UInt64] {
      var storage = FaultyStorage(disk: disk)
      return try ClosedSegments.list(&storage, shard: shard, memory: testMemory).map(\.number)
    }
    let disk = try reopenedLog(3)
    #expect(try list(disk) == [1, 2])
    let other = ShardID(4)
    #expect(
      throws: ArchiveError.foreign(file: segmentName(1), reason: "belongs to shard 3")
    ) { _ = try list(disk, shard: other) }
    let newer = disk.copy()
    newer.edit(segmentName(2)) { bytes in
      bytes[12] = 9
      resealHeader(&bytes, at: 0)
    }
    #expect(throws: ArchiveError.newerVersion(file: segmentName(2), version: 9)) {
      _ = try list(newer)
    }
    let renamed = disk.copy()
    renamed.put(segmentName(1), disk.bytes(segmentName(2)))
    #expect(
      throws: ArchiveError.foreign(file: segmentName(1), reason: "is segment 2, renamed")
    ) { _ = try list(renamed) }
    // A name behind its header is an old file that was recycled and not put to use yet.
    let recycled = disk.copy()
    recycled.put(segmentName(9), disk.bytes(segmentName(1)))
    #expect(try list(recycled) == [1, 2])
  }

  /// A file that is renamed between the list and its opening was recycled by a live server.
  @Test func aSegmentThatLeavesMeanwhileIsPassedOver() throws {
    let disk = try reopenedLog(3)
    var callCount = 0
    var storage = MeddlingStorage(inner: FaultyStorage(disk: disk)) {
      callCount += 1
      if callCount == 2 { disk.delete(segmentName(1)) }
    }
    let closed = try ClosedSegments.list(&storage, shard: testShard, memory: testMemory)
    #expect(closed.map(\.number) == [2])
  }

  /// What was found closed must be what is read: a server that recycles it ends the archiving.
  @Test func aSegmentThatChangesWhileItIsArchivedIsNotArchived() throws {
    let disk = try longLog(10)
    let segmentCount = disk.files.count { $0.hasSuffix(".segment") }
    let folder = FaultyDisk()
    var archive = FaultyStorage(disk: folder)
    var harness = LogArchive(
      shard: testShard, codec: TestCodec(), bufferByteCount: 16_384, memory: testMemory)
    _ = try harness.open(&archive)
    // The names, then opening and reading each: the next call opens the segment to archive it.
    var callCount = 0
    var log = MeddlingStorage(inner: FaultyStorage(disk: disk)) {
      callCount += 1
      guard callCount == 2 * segmentCount + 2 else { return }
      let later = disk.bytes(segmentName(2))
      disk.edit(segmentName(1)) { $0 = later }
    }
    #expect { _ = try harness.archiveNext(log: &log, archive: &archive) } throws: { error in
      "\(error)".contains("changed while it was archived")
    }
    #expect(try harness.open(&archive).isEmpty && folder.files.isEmpty)
  }
}
