internal import Primitives

/// Where a copy begins and ends.
struct LogCopyPlan {
  let range: LogRange
  let found: RecoveredLog

  /// The last record of the last batch that is copied.
  var lastPosition: UInt64 {
    let isCut = found.lastWantedPosition > 0 && found.lastWantedPosition < found.lastPosition
    return found.hasStoppedEarly && isCut ? found.lastWantedPosition : found.lastPosition
  }
}

/// Copies the segments of a plan.
struct LogCopy {
  let plan: LogCopyPlan
  let shard: ShardID
  let limits: LogLimits
  let memory: MemorySource
  private var head = Digest.zero
  private var lastBatchNumber: UInt64 = 0

  init(plan: LogCopyPlan, shard: ShardID, limits: LogLimits, memory: MemorySource) {
    self.plan = plan
    self.shard = shard
    self.limits = limits
    self.memory = memory
  }

  mutating func run<S: Storage & ~Copyable, T: Storage & ~Copyable>(
    _ source: inout S,
    _ target: inout T
  ) throws(LogError) {
    var walk = try makeWalk(&source)
    var writer: SegmentWriter?
    do {
      while true {
        let batch = try walk.advance(&source) { _ in true }
        if batch.isFirstOfSegment {
          try writer.take()?.finish(&target)
          writer = try begin(&target, batch.segment)
        }
        try unsafe append(&target, walk.bytes(batch), batch.header, &writer)
        if batch.header.batchNumber == plan.found.lastBatchNumber { break }
      }
      try writer.take()?.finish(&target)
    } catch {
      writer.take()?.abandon(&target)
      walk.close(&source)
      throw error
    }
    walk.close(&source)
    do { try target.syncFolder() } catch { throw .storage(error) }
  }

  /// Begins in the segment in which recovery of the range begins.
  private func makeWalk<S: Storage & ~Copyable>(
    _ source: inout S
  ) throws(LogError) -> LogWalk {
    let range = plan.range
    return try LogWalk(&source, shard: shard, limits: limits, memory: memory) { header in
      let holdsAnchor = range.anchor.map { header.firstBatchNumber <= $0.batchNumber } ?? true
      return header.firstPosition <= range.fromPosition && holdsAnchor
    }
  }

  private func begin<T: Storage & ~Copyable>(
    _ target: inout T,
    _ segment: SurveyedSegment
  ) throws(LogError) -> SegmentWriter {
    var writer = try SegmentWriter(&target, name: segment.name, limits: limits, memory: memory)
    let block = Region(byteCount: LogFormat.blockByteCount, from: memory)
    unsafe segment.header?.encode(block.base)
    try unsafe writer.append(&target, block.base, byteCount: LogFormat.blockByteCount)
    return writer
  }

  private mutating func append<T: Storage & ~Copyable>(
    _ target: inout T,
    _ bytes: UnsafeRawPointer,
    _ header: BatchHeader,
    _ writer: inout SegmentWriter?
  ) throws(LogError) {
    lastBatchNumber = header.batchNumber
    head = header.hash
    if header.lastPosition <= plan.lastPosition {
      try unsafe writer?.append(&target, bytes, byteCount: header.batchByteCount)
      return
    }
    let cut = Region(byteCount: header.batchByteCount, from: memory)
    let key = plan.found.blindingKey
    let resealed = unsafe header.cut(
      bytes,
      through: plan.lastPosition,
      to: cut.base,
      blindingKey: key
    )
    head = resealed.hash
    try unsafe writer?.append(&target, cut.base, byteCount: resealed.batchByteCount)
  }

  /// Reads the copy and compares its end.
  func verify<T: Storage & ~Copyable>(_ target: inout T) throws(LogError) -> RecoveredLog {
    var range = plan.range
    range.throughPosition = .max
    range.throughTime = .max
    // A copy that ends before the anchor, perhaps by a cut through its batch, cannot continue it.
    if let anchor = range.anchor, anchor.position > plan.lastPosition { range.anchor = nil }
    range.fromPosition = min(range.fromPosition, plan.lastPosition + 1)
    var visitor = IgnoringVisitor()
    let copied = try Recovery.read(
      &target,
      shard: shard,
      range: range,
      limits: limits,
      memory: memory,
      visitor: &visitor
    )
    let isSame =
      copied.lastPosition == plan.lastPosition && copied.lastBatchNumber == lastBatchNumber
      && copied.head == head
    if !isSame {
      throw .damaged(
        LogDamage(
          recoveryCase: .wrongChain,
          file: copied.tailFile,
          offset: copied.tailOffset,
          batchNumber: lastBatchNumber
        )
      )
    }
    return copied
  }
}

extension BatchHeader {
  /// Copies a proven batch without the records behind a position, and seals it again.
  func cut(
    _ batch: UnsafeRawPointer,
    through position: UInt64,
    to target: UnsafeMutableRawPointer,
    blindingKey: Digest
  ) -> BatchHeader {
    var gathering = GatheringBatch()
    var blinding = Blinding(key: blindingKey)
    var time: UInt64 = 0
    var record = unsafe batch + LogFormat.headerByteCount
    for current in firstPosition...max(firstPosition, position) {
      let frame = unsafe Int(record.word32(at: LogFormat.recordPrefixByteCount))
      let found = unsafe LogRecord(position: current, record: record, byteCount: frame)
      unsafe gathering.append(
        to: target + LogFormat.headerByteCount,
        time: found.time,
        session: found.session,
        roles: found.roles,
        frame: found.frame,
        byteCount: frame,
        position: current,
        &blinding
      )
      time = found.time
      unsafe record += LogFormat.recordPrefixByteCount + frame
    }
    var header = self
    header.recordCount = gathering.recordCount
    header.payloadByteCount = UInt32(gathering.payloadByteCount)
    header.stampedTime = time
    unsafe gathering.pad(
      target + LogFormat.headerByteCount,
      batchByteCount: header.batchByteCount
    )
    header.payloadChecksum = gathering.checksum
    let root = unsafe gathering.finishTree(target + LogFormat.headerByteCount)
    unsafe header.seal(target, root: root)
    return header
  }
}
