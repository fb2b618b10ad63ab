internal import Counters
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL

/// What is being done to a segment that is prepared.
enum PreparationState {
  /// Nothing is in the kernel.
  case none
  /// Zeros are on their way.
  case writing(SegmentSlot, offset: UInt64, byteCount: Int)
  /// A flush is on its way.
  case syncing
}

extension Shard {
  /// Seals what has gathered and hands it to the disk, unless a flush is in flight.
  mutating func commitBatch() {
    if gatheringSinceTime == 0 && log.commit.hasRecords { gatheringSinceTime = turnStartedTime }
    guard order == nil else { return }
    let time = kernel.monotonicTime()
    if hasGathered && !isDraining {
      guard pace.mayFlush(now: time, position: log.commit.stagedPosition) else { return }
    }
    guard let next = log.commit.nextWrite() else { return }
    gateway.sealTurn(batch: next.batchNumber)
    journalWork.sealedOffset = journal.mark()
    write(next)
    if FaultPoint.acknowledgeBeforeFlush.isPlanted {
      gateway.released(throughBatch: next.batchNumber)
    }
    flushStartedTime = time
    if gatheringSinceTime > 0, time > gatheringSinceTime {
      stageTimes.record(.gather, time - gatheringSinceTime)
    }
    gatheringSinceTime = 0
  }

  /// Whether records wait for a flush that has not begun.
  var hasGathered: Bool { order == nil && log.commit.stagedPosition > log.commit.durablePosition }

  private mutating func write(_ next: WriteOrder) {
    order = next
    unsafe ring.writeAndSync(
      next.pointer, byteCount: next.byteCount, bufferIndex: UInt32(next.bufferIndex),
      fixedIndex: FixedFile.segment(next.slot), offset: next.fileOffset)
  }

  /// The flush ended: what waited for it may leave, or the log is done for.
  mutating func flushed(_ result: Int32) {
    guard let done = order else { return }
    order = nil
    switch log.completed(done, writeResult(done, flush: result)) {
    case .durable(_, let batchNumber):
      let time = kernel.monotonicTime()
      counters.add(.batchesFlushed)
      counters.add(.bytesLogged, UInt64(done.byteCount))
      counters.add(.flushNs, time - flushStartedTime)
      counters.raise(.flushNsMax, to: time - flushStartedTime)
      stageTimes.record(.flush, time - flushStartedTime)
      pace.released(
        now: time, flushTookNs: time - flushStartedTime,
        count: done.lastPosition + 1 - done.firstPosition, position: log.commit.stagedPosition)
      gateway.released(throughBatch: batchNumber)
      journal.release(through: journalWork.sealedOffset)
      status.noteActiveSegment(log.commit.activeSegment.number)
    case .retryShortWrite(let rest): write(rest)
    case .poisoned(let failure):
      self.failure = failure
      isDraining = true
      gateway.logFailed(now: now)
    }
  }

  /// A write that failed or fell short cancels the flush that is linked to it.
  private func writeResult(_ order: WriteOrder, flush: Int32) -> WriteResult {
    if writtenResult < 0 { return .writeFailed(errno: -writtenResult) }
    if Int(writtenResult) < order.byteCount {
      return .written(byteCount: Int(writtenResult))
    }
    return flush < 0 ? .flushFailed(errno: -flush) : .written(byteCount: Int(writtenResult))
  }
}

extension Shard {
  /// Does a bounded piece of the work on the next segments.
  mutating func prepareSegments() {
    guard case .none = preparation, failure == nil, isPreparationDue || log.isClearingDue,
      let step = log.nextPrepareStep()
    else { return }
    switch step {
    case .writeZeros(let slot, let offset, let byteCount):
      preparation = .writing(slot, offset: offset, byteCount: byteCount)
      unsafe ring.prepareWrite(
        scratch.zeros, byteCount: byteCount, bufferIndex: RegisteredBuffer.zeros,
        fixedIndex: FixedFile.segment(slot), offset: offset)
    case .syncData(let slot):
      preparation = .syncing
      ring.prepareSync(fixedIndex: FixedFile.segment(slot))
    default: log.completed(execute(step))
    }
  }

  /// Spreads the work over the life of the segment that is being filled: twice as fast as it fills.
  private var isPreparationDue: Bool {
    if log.commit.isStalledForSegment || isDraining { return log.commit.isStalledForSegment }
    // While bids are refused for want of a segment, none of them fills the one that there is.
    if log.commit.admission != .open { return true }
    let used = log.commit.activeSegment.byteCount - log.commit.activeByteCountLeft
    return preparedBytes <= 2 * used
  }

  /// Zeros written since the segment that is being filled was begun.
  private var preparedBytes: UInt64 {
    preparedForSegment == log.commit.activeSegment.number ? preparedByteCount : 0
  }

  private mutating func notePrepared(_ byteCount: Int) {
    preparedByteCount = preparedBytes + UInt64(byteCount)
    preparedForSegment = log.commit.activeSegment.number
    counters.add(.bytesPrepared, UInt64(byteCount))
  }

  /// The short steps, at once; a file that opens or closes changes its place in the ring's table.
  private mutating func execute(_ step: PrepareStep) -> PrepareResult {
    if case .closeFile(let slot) = step { _ = register(-1, slot) }
    let result = files.execute(&storage, step)
    switch step {
    case .createFile(let slot, _), .openFile(let slot, _):
      guard result == .done, let file = files.file(slot) else { return result }
      return register(file.id, slot)
    default: return result
    }
  }

  private mutating func register(_ descriptor: Int32, _ slot: SegmentSlot) -> PrepareResult {
    do {
      try ring.register(descriptor: descriptor, fixedIndex: FixedFile.segment(slot))
      return .done
    } catch { return .failed(errno: error.errno) }
  }

  mutating func preparedZeros(_ result: Int32) {
    guard case .writing(let slot, let offset, let byteCount) = preparation else { return }
    preparation = .none
    if result < 0 {
      probe(.zerosFailed)
      return log.completed(.failed(errno: -result))
    }
    notePrepared(byteCount)
    if Int(result) == byteCount { return log.completed(.done) }
    probe(.zerosShort)
    // A short write is rare: the whole piece again, at once.
    log.completed(
      files.execute(&storage, .writeZeros(slot, offset: offset, byteCount: byteCount)))
  }

  mutating func preparedSync(_ result: Int32) {
    preparation = .none
    if result < 0 { probe(.zerosNotFlushed) }
    log.completed(result < 0 ? .failed(errno: -result) : .done)
  }
}
