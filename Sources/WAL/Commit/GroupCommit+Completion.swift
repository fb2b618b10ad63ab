internal import Primitives

extension GroupCommit {
  /// Takes note how a write and its flush ended.
  ///
  /// The position that becomes durable was fixed when the batch was sealed, before the flush began:
  /// records staged since then are not covered by it.
  ///
  /// - Parameters:
  ///   - order: The write, as it was last given out.
  ///   - result: How it ended.
  /// - Returns: What follows: replies go out, or the rest is written, or the log stops.
  @_noLocks
  public mutating func completed(_ order: WriteOrder, _ result: WriteResult) -> CommitOutcome {
    let isExpected =
      isWriting && order.batchNumber == sealedBatchNumber && order.fileOffset == inFlightOffset
    invariant(isExpected, "what completes is what is in flight")
    switch result {
    case .written(let byteCount):
      if byteCount >= order.byteCount { return becomeDurable(order) }
      probe(.logShortWrite)
      return resume(order, byteCount)
    case .writeFailed(let errno):
      let isTransient = errno == Self.errnoInterrupted || errno == Self.errnoTryAgain
      guard isTransient else { return poison(order, .write, errno) }
      probe(.logWriteInterrupted)
      return resume(order, 0)
    case .flushFailed(let errno):
      probe(.logFlushFailed)
      // Never tried again: the kernel marks pages clean that it failed to write.
      return poison(order, .flush, errno)
    }
  }

  private static var errnoInterrupted: Int32 { @_noLocks get { 4 } }
  private static var errnoTryAgain: Int32 { @_noLocks get { 11 } }

  @_noLocks
  private mutating func becomeDurable(_ order: WriteOrder) -> CommitOutcome {
    isWriting = false
    stuckWriteCount = 0
    durablePosition = order.lastPosition
    durableBatchNumber = order.batchNumber
    head = inFlightHead
    return .durable(throughPosition: durablePosition, batchNumber: durableBatchNumber)
  }

  /// Goes on after a short write at the last whole block.
  @_noLocks
  private mutating func resume(_ order: WriteOrder, _ byteCount: Int) -> CommitOutcome {
    let progress = byteCount > 0 ? byteCount & ~(LogFormat.blockByteCount - 1) : 0
    stuckWriteCount = progress > 0 ? 0 : stuckWriteCount + 1
    if stuckWriteCount > limits.stuckWriteCountMax {
      probe(.logWriteStuck)
      return poison(order, .stuckWrite, 0)
    }
    var rest = order
    unsafe rest.pointer = order.pointer + progress
    rest.byteCount -= progress
    rest.fileOffset += UInt64(progress)
    inFlightOffset = rest.fileOffset
    return .retryShortWrite(rest)
  }

  @_noLocks
  private mutating func poison(
    _ order: WriteOrder,
    _ kind: LogFailure.Kind,
    _ errno: Int32
  ) -> CommitOutcome {
    probe(.logPoisoned)
    let failure = LogFailure(kind: kind, errno: errno, order: order)
    self.failure = failure
    isPoisoned = true
    isWriting = false
    return .poisoned(failure)
  }
}
