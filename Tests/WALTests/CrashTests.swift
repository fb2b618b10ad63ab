import Primitives
import Testing

@testable import WAL

/// Random loads, crashes at random steps, many lives: what was acknowledged is there, in order,
/// and what is there beyond it is exactly what was being written.
@Suite struct CrashTests {
  private struct Life {
    /// Every record that was tried, from position 1.
    var attempted: [[UInt8]] = []
    var acknowledgedCount = 0
    var trimmedCount = 0
    var epoch: UInt64 = 0
    var next: UInt64 = 1
  }

  @Test(arguments: 0..<8)
  func acknowledgedMeansRecovered(_ part: Int) throws {
    for seed in (part * 12)..<(part * 12 + 12) {
      try run(seed: UInt64(seed))
    }
  }

  /// Five lives; a third of the seeds fill several segments, a third release old ones.
  private func run(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &* 0x9E37 &+ 11)
    let disk = FaultyDisk(seed: seed, unitByteCount: seed % 2 == 0 ? 512 : 4096)
    var life = Life()
    for round in 0..<5 {
      let crashWithin: UInt64 = seed % 3 == 0 ? 120 : 40
      disk.faults[disk.stepCount + 1 + Int(generator.below(crashWithin))] = .crash
      live(disk, &life, &generator, isHeavy: seed % 3 == 0, trims: seed % 3 == 1 || seed % 6 == 0)
      if generator.below(4) == 0 { disk.restartProcess() } else { disk.reboot() }
      try verify(disk, &life, "seed \(seed) round \(round)")
    }
  }

  /// Opens the log and appends until the power fails.
  private func live(
    _ disk: FaultyDisk,
    _ life: inout Life,
    _ generator: inout SeededGenerator,
    isHeavy: Bool,
    trims: Bool
  ) {
    guard let log = try? openLog(disk, options(life)) else { return }
    for _ in 0..<30 {
      let records = someRecords(&life, &generator, isHeavy: isHeavy)
      life.attempted += records
      guard case .committed = try? log.append(records) else { return }
      life.acknowledgedCount = life.attempted.count
      if trims && generator.below(4) == 0 {
        life.trimmedCount += Int(
          generator.below(UInt64(life.acknowledgedCount - life.trimmedCount + 1))
        )
        try? log.trim(upTo: UInt64(life.trimmedCount))
      }
    }
    if generator.below(2) == 0 { try? log.close() }
  }

  private func someRecords(
    _ life: inout Life,
    _ generator: inout SeededGenerator,
    isHeavy: Bool
  ) -> [[UInt8]] {
    let count = 1 + Int(generator.below(4))
    let first = life.next
    life.next += UInt64(count)
    let wordCountMax: UInt64 = isHeavy ? 7_500 : 1_000
    return (0..<count).map { index in
      let wordCount = index == 0 ? generator.below(wordCountMax) : generator.below(20)
      return testRecord(first + UInt64(index), frameByteCount: 24 + 8 * Int(wordCount))
    }
  }

  private func options(_ life: Life) -> LogOptions {
    var options = testOptions()
    options.fromPosition = UInt64(life.trimmedCount) + 1
    return options
  }

  private func verify(_ disk: FaultyDisk, _ life: inout Life, _ label: String) throws {
    let log = TestLog(disk, options(life))
    var collector = Collector()
    let found = try log.open(visitor: &collector)
    let count = life.trimmedCount + collector.records.count
    #expect(count >= life.acknowledgedCount, "\(label): acknowledged is lost")
    let isSame =
      collector.records == Array(life.attempted.prefix(count).dropFirst(life.trimmedCount))
    #expect(isSame, "\(label): different records")
    #expect(Int(found.lastPosition) == count)
    #expect(collector.positions == Array((UInt64(life.trimmedCount) + 1)..<(UInt64(count) + 1)))
    #expect(found.identity.epoch > life.epoch, "\(label): an epoch was used twice")
    life.epoch = found.identity.epoch
    // What was not recovered never happened: the next life does not know it.
    life.attempted = Array(life.attempted.prefix(count))
    life.acknowledgedCount = count
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
    for seed in 0..<40 as Range<UInt64> {
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
