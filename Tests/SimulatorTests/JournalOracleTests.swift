import Journal
import Primitives
import Testing
import WAL
import Wire

@testable import Runtime
@testable import Simulator

@Suite struct JournalOracleTests {
  private static let logID: UInt64 = 0x1122_3344_5566_7788
  private static let layout = JournalLayout(
    shard: ShardID(0), logID: logID, fileByteCount: 16_384)

  private let run = MarketRun(seed: 20, count: 800)

  private func expected(_ published: [PublishedFrame]) -> ExpectedJournal {
    var journal = ExpectedJournal(shard: ShardID(0), logID: Self.logID, fileByteCount: 16_384)
    journal.append(published)
    return journal
  }

  /// The files that the shard's own writer makes of the frames.
  private func disk(_ published: [PublishedFrame]) throws -> MemoryDisk {
    var limits = JournalLimits()
    limits.auctionsMax = 64
    limits.bufferByteCount = 65_536
    limits.reserveByteCount = 16_384
    limits.writeByteCountMax = 3_000
    limits.checkpointByteCount = 1_024
    var writer = try JournalWriter(layout: Self.layout, limits: limits, memory: testMemory)
    var rule = JournalRule()
    let disk = MemoryDisk()
    for one in published {
      one.told.frame.withUnsafeBytes { raw in
        guard let frame = raw.baseAddress, rule.keeps(frame, position: one.position) else {
          return
        }
        writer.append(
          frame, byteCount: raw.count, auctionID: JournalEvent.auction(of: frame),
          position: one.position, time: one.time)
      }
      if writer.isFull { write(&writer, disk) }
    }
    write(&writer, disk)
    return disk
  }

  private func write(_ writer: inout JournalWriter, _ disk: MemoryDisk) {
    writer.release(through: writer.mark())
    while let order = writer.nextWrite() {
      let bytes = UnsafeRawBufferPointer(start: order.pointer, count: order.byteCount)
      disk.change(order.name.text) { file in
        let place = Int(order.offsetInFile)
        file.replaceSubrange(place..<file.count, with: bytes)
      }
      writer.completed(.written(byteCount: order.byteCount))
    }
  }

  private func check(
    _ disk: MemoryDisk, _ journal: ExpectedJournal, _ reach: JournalReach = .all
  ) throws -> OracleVerdict {
    var storage = MemoryFiles(disk: disk)
    return try JournalOracle.check(
      &storage, expected: journal, reach: reach, memory: testMemory)
  }

  @Test func theWritersBytesAreThoseOfTheFormatsPage() throws {
    for seed in UInt64(20)..<25 {
      let run = MarketRun(seed: seed, count: 800)
      let journal = expected(run.published)
      #expect(journal.bytes.count > 2 * 16_384)
      let verdict = try check(try disk(run.published), journal)
      #expect(verdict == .agreed(count: journal.bytes.count))
    }
  }

  @Test func aChangedByteIsFound() throws {
    let disk = try disk(run.published)
    let journal = expected(run.published)
    try #require(disk.names.count > 2)
    let name = disk.names[1]
    for place in [0, 5, 64, 3_000, 16_383] {
      disk.change(name) { $0[place] ^= 1 }
      let difference = try check(disk, journal).difference
      #expect(difference?.subject.hasPrefix("byte \(16_384 + place) ") == true)
      // What stands behind the offset that must be reached is not asked for.
      #expect(try check(disk, journal, .offset(16_384)).difference == nil)
      disk.change(name) { $0[place] ^= 1 }
    }
  }

  @Test func aMissingEventIsFound() throws {
    let disk = try disk(Array(run.published.dropLast(3)))
    let journal = expected(run.published)
    #expect(try check(disk, journal).difference != nil)
    let end = expected(Array(run.published.dropLast(3))).endOffset
    #expect(try check(disk, journal, .offset(end)).difference == nil)
  }

  @Test func anEventTooManyIsFound() throws {
    let disk = try disk(run.published)
    let journal = expected(Array(run.published.dropLast(8)))
    #expect(try check(disk, journal).difference != nil)
    #expect(try check(disk, journal, .offset(journal.endOffset)).difference == nil)
  }

  @Test func aMissingFileIsFoundButForTheOldest() throws {
    let disk = try disk(run.published)
    let journal = expected(run.published)
    var storage = MemoryFiles(disk: disk)
    try storage.remove(disk.names[0])
    #expect(try check(disk, journal).difference == nil)
    try storage.remove(disk.names[1])
    #expect(try check(disk, journal).difference != nil)
  }

  /// Only a journal that was lost begins with a gap: what stood there is missing.
  @Test func aGapIsFound() throws {
    let disk = try disk(run.published)
    let gapByteCount: UInt32 = 4_096
    let gapTemplate: UInt16 = 65_533
    disk.change(disk.names[0]) { file in
      for place in 64..<64 + Int(gapByteCount) { file[place] = 0 }
      withUnsafeBytes(of: gapByteCount.littleEndian) { file.replaceSubrange(64..<68, with: $0) }
      withUnsafeBytes(of: gapTemplate.littleEndian) { file.replaceSubrange(104..<106, with: $0) }
    }
    let difference = try check(disk, expected(run.published)).difference
    #expect(difference?.subject.hasPrefix("byte 64 ") == true)
  }

  @Test func noFilesAreAJournalWithoutEvents() throws {
    let disk = MemoryDisk()
    #expect(try check(disk, expected([])) == .agreed(count: 0))
    #expect(try check(disk, expected(run.published)).difference != nil)
  }

  @Test func theEndAfterARecordIsThatOfItsLastEvent() {
    let journal = expected(run.published)
    let half = run.published[run.published.count / 2].position
    let part = expected(run.published.filter { $0.position <= half })
    #expect(journal.endOffset(after: half) == part.endOffset)
    #expect(journal.endOffset(after: .max) == journal.endOffset)
    #expect(journal.endOffset(after: 1) == 0)
  }
}
