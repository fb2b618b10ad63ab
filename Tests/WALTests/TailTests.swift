import Primitives
import Testing

@testable import WAL

/// Cuts and flips at every place: the outcome is always one of the table, never different records.
@Suite struct TailTests {
  /// What reading the log gave: how many records (always the first ones), or the refusing case.
  private enum Outcome: Equatable {
    case records(Int, RecoveryCase)
    case refused(RecoveryCase)
    case other
  }

  private func outcome(_ disk: FaultyDisk) -> Outcome {
    do {
      let (found, collector) = try readLog(disk)
      let count = collector.records.count
      guard collector.records == (0..<count).map({ testRecord(UInt64($0 + 1)) }) else {
        return .other
      }
      return .records(count, found.tailCase)
    } catch {
      if case .damaged(let damage) = error { return .refused(damage.recoveryCase) }
      return .other
    }
  }

  @Test func theLogCutAtEveryByteOfTheLastBatch() throws {
    let disk = try logWithBatches(2)
    let whole = disk.bytes(segmentName(1))
    disk.delete(segmentName(2))
    for length in batchOffset(3)...batchOffset(4) {
      disk.put(segmentName(1), Array(whole.prefix(length)))
      let expected: Outcome =
        switch length {
        case batchOffset(3): .records(1, .blankEnd)
        case batchOffset(4): .records(2, .blankEnd)
        default: .records(1, .cutTail)
        }
      #expect(outcome(disk) == expected, "cut at \(length)")
    }
  }

  @Test func everyFlippedBitOfTheLastBatchHeaderIsRefused() throws {
    let disk = try logWithBatches(2)
    for bit in 0..<(160 * 8) {
      flip(disk, batchOffset(3) * 8 + bit)
      #expect(outcome(disk) == .refused(.damagedHeader), "bit \(bit)")
      flip(disk, batchOffset(3) * 8 + bit)
    }
    #expect(outcome(disk) == .records(2, .blankEnd))
  }

  @Test func everyFlippedBitOfAnEarlyBatchHeaderIsRefused() throws {
    let disk = try logWithBatches(4)
    for bit in 0..<(160 * 8) {
      flip(disk, batchOffset(2) * 8 + bit)
      #expect(outcome(disk) == .refused(.damagedHeader), "bit \(bit)")
      flip(disk, batchOffset(2) * 8 + bit)
    }
  }

  @Test func aFlippedBitOfABodyIsATornTailAtTheEndAndRefusedBefore() throws {
    let disk = try logWithBatches(4)
    for byte in stride(from: 160, to: 4096, by: 97) {
      flip(disk, (batchOffset(2) + byte) * 8)
      #expect(outcome(disk) == .refused(.laterBatchStands))
      flip(disk, (batchOffset(2) + byte) * 8)
      flip(disk, (batchOffset(5) + byte) * 8)
      #expect(outcome(disk) == .records(3, .tornTail))
      flip(disk, (batchOffset(5) + byte) * 8)
    }
  }

  @Test func afterAnOrderlyStopTheLastRecordsAreCertain() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...3 as ClosedRange<UInt64> { _ = try log.append([testRecord(number)]) }
    try log.close()
    #expect(try readLog(disk).0.isClosedInOrder)
    flip(disk, (batchOffset(4) + 300) * 8)
    #expect(outcome(disk) == .refused(.laterBatchStands))
  }

  /// Every subset of the sectors of a batch of two blocks: all of it, or none of it.
  @Test func everyTornWriteOfTheLastBatchIsRecognised() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    _ = try log.append([testRecord(1)])
    let before = disk.bytes(segmentName(1))
    _ = try log.append((2...60).map { testRecord(UInt64($0)) })
    let after = disk.bytes(segmentName(1))
    let start = batchOffset(3)
    // The last sectors are padding: zeros before and after, so they cannot be torn.
    let sectors = (0..<16).filter { sector in
      let range = (start + 512 * sector)..<(start + 512 * sector + 512)
      return before[range] != after[range]
    }
    for kept in 0..<(1 << sectors.count) where kept % 3 != 1 || kept < 64 {
      disk.edit(segmentName(1)) { bytes in
        bytes = before
        for (index, sector) in sectors.enumerated() where kept & (1 << index) != 0 {
          let range = (start + 512 * sector)..<(start + 512 * sector + 512)
          bytes.replaceSubrange(range, with: after[range])
        }
      }
      let expected: Outcome =
        if kept == (1 << sectors.count) - 1 {
          .records(60, .blankEnd)
        } else {
          .records(1, kept & 1 == 0 ? .blankEnd : .tornTail)
        }
      #expect(outcome(disk) == expected, "sectors \(kept)")
    }
  }

  private func flip(_ disk: FaultyDisk, _ bit: Int) {
    disk.edit(segmentName(1)) { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
  }
}
