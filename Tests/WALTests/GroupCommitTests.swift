import Primitives
import Testing

@testable import WAL

@Suite struct GroupCommitTests {
  @Test func theFirstBatchOpensTheEpochAndCarriesNoRecord() throws {
    let harness = Harness(opens: false)
    let order = try harness.next()
    guard case .valid(let header) = BatchHeader.inspect(order.pointer, logID: testLogID) else {
      Issue.record("no header")
      return
    }
    #expect(header.flags == .opens && header.recordCount == 0 && header.firstPosition == 1)
    #expect(order.lastPosition == 0 && order.fileOffset == 4096 && order.byteCount == 4096)
  }

  @Test func aRecordStagedDuringAFlushIsNotCoveredByIt() throws {
    let harness = Harness()
    #expect(harness.stage() == .staged(position: 1))
    let order = try harness.next()
    #expect(harness.stage() == .staged(position: 2))
    #expect(harness.nextWrite() == nil, "one write is in flight at most")
    _ = harness.completed(order, .written(byteCount: order.byteCount))
    #expect(harness.commit.durablePosition == 1 && harness.commit.stagedPosition == 2)
    #expect(harness.flush())
    #expect(harness.commit.durablePosition == 2 && harness.commit.durableBatchNumber == 3)
  }

  @Test func buffersAlternateAndAreAligned() throws {
    let harness = Harness()
    var indices: [Int] = []
    for _ in 0..<4 {
      _ = harness.stage()
      let order = try harness.next()
      indices.append(order.bufferIndex)
      let base = harness.commit.bufferBase(order.bufferIndex)
      #expect(Int(bitPattern: base) % 4096 == 0)
      #expect(order.pointer >= UnsafeRawPointer(base))
      let end = UnsafeRawPointer(base) + harness.commit.bufferByteCount
      #expect(order.pointer + order.byteCount <= end)
      _ = harness.completed(order, .written(byteCount: order.byteCount))
    }
    #expect(indices == [1, 0, 1, 0])
  }

  @Test func aFullBatchRefusesAndTakesRecordsAgainAfterTheSeal() {
    let harness = Harness()
    var stagedCount = 0
    while harness.stage(frameByteCount: 8192) != .batchFull { stagedCount += 1 }
    #expect(stagedCount == (69_632 - 160) / (8192 + 16))
    #expect(harness.hasRoom(byteCount: 24), "a shorter record still fits")
    #expect(harness.flush())
    #expect(harness.stage(frameByteCount: 8192) == .staged(position: UInt64(stagedCount + 1)))
  }

  @Test func roomAndBytesLeftAreWhatStagingFinds() {
    let harness = Harness()
    let limits = smallLimits()
    let whole = UInt64(limits.segmentByteCount)
    // Behind the segment's header and the batch that opened the epoch.
    #expect(harness.commit.activeByteCountLeft == whole - 8_192)
    #expect(harness.commit.isGatheringEmpty && harness.commit.isIdle)
    _ = harness.stage(frameByteCount: 60_000)
    #expect(!harness.commit.isGatheringEmpty && !harness.commit.isIdle)
    #expect(harness.hasRoom(byteCount: 8_192) && !harness.hasRoom(byteCount: 16_384))
    #expect(harness.stage(frameByteCount: 16_384) == .batchFull)
    #expect(harness.flush())
    #expect(harness.commit.isGatheringEmpty && harness.commit.isIdle)
    #expect(harness.commit.activeByteCountLeft == whole - 8_192 - 61_440)
    #expect(harness.hasRoom(byteCount: 16_384))
  }

  @Test func theLongestFrameFitsInTheSmallestBatch() {
    let harness = Harness()
    #expect(harness.stage(frameByteCount: 65_536) == .staged(position: 1))
    #expect(harness.flush())
  }

  @Test func aBatchNeverCrossesASegmentAndTheNextOneBeginsWithItsHeader() throws {
    let harness = Harness()
    // Three batches of 16 blocks and the opening block leave too little for a fourth and a fifth.
    for _ in 0..<4 {
      _ = harness.stage(frameByteCount: 65_280)
      #expect(harness.flush())
    }
    _ = harness.stage(frameByteCount: 65_280)
    #expect(harness.nextWrite() == nil && harness.commit.isStalledForSegment)
    #expect(harness.stage(frameByteCount: 64) == .staged(position: 6), "gathering goes on")
    harness.offer(2)
    let order = try harness.next()
    #expect(order.startsSegment && order.fileOffset == 0 && order.segmentNumber == 2)
    guard case .valid(let header) = SegmentHeader.inspect(order.pointer) else {
      Issue.record("no segment header")
      return
    }
    #expect(header.firstBatchNumber == 6 && header.firstPosition == 5)
    #expect(header.previousHash == harness.commit.head && header.copiedBatchCount == 0)
  }

