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

  /// Puts the parts together.
  init(commit: consuming GroupCommit, segments: SegmentSet, recovered: RecoveredLog) {
    preparer = SegmentPreparer(limits: commit.limits)
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
    if commit.isStalledForSegment { preparer.hurry() }
    if preparer.job == nil, let job = segments.nextJob(wantsSegment: commit.wantsSegment) {
      preparer.begin(job)
    }
    return preparer.nextStep()
  }

  /// Takes note how a step ended.
  ///
  /// - Parameter result: How it ended.
  public mutating func completed(_ result: PrepareResult) {
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

  /// Why no further segment can be prepared, if so: 28 when the disk is nearly full.
  public var blockedErrno: Int32? { preparer.blockedErrno }

  /// Tries again to prepare a segment; call it once a second while `blockedErrno` is set.
  public mutating func retryPreparing() { preparer.retry() }

  /// Releases the segments all of whose records are at or before a position.
  ///
  /// - Parameter position: The last record that a durable snapshot (or the archive) covers.
  public mutating func trim(upTo position: UInt64) {
    segments.trim(upTo: min(position, commit.durablePosition))
  }

  /// The segment files that opening leaves open: the one being written to, then the ready ones.
  public var openSegments: [PreparedSegment] { [commit.activeSegment] + commit.readySegments }
}
