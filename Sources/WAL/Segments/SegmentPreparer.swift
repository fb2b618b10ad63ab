internal import Primitives

/// Prepares segments a bounded piece at a time while the shard serves.
///
/// A pure state machine: it says which step is next, the caller executes it and reports. Writing
/// zeros beforehand (and not just reserving the extent) is what keeps the flush of a batch from
/// committing metadata. A file gets its final name only when it is ready and flushed, so that
/// recovery never meets half a segment under that name, except by `hurry()`.
public struct SegmentPreparer: Sendable {
  private enum Phase: Equatable, Sendable {
    case measure, create, zero, sync, rename, open, close, remove, syncFolder
  }

  private let limits: LogLimits
  private var phase = Phase.measure
  private var zeroedByteCount = 0
  /// Whether a step is being executed.
  private(set) var isStepOut = false
  private var isHurried = false
  /// What is being worked on.
  public private(set) var job: PrepareJob?
  /// Why the work waits for `retry()`; 28 (ENOSPC) also when too few bytes are free.
  public private(set) var blockedErrno: Int32?

  /// Makes an idle preparer.
  ///
  /// - Parameter limits: The sizes.
  public init(limits: LogLimits) { self.limits = limits }

  /// Whether there is no job.
  public var isIdle: Bool {
    if case .some = job { return false }
    return true
  }

  /// Starts a job; only when there is none.
  ///
  /// - Parameter job: What to do.
  public mutating func begin(_ job: PrepareJob) {
    invariant(isIdle, "one job at a time")
    self.job = job
    zeroedByteCount = 0
    isHurried = false
    blockedErrno = nil
    switch job {
    case .create: phase = .measure
    case .recycle: phase = .rename
    case .close: phase = .close
    case .remove: phase = .remove
    }
  }

  /// The next step to execute, or nil if one is being executed, none is due or the work waits.
  public mutating func nextStep() -> PrepareStep? {
    guard let job, !isStepOut, blockedErrno == nil else { return nil }
    isStepOut = true
    switch job {
    case .create(let number, let slot): return createStep(number, slot)
    case .recycle(let old, let number, let slot): return recycleStep(old, number, slot)
    case .close(let slot): return .closeFile(slot)
    case .remove(let number):
      return phase == .remove ? .removeFile(SegmentName(number: number)) : .syncFolder
    }
  }

  private func createStep(_ number: UInt64, _ slot: SegmentSlot) -> PrepareStep {
    let temporary = SegmentName(number: number, kind: .preparing)
    switch phase {
    case .measure: return .measureFreeBytes
    case .create: return .createFile(slot, temporary)
    case .zero:
      let byteCount = min(limits.zeroPieceByteCount, limits.segmentByteCount - zeroedByteCount)
      return .writeZeros(slot, offset: UInt64(zeroedByteCount), byteCount: byteCount)
    case .sync: return .syncData(slot)
    case .rename: return .rename(from: temporary, to: SegmentName(number: number))
    case .open, .close, .remove, .syncFolder: return .syncFolder
    }
  }

  private func recycleStep(_ old: UInt64, _ number: UInt64, _ slot: SegmentSlot) -> PrepareStep {
    switch phase {
    case .rename: return .rename(from: SegmentName(number: old), to: SegmentName(number: number))
    case .open: return .openFile(slot, SegmentName(number: number))
    default: return .syncFolder
    }
  }

  /// Takes note how the step that is out ended.
  ///
  /// - Parameter result: How it ended.
  /// - Returns: What came of it.
  public mutating func completed(_ result: PrepareResult) -> PrepareProgress {
    guard let job, isStepOut else { return .working }
    isStepOut = false
    switch result {
    case .failed(let errno): return fail(job, errno)
    case .freeByteCount(let byteCount): return measured(byteCount)
    case .done: return advance(job)
    }
  }

  private mutating func fail(_ job: PrepareJob, _ errno: Int32) -> PrepareProgress {
    switch job {
    case .create, .recycle:
      probe(.segmentPreparingFailed)
      blockedErrno = errno
      return .working
    case .close, .remove:
      probe(.segmentCleaningFailed)
      self.job = nil
      return .gaveUp(job)
    }
  }

  private mutating func measured(_ freeByteCount: UInt64) -> PrepareProgress {
    let needed = UInt64(limits.segmentByteCount) + limits.freeByteCountReserve
    guard freeByteCount < needed else {
      phase = .create
      return .working
    }
    probe(.segmentDiskFull)
    blockedErrno = Self.errnoNoSpace
    return .working
  }

  /// ENOSPC.
  static var errnoNoSpace: Int32 { 28 }

  private mutating func advance(_ job: PrepareJob) -> PrepareProgress {
    switch phase {
    case .measure: phase = .create
    case .create: phase = isHurried ? .sync : .zero
    case .zero: advanceZeros()
    case .sync: phase = .rename
    case .rename:
      if case .recycle = job { phase = .open } else { phase = .syncFolder }
    case .open: phase = .syncFolder
    case .remove: phase = .syncFolder
    case .close, .syncFolder: return finish(job)
    }
    if phase == .syncFolder, FaultPoint.skipFolderSync.isPlanted { return finish(job) }
    return .working
  }

  private mutating func advanceZeros() {
    let left = limits.segmentByteCount - zeroedByteCount
    zeroedByteCount += min(limits.zeroPieceByteCount, left)
    if zeroedByteCount == limits.segmentByteCount || isHurried { phase = .sync }
  }

  private mutating func finish(_ job: PrepareJob) -> PrepareProgress {
    self.job = nil
    switch job {
    case .create(let number, let slot):
      return .ready(segment(number, slot, zeroedByteCount == limits.segmentByteCount))
    case .recycle(_, let number, let slot): return .ready(segment(number, slot, true))
    case .close, .remove: return .finished(job)
    }
  }

  private func segment(
    _ number: UInt64,
    _ slot: SegmentSlot,
    _ isPrewritten: Bool
  ) -> PreparedSegment {
    PreparedSegment(
      slot: slot,
      number: number,
      byteCount: UInt64(limits.segmentByteCount),
      isPrewritten: isPrewritten
    )
  }

  /// Tries the step again that failed, and measures the free space first if that was too little.
  public mutating func retry() {
    if blockedErrno != nil { probe(.segmentRetried) }
    blockedErrno = nil
  }

  /// Gives a job up that waits for room before anything of it was done.
  ///
  /// - Returns: The job; nil when there is none that waits so.
  mutating func withdraw() -> PrepareJob? {
    guard blockedErrno != nil, phase == .measure, !isStepOut else { return nil }
    defer { job = nil }
    return job
  }

  /// Leaves out the zeros that are still to be written: a batch waits for the segment.
  ///
  /// The segment is as correct as any other (recovery takes the end of the file for the end of the
  /// segment) but flushing it is slower, and it can meet a full disk.
  public mutating func hurry() {
    guard limits.allowsUnwrittenSegments, case .create = job, blockedErrno == nil else { return }
    probe(.segmentHurried)
    isHurried = true
    if phase == .zero && !isStepOut { phase = .sync }
  }
}
