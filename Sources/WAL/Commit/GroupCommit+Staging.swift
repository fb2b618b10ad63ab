public import Primitives

extension GroupCommit {
  /// Copies a record into the batch that gathers.
  ///
  /// The engine may apply the record at once, but nobody may be told before `durablePosition`
  /// reaches its position: after a power failure it may be gone.
  ///
  /// - Parameters:
  ///   - time: When the shard stamped it, in nanoseconds since the Unix epoch; it never falls.
  ///   - session: The session that sent it.
  ///   - roles: What the sender may do beyond acting for its own account.
  ///   - frame: The frame; its first four bytes are its length.
  ///   - byteCount: The bytes of the frame: 24 to 65,536, a multiple of 8.
  /// - Returns: The record's position, or why there is no room for it.
  /// - Complexity: O(`byteCount`); no allocation, no lock.
  @_noLocks
  public mutating func stage(
    time: UInt64,
    session: SessionHandle,
    roles: Roles,
    frame: UnsafeRawPointer,
    byteCount: Int
  ) -> StageResult {
    invariant(
      byteCount >= LogLimits.frameByteCountMin && byteCount <= LogLimits.frameByteCountMax
        && byteCount & 7 == 0,
      "a frame has 24 to 65,536 bytes, a multiple of 8"
    )
    let frameLength = unsafe Int(frame.word32(at: 0))
    invariant(frameLength == byteCount, "a frame begins with its length")
    let isInOrder = time >= lastTime
    invariant(isInOrder, "the shard's stamped time never steps backwards")
    switch room(byteCount) {
    case .available: break
    case .batchFull:
      probe(.logBatchFull)
      return .batchFull
    case .storageFull:
      probe(.logStorageFull)
      return .storageFull
    case .stopped:
      probe(.logStopped)
      return .stopped
    }
    let payload = unsafe gatheringBatch + LogFormat.headerByteCount
    unsafe gathering.append(
      to: payload,
      time: time,
      session: session,
      roles: roles,
      frame: frame,
      byteCount: byteCount,
      position: stagedPosition + 1,
      &blinding
    )
    lastTime = time
    stagedPosition += 1
    return .staged(position: stagedPosition)
  }

  /// Whether a record of the given length would be staged now.
  ///
  /// - Parameter byteCount: The bytes of the frame.
  /// - Returns: Whether there is room for it.
  @_noLocks
  public func hasRoom(byteCount: Int) -> Bool {
    if case .available = room(byteCount) { return true }
    return false
  }

  /// Whether the batch that gathers has a record.
  public var hasRecords: Bool { @_noLocks get { gathering.recordCount > 0 } }

  private enum Room { case available, batchFull, storageFull, stopped }

  @_noLocks @inline(__always)
  private func room(_ byteCount: Int) -> Room {
    if isPoisoned || isClosing { return .stopped }
    let after = gathering.payloadByteCount + LogFormat.recordPrefixByteCount + byteCount
    if LogFormat.headerByteCount + after > limits.batchByteCountMax { return .batchFull }
    return isSpaceShort && isReserveSpent ? .storageFull : .available
  }

  /// The first byte of the batch that gathers; a block for a segment header stands before it.
  var gatheringBatch: UnsafeMutableRawPointer {
    @_noLocks get { unsafe bufferBase(gatheringIndex) + LogFormat.blockByteCount }
  }
}
