import Primitives
import Testing

@testable import WAL

extension SegmentSet {
  /// The next job of a preparer that clears away first.
  fileprivate mutating func nextJob(wantsSegment: Bool) -> PrepareJob? {
    nextClearing(wantsSegment: wantsSegment) ?? (wantsSegment ? nextMaking() : nil)
  }
}

@Suite struct SegmentPreparerTests {
  private func names(
    _ preparer: inout SegmentPreparer,
    _ results: (PrepareStep) -> PrepareResult
  )
    -> ([String], PrepareProgress)
  {
    var steps: [String] = []
    var progress = PrepareProgress.working
    while let step = preparer.nextStep() {
      steps.append(describe(step))
      progress = preparer.completed(results(step))
    }
    return (steps, progress)
  }

  private func describe(_ step: PrepareStep) -> String {
    switch step {
    case .measureFreeBytes: "measure"
    case .createFile(_, let name): "create \(name.number) \(name.kind)"
    case .openFile(_, let name): "open \(name.number) \(name.kind)"
    case .writeZeros(_, let offset, let byteCount): "zeros \(offset)+\(byteCount)"
    case .syncData: "sync"
    case .rename(let old, let new): "rename \(old.number) \(old.kind) \(new.number) \(new.kind)"
    case .syncFolder: "folder"
    case .closeFile(let slot): "close \(slot.index)"
    case .removeFile(let name): "remove \(name.number)"
    }
  }

  private func succeed(_ step: PrepareStep) -> PrepareResult {
    if case .measureFreeBytes = step { return .freeByteCount(1 << 40) }
    return .done
  }