  @Test func theTreeThatGrowsRecordByRecordIsTheDocumentedOne() throws {
    let harness = Harness()
    for count in [1, 2, 15, 16, 17, 40, 255, 256, 257, 272, 273] {
      for _ in 0..<count { _ = harness.stage(frameByteCount: 24 + 8 * (count % 30)) }
      let order = try harness.next()
      let batch = order.pointer
      guard case .valid(let header) = BatchHeader.inspect(batch, logID: testLogID) else {
        Issue.record("no header")
        return
      }
      let whole = UnsafeRawBufferPointer(start: batch, count: 160 + Int(header.payloadByteCount))
      let root = naiveRoot(whole)
      #expect(header.inspectBody(batch, blindingKey: testKey) == .proven(root: root))
      #expect(Int(header.recordCount) == count)
      _ = harness.completed(order, .written(byteCount: order.byteCount))
    }
  }

  @Test func aShortWriteGoesOnAtTheLastWholeBlock() throws {
    let harness = Harness()
    for _ in 0..<20 { _ = harness.stage(frameByteCount: 1024) }
    let order = try harness.next()
    guard
      case .retryShortWrite(let rest) = harness.completed(
        order,
        .written(byteCount: 9_000)
      )
    else {
      Issue.record("no retry")
      return
    }
    #expect(rest.fileOffset == order.fileOffset + 8192 && rest.pointer == order.pointer + 8192)
    #expect(rest.byteCount == order.byteCount - 8192 && rest.batchNumber == order.batchNumber)
    #expect(harness.commit.durablePosition == 0)
    _ = harness.completed(rest, .written(byteCount: rest.byteCount))
    #expect(harness.commit.durablePosition == 20)
  }

  @Test func interruptedWritesAreRepeatedButNotForEver() throws {
    let harness = Harness()
    _ = harness.stage()
    var order = try harness.next()
    for _ in 0..<8 {
      guard
        case .retryShortWrite(let rest) = harness.completed(
          order,
          .writeFailed(errno: 4)
        )
      else {
        Issue.record("no retry")
        return
      }
      order = rest
    }
    guard case .poisoned(let failure) = harness.completed(order, .written(byteCount: 0))
    else {
      Issue.record("not poisoned")
      return
    }
    #expect(failure.kind == .stuckWrite)
  }

  @Test(arguments: [WriteResult.flushFailed(errno: 5), .writeFailed(errno: 5)])
  func aFailedWriteOrFlushPoisonsForEver(_ result: WriteResult) throws {
    let harness = Harness()
    _ = harness.stage()
    let order = try harness.next()
    _ = harness.stage()
    guard case .poisoned(let failure) = harness.completed(order, result) else {
      Issue.record("not poisoned")
      return
    }
    #expect(failure.errno == 5 && failure.batchNumber == 2)
    #expect(harness.commit.failure == failure && harness.commit.admission == .stopped)
    #expect(harness.stage() == .stopped)
    #expect(harness.nextWrite() == nil)
    #expect(harness.commit.durablePosition == 0)
    #expect(failure.description.contains("start the server again"))
  }

  @Test func closingWritesAnEmptyLastBatch() throws {
    let harness = Harness()
    _ = harness.stage()
    harness.commit.close()
    #expect(harness.stage() == .stopped && !harness.commit.isIdle)
    #expect(harness.flush(), "what was staged")
    let order = try harness.next()
    guard case .valid(let header) = BatchHeader.inspect(order.pointer, logID: testLogID) else {
      Issue.record("no header")
      return
    }
    #expect(header.flags == .closes && header.recordCount == 0)
    _ = harness.completed(order, .written(byteCount: order.byteCount))
    #expect(harness.commit.isIdle && harness.nextWrite() == nil)
  }

  @Test func aDiskThatIsFullLeavesTheReserveForClosings() {
    let harness = Harness()
    harness.offer(2)
    harness.offer(3)
    harness.commit.setSpaceShort(true)
    #expect(harness.commit.admission == .open, "more is ready than the reserve")
    while harness.commit.readySegments.count > 1 {
      _ = harness.stage(frameByteCount: 65_280)
      _ = harness.flush()
    }
    #expect(harness.commit.admission == .reserveOnly)
    #expect(harness.stage() == .staged(position: harness.commit.stagedPosition))
    var stagedCount = 0
    while harness.stage(frameByteCount: 65_280) != .storageFull {
      stagedCount += 1
      #expect(harness.flush(), "everything that was staged fits")
    }
    #expect(stagedCount >= 4 && harness.commit.admission == .stopped)
    harness.offer(4)
    harness.commit.setSpaceShort(false)
    #expect(harness.commit.admission == .open)
    #expect(harness.hasRoom(byteCount: 64))
  }
}
