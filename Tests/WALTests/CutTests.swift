import Primitives
import Testing

@testable import WAL

/// Copies of a log up to a position or a time.
@Suite struct CutTests {
  private func copy(
    _ disk: FaultyDisk,
    _ range: LogRange = LogRange(),
    to target: FaultyDisk = FaultyDisk()
  ) throws(LogError) -> (RecoveredLog, FaultyDisk) {
    var source = FaultyStorage(disk: disk)
    var storage = FaultyStorage(disk: target)
    let found = try LogCut.copy(
      from: &source,
      to: &storage,
      shard: testShard,
      range: range,
      limits: smallLimits(),
      memory: testMemory
    )
    return (found, target)
  }

  /// Batches of four records over several segments and two openings.
  private func log() throws -> FaultyDisk {
    let disk = FaultyDisk()
    for life in 0..<2 as Range<UInt64> {
      let log = try openLog(disk)
      for batch in 0..<5 as Range<UInt64> {
        let first = life * 20 + batch * 4 + 1
        _ = try log.append((first..<(first + 4)).map { testRecord($0, frameByteCount: 16_000) })
      }
      try log.close()
    }
    return disk
  }

  @Test func aCopyOfTheWholeLogHasTheSameBytesUpToItsEnd() throws {
    let disk = try log()
    let (found, target) = try copy(disk)
    let original = try readLog(disk).0
    #expect(found.head == original.head && found.lastBatchNumber == original.lastBatchNumber)
    #expect(found.isClosedInOrder && target.files.allSatisfy { $0.hasSuffix(".segment") })
    for name in target.files {
      let bytes = target.bytes(name)
      #expect(bytes.elementsEqual(disk.bytes(name).prefix(bytes.count)), "\(name)")
    }
    let log = try openLog(target)
    #expect(try log.append([testRecord(41)]) == .committed(position: 41))
  }

  @Test func theCopyEndsAtEveryPositionAndGoesOn() throws {
    let disk = try log()
    let all = try readLog(disk).1
    for through in 1...40 as ClosedRange<UInt64> {
      var range = LogRange()
      range.throughPosition = through
      let (found, target) = try copy(disk, range)
      #expect(found.lastPosition == through && found.lastTime == 2_000 + through)
      let (_, collector) = try readLog(target)
      #expect(collector.records == Array(all.records.prefix(Int(through))))
      let cut = try #require(collector.batches.last)
      let original = try #require(all.batches.first { $0.batchNumber == cut.batchNumber })
      #expect(cut.previousHash == original.previousHash && cut.identity == original.identity)
      #expect((cut.hash == original.hash) == (through % 4 == 0))
      let log = try openLog(target)
      #expect(try log.append([testRecord(through + 1)]) == .committed(position: through + 1))
      // By time the same records: record n is stamped 2,000 + n.
      range = LogRange()
      range.throughTime = 2_000 + through
      #expect(try copy(disk, range).0.lastPosition == through)
    }
  }

  @Test func aCopyMayBeginAtASnapshot() throws {
    let disk = try log()
    let anchor = try #require(try readLog(disk).1.batches.map(\.anchor).first { $0.position == 20 })
    var range = LogRange(after: anchor)
    for through in [20, 21, 30, 40] as [UInt64] {
      range.throughPosition = through
      let (found, target) = try copy(disk, range)
      #expect(found.lastPosition == through && found.isAnchorProven)
      #expect(found.oldestPosition > 1, "not all of the log was copied")
      var options = testOptions()
      options.anchor = anchor
      options.fromPosition = 21
      let log = TestLog(target, options)
      var collector = Collector()
      _ = try log.open(visitor: &collector)
      #expect(collector.positions == (0..<(through - 20)).map { $0 + 21 })
    }
  }

  @Test func whatIsNotHeldIsNotCopied() throws {
    let disk = try log()
    var range = LogRange()
    range.throughPosition = 41
    let target = FaultyDisk()
    #expect(throws: LogError.positionNotHeld(wanted: 41, oldest: 1, last: 40)) {
      _ = try copy(disk, range, to: target)
    }
    #expect(target.files.isEmpty)
    range = LogRange()
    range.throughTime = 100
    let (found, early) = try copy(disk, range)
    let isEmpty = try readLog(early).1.records.isEmpty
    #expect(found.lastPosition == 0 && isEmpty)
    #expect(try openLog(early).append([testRecord(1)]) == .committed(position: 1))
  }

  @Test func aTargetThatHoldsALogIsRefused() throws {
    let disk = try log()
    let before = disk.bytes(segmentName(1))
    #expect(throws: LogError.targetNotEmpty(file: segmentName(1))) {
      _ = try copy(try logWithBatches(1), to: disk)
    }
    #expect(disk.bytes(segmentName(1)) == before)
  }

  @Test func aDamagedSourceIsRefusedAndLeavesNothing() throws {
    let disk = try log()
    disk.edit(segmentName(1)) { $0[5 * 4096] ^= 1 }
    let target = FaultyDisk()
    #expect { _ = try copy(disk, to: target) } throws: { error in
      guard case .damaged = error as? LogError else { return false }
      return true
    }
    #expect(target.files.isEmpty)
  }

  @Test func anErrorAtEveryStepIsReportedAndLeavesNothing() throws {
    let disk = try log()
    for step in 1...60 {
      let target = FaultyDisk()
      target.faults[step] = .inputOutputError
      do {
        _ = try copy(disk, to: target)
        #expect(step > 4)
        return
      } catch {
        guard case .storage = error else {
          Issue.record("\(error)")
          return
        }
        #expect(target.files.isEmpty, "step \(step)")
      }
    }
    Issue.record("copying has more than 60 steps")
  }

  /// A segment longer than what is written at once.
  @Test func aLongSegmentIsCopiedInPieces() throws {
    let disk = FaultyDisk()
    var limits = smallLimits()
    limits.segmentByteCount = 4096 + 20 * 69_632
    let log = try openLog(disk, testOptions(limits))
    for number in 1...16 as ClosedRange<UInt64> { _ = try log.append([longRecord(number)]) }
    let (found, target) = try copy(disk)
    #expect(found.lastPosition == 16 && target.files == [segmentName(1)])
    let bytes = target.bytes(segmentName(1))
    #expect(bytes.count > 1 << 20)
    #expect(bytes.elementsEqual(disk.bytes(segmentName(1)).prefix(bytes.count)))
  }
}
