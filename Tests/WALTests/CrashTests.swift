import Primitives
import Testing

@testable import WAL

/// Random loads, crashes at random steps, many lives: what was acknowledged is there, in order,
/// and what is there beyond it is exactly what was being written.
@Suite struct CrashTests {
  private struct Life {
    var attempted: [[UInt8]] = []
    var acknowledgedCount = 0
    var epoch: UInt64 = 0
    var next: UInt64 = 1
  }

  @Test(arguments: 0..<8)
  func acknowledgedMeansRecovered(_ part: Int) throws {
    for seed in (part * 25)..<(part * 25 + 25) {
      try run(seed: UInt64(seed), unitByteCount: seed % 2 == 0 ? 512 : 4096)
    }
  }

  private func run(seed: UInt64, unitByteCount: Int) throws {
    var generator = SeededGenerator(seed: seed &* 0x9E37 &+ 11)
    let disk = FaultyDisk(seed: seed, unitByteCount: unitByteCount)
    var life = Life()
    for round in 0..<5 {
      disk.faults[disk.stepCount + 1 + Int(generator.below(40))] = .crash
      live(disk, &life, &generator)
      disk.reboot()
      try verify(disk, &life, "seed \(seed) round \(round)")
    }
  }

  /// Opens the log and appends until the power fails.
  private func live(_ disk: FaultyDisk, _ life: inout Life, _ generator: inout SeededGenerator) {
    guard let log = try? openLog(disk) else { return }
    for _ in 0..<30 {
      let count = 1 + Int(generator.below(4))
      let records = (0..<count).map { index in
        testRecord(
          life.next + UInt64(index), frameByteCount: 24 + 8 * Int(generator.below(index == 0 ? 2000 : 20)))
      }
      life.next += UInt64(count)
      life.attempted += records
      guard let outcome = try? log.append(records) else { return }
      guard case .committed = outcome else { return }
      life.acknowledgedCount = life.attempted.count
    }
  }

  private func verify(_ disk: FaultyDisk, _ life: inout Life, _ label: String) throws {
    let log = TestLog(disk)
    var collector = Collector()
    let found = try log.open(visitor: &collector)
    #expect(collector.records.count >= life.acknowledgedCount, "\(label): acknowledged is lost")
    #expect(
      collector.records == Array(life.attempted.prefix(collector.records.count)),
      "\(label): different records")
    #expect(collector.positions == Array(1...(UInt64(collector.records.count) + 1)).dropLast())
    #expect(found.identity.epoch > life.epoch, "\(label): an epoch was used twice")
    life.epoch = found.identity.epoch
    // What was not recovered never happened: the next life does not know it.
    life.attempted = collector.records
    life.acknowledgedCount = life.attempted.count
  }

  @Test func aCrashAtEveryStepOfOpeningLosesNothing() throws {
    for step in 1...40 {
      let disk = try logWithBatches(3)
      disk.faults[disk.stepCount + step] = .crash
      let opened = (try? openLog(disk)) != nil
      disk.reboot()
      let (found, collector) = try readLog(disk)
      #expect(collector.positions == [1, 2, 3], "step \(step)")
      #expect(found.lastBatchNumber == 4 || found.lastBatchNumber == 5)
      if opened { return }
      let log = try openLog(disk)
      #expect(try log.append([testRecord(4)]) == .committed(position: 4))
    }
    Issue.record("opening has more than 40 steps")
  }

  @Test func aCrashAtEveryStepOfTheFirstOpening() throws {
    for step in 1...40 {
      let disk = FaultyDisk(seed: UInt64(step))
      disk.faults[step] = .crash
      let opened = (try? openLog(disk)) != nil
      disk.reboot()
      let log = try openLog(disk)
      #expect(try log.append([testRecord(1)]) == .committed(position: 1), "step \(step)")
      if opened { return }
    }
    Issue.record("opening has more than 40 steps")
  }

  @Test func aFlushThatFailedIsNeverBelieved() throws {
    for seed in 0..<60 as Range<UInt64> {
      let disk = FaultyDisk(seed: seed)
      let log = try openLog(disk)
      _ = try log.append([testRecord(1)])
      disk.everyFlush = .inputOutputError
      #expect(try log.append((2...40).map { testRecord($0) }) == .unknown)
      disk.everyFlush = nil
      // Poisoned for good, although the disk works again.
      #expect { _ = try log.append([testRecord(41)]) } throws: { error in
        guard case .poisoned(let failure) = error as? LogError else { return false }
        return failure.kind == .flush
      }
      let (found, collector) = try readLog(disk)
      #expect(collector.positions.count == 1 || collector.positions.count == 40)
      #expect(found.lastBatchNumber >= 2)
      // The copy makes durable what a second power failure could still have taken.
      _ = try openLog(disk)
      disk.reboot()
      #expect(try readLog(disk).1.records == collector.records)
    }
  }
}