  @Test func aNewSegmentIsZeroedInPiecesAndNamedOnlyWhenFlushed() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 9, slot: SegmentSlot(2)))
    let (steps, progress) = names(&preparer, succeed)
    let zeros = steps.filter { $0.hasPrefix("zeros") }
    #expect(
      zeros == [
        "zeros 0+65536", "zeros 65536+65536", "zeros 131072+65536", "zeros 196608+65536",
        "zeros 262144+20480",
      ]
    )
    #expect(steps.prefix(2) == ["measure", "create 9 preparing"])
    #expect(steps.suffix(3) == ["sync", "rename 9 preparing 9 segment", "folder"])
    let segment = PreparedSegment(
      slot: SegmentSlot(2),
      number: 9,
      byteCount: 282_624,
      isPrewritten: true
    )
    #expect(progress == .ready(segment) && preparer.job == nil)
  }

  @Test func anOldSegmentGetsItsNewNameFlushedBeforeUse() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.recycle(old: 1, number: 9, slot: SegmentSlot(4)))
    let (steps, progress) = names(&preparer, succeed)
    #expect(steps == ["rename 1 segment 9 segment", "open 9 segment", "folder"])
    guard case .ready(let segment) = progress else {
      Issue.record("not ready")
      return
    }
    #expect(segment.isPrewritten && segment.number == 9)
  }

  @Test func aFullDiskBlocksUntilRetryAndGoesOnWhereItStopped() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 9, slot: SegmentSlot(2)))
    var zeroCount = 0
    let (steps, _) = names(&preparer) { step in
      if case .writeZeros = step {
        zeroCount += 1
        if zeroCount == 3 { return .failed(errno: 28) }
      }
      return self.succeed(step)
    }
    #expect(steps.last == "zeros 131072+65536" && preparer.blockedErrno == 28)
    #expect(preparer.nextStep() == nil)
    preparer.retry()
    let (rest, progress) = names(&preparer, succeed)
    #expect(rest.first == "zeros 131072+65536")
    guard case .ready(let segment) = progress else {
      Issue.record("not ready")
      return
    }
    #expect(segment.isPrewritten)
  }

  @Test func tooFewFreeBytesBlockBeforeAnythingIsMade() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 9, slot: SegmentSlot(2)))
    let (steps, _) = names(&preparer) { _ in .freeByteCount(282_624 + 4095) }
    #expect(steps == ["measure"] && preparer.blockedErrno == 28)
    preparer.retry()
    guard case .measureFreeBytes = preparer.nextStep() else {
      Issue.record("free space must be measured again")
      return
    }
    _ = preparer.completed(.freeByteCount(282_624 + 4096))
    #expect(preparer.blockedErrno == nil)
  }

  @Test func hurryLeavesOutZerosButNotTheFlushAndTheName() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 9, slot: SegmentSlot(2)))
    for _ in 0..<3 {
      guard let step = preparer.nextStep() else { break }
      _ = preparer.completed(succeed(step))
    }
    preparer.hurry()
    let (steps, progress) = names(&preparer, succeed)
    #expect(steps == ["sync", "rename 9 preparing 9 segment", "folder"])
    guard case .ready(let segment) = progress else {
      Issue.record("not ready")
      return
    }
    #expect(!segment.isPrewritten)
  }

  @Test func hurryCanBeForbidden() {
    var limits = smallLimits()
    limits.allowsUnwrittenSegments = false
    var preparer = SegmentPreparer(limits: limits)
    preparer.begin(.create(number: 9, slot: SegmentSlot(2)))
    preparer.hurry()
    let (steps, _) = names(&preparer, succeed)
    #expect(steps.filter { $0.hasPrefix("zeros") }.count == 5)
  }

  @Test func aFileThatCannotBeDeletedIsGivenUpAndTriedAgainLater() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.remove(number: 4))
    _ = preparer.nextStep()
    #expect(preparer.completed(.failed(errno: 5)) == .gaveUp(.remove(number: 4)))
    #expect(preparer.job == nil && preparer.blockedErrno == nil)
    let used = (1...9).map {
      SegmentEntry(
        number: UInt64($0),
        firstBatchNumber: UInt64($0),
        firstPosition: UInt64($0),
        isRecyclable: true
      )
    }
    var set = SegmentSet(used: used, nextNumber: 10, limits: smallLimits())
    set.trim(upTo: 8)
    #expect(set.nextJob(wantsSegment: false) == .remove(number: 1))
    set.gaveUp(.remove(number: 1))
    #expect(set.nextJob(wantsSegment: false) == nil, "not over and over")
    set.trim(upTo: 8)
    #expect(set.nextJob(wantsSegment: false) == .remove(number: 1))
  }

  @Test func trimmedSegmentsAreReusedOldestFirstAndTheRestDeleted() {
    let limits = smallLimits()
    let used = (1...9).map {
      SegmentEntry(
        number: UInt64($0),
        firstBatchNumber: UInt64($0 * 10),
        firstPosition: UInt64($0 * 100),
        isRecyclable: true
      )
    }
    var set = SegmentSet(used: used, nextNumber: 10, limits: limits)
    #expect(set.oldestPosition == 100)
    set.trim(upTo: 698)
    #expect(set.oldestPosition == 600, "segment 6 holds record 699")
    set.trim(upTo: 699)
    #expect(set.trimmedCount == 6 && set.oldestPosition == 700)
    let job = set.nextJob(wantsSegment: true)
    #expect(job == .recycle(old: 1, number: 10, slot: SegmentSlot(0)))
    if let job { set.finished(job) }
    #expect(set.nextJob(wantsSegment: false) == .remove(number: 2))
    set.finished(.remove(number: 2))
    set.finished(.remove(number: 3))
    #expect(set.nextJob(wantsSegment: false) == nil, "a few are kept for reuse")
    set.trim(upTo: 1_000_000)
    #expect(set.used.count - set.trimmedCount == 1, "the newest is never given up")
  }

  /// Segments from 1 on of which all but the last are released; `fresh` cannot be used again.
  private func released(_ count: Int, fresh: Set<Int> = []) -> SegmentSet {
    let used = (1...count + 1).map {
      SegmentEntry(
        number: UInt64($0),
        firstBatchNumber: UInt64($0),
        firstPosition: UInt64($0),
        isRecyclable: !fresh.contains($0)
      )
    }
    var set = SegmentSet(used: used, nextNumber: 20, limits: smallLimits())
    set.trim(upTo: UInt64(count))
    return set
  }

  @Test func whatCannotBeUsedAgainLeavesBeforeASegmentIsMade() {
    var set = released(3, fresh: [1, 2])
    for number in UInt64(1)...2 {
      let job = set.nextJob(wantsSegment: true)
      #expect(job == .remove(number: number))
      if let job { set.finished(job) }
    }
    let job = set.nextJob(wantsSegment: true)
    #expect(job == .recycle(old: 3, number: 20, slot: SegmentSlot(0)))
    if let job { set.finished(job) }
    #expect(set.nextJob(wantsSegment: true) == .create(number: 21, slot: SegmentSlot(1)))
  }

  @Test func aFileThatCannotBeDeletedKeepsNoSegmentFromBeingMade() {
    var set = released(1, fresh: [1])
    #expect(set.nextJob(wantsSegment: true) == .remove(number: 1))
    set.gaveUp(.remove(number: 1))
    #expect(set.nextJob(wantsSegment: true) == .create(number: 20, slot: SegmentSlot(0)))
  }

  @Test func aSegmentThatWaitsForRoomGivesWayToOneThatIsReleased() throws {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 20, slot: SegmentSlot(0)))
    let tooEarly = preparer.withdraw()
    #expect(tooEarly == nil, "it does not wait")
    let (steps, _) = names(&preparer) { _ in .freeByteCount(0) }
    #expect(steps == ["measure"])
    let withdrawn = preparer.withdraw()
    let job = try #require(withdrawn)
    #expect(preparer.job == nil)
    var set = released(1)
    #expect(set.canRecycle)
    guard case .recycle(_, 20, SegmentSlot(0)) = set.nextJob(wantsSegment: true) else {
      Issue.record("the oldest is to be used again")
      return
    }
    var full = released(0)
    #expect(!full.canRecycle)
    #expect(full.nextJob(wantsSegment: true) == job)
    full.withdrawn(job)
    #expect(full.nextJob(wantsSegment: true) == job, "the same number and the same slot")
  }

  @Test func aSegmentThatIsBegunIsNotWithdrawn() {
    var preparer = SegmentPreparer(limits: smallLimits())
    preparer.begin(.create(number: 20, slot: SegmentSlot(0)))
    _ = names(&preparer) { step in
      if case .writeZeros = step { return .failed(errno: 28) }
      return self.succeed(step)
    }
    let withdrawn = preparer.withdraw()
    #expect(preparer.blockedErrno == 28 && withdrawn == nil)
  }
}
