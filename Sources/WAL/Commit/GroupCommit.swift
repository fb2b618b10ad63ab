public import Primitives

/// Gathers records into batches and says what to write next; one write is in flight at most.
///
/// Pure decisions over memory that it got at the start: it makes no system call, takes no lock and
/// allocates nothing. While one batch is being flushed the next one gathers, so that a batch is as
/// large as the load makes it and no record waits on purpose.
@safe
public struct GroupCommit: ~Copyable {
  /// The sizes.
  public let limits: LogLimits
  /// What stands in every header.
  public let identity: LogIdentity
  /// What blinds the records' hashes; it stands in every segment's header.
  var blinding: Blinding
  let memory: Region
  var gathering = GatheringBatch()
  var gatheringIndex = 0
  var ready: ReadySegments
  var active: PreparedSegment
  var activeOffset: UInt64
  var pendingFlags: BatchFlags = .opens
  var isWriting = false
  var inFlightOffset: UInt64 = 0
  var inFlightHead: Digest
  var stuckWriteCount = 0
  var sealedBatchNumber: UInt64
  var isPoisoned = false
  var isClosing = false
  var isClosed = false
  var isSpaceShort = false
  private let inPlace = InPlace()

  /// The time of the last record in nanoseconds since the Unix epoch; no later record is earlier.
  public internal(set) var lastTime: UInt64
  /// The position of the last staged record.
  public internal(set) var stagedPosition: UInt64
  /// The position of the last record that is on disk: replies up to it may go out.
  public internal(set) var durablePosition: UInt64
  /// The number of the last batch that is on disk.
  public internal(set) var durableBatchNumber: UInt64
  /// The hash of the last batch that is on disk.
  public internal(set) var head: Digest
  /// Why the log stopped for good, if it did.
  public internal(set) var failure: LogFailure?
  /// Whether a batch waits only for a segment to be offered.
  public internal(set) var isStalledForSegment = false

  /// Continues a log; the first write is an empty batch that opens the epoch.
  ///
  /// - Parameters:
  ///   - limits: The sizes, checked.
  ///   - identity: What stands in every header.
  ///   - blindingKey: What blinds the records' hashes: the log's, drawn when it was made.
  ///   - start: Where the log ends.
  ///   - source: Where the two buffers come from.
  public init(
    limits: LogLimits,
    identity: LogIdentity,
    blindingKey: Digest,
    start: CommitStart,
    memory source: MemorySource
  ) {
    self.limits = limits
    self.identity = identity
    blinding = Blinding(key: blindingKey)
    memory = Region(
      byteCount: 2 * (LogFormat.blockByteCount + limits.batchByteCountMax),
      from: source
    )
    ready = ReadySegments()
    active = start.segment
    activeOffset = start.fileOffset
    lastTime = start.time
    sealedBatchNumber = start.batchNumber
    stagedPosition = start.position
    durablePosition = start.position
    durableBatchNumber = start.batchNumber
    head = start.head
    inFlightHead = start.head
  }

  /// The bytes of each of the two buffers: a header block and the largest batch.
  public var bufferByteCount: Int {
    @_noLocks get { LogFormat.blockByteCount + limits.batchByteCountMax }
  }

  /// The first byte of a buffer, for registration with the kernel; 4,096-aligned.
  ///
  /// - Parameter index: Which buffer: 0 or 1.
  /// - Returns: The address; it stays the same for the life of this value.
  @_noLocks
  public func bufferBase(_ index: Int) -> UnsafeMutableRawPointer {
    unsafe memory.base + index * bufferByteCount
  }

  /// Whether nothing is staged or in flight: everything accepted is durable.
  public var isIdle: Bool {
    @_noLocks get {
      !isWriting && gathering.recordCount == 0 && pendingFlags.rawValue == 0
        && isClosing == isClosed
    }
  }

  /// Whether every staged record is in a sealed batch: a place between two batches.
  public var isGatheringEmpty: Bool {
    @_noLocks get { gathering.recordCount == 0 && pendingFlags.rawValue == 0 }
  }

  /// The last batch that was sealed, in flight or durable: the state up to it has a name.
  public var lastSealed: LogAnchor {
    @_noLocks get {
      LogAnchor(
        batchNumber: sealedBatchNumber,
        position: stagedPosition - UInt64(gathering.recordCount),
        hash: inFlightHead
      )
    }
  }

