import Primitives
import Testing

@testable import WAL

/// One test a row of the recovery table of docs/log-format.md, in its order, cases A to H.
@Suite struct RecoveryGoesOnTests {
  @Test func caseA_provenBatchesAreReplayedInOrder() throws {
    let (found, collector) = try readLog(logWithBatches(5))
    #expect(collector.positions == [1, 2, 3, 4, 5])
    #expect(collector.records == (1...5).map { testRecord($0) })
    #expect(collector.batches.map(\.batchNumber) == [1, 2, 3, 4, 5, 6])
    #expect(found.lastPosition == 5 && found.lastBatchNumber == 6 && found.oldestPosition == 1)
    #expect(found.head == collector.batches.last?.hash)
  }

  @Test func caseB_theNextSegmentTakesOverWhateverStandsBehind() throws {
    let disk = try logWithBatches(3)
    let before = disk.bytes(segmentName(1))
    _ = try openLog(disk)
    // A write that was in flight when the process died lands after the next one has opened.
    disk.edit(segmentName(1)) { bytes in
      bytes = before
      var late = Array(before[batchOffset(4)..<batchOffset(5)])
      late.withUnsafeMutableBytes { raw in
        raw.storeBytes(of: 5, toByteOffset: 40, as: UInt64.self)
        raw.storeBytes(of: 4, toByteOffset: 48, as: UInt64.self)
      }
      let previous = before[(batchOffset(4) + 112)..<(batchOffset(4) + 144)]
      late.replaceSubrange(80..<112, with: previous)
      resealBatch(&late, at: 0, payloadByteCount: 80)
      bytes.replaceSubrange(batchOffset(5)..<batchOffset(6), with: late)
    }
    let (found, collector) = try readLog(disk)
    #expect(collector.positions == [1, 2, 3], "the late batch was fenced")
    #expect(found.lastBatchNumber == 5 && collector.batches.last?.flags == .opens)
  }

  @Test func caseC_zerosOrForeignBytesEndTheLog() throws {
    let disk = try logWithBatches(3)
    #expect(try readLog(disk).0.tailCase == .blankEnd)
    disk.edit(segmentName(1)) { bytes in
      for index in batchOffset(5)..<bytes.count { bytes[index] = UInt8(index * 7 % 251) }
    }
    let (found, collector) = try readLog(disk)
    #expect(found.tailCase == .blankEnd && found.tailOffset == UInt64(batchOffset(5)))
    #expect(collector.positions == [1, 2, 3])
  }

  @Test func caseC_aMissingFileEndIsAnEnd() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { $0.removeLast($0.count - batchOffset(5)) }
    #expect(try readLog(disk).0.tailCase == .blankEnd)
  }

  @Test func caseD_aBatchOfAnEarlierLifeEndsTheLog() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      let stale = Array(bytes[batchOffset(2)..<batchOffset(4)])
      bytes.replaceSubrange(batchOffset(5)..<batchOffset(7), with: stale)
    }
    let (found, collector) = try readLog(disk)
    #expect(found.tailCase == .staleEnd && collector.positions == [1, 2, 3])
  }

  @Test func caseD_aBatchOfAFencedEpochEndsTheLog() throws {
    let disk = try logWithBatches(3)
    _ = try openLog(disk)
    // Segment 2 holds the copy and, of epoch 2, the opening batch; make it epoch 1's.
    disk.edit(segmentName(2)) { bytes in
      bytes.withUnsafeMutableBytes {
        $0.storeBytes(of: 1, toByteOffset: 8192 + 32, as: UInt64.self)
      }
      resealBatch(&bytes, at: 8192, payloadByteCount: 0)
    }
    let (found, _) = try readLog(disk)
    #expect(found.tailCase == .staleEnd && found.lastBatchNumber == 4)
  }

  @Test func caseE_aTornLastBatchIsCutOff() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { $0[batchOffset(4) + 200] ^= 0xFF }
    let (found, collector) = try readLog(disk)
    #expect(found.tailCase == .tornTail && found.tailOffset == UInt64(batchOffset(4)))
    #expect(collector.positions == [1, 2])
    _ = try openLog(disk)
    #expect(try readLog(disk).0.tailCase == .blankEnd, "the next opening has cut it off")
  }

  @Test func caseF_aBatchThatTheFileEndCutsIsCutOff() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { $0.removeLast($0.count - batchOffset(4) - 1000) }
    let (found, collector) = try readLog(disk)
    #expect(found.tailCase == .cutTail && collector.positions == [1, 2])
  }

  @Test func caseG_aSegmentWithoutItsFirstBatchIsAbandoned() throws {
    let disk = try logWithBatches(3)
    _ = try openLog(disk)
    let original = disk.bytes(segmentName(1))
    disk.edit(segmentName(2)) { bytes in
      for index in 4096..<bytes.count { bytes[index] = 0 }
    }
    let (found, collector) = try readLog(disk)
    #expect(found.hasAbandonedSegment && collector.positions == [1, 2, 3])
    let isUnchanged = disk.bytes(segmentName(1)) == original
    #expect(found.tailFile == segmentName(1) && isUnchanged)
    let log = try openLog(disk)
    #expect(try log.append([testRecord(4)]) == .committed(position: 4))
    #expect(try readLog(disk).1.positions == [1, 2, 3, 4])
  }

  @Test func caseH_sparesAreReadyForUse() throws {
    let disk = try logWithBatches(3)
    #expect(disk.files.contains(segmentName(2)), "prepared in advance")
    let stale = disk.bytes(segmentName(1))
    disk.put(segmentName(7), stale)
    let (found, collector) = try readLog(disk)
    #expect(found.tailFile == segmentName(1) && collector.positions == [1, 2, 3])
    let log = try openLog(disk)
    for number in 4...20 as ClosedRange<UInt64> {
      _ = try log.append([testRecord(number, frameByteCount: 65_280)])
    }
    #expect(try readLog(disk).1.positions == Array(1...20), "over stale bytes")
  }

  /// A spare's stale batches are in nobody's way, but one that cannot be told to be stale would
  /// stand where the log ends in the spare next time: the file is not used again.
  @Test(arguments: [nil, 70, 24])
  func caseH_aSpareIsUsedAgainOnlyIfTheNextOpeningCanPassIt(damagedByte: Int?) throws {
    let disk = try logWithBatches(4)
    var stale = disk.bytes(segmentName(1))
    for name in disk.files where name.hasSuffix("segment") && name != segmentName(1) {
      disk.delete(name)
    }
    if let damagedByte {
      stale[batchOffset(4) + damagedByte] ^= 1
      // Byte 24 is the version: a sound header that another program wrote.
      if damagedByte == 24 { resealHeader(&stale, at: batchOffset(4)) }
    }
    disk.put(segmentName(7), stale)
    let log = try openLog(disk)
    #expect(try log.isWritingTo(segmentName(7), on: disk) == (damagedByte == nil))
    // The header, the copy, the opening batch and this one: the log ends before block 4.
    #expect(try log.append([testRecord(5)]) == .committed(position: 5))
    #expect(try readLog(disk).1.positions == [1, 2, 3, 4, 5])
    _ = try openLog(disk)
    #expect(try readLog(disk).1.positions == [1, 2, 3, 4, 5])
  }
}

extension TestLog {
  /// Whether a file is the newest segment in use.
  fileprivate func isWritingTo(_ name: String, on disk: FaultyDisk) throws -> Bool {
    try readLog(disk).0.tailFile == name
  }
}
