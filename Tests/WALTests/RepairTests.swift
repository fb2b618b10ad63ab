import Primitives
import Testing

@testable import WAL

/// Cutting a damaged log off before the damage.
@Suite struct RepairTests {
  private func plan(_ disk: FaultyDisk) throws(LogError) -> RepairPlan {
    var storage = FaultyStorage(disk: disk)
    return try LogRepair.plan(
      &storage,
      shard: testShard,
      limits: smallLimits(),
      memory: testMemory
    )
  }

  @discardableResult
  private func apply(_ plan: RepairPlan, _ disk: FaultyDisk) throws(LogError) -> RecoveredLog {
    var storage = FaultyStorage(disk: disk)
    return try LogRepair.apply(
      plan,
      &storage,
      shard: testShard,
      limits: smallLimits(),
      memory: testMemory
    )
  }

  /// What is damaged where, and what must be left of `log()`.
  struct Damage: Sendable, CustomTestStringConvertible {
    let letter: Character
    let kept: UInt64
    let keptBatch: UInt64
    let lost: [UInt64]
    let change: @Sendable (FaultyDisk) -> Void
    var testDescription: String { "case \(letter), kept \(kept)" }
  }

  /// Two openings: batches 1 to 5 in segment 1 (records 1 to 4), of which 5 again in segment 2,
  /// then 6 to 9 (records 5 to 7).
  private func log() throws -> FaultyDisk {
    let disk = try logWithBatches(4)
    let log = try openLog(disk)
    for number in 5...7 as ClosedRange<UInt64> { _ = try log.append([testRecord(number)]) }
    return disk
  }

  private static func edit(
    _ segment: UInt64,
    _ change: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> @Sendable (FaultyDisk) -> Void {
    { $0.edit(segmentName(segment), change) }
  }

  /// Block `n` of segment 2 holds batch `n` + 4.
  static let damages: [Damage] = [
    Damage(
      letter: "I", kept: 5, keptBatch: 7, lost: [9], change: edit(2) { $0[4 * 4096 + 70] ^= 1 }),
    Damage(
      letter: "I", kept: 6, keptBatch: 8, lost: [], change: edit(2) { $0[5 * 4096 + 70] ^= 1 }),
    Damage(
      letter: "I", kept: 4, keptBatch: 5, lost: [6, 7, 8, 9],
      change: edit(2) { $0[4096 + 70] ^= 1 }),
    Damage(
      letter: "J", kept: 4, keptBatch: 6, lost: [7, 8, 9],
      change: edit(2) { $0[3 * 4096 + 300] ^= 1 }
    ),
    Damage(
      letter: "J", kept: 4, keptBatch: 5, lost: [6, 7, 8, 9],
      change: edit(2) { bytes in for index in 0..<4096 { bytes[index] = 0 } }),
    Damage(
      letter: "K", kept: 2, keptBatch: 3, lost: [4, 5, 6, 7, 8, 9],
      change: edit(1) { $0[batchOffset(4) + 300] ^= 1 }),
    Damage(
      letter: "K", kept: 2, keptBatch: 3, lost: [5, 6, 7, 8, 9],
      change: edit(1) { $0.removeLast($0.count - batchOffset(4)) }),
    Damage(
      letter: "M", kept: 4, keptBatch: 6, lost: [8, 9],
      change: edit(2) { bytes in
        let rest = Array(bytes[(4 * 4096)..<(6 * 4096)])
        bytes.replaceSubrange((3 * 4096)..<(5 * 4096), with: rest)
        for index in (5 * 4096)..<(6 * 4096) { bytes[index] = 0 }
      }),
    Damage(
      letter: "N", kept: 6, keptBatch: 8, lost: [9],
      change: edit(2) { bytes in
        bytes[5 * 4096 + 160 + 16] = 60
        resealBatch(&bytes, at: 5 * 4096, payloadByteCount: 80)
      }),
    Damage(
      letter: "P", kept: 4, keptBatch: 5, lost: [6, 7, 8, 9], change: edit(2) { $0[44] ^= 4 }),
  ]

  @Test(arguments: damages)
  func whatStandsBeforeTheDamageIsKept(_ damage: Damage) throws {
    let disk = try log()
    damage.change(disk)
    #expect(WALTests.damage(disk)?.recoveryCase.letter == damage.letter)
    let before = Dictionary(uniqueKeysWithValues: disk.files.map { ($0, disk.bytes($0)) })
    let plan = try plan(disk)
    #expect(plan.damage?.recoveryCase.letter == damage.letter)
    #expect(plan.keptPosition == damage.kept && plan.keptBatchNumber == damage.keptBatch)
    #expect(plan.lost.map(\.batchNumber).uniqued() == damage.lost)
    #expect(plan.description.contains("may have been acknowledged"))
    let isUntouched = disk.files.allSatisfy { before[$0] == disk.bytes($0) }
    #expect(isUntouched && disk.files.count == before.count, "planning changes nothing")

    let left = try apply(plan, disk)
    #expect(left.lastPosition == damage.kept && left.lastBatchNumber == damage.keptBatch)
    for step in plan.steps {
      let aside = disk.files.filter { $0.hasPrefix(step.file) && $0.hasSuffix(".damaged") }
      #expect(aside.map { disk.bytes($0) } == [before[step.file]], "nothing is deleted")
    }
    #expect(try self.plan(disk) == RepairPlan(), "nothing to repair any more")
    let log = try openLog(disk)
    #expect(try log.append([testRecord(90)]) == .committed(position: damage.kept + 1))
    let records = try readLog(disk).1.records
    #expect(records == (0..<damage.kept).map { testRecord($0 + 1) } + [testRecord(90)])
  }

  @Test func intactLostBatchesAreNamedWithTheirRecords() throws {
    let disk = try log()
    disk.edit(segmentName(2)) { $0[3 * 4096 + 300] ^= 1 }
    let plan = try plan(disk)
    #expect(plan.lost.map(\.isIntact) == [false, true, true])
    #expect(plan.lost.map(\.firstPosition) == [5, 6, 7] && plan.lostThroughPosition == 7)
    #expect(plan.description.contains("lost: records 5 to 7"))
    #expect(plan.steps.count == 1 && plan.steps[0].summary.contains("cut it off at byte 12288"))
  }

  @Test func aSoundLogAndATornTailNeedNoRepair() throws {
    let disk = try log()
    #expect(try plan(disk) == RepairPlan())
    #expect(try plan(disk).description == "nothing to repair")
    disk.edit(segmentName(2)) { $0[5 * 4096 + 300] ^= 1 }
    #expect(try plan(disk) == RepairPlan(), "recovery cuts it off by itself")
  }

  @Test func whatCuttingDoesNotCureIsRefused() throws {
    let mixed = try log()
    mixed.edit(segmentName(2)) { bytes in
      bytes[3 * 4096 + 80] ^= 1
      resealBatch(&bytes, at: 3 * 4096, payloadByteCount: 80)
    }
    #expect { _ = try plan(mixed) } throws: { error in
      guard case .damaged(let damage) = error as? LogError else { return false }
      return damage.recoveryCase == .wrongChain
    }
    let only = try logWithBatches(3)
    only.edit(segmentName(1)) { $0[44] ^= 4 }
    #expect { _ = try plan(only) } throws: { "\($0)".contains("no segment has a sound header") }
    let old = try log()
    old.edit(segmentName(1)) { $0[44] ^= 4 }
    #expect { _ = try plan(old) } throws: { "\($0)".contains("oldest segment is damaged") }
    let first = try logWithBatches(3)
    first.edit(segmentName(1)) { $0[batchOffset(1) + 70] ^= 1 }
    #expect { _ = try plan(first) } throws: { "\($0)".contains("no batch before the damage") }
  }

