import Primitives
import Testing

@testable import WAL

/// The log as its users see it: append, read, tail, trim, fence.
@Suite struct LocalLogTests {
  /// Records long enough that four fill a segment.
  private func long(_ number: UInt64) -> [UInt8] { testRecord(number, frameByteCount: 65_280) }

  @Test func positionsAreCountedOverBatchesSegmentsAndOpenings() throws {
    let disk = FaultyDisk()
    var next: UInt64 = 1
    for _ in 0..<3 {
      let log = try openLog(disk)
      #expect(log.tailPosition == next - 1)
      for _ in 0..<6 {
        #expect(
          try log.append([long(next), testRecord(next + 1)]) == .committed(position: next + 1)
        )
        next += 2
      }
    }
    let (found, collector) = try readLog(disk)
    #expect(collector.positions == Array(1..<next) && found.lastPosition == next - 1)
    #expect(collector.records == (1..<next).map { $0 % 2 == 1 ? long($0) : testRecord($0) })
  }

  @Test func eachBatchNamesTheHashOfTheOneBefore() throws {
    let disk = FaultyDisk()
    for life in 0..<3 {
      let log = try openLog(disk)
      for number in 0..<5 { _ = try log.append([long(UInt64(life * 5 + number + 1))]) }
    }
    let (found, collector) = try readLog(disk)
    var previous = Digest.zero
    for (index, batch) in collector.batches.enumerated() {
      #expect(batch.batchNumber == UInt64(index + 1) && batch.previousHash == previous)
      previous = batch.hash
    }
    #expect(found.head == previous && Set(collector.batches.map(\.hash)).count == 18)
    #expect(
      collector.batches.map(\.identity.epoch) == (1...3).flatMap { Array(repeating: $0, count: 6) }
    )
  }

  @Test func aHigherEpochFencesTheWriterBeforeIt() throws {
    let disk = FaultyDisk()
    let old = try openLog(disk)
    #expect(try old.append([testRecord(1)]) == .committed(position: 1))
    let new = try openLog(disk)
    #expect(try old.append([testRecord(2)]) == .fenced(last: 1))
    #expect(try new.append([testRecord(3)]) == .committed(position: 2))
    #expect(try old.append([testRecord(4)]) == .fenced(last: 1), "for ever")
    #expect(try readLog(disk).1.records == [testRecord(1), testRecord(3)])
  }

  @Test func aWriterThatWasOvertakenWhileItWroteIsFenced() throws {
    // The old writer passes its first look at the claim, then the new one opens, then it writes.
    let disk = try logWithBatches(2)
    var storage = FaultyStorage(disk: disk)
    var files = SegmentFiles()
    var visitor = IgnoringVisitor()
    var old = try LogWriter.open(
      &storage,
      files: &files,
      options: testOptions(),
      memory: testMemory,
      visitor: &visitor
    )
    let new = try openLog(disk)
    let frame = testRecord(9)
    _ = withFrame(frame) { frame in
      old.commit.stage(
        time: 5_000,
        session: .none,
        roles: [],
        frame: frame,
        byteCount: 64
      )
    }
    let next = nextOrder(&old)
    let order = try #require(next)
    _ = old.completed(order, files.execute(&storage, order))
    #expect(try EpochClaim.read(&storage, memory: testMemory) == 3, "what the old writer sees now")
    #expect(try new.append([testRecord(3)]) == .committed(position: 3))
    #expect(try readLog(disk).1.records == (1...3).map { testRecord($0) })
  }

  private func nextOrder(_ writer: inout LogWriter) -> WriteOrder? { writer.commit.nextWrite() }

  @Test func aClockThatWentBackBetweenTwoStartsStopsNobody() throws {
    // Only records bind the time: the wall clock of a start may have been wrong.
    let disk = FaultyDisk()
    var options = testOptions()
    options.time = 1_000_000_000
    _ = try openLog(disk, options)
    options.time = 1
    let log = try openLog(disk, options)
    #expect(try log.append([testRecord(1)]) == .committed(position: 1))
    #expect(try openLog(disk, options).append([testRecord(2)]) == .committed(position: 2))
    let (found, _) = try readLog(disk)
    #expect(found.lastTime == 2_002, "the time of the last record")
  }

  @Test func anEpochIsNeverUsedTwice() throws {
    let disk = try logWithBatches(1)
    let log = TestLog(disk)
    var visitor = IgnoringVisitor()
    #expect(throws: LogError.fenced(epoch: 1, highest: 1)) {
      _ = try log.open(epoch: 1, visitor: &visitor)
    }
    #expect(try log.open(epoch: 7, visitor: &visitor).identity.epoch == 7)
    #expect(try log.open(visitor: &visitor).identity.epoch == 8)
  }

  @Test func anUnexpectedTailFencesTheAppend() throws {
    let log = try openLog(logWithBatches(3))
    #expect(try log.append([testRecord(9)], expect: 2) == .fenced(last: 3))
    #expect(try log.append([testRecord(9)], expect: 4) == .fenced(last: 3))
    #expect(try log.append([testRecord(9)], expect: 3) == .committed(position: 4))
  }

  @Test func aBatchIsTakenWholeOrNotAtAll() throws {
    let log = try openLog(logWithBatches(1))
    var cut = testRecord(2) + testRecord(3)
    cut.removeLast(8)
    let tooLong = (2...4).map { long($0) }
    let backwards = [testRecord(5), testRecord(4)]
    var misaligned = testRecord(2)
    misaligned[16] = 60
    for wrong in [[], [cut], tooLong, backwards, [misaligned]] {
      #expect { _ = try log.append(wrong) } throws: { error in
        guard case .invalidBatch = error as? LogError else { return false }
        return "\(error)".contains("send whole records")
      }
    }
    #expect(try log.append([testRecord(2)]) == .committed(position: 2))
  }

  @Test func nothingCanBeDoneBeforeOpening() {
    let log = TestLog(FaultyDisk())
    #expect(throws: LogError.notOpen) { _ = try log.append([testRecord(1)]) }
    #expect(throws: LogError.notOpen) { try log.trim(upTo: 1) }
    #expect(log.admission == .stopped && log.tailPosition == 0)
  }

  @Test func readAndTailGiveWhatIsDurable() throws {
    let log = try openLog(FaultyDisk())
    var tailed = Collector()
    var seen: UInt64 = 0
    for number in 1...9 as ClosedRange<UInt64> {
      _ = try log.append([long(number)])
      if number % 3 == 0 { seen = try log.tail(after: seen, visitor: &tailed) }
    }
    #expect(tailed.positions == Array(1...9) && seen == 9)
    #expect(try log.tail(after: seen, visitor: &tailed) == 9 && tailed.positions.count == 9)
    var some = Collector()
    try log.read(from: 7, visitor: &some)
    #expect(some.records == (7...9).map { long($0) })
  }

  @Test func trimmedSegmentsAreRecycledAndTheirOldBytesAreNeverRead() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...60 as ClosedRange<UInt64> {
      _ = try log.append([long(number)])
      try log.trim(upTo: number > 6 ? number - 6 : 0)
    }
    #expect(disk.files.count <= 10, "the steady state makes no new files: \(disk.files)")
    let zeros = disk.files.filter { $0.hasSuffix("segment") && disk.bytes($0)[4096] == 0 }
    #expect(zeros.isEmpty, "every segment is an old one")
    var collector = Collector()
    #expect { try log.read(from: 1, visitor: &collector) } throws: { error in
      guard case .positionNotHeld = error as? LogError else { return false }
      return true
    }
    try log.read(from: 55, visitor: &collector)
    #expect(collector.records == (55...60).map { long($0) })
    var options = testOptions()
    options.fromPosition = 55
    let again = TestLog(disk, options)
    var recovered = Collector()
    _ = try again.open(visitor: &recovered)
    #expect(recovered.records == (55...60).map { long($0) })
  }

  @Test func restartsDoNotEatTheDisk() throws {
    let disk = FaultyDisk()
    for life in 1...20 as ClosedRange<UInt64> {
      let log = try openLog(disk)
      _ = try log.append([testRecord(life)])
    }
    let byteCount = disk.files.reduce(0) { $0 + disk.bytes($1).count }
    #expect(byteCount < 5 * smallLimits().segmentByteCount, "old tails are cut, spares are used")
    #expect(try readLog(disk).1.positions == Array(1...20))
  }
}
