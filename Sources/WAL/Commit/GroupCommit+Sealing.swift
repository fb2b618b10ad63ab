internal import Primitives

extension GroupCommit {
  /// Seals the batch that gathers and says how to write it.
  ///
  /// - Returns: The write to make, or nil: one is in flight, nothing is staged, the log has
  ///   stopped, or no segment is ready (`isStalledForSegment`).
  /// - Complexity: O(1): at most one record and six nodes are hashed; no allocation, no lock.
  @_noLocks
  public mutating func nextWrite() -> WriteOrder? {
    guard !isPoisoned, !isWriting, hasBatchToSeal() else { return nil }
    let byteCount = LogFormat.batchByteCount(payloadByteCount: gathering.payloadByteCount)
    let startsSegment = activeOffset + UInt64(byteCount) > active.byteCount
    if startsSegment {
      guard let next = ready.popFirst() else {
        probe(.logStalledForSegment)
        isStalledForSegment = true
        return nil
      }
      active = next
      activeOffset = UInt64(LogFormat.blockByteCount)
    }
    let header = sealBatch(byteCount: byteCount)
    let order = makeOrder(header, byteCount: byteCount, startsSegment: startsSegment)
    sealedBatchNumber = header.batchNumber
    activeOffset += UInt64(byteCount)
    isWriting = true
    inFlightOffset = order.fileOffset
    inFlightHead = header.hash
    gatheringIndex = 1 - gatheringIndex
    gathering.reset()
    return order
  }

  /// Whether there is a batch; the closing one is due when everything before it is durable.
  @_noLocks
  private mutating func hasBatchToSeal() -> Bool {
    if gathering.recordCount > 0 || pendingFlags.rawValue != 0 { return true }
    guard isClosing, !isClosed else { return false }
    probe(.logClosedInOrder)
    isClosed = true
    pendingFlags = .closes
    return true
  }

  /// Completes the gathered batch in its buffer: padding, checksums, hash.
  @_noLocks
  private mutating func sealBatch(byteCount: Int) -> BatchHeader {
    let batch = unsafe gatheringBatch
    unsafe gathering.pad(batch + LogFormat.headerByteCount, batchByteCount: byteCount)
    var header = BatchHeader(
      identity: identity,
      flags: pendingFlags,
      batchNumber: sealedBatchNumber + 1,
      firstPosition: stagedPosition + 1 - UInt64(gathering.recordCount),
      stampedTime: lastTime,
      recordCount: gathering.recordCount,
      payloadByteCount: UInt32(gathering.payloadByteCount),
      previousHash: inFlightHead
    )
    header.payloadChecksum = gathering.checksum
    unsafe header.seal(batch, root: gathering.finishTree(batch + LogFormat.headerByteCount))
    pendingFlags = .none
    return header
  }

  @_noLocks
  private func makeOrder(
    _ header: BatchHeader,
    byteCount: Int,
    startsSegment: Bool
  ) -> WriteOrder {
    let lead = startsSegment ? LogFormat.blockByteCount : 0
    if startsSegment {
      probe(.logSegmentBegun)
      writeSegmentHeader(header)
    }
    return unsafe WriteOrder(
      bufferIndex: gatheringIndex,
      pointer: UnsafeRawPointer(gatheringBatch) - lead,
      byteCount: lead + byteCount,
      segment: active,
      fileOffset: activeOffset - UInt64(lead),
      header: header,
      startsSegment: startsSegment
    )
  }

  /// Puts the header of a new segment before its first batch: both go out in one write.
  @_noLocks
  private func writeSegmentHeader(_ batch: BatchHeader) {
    let header = SegmentHeader(
      identity: identity,
      segmentNumber: active.number,
      firstBatchNumber: batch.batchNumber,
      firstPosition: batch.firstPosition,
      segmentByteCount: active.byteCount,
      createdTime: lastTime,
      copiedBatchCount: 0,
      previousHash: inFlightHead,
      blindingKey: blinding.key
    )
    unsafe header.encode(bufferBase(gatheringIndex))
  }
}
