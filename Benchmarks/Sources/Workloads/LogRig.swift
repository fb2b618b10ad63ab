import Primitives
import WAL
import Wire

/// A log without a disk: what it writes is durable at once.
struct LogRig: ~Copyable {
  static let shard = ShardID(0)
  static let limits = LogLimits()
  /// How many records a batch has.
  static let batchRecordCount = 125

  private static let identity = LogIdentity(shard: shard, logID: 0x1234, epoch: 1)
  private static let key = Digest(1, 2, 3, 4)
  private static let segment = PreparedSegment(
    slot: SegmentSlot(0), number: 1, byteCount: UInt64(limits.segmentByteCount),
    isPrewritten: true)

  private var commit = GroupCommit(
    limits: limits,
    identity: identity,
    blindingKey: key,
    start: CommitStart(
      segment: segment, fileOffset: UInt64(LogFormat.blockByteCount), batchNumber: 0, position: 0,
      head: .zero, time: 0),
    memory: .heap
  )
  private var time = EngineRig.startTime
  /// What a file would hold; only where it is kept.
  private var file: [UInt8]?

  init(keepsFile: Bool) {
    if keepsFile { file = Self.segmentHeader() }
    flush()
  }

  /// The log's first block, which is there before the first batch is written.
  private static func segmentHeader() -> [UInt8] {
    let header = SegmentHeader(
      identity: identity, segmentNumber: segment.number, firstBatchNumber: 1, firstPosition: 1,
      segmentByteCount: segment.byteCount, createdTime: EngineRig.startTime, copiedBatchCount: 0,
      previousHash: .zero, blindingKey: key)
    var block = [UInt8](repeating: 0, count: LogFormat.blockByteCount)
    block.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { header.encode(base) }
    }
    return block
  }

  /// Stages a frame; every 125th ends a batch, which is sealed and written.
  mutating func stage(_ frame: UnsafeRawPointer, byteCount: Int) {
    time += 500
    let result = commit.stage(
      time: time, session: SessionHandle(raw: 65_537), roles: .broker, frame: frame,
      byteCount: byteCount)
    guard case .staged(let position) = result else { fatalError("the log is full") }
    if position % UInt64(Self.batchRecordCount) == 0 { flush() }
  }

  private mutating func flush() {
    guard let order = commit.nextWrite() else { fatalError("nothing to write") }
    file?.append(contentsOf: UnsafeRawBufferPointer(start: order.pointer, count: order.byteCount))
    guard case .durable = commit.completed(order, .written(byteCount: order.byteCount)) else {
      fatalError("a batch is not durable")
    }
  }

  /// The hash of the last batch.
  var head: Digest { commit.head }

  /// The bytes of the segment's file so far.
  consuming func bytes() -> [UInt8] { file ?? [] }
}
