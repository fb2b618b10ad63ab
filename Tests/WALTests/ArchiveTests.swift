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
}