  /// Whether another ready segment should be offered.
  public var wantsSegment: Bool { ready.count < limits.preparedSegmentCount }

  /// The segment being written to.
  public var activeSegment: PreparedSegment { active }

  /// The segments that wait for their turn, in that order.
  public var readySegments: [PreparedSegment] { ready.list }

  /// The bytes left in the segment being written to.
  public var activeByteCountLeft: UInt64 { active.byteCount - activeOffset }

  /// Which commands the log has room for.
  public var admission: LogAdmission {
    @_noLocks get {
      if isPoisoned || isClosing { return .stopped }
      if !isSpaceShort || ready.count > limits.reserveSegmentCount { return .open }
      probe(.logReserveOnly)
      return isReserveSpent ? .stopped : .reserveOnly
    }
  }

  /// One batch may wait and one gathers: both must still fit.
  var isReserveSpent: Bool {
    @_noLocks get {
      let needed = UInt64(2 * limits.batchByteCountMax)
      return ready.count == 0 && active.byteCount - activeOffset < needed
    }
  }

  /// Takes a segment that may be written to; they are used in the order offered.
  ///
  /// - Parameter segment: The segment, its file open in its slot, its name durable.
  public mutating func offer(_ segment: PreparedSegment) {
    invariant(segment.byteCount >= UInt64(bufferByteCount), "a segment holds the largest batch")
    invariant(segment.number > active.number, "segments are used in the order of their numbers")
    ready.append(segment)
    isStalledForSegment = false
  }

  /// Takes note whether the disk has room for another segment.
  ///
  /// - Parameter isShort: Whether preparing a segment failed for want of space or for an error.
  public mutating func setSpaceShort(_ isShort: Bool) { isSpaceShort = isShort }

  /// Asks for an empty last batch that tells the next start that this process stopped in order.
  ///
  /// Nothing can be staged from now on; keep calling `nextWrite()` until `isIdle`.
  public mutating func close() {
    guard !isPoisoned, !isClosing else { return }
    isClosing = true
  }
}

/// Where a log ends and its next epoch begins.
public struct CommitStart: Sendable, BitwiseCopyable {
  /// The segment to write to.
  public let segment: PreparedSegment
  /// Where in it the next batch goes, in bytes.
  public let fileOffset: UInt64
  /// The number of the last batch, 0 if there is none.
  public let batchNumber: UInt64
  /// The position of the last record, 0 if there is none.
  public let position: UInt64
  /// The hash of the last batch, zero if there is none.
  public let head: Digest
  /// The time of the last record, in nanoseconds since the Unix epoch, 0 if there is none.
  public let time: UInt64

  /// Describes where a log ends.
  ///
  /// - Parameters:
  ///   - segment: The segment to write to.
  ///   - fileOffset: Where in it the next batch goes, in bytes.
  ///   - batchNumber: The number of the last batch.
  ///   - position: The position of the last record.
  ///   - head: The hash of the last batch.
  ///   - time: The time of the last record, in nanoseconds since the Unix epoch.
  public init(
    segment: PreparedSegment,
    fileOffset: UInt64,
    batchNumber: UInt64,
    position: UInt64,
    head: Digest,
    time: UInt64
  ) {
    self.segment = segment
    self.fileOffset = fileOffset
    self.batchNumber = batchNumber
    self.position = position
    self.head = head
    self.time = time
  }
}

/// The segments that wait for their turn, first in first out.
struct ReadySegments {
  private var entries: [4 of PreparedSegment]
  private(set) var count = 0

  init() {
    let none = PreparedSegment(slot: SegmentSlot(0), number: 0, byteCount: 0, isPrewritten: false)
    entries = [4 of PreparedSegment](repeating: none)
  }

  var list: [PreparedSegment] { (0..<count).map { entries[$0] } }

  mutating func append(_ segment: PreparedSegment) {
    invariant(count < LogLimits.preparedSegmentCountMax, "no segment is offered that is not wanted")
    entries[count] = segment
    count += 1
  }

  @_noLocks
  mutating func popFirst() -> PreparedSegment? {
    guard count > 0 else { return nil }
    let first = entries[0]
    for index in 1..<4 { entries[index - 1] = entries[index] }
    count -= 1
    return first
  }
}
