import Primitives
import Testing

@testable import WAL

/// Reading a part of a log, and the snapshot that a log must continue.
@Suite struct RangeTests {
  /// Records long enough that four fill a segment.
  private func long(_ number: UInt64) -> [UInt8] { testRecord(number, frameByteCount: 65_280) }

  /// A log of several segments, a record a batch.
  private func longLog(_ count: UInt64) throws -> FaultyDisk {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...count { _ = try log.append([long(number)]) }
    return disk
  }

  private func anchors(_ disk: FaultyDisk) throws -> [LogAnchor] {
    try readLog(disk).1.batches.map(\.anchor)
  }

  private func after(_ anchor: LogAnchor) -> LogRange { LogRange(after: anchor) }

  private func open(_ disk: FaultyDisk, after anchor: LogAnchor?) throws -> RecoveredLog {
    var options = testOptions()
    options.anchor = anchor
    options.fromPosition = (anchor?.position ?? 0) + 1
    var visitor = IgnoringVisitor()
    return try TestLog(disk, options).open(visitor: &visitor)
  }

  @Test func everyBatchOfTheLogIsAnAnchorThatItContinues() throws {
    let disk = try longLog(12)
    for anchor in try anchors(disk) {
      let (found, collector) = try readLog(disk, range: after(anchor))
      #expect(found.isAnchorProven)
      #expect(collector.positions == (0..<(12 - anchor.position)).map { anchor.position + 1 + $0 })
      #expect(try open(disk.copy(), after: anchor).isAnchorProven)
    }
  }

