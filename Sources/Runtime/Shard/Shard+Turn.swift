internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// Serves until asked to stop and everybody was told, or until the log failed.
  mutating func run() throws(ShardError) {
    let allocatedBefore = kernel.threadAllocatedBytes
    while !isFinished {
      turn()
      if let errno = waitForWork() {
        throw .kernel(
          KernelError("the ring failed", errno: errno, reason: "errno \(errno)"))
      }
    }
    counters.add(.bytesAllocated, kernel.threadAllocatedBytes - allocatedBefore)
    if let failure {
      probe(.stoppedAfterFailure)
      throw .logFailed(failure)
    }
  }

  /// One turn: everything that came is decided, and what may leave leaves.
  mutating func turn() {
    counters.add(.turns)
    reap()
    let wall = kernel.wallTime()
    if wall > now {
      now = wall
    } else if _slowPath(wall < now) {
      probe(.clockSteppedBack)
    }
    takeStopRequest()
    readInputs()
    fireTimers()
    tick()
    commitBatch()
    prepareSegments()
    writeJournal()
    advanceHistories()
    advanceSnapshot()
    closeConnections()
    sendReplies()
  }

  private mutating func takeStopRequest() {
    guard !isDraining, status.isAskedToStop else { return }
    probe(.stopTaken)
    isDraining = true
    gateway.drain(now: now)
  }

  /// What happens ten times a second: heartbeats, dead peers, a full disk looked at again.
  private mutating func tick() {
    guard now >= nextTickTime else { return }
    nextTickTime = now + 100 * TimeSpan.millisecond
    gateway.onTick(now: now)
    if log.blockedErrno != nil { log.retryPreparing() }
    if !isAccepting && !isDraining {
      probe(.acceptingAgain)
      acceptConnections()
    }
    if options.isArchived { trimLog() }
    if journal.failedErrno != nil { journal.retry() }
    flushStaleSubscriptions()
  }

  /// Stages a tick when something is due and no command brought the time, or when nothing was
  /// logged for so long that a start after a crash could not tell how long nobody could bid.
  private mutating func fireTimers() {
    guard engine.nextDue <= now || isHeartbeatDue else { return }
    if engine.nextDue > now { probe(.heartbeatLogged) }
    let frame = unsafe UnsafeRawPointer(scratch.tick)
    let position = unsafe stageOwn(frame, byteCount: Tick.frameByteCount)
    if position != nil { counters.add(.ticksLogged) }
  }

  /// Without an open auction nobody can miss anything, and the log stays as it is.
  private var isHeartbeatDue: Bool {
    now >= engine.time + options.outage.heartbeatNs && engine.counts.activeAuctions > 0
      && failure == nil
  }

  /// Stages and applies a record of the server's own.
  ///
  /// - Parameters:
  ///   - frame: Its sealed frame.
  ///   - byteCount: The bytes of the frame.
  /// - Returns: Its position; nil when the log has no room now.
  @discardableResult
  mutating func stageOwn(_ frame: UnsafeRawPointer, byteCount: Int) -> UInt64? {
    let staged = unsafe log.commit.stage(
      time: now, session: .none, roles: [], frame: frame, byteCount: byteCount)
    guard case .staged(let position) = staged else {
      probe(.ownRecordPostponed)
      return nil
    }
    unsafe apply(
      Command(position: position, time: now, session: .none, roles: [], frame: frame))
    return position
  }

  private var isFinished: Bool {
    if snapshot.isStepInKernel || journal.isWriting || journalWork.syncCount > 0 { return false }
    if failure != nil {
      // Everybody is told why, but a peer that does not read holds the end up no longer than this.
      return slots.openCount == 0 || monotonicNow > flushStartedTime + 2 * TimeSpan.second
    }
    // The rest of the journal could be written at the next start; here it takes a moment.
    return isDraining && slots.openCount == 0 && log.commit.isIdle && !journal.isWriteDue
  }

  /// Hands requests to the kernel; polls while work is likely, sleeps otherwise.
  ///
  /// - Returns: The errno of a ring that can no longer be used.
  private mutating func waitForWork() -> Int32? {
    monotonicNow = kernel.monotonicTime()
    if monotonicNow > turnStartedTime {
      counters.raise(.turnNsMax, to: monotonicNow - turnStartedTime)
    }
    let errno: Int32
    if hasWork || isPolling {
      // The kernel flushes on a thread of its own that may share this core: let it run first.
      if completions.count == 0 { kernel.yield() }
      errno = ring.submit()
    } else {
      errno = ring.submitAndWait(nanoseconds: sleepNs)
    }
    turnStartedTime = kernel.monotonicTime()
    return errno == 0 ? nil : errno
  }

  /// Whether a completion is expected too soon to sleep.
  private var isPolling: Bool {
    if hasGathered && failure == nil { return true }
    if order != nil {
      return monotonicNow < flushStartedTime + options.wait.flushPollNs
    }
    return monotonicNow < lastWorkTime + options.wait.idlePollNs
  }

  /// How long the shard may sleep: to the next timer, the next tick, and never long.
  private var sleepNs: Nanoseconds {
    var until = nextTickTime
    if engine.nextDue < until { until = engine.nextDue }
    if snapshot.nextFillTime < until { until = snapshot.nextFillTime }
    return until > now ? min(until - now, 100 * TimeSpan.millisecond) : 1
  }
}
