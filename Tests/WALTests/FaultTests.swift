import Primitives
import Testing

@testable import WAL

/// Full disks, short writes and errors outside a crash.
@Suite struct FaultTests {
  private func long(_ number: UInt64) -> [UInt8] { testRecord(number, frameByteCount: 65_280) }

  @Test func aFullDiskGoesToTheReserveAndBack() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    var next: UInt64 = 1
    func append() throws -> AppendOutcome {
      defer { next += 1 }
      return try log.append([long(next)])
    }
    _ = try append()
    disk.capacityByteCount = disk.capacityByteCount - disk.freeByteCount
    var admissions: [LogAdmission] = []
    while log.admission != .stopped {
      #expect(try append() == .committed(position: next - 1), "the reserve takes what is staged")
      if admissions.last != log.admission { admissions.append(log.admission) }
    }
    #expect(
      admissions == [.open, .reserveOnly, .stopped] || admissions == [.reserveOnly, .stopped]
    )
    #expect(throws: LogError.storageFull) { _ = try log.append([long(next)]) }
    disk.capacityByteCount = .max
    #expect(try append() == .committed(position: next - 1), "space is back")
    #expect(log.admission == .open)
    let (found, collector) = try readLog(disk)
    #expect(found.lastPosition == next - 1)
    #expect(collector.records == (1..<next).map { long($0) })
  }

  @Test func aDiskWithoutRoomForASegmentSaysSoAtTheStart() throws {
    let disk = FaultyDisk()
    disk.capacityByteCount = 100_000
    #expect { _ = try openLog(disk) } throws: { "\($0)".contains("free space") }
    disk.capacityByteCount = .max
    #expect(try openLog(disk).append([testRecord(1)]) == .committed(position: 1))
  }

  @Test func aFullDiskStillRestartsOutOfItsSpare() throws {
    let disk = try logWithBatches(3)
    disk.capacityByteCount = disk.capacityByteCount - disk.freeByteCount
    let log = try openLog(disk)
    #expect(try log.append([testRecord(4)]) == .committed(position: 4))
    #expect(log.admission == .reserveOnly)
  }

  @Test func shortWritesAreFinished() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    disk.everyWrite = .shortWrite(byteCount: 5_000)
    for number in 1...3 as ClosedRange<UInt64> {
      let outcome = try log.append((0..<100).map { testRecord(number * 100 + $0) })
      #expect(outcome == .committed(position: number * 100))
    }
    disk.everyWrite = nil
    disk.reboot()
    #expect(try readLog(disk).0.lastPosition == 300)
  }

  @Test func writesWithoutProgressPoison() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    disk.everyWrite = .shortWrite(byteCount: 511)
    #expect(try log.append([long(1)]) == .unknown)
    disk.everyWrite = nil
    #expect { _ = try log.append([testRecord(2)]) } throws: { "\($0)".contains("no progress") }
    #expect(try readLog(disk).0.lastPosition == 0)
  }

  @Test func aFailedWritePoisons() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    _ = try log.append([testRecord(1)])
    disk.everyWrite = .inputOutputError
    #expect(try log.append([testRecord(2)]) == .unknown)
    disk.everyWrite = nil
    #expect(log.admission == .stopped)
    #expect(throws: LogError.self) { _ = try log.append([testRecord(3)]) }
    #expect(try openLog(disk).append([testRecord(2)]) == .committed(position: 2))
  }

  @Test func anErrorAtAnyStepOfOpeningIsReportedAndHarmless() throws {
    for step in 1...60 {
      let disk = try logWithBatches(3)
      let before = disk.stepCount
      disk.faults[before + step] = .inputOutputError
      let opened = try? openLog(disk)
      if disk.stepCount < before + step { return }
      if let opened {
        // Preparing the reserve failed: the log serves, and tries again.
        #expect(opened.admission != .stopped)
        #expect(try opened.append([testRecord(4)]) == .committed(position: 4))
      } else {
        #expect(try openLog(disk).append([testRecord(4)]) == .committed(position: 4))
      }
      #expect(try readLog(disk).1.records == (1...4).map { testRecord($0) }, "step \(step)")
    }
    Issue.record("opening has more than 60 steps")
  }

  @Test func aSegmentThatIsNotPreWrittenIsAsGoodAsAnyOther() throws {
    // A batch waits for a segment: preparing it is cut short, and writes make the file longer.
    let disk = FaultyDisk()
    var storage = FaultyStorage(disk: disk)
    var files = SegmentFiles()
    var visitor = IgnoringVisitor()
    var log = try LogWriter.open(
      &storage,
      files: &files,
      options: testOptions(),
      memory: testMemory,
      visitor: &visitor
    )
    var staged: UInt64 = 0
    while staged < 20 {
      let record = long(staged + 1)
      let result = withFrame(record) { frame in
        log.commit.stage(
          time: 5_000 + staged,
          session: .none,
          roles: [],
          frame: frame,
          byteCount: 65_280
        )
      }
      if case .staged = result { staged += 1 }
      if let order = log.commit.nextWrite() {
        _ = log.completed(order, files.execute(&storage, order))
      } else if let step = log.nextPrepareStep() {
        log.completed(files.execute(&storage, step))
      }
    }
    while let order = log.commit.nextWrite() {
      _ = log.completed(order, files.execute(&storage, order))
    }
    let durable = log.commit.durablePosition
    let shortFiles = disk.files.filter {
      $0.hasSuffix("segment") && disk.bytes($0).count < smallLimits().segmentByteCount
    }
    #expect(!shortFiles.isEmpty, "a segment was used before it was pre-written")
    disk.reboot()
    #expect(try readLog(disk).0.lastPosition == durable && durable >= 16)
  }

  /// What the shard asks of its writer when the disk is full, and which files it takes over.
  @Test func aFullDiskIsAReasonThatPasses() throws {
    let disk = FaultyDisk()
    var storage = FaultyStorage(disk: disk)
    var files = SegmentFiles()
    var visitor = IgnoringVisitor()
    var log = try LogWriter.open(
      &storage, files: &files, options: testOptions(), memory: testMemory, visitor: &visitor)
    let segments = [log.commit.activeSegment] + log.commit.readySegments
    #expect(log.commit.activeSegment.number == 1)
    #expect(Set(files.open.map(\.slot.index)) == Set(segments.map(\.slot.index)))
    disk.capacityByteCount = disk.capacityByteCount - disk.freeByteCount
    while let step = log.nextPrepareStep() { log.completed(files.execute(&storage, step)) }
    #expect(log.blockedErrno == 28)
    disk.capacityByteCount = .max
    log.retryPreparing()
    while let step = log.nextPrepareStep() { log.completed(files.execute(&storage, step)) }
    #expect(log.blockedErrno == nil)
    #expect(log.commit.readySegments.count > segments.count - 1)
  }
}