  @Test func aPlanForAnotherStateOfTheFolderIsNotApplied() throws {
    let disk = try log()
    disk.edit(segmentName(2)) { $0[4 * 4096 + 70] ^= 1 }
    let plan = try plan(disk)
    disk.edit(segmentName(2)) { $0[3 * 4096 + 70] ^= 1 }
    #expect { try apply(plan, disk) } throws: { "\($0)".contains("changed since") }
  }

  @Test func aSecondRepairKeepsWhatTheFirstPutAside() throws {
    let disk = try log()
    disk.edit(segmentName(2)) { $0[5 * 4096 + 70] ^= 1 }
    try apply(try plan(disk), disk)
    disk.edit(segmentName(2)) { $0[4 * 4096 + 70] ^= 1 }
    try apply(try plan(disk), disk)
    #expect(disk.files.contains(segmentName(2) + ".damaged"))
    #expect(disk.files.contains(segmentName(2) + ".damaged-2"))
    #expect(try readLog(disk).0.lastPosition == 5)
  }

  /// Power fails at every step: the log is refused, or is what the plan keeps, never anything else.
  @Test(arguments: 0..<damages.count)
  func aCrashAtEveryStepOfARepair(_ index: Int) throws {
    let damage = Self.damages[index]
    for step in 1...60 {
      let disk = FaultyDisk(seed: UInt64(step))
      let whole = try log()
      damage.change(whole)
      for name in whole.files { disk.put(name, whole.bytes(name)) }
      let plan = try plan(disk)
      disk.faults[disk.stepCount + step] = .crash
      let isDone = (try? apply(plan, disk)) != nil
      disk.reboot()
      if let found = try? readLog(disk) { #expect(found.0.lastPosition == damage.kept) }
      let again = try self.plan(disk)
      if again.damage != nil { try apply(again, disk) }
      #expect(try readLog(disk).0.lastPosition == damage.kept, "step \(step)")
      if isDone { return }
    }
    Issue.record("a repair has more than 60 steps")
  }
}

extension Array where Element: Equatable {
  /// The elements without repetitions, in order.
  fileprivate func uniqued() -> [Element] {
    reduce(into: []) { found, element in if !found.contains(element) { found.append(element) } }
  }
}
