import Primitives
import Testing

@testable import WAL

/// One test a row of the recovery table, cases I to S, which refuse and change nothing on the disk.
@Suite struct RecoveryRefusesTests {
  private func expect(
    _ recoveryCase: RecoveryCase,
    _ disk: FaultyDisk,
    file: String = segmentName(1),
    offset: Int,
    batch: UInt64
  ) {
    let found = damage(disk)
    #expect(
      found
        == LogDamage(
          recoveryCase: recoveryCase,
          file: file,
          offset: UInt64(offset),
          batchNumber: batch
        )
    )
    #expect(found?.description.contains("rostrum repair") ?? false)
    let before = disk.files.filter { $0.hasSuffix("segment") }.map { disk.bytes($0) }
    #expect(throws: LogError.self) { _ = try openLog(disk) }
    let isUnchanged = disk.files.filter { $0.hasSuffix("segment") }.map { disk.bytes($0) } == before
    #expect(isUnchanged, "a refused log is left as it was")
  }

  @Test func caseI_aDamagedHeaderIsNoTornWrite() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { $0[batchOffset(4) + 70] ^= 1 }
    expect(.damagedHeader, disk, offset: batchOffset(4), batch: 4)
  }

  @Test func caseJ_aLaterBatchProvesThatTheMissingOneWasDurable() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { $0[batchOffset(3) + 300] ^= 1 }
    expect(.laterBatchStands, disk, offset: batchOffset(3), batch: 3)
    let blank = try logWithBatches(5)
    blank.edit(segmentName(1)) { bytes in
      for index in batchOffset(3)..<batchOffset(4) { bytes[index] = 0 }
    }
    expect(.laterBatchStands, blank, offset: batchOffset(3), batch: 3)
  }

  @Test func caseJ_aSegmentThatLostItsHeaderIsNoSpare() throws {
    let disk = try logWithBatches(3)
    let log = try openLog(disk)
    _ = try log.append([testRecord(4)])
    disk.edit(segmentName(2)) { bytes in for index in 0..<4096 { bytes[index] = 0 } }
    expect(.laterBatchStands, disk, file: segmentName(2), offset: 12_288, batch: 5)
  }

  /// Wherever in the spare it stands: the spare would be used again, and the log not open again.
  @Test func caseJ_aBatchBehindTheFirstOfASpareIsNoSpareEither() throws {
    let disk = try logWithBatches(3)
    let log = try openLog(disk)
    _ = try log.append([testRecord(4)])
    disk.edit(segmentName(2)) { bytes in for index in 0..<12_288 { bytes[index] = 0 } }
    expect(.laterBatchStands, disk, file: segmentName(2), offset: 12_288, batch: 5)
    // The first batch shows an earlier life of the file.
    let stale = disk.bytes(segmentName(1))[4096..<8192]
    disk.edit(segmentName(2)) { $0.replaceSubrange(4096..<8192, with: stale) }
    expect(.laterBatchStands, disk, file: segmentName(2), offset: 12_288, batch: 5)
  }

  /// Without any header nobody knows the log's number: no new log may begin over an old one.
  @Test(arguments: [0, 4096, 8192])
  func caseJ_aLogWithoutAnyHeaderIsNoEmptyFolder(lostFrom start: Int) throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      for index in 0..<4096 { bytes[index] = 0 }
      for index in 4096..<(4096 + start) { bytes[index] = 0 }
    }
    expect(.laterBatchStands, disk, offset: 4096 + start, batch: 1)
    var options = testOptions()
    options.newLogID = 77
    #expect(throws: LogError.self) { _ = try openLog(disk, options) }
    disk.edit(segmentName(1)) { bytes in
      for block in stride(from: 4096, to: batchOffset(5), by: 4096) { bytes[block + 70] ^= 1 }
    }
    expect(.damagedHeader, disk, offset: 4096 + start, batch: 1)
  }

  @Test func caseK_aHoleBeforeTheNextSegment() throws {
    let disk = try logWithBatches(5)
    _ = try openLog(disk)
    disk.edit(segmentName(1)) { $0[batchOffset(5) + 300] ^= 1 }
    // Batch 6 was copied into segment 2; batch 5 stands only here.
    expect(.batchesMissing, disk, offset: batchOffset(5), batch: 5)
  }

  @Test func caseK_aSegmentIsMissing() throws {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...12 as ClosedRange<UInt64> {
      _ = try log.append([testRecord(number, frameByteCount: 65_280)])
    }
    disk.delete(segmentName(2))
    #expect(damage(disk)?.recoveryCase == .batchesMissing)
    #expect(damage(disk)?.file == segmentName(1))
  }

  @Test(arguments: [48, 80])
  func caseL_aBatchMustFollowFromTheOneBefore(_ fieldOffset: Int) throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[batchOffset(3) + fieldOffset] ^= 1
      resealBatch(&bytes, at: batchOffset(3), payloadByteCount: 80)
    }
    expect(.wrongChain, disk, offset: batchOffset(3), batch: 3)
  }

  @Test func caseM_aLaterNumberStandsHere() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { bytes in
      let rest = Array(bytes[batchOffset(4)..<batchOffset(7)])
      bytes.replaceSubrange(batchOffset(3)..<batchOffset(6), with: rest)
    }
    expect(.numberGap, disk, offset: batchOffset(3), batch: 3)
  }

  @Test func caseN_aProvenBodyThatIsNoRunOfRecords() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[batchOffset(3) + 160 + 16] = 60
      resealBatch(&bytes, at: batchOffset(3), payloadByteCount: 80)
    }
    expect(.malformedRecords, disk, offset: batchOffset(3), batch: 3)
  }

  @Test func caseN_recordsOtherThanThoseHashed() throws {
    // The checksum was made right again: no torn write does that.
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      let hash = Array(bytes[(batchOffset(4) + 112)..<(batchOffset(4) + 144)])
      bytes[batchOffset(4) + 200] ^= 1
      resealBatch(&bytes, at: batchOffset(4), payloadByteCount: 80)
      bytes.replaceSubrange((batchOffset(4) + 112)..<(batchOffset(4) + 144), with: hash)
      resealHeader(&bytes, at: batchOffset(4))
    }
    expect(.malformedRecords, disk, offset: batchOffset(4), batch: 4)
  }

  @Test func caseO_anotherFormatVersion() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[batchOffset(3) + 24] = 3
      resealHeader(&bytes, at: batchOffset(3))
    }
    #expect(throws: LogError.otherVersion(file: segmentName(1), version: 3)) {
      _ = try readLog(disk)
    }
    disk.edit(segmentName(1)) { bytes in
      bytes[12] = 9
      resealHeader(&bytes, at: 0)
    }
    #expect(throws: LogError.otherVersion(file: segmentName(1), version: 9)) {
      _ = try readLog(disk)
    }
    disk.edit(segmentName(1)) { bytes in
      bytes[12] = 1
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try readLog(disk) } throws: { error in
      error as? LogError == .otherVersion(file: segmentName(1), version: 1)
        && "\(error)".hasSuffix("start the program that wrote it")
    }
  }

  @Test func caseP_aDamagedSegmentHeader() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { $0[44] ^= 4 }
    expect(.damagedSegmentHeader, disk, offset: 0, batch: 0)
  }

  @Test func caseI_numbersThatNoLogReaches() throws {
    // Position, batch number and epoch: from 2^62 on; near 2^64 adding one would stop the process.
    for field in [48, 40, 32] {
      let disk = try logWithBatches(3)
      disk.edit(segmentName(1)) { bytes in
        bytes[batchOffset(3) + field + 7] = 0x40
        resealBatch(&bytes, at: batchOffset(3), payloadByteCount: 80)
      }
      expect(.damagedHeader, disk, offset: batchOffset(3), batch: 3)
    }
  }

  @Test func caseP_numbersThatNoLogReaches() throws {
    for field in [24, 32, 40, 48] {
      let disk = try logWithBatches(3)
      disk.edit(segmentName(1)) { bytes in
        bytes[field + 7] = 0x40
        resealHeader(&bytes, at: 0)
      }
      expect(.damagedSegmentHeader, disk, offset: 0, batch: 0)
    }
    // The first position is 1: one less than the first must be a number too.
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[48] = 0
      resealHeader(&bytes, at: 0)
    }
    expect(.damagedSegmentHeader, disk, offset: 0, batch: 0)
  }

  @Test func caseQ_aSegmentOfAnotherShardLogOrNumber() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[14] = 4
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try readLog(disk) } throws: { "\($0)".contains("belongs to shard 4") }

    let mixed = try logWithBatches(3)
    _ = try openLog(mixed)
    mixed.edit(segmentName(2)) { bytes in
      bytes[16] ^= 1
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try readLog(mixed) } throws: { "\($0)".contains("another log") }

    let blinded = try logWithBatches(3)
    _ = try openLog(blinded)
    blinded.edit(segmentName(2)) { bytes in
      bytes[112] ^= 1
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try readLog(blinded) } throws: { "\($0)".contains("another blinding key") }

    let renamed = try logWithBatches(3)
    renamed.edit(segmentName(1)) { bytes in
      bytes[24] = 5
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try readLog(renamed) } throws: { "\($0)".contains("is segment 5, renamed") }
  }

  @Test(arguments: [0, 8192])
  func caseR_theDiskCannotReadIt(_ offset: Int) throws {
    let disk = try logWithBatches(3)
    disk.unreadable[segmentName(1)] = offset
    #expect { _ = try readLog(disk) } throws: { error in
      guard case .storage(let failure) = error as? LogError else { return false }
      return failure.operation == .read && failure.file == segmentName(1)
        && "\(error)".contains("check it before you start again")
    }
  }

  @Test func caseS_recordsThatAreNotHeld() throws {
    let disk = try logWithBatches(5)
    #expect(try readLog(disk, from: 4).1.positions == [4, 5])
    #expect(try readLog(disk, from: 6).1.positions == [])
    #expect(throws: LogError.positionNotHeld(wanted: 7, oldest: 1, last: 5)) {
      _ = try readLog(disk, from: 7)
    }
    let trimmed = FaultyDisk()
    let log = try openLog(trimmed)
    for number in 1...12 as ClosedRange<UInt64> {
      _ = try log.append([testRecord(number, frameByteCount: 65_280)])
    }
    trimmed.delete(segmentName(1))
    #expect { _ = try readLog(trimmed) } throws: { error in
      guard case .positionNotHeld(1, let oldest, _) = error as? LogError else { return false }
      return oldest > 1 && "\(error)".contains("snapshot at or after record \(oldest - 1)")
    }
  }

  /// The header of a segment names the batch before it: the last one of the segment before.
  @Test func caseL_aSegmentMustFollowFromTheOneBefore() throws {
    let disk = try reopenedLog(2)
    disk.edit(segmentName(2)) { bytes in
      bytes[80] ^= 1
      resealHeader(&bytes, at: 0)
    }
    #expect(damage(disk)?.file == segmentName(2))
    #expect(damage(disk)?.recoveryCase == .wrongChain)
  }

  /// With no other segment there is nothing that its torn first write could have followed.
  @Test func caseK_theNewestSegmentAloneMustHoldItsFirstBatch() throws {
    let disk = try longLog(10)
    let used = disk.files.filter { $0.hasSuffix(".segment") && disk.bytes($0)[0] != 0 }
    let newest = try #require(used.last)
    for name in used.dropLast() { disk.delete(name) }
    disk.edit(newest) { bytes in
      bytes.replaceSubrange(4096..., with: [UInt8](repeating: 0, count: bytes.count - 4096))
    }
    #expect(damage(disk)?.recoveryCase == .batchesMissing)
    #expect(damage(disk)?.file == newest && damage(disk)?.offset == 4096)
  }
}
