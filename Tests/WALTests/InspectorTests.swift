import Primitives
import Testing

@testable import WAL

/// What the tools show of a log's files.
@Suite struct InspectorTests {
  private func segments(_ disk: FaultyDisk) throws -> [InspectedSegment] {
    var storage = FaultyStorage(disk: disk)
    return try LogInspector.segments(&storage, limits: smallLimits(), memory: testMemory)
  }

  private func batches(
    _ disk: FaultyDisk,
    _ segment: InspectedSegment,
    showsStale: Bool = false
  ) throws -> [InspectedBatch] {
    var storage = FaultyStorage(disk: disk)
    return try LogInspector.batches(
      &storage,
      of: segment,
      showsStale: showsStale,
      limits: smallLimits(),
      memory: testMemory
    )
  }

  private func records(
    _ disk: FaultyDisk,
    _ segment: InspectedSegment,
    _ batch: InspectedBatch
  ) throws -> Collector? {
    var storage = FaultyStorage(disk: disk)
    var collector = Collector()
    let isSound = try LogInspector.records(
      of: batch,
      in: segment,
      &storage,
      limits: smallLimits(),
      memory: testMemory,
      visitor: &collector
    )
    return isSound ? collector : nil
  }

  @Test func segmentsAreListedWithTheirParts() throws {
    let disk = try logWithBatches(3)
    _ = try openLog(disk)
    let stale = disk.bytes(segmentName(1))
    disk.put(segmentName(9), stale)
    disk.put(SegmentName(number: 10, kind: .preparing).text, [1, 2, 3])
    disk.put(segmentName(11), [UInt8](repeating: 5, count: 4096))
    disk.put(segmentName(12), disk.bytes(segmentName(2)))
    disk.edit(segmentName(12)) { bytes in
      bytes[24] = 13
      resealHeader(&bytes, at: 0)
    }
    let found = try segments(disk)
    #expect(found.map(\.number) == [1, 2, 3, 9, 10, 11, 12])
    #expect(found.map(\.role) == [.used, .used, .spare, .spare, .preparing, .damaged, .foreign])
    #expect(found[1].header?.firstBatchNumber == 4 && found[1].header?.copiedBatchCount == 1)
    #expect(found[1].header?.blindingKey == testKey && found[2].header == nil)
    #expect(found[3].header?.segmentNumber == 1, "what a recycled file was before")
    #expect(found[0].byteCount == UInt64(batchOffset(5)), "cut off by the next opening")
  }

  @Test func batchesAreListedToTheEndWithTheReason() throws {
    let disk = try logWithBatches(3)
    let segment = try #require(try segments(disk).first)
    let found = try batches(disk, segment)
    #expect(found.map(\.offset) == (1...5).map { UInt64(batchOffset($0)) })
    #expect(found.map(\.verdict) == [.proven, .proven, .proven, .proven, .blankEnd])
    #expect(found.map { $0.header?.batchNumber } == [1, 2, 3, 4, nil])
    #expect(found.dropLast().allSatisfy { $0.root != nil } && found[4].root == nil)
    let third = try #require(try records(disk, segment, found[2]))
    #expect(third.records == [testRecord(2)] && third.positions == [2])
    #expect(try records(disk, segment, found[4]) == nil)
  }

  @Test func whatStandsBehindDamageIsShown() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { bytes in
      bytes[batchOffset(4) + 200] ^= 1
      let stale = Array(bytes[batchOffset(2)..<batchOffset(3)])
      bytes.replaceSubrange(batchOffset(9)..<batchOffset(10), with: stale)
    }
    let segment = try #require(try segments(disk).first)
    let found = try batches(disk, segment)
    #expect(
      found.map(\.verdict) == [
        .proven, .proven, .proven, .tornTail, .laterBatchStands, .laterBatchStands,
      ])
    #expect(found[3].header?.batchNumber == 4 && found[3].root == nil)
    #expect(found[4].root != nil, "it can still be read")
    #expect(try records(disk, segment, found[3]) == nil)
    #expect(try records(disk, segment, found[5])?.positions == [5])
    let all = try batches(disk, segment, showsStale: true)
    #expect(all.last?.verdict == .staleEnd && all.last?.offset == UInt64(batchOffset(9)))
    #expect(all.count == found.count + 1)
  }

  @Test func filesWithoutAHeaderHaveNoBatches() throws {
    let disk = try logWithBatches(1)
    disk.put(segmentName(11), [UInt8](repeating: 5, count: 8192))
    for segment in try segments(disk) where segment.role != .used {
      #expect(try batches(disk, segment).isEmpty)
    }
  }

  @Test func aBatchOfAnotherVersionIsShownAsOne() throws {
    let disk = try logWithBatches(3)
    disk.edit(segmentName(1)) { bytes in
      bytes[batchOffset(3) + 24] = 3
      resealHeader(&bytes, at: batchOffset(3))
    }
    let segment = try #require(try segments(disk).first)
    let found = try batches(disk, segment)
    #expect(found[2].verdict == .otherVersion && found[2].header?.version == 3)
    #expect(found[2].root == nil)
    #expect(try records(disk, segment, found[2]) == nil)
  }
}
