/// The writing half of an open log: group commit, and the segments it writes to.
///
/// The shard stages into `commit`, executes the orders of `nextWrite()` and, when it has time, the
/// steps of `nextPrepareStep()`; each is reported back here.
public struct LogWriter: ~Copyable {
  /// Gathers and seals; stage records and ask for writes here.
  public var commit: GroupCommit
  /// The segments that hold the log.
  public private(set) var segments: SegmentSet
  /// What recovery found when the log was opened.
  public let recovered: RecoveredLog
  private var preparer: SegmentPreparer
  /// Closes and deletes; it does not wait for the zeros of a segment that is being made.
  private var clearer: SegmentPreparer
  private var isClearing = false

  /// Puts the parts together.
  init(commit: consuming GroupCommit, segments: SegmentSet, recovered: RecoveredLog) {
    preparer = SegmentPreparer(limits: commit.limits)
    clearer = SegmentPreparer(limits: commit.limits)
    self.commit = commit
    self.segments = segments
    self.recovered = recovered
  }

  /// Takes note how a write and its flush ended; see `GroupCommit.completed(_:_:)`.
  ///
  /// - Parameters:
  ///   - order: The write, as it was last given out.
  ///   - result: How it ended.
  /// - Returns: What follows.
  public mutating func completed(_ order: WriteOrder, _ result: WriteResult) -> CommitOutcome {
    let outcome = commit.completed(order, result)
    if case .durable = outcome, order.startsSegment {
      segments.activate(
        commit.activeSegment,
        firstBatchNumber: order.batchNumber,
        firstPosition: order.firstPosition
      )
    }
    return outcome
  }

  /// The next piece of work on segment files, or nil if none is due or one is being executed.
  ///
  /// - Returns: The step to execute; report it with `completed(_:)` before asking again.
  public mutating func nextPrepareStep() -> PrepareStep? {
    if let job = nextClearing { clearer.begin(job) }
    if let step = clearer.nextStep() {
      isClearing = true
      return step
    }
    guard clearer.isIdle else { return nil }
    if commit.isStalledForSegment { preparer.hurry() }
    if preparer.isIdle, commit.wantsSegment, let job = segments.nextMaking() {
      preparer.begin(job)
    }
    return preparer.nextStep()
  }

  /// Whether the next step closes or deletes a file, which is short and makes room.
  public var isClearingDue: Bool { !clearer.isIdle || nextClearing != nil }

  private var nextClearing: PrepareJob? {
    guard clearer.isIdle, !preparer.isStepOut else { return nil }
    // The oldest segment is spoken for.
    if case .recycle = preparer.job { return nil }
    return segments.nextClearing(wantsSegment: commit.wantsSegment)
  }

  /// Takes note how a step ended.
  ///
  /// - Parameter result: How it ended.
  public mutating func completed(_ result: PrepareResult) {
    if isClearing {
      isClearing = false
      return cleared(clearer.completed(result))
    }
    let job = preparer.job
    switch preparer.completed(result) {
    case .working: break
    case .gaveUp(let job): segments.gaveUp(job)
    case .finished(let job): segments.finished(job)
    case .ready(let segment):
      if let job { segments.finished(job) }
      commit.offer(segment)
      commit.setSpaceShort(false)
    }
    // Stays so until a segment is ready, however many steps before it succeed.
    if preparer.blockedErrno != nil { commit.setSpaceShort(true) }
  }

  private mutating func cleared(_ progress: PrepareProgress) {
    switch progress {
    case .gaveUp(let job): segments.gaveUp(job)
    case .finished(let job): segments.finished(job)
    case .working, .ready: break
    }
  }

  /// Why no further segment can be prepared, if so: 28 when the disk is nearly full.
  public var blockedErrno: Int32? { preparer.blockedErrno }

  /// Tries again to prepare a segment; call it once a second while `blockedErrno` is set.
  ///
  /// Where the disk has no room for a new segment, one that was released meanwhile is used instead.
  public mutating func retryPreparing() {
    if segments.canRecycle, let job = preparer.withdraw() { segments.withdrawn(job) }
    preparer.retry()
  }

  /// Releases the segments all of whose records are at or before a position.
  ///
  /// - Parameter position: The last record that a durable snapshot (or the archive) covers.
  public mutating func trim(upTo position: UInt64) {
    segments.trim(upTo: min(position, commit.durablePosition))
  }
}