  @Test func anotherHashNumberOrPositionIsRefused() throws {
    let disk = try longLog(12)
    for anchor in try anchors(disk).dropFirst(3).dropLast(2) {
      let flipped = Digest(anchor.hash.word0 ^ 1, 7, 8, 9)
      let wrong = [
        LogAnchor(batchNumber: anchor.batchNumber, position: anchor.position, hash: flipped),
        LogAnchor(
          batchNumber: anchor.batchNumber + 1, position: anchor.position, hash: anchor.hash),
        LogAnchor(
          batchNumber: anchor.batchNumber, position: anchor.position - 1, hash: anchor.hash),
      ]
      for anchor in wrong {
        for opens in [false, true] {
          #expect {
            if opens { _ = try open(disk.copy(), after: anchor) }
            if !opens { _ = try readLog(disk, range: after(anchor)) }
          } throws: { error in
            guard case .anchorMismatch(anchor, _, _) = error as? LogError else { return false }
            return "\(error)".contains("restore both from one backup")
          }
        }
      }
    }
  }

  @Test func aLogThatBeginsRightAfterTheSnapshotMustNameItsHash() throws {
    let disk = try longLog(12)
    let all = try anchors(disk)
    let second = try #require(disk.header(segmentName(2)))
    disk.delete(segmentName(1))
    let anchor = try #require(all.first { $0.batchNumber == second.firstBatchNumber - 1 })
    #expect(try readLog(disk, range: after(anchor)).0.isAnchorProven)
    #expect(try open(disk.copy(), after: anchor).isAnchorProven)
    let other = LogAnchor(batchNumber: anchor.batchNumber, position: anchor.position, hash: .zero)
    #expect(throws: LogError.anchorMismatch(other, file: segmentName(2), found: nil)) {
      _ = try readLog(disk, range: after(other))
    }
    #expect { _ = try readLog(disk, range: after(all[1])) } throws: { error in
      guard case .positionNotHeld = error as? LogError else { return false }
      return true
    }
  }

  @Test func aLogThatEndsBeforeTheSnapshotLostBatchesThatWereDurable() throws {
    let disk = try logWithBatches(3)
    let anchor = try #require(try anchors(disk).last)
    let beyond = LogAnchor(
      batchNumber: anchor.batchNumber + 1, position: anchor.position, hash: anchor.hash)
    #expect(throws: LogError.anchorMismatch(beyond, file: segmentName(1), found: nil)) {
      _ = try readLog(disk, range: after(beyond))
    }
    #expect(throws: LogError.anchorMismatch(anchor, file: "the folder", found: nil)) {
      _ = try readLog(
        FaultyDisk(),
        range: {
          var range = after(anchor)
          range.fromPosition = 1
          return range
        }())
    }
  }

  @Test func aReadThatIsTriedAgainShowsEachBatchOnce() throws {
    let disk = try logWithBatches(3)
    var storage = FaultyStorage(disk: disk)
    var collector = Collector()
    // Nothing is there yet: it is looked for twice, since a server may have added it meanwhile.
    do throws(LogError) {
      _ = try Recovery.read(
        &storage, shard: testShard, range: LogRange(from: 9), limits: smallLimits(),
        memory: testMemory, visitor: &collector)
      Issue.record("position 9 is held")
    } catch { #expect("\(error)".contains("9")) }
    let numbers = collector.batches.map(\.batchNumber)
    #expect(!numbers.isEmpty)
    #expect(numbers == Array(Set(numbers)).sorted())
  }

  @Test func segmentsBetweenTheSnapshotAndTheLogMayHaveBeenReleasedIfNoRecordIsMissing() throws {
    let disk = try logWithBatches(3)
    let anchor = try #require(try anchors(disk).last)
    for _ in 0..<4 { _ = try openLog(disk) }
    let newest = try readLog(disk).0.tailFile
    for name in disk.files where name.hasSuffix("segment") && name < newest { disk.delete(name) }
    let (found, collector) = try readLog(disk, range: after(anchor))
    #expect(!found.isAnchorProven && collector.positions.isEmpty && found.lastPosition == 3)
    #expect(found.oldestPosition == 4)
  }

  @Test func readingStopsBehindAPosition() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for first in stride(from: 1, to: 40, by: 4) as StrideTo<UInt64> {
      _ = try log.append((first..<(first + 4)).map { testRecord($0) })
    }
    for through in 0...41 as ClosedRange<UInt64> {
      var range = LogRange()
      range.throughPosition = through
      let (found, collector) = try readLog(disk, range: range)
      let last = min(through, 40)
      #expect(collector.positions == (0..<last).map { $0 + 1 })
      #expect(found.lastWantedPosition == last && found.hasStoppedEarly == (through <= 40))
      #expect(found.lastPosition == (last + 3) / 4 * 4)
      // The same records by time: record n is stamped 2,000 + n.
      range = LogRange()
      range.throughTime = 2_000 + through
      let byTime = try readLog(disk, range: range)
      #expect(byTime.1.positions == collector.positions)
      #expect(byTime.0.hasStoppedEarly == (through < 40))
      if through > 0 { #expect(byTime.1.batches == collector.batches) }
    }
  }

  @Test func damageBehindTheLastRecordWantedIsNotLookedAt() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { $0[batchOffset(5) + 300] ^= 1 }
    var range = LogRange()
    range.throughPosition = 3
    #expect(try readLog(disk, range: range).1.positions == [1, 2, 3])
    #expect(damage(disk)?.recoveryCase == .laterBatchStands)
  }

  private func startOptions() -> LogOptions {
    var options = testOptions()
    let anchor = LogAnchor(batchNumber: 70, position: 500, hash: Digest(1, 2, 3, 4))
    options.anchor = anchor
    options.fromPosition = 501
    options.newLogStart = LogStart(anchor: anchor, time: 5_000)
    return options
  }

  @Test func aNewLogMayContinueAnotherFoldersState() throws {
    let disk = FaultyDisk()
    let options = startOptions()
    let log = try openLog(disk, options)
    #expect(log.tailPosition == 500)
    #expect { _ = try log.append([testRecord(1)]) } throws: { "\($0)".contains("back in time") }
    #expect(try log.append([testRecord(3_001)]) == .committed(position: 501))
    let (found, collector) = try readLog(disk, range: after(try #require(options.anchor)))
    #expect(found.isAnchorProven && collector.positions == [501])
    #expect(collector.batches.map(\.batchNumber) == [71, 72])
    // Later openings continue the log as any other.
    let again = try openLog(disk, options)
    #expect(try again.append([testRecord(3_002)]) == .committed(position: 502))
    #expect(throws: LogError.self) { _ = try openLog(disk) }
  }

  @Test func aCrashAtEveryStepOfTheFirstOpeningOfAContinuedLog() throws {
    for step in 1...40 {
      let disk = FaultyDisk(seed: UInt64(step))
      disk.faults[step] = .crash
      let opened = (try? openLog(disk, startOptions())) != nil
      disk.reboot()
      let log = try openLog(disk, startOptions())
      #expect(try log.append([testRecord(3_001)]) == .committed(position: 501), "step \(step)")
      if opened { return }
    }
    Issue.record("opening has more than 40 steps")
  }

  @Test func theLastSealedBatchIsAnAnchor() throws {
    let harness = Harness()
    #expect(harness.commit.lastSealed.batchNumber == 1 && harness.commit.lastSealed.position == 0)
    _ = harness.stage()
    _ = harness.stage()
    #expect(harness.commit.lastSealed.position == 0)
    let order = try harness.next()
    _ = harness.stage()
    #expect(harness.commit.lastSealed.batchNumber == 2 && harness.commit.lastSealed.position == 2)
    _ = harness.completed(order, .written(byteCount: order.byteCount))
    #expect(harness.commit.lastSealed.hash == harness.commit.head)
  }
}

extension FaultyDisk {
  /// The header of a segment.
  func header(_ name: String) -> SegmentHeader? {
    bytes(name).withUnsafeBytes { raw in
      guard let base = raw.baseAddress, case .valid(let header) = SegmentHeader.inspect(base) else {
        return nil
      }
      return header
    }
  }

  /// A reader makes room for batches longer than its own settings would write.
  @Test func batchesLongerThanTheReadersLimitAreRead() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...6 as ClosedRange<UInt64> {
      _ = try log.append([testRecord(number, frameByteCount: number % 2 == 0 ? 64 : 65_280)])
    }
    var limits = smallLimits()
    limits.batchByteCountMax = 8_192
    limits.readByteCountMax = 8_192
    let collector = try readLog(disk, limits: limits).1
    #expect(collector.records == (try readLog(disk).1.records) && collector.records.count == 6)
  }

  /// What a start shows as its progress: the bytes that it may have to read.
  @Test func theExtentOfALogIsWhatItsSegmentsSay() throws {
    func extent(_ disk: FaultyDisk) throws -> LogExtent {
      var storage = FaultyStorage(disk: disk)
      return try LogExtent.take(
        &storage, shard: testShard, limits: smallLimits(), memory: testMemory)
    }
    let empty = try extent(FaultyDisk())
    #expect(empty.logID == nil && empty.oldestPosition == 1 && empty.byteCount(from: 1) == 0)
    let disk = try reopenedLog(3)
    let whole = try extent(disk)
    #expect(whole.logID == testLogID && whole.oldestPosition == 1)
    var storage = FaultyStorage(disk: disk)
    let used = try LogInspector.segments(
      &storage, limits: smallLimits(), memory: testMemory
    ).filter { $0.role == .used }
    #expect(used.count == 3)
    for (index, segment) in used.enumerated() {
      let first = try #require(segment.header?.firstPosition)
      let left = used[index...].reduce(0) { $0 + $1.byteCount }
      #expect(whole.byteCount(from: first) == left)
    }
    disk.delete(segmentName(1))
    let trimmed = try extent(disk)
    #expect(trimmed.oldestPosition == used[1].header?.firstPosition)
    #expect(trimmed.byteCount(from: 1) == used[1].byteCount + used[2].byteCount)
  }
}
