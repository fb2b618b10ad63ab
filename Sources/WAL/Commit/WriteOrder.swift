/// An index into the caller's table of open segment files (registered files of an io_uring).
public struct SegmentSlot: Equatable, Sendable, BitwiseCopyable {
  /// The index, from 0 to `LogLimits.slotCount` - 1.
  public let index: Int

  /// Names a slot.
  ///
  /// - Parameter index: The index, from 0.
  @_noLocks
  public init(_ index: Int) { self.index = index }
}

/// A segment file that is open in a slot and may be written to.
public struct PreparedSegment: Equatable, Sendable, BitwiseCopyable {
  /// Where the file is open.
  public let slot: SegmentSlot
  /// The number in the file's name.
  public let number: UInt64
  /// The bytes that the file is made for.
  public let byteCount: UInt64
  /// Whether all of it has been written before, so that a flush commits no metadata.
  public let isPrewritten: Bool

  /// Describes a segment that may be written to.
  ///
  /// - Parameters:
  ///   - slot: Where the file is open.
  ///   - number: The number in the file's name.
  ///   - byteCount: The bytes that the file is made for.
  ///   - isPrewritten: Whether all of it has been written before.
  @_noLocks
  public init(slot: SegmentSlot, number: UInt64, byteCount: UInt64, isPrewritten: Bool) {
    self.slot = slot
    self.number = number
    self.byteCount = byteCount
    self.isPrewritten = isPrewritten
  }
}

/// One write that the caller makes and then flushes (write and fdatasync, linked).
@safe
public struct WriteOrder: BitwiseCopyable {
  /// Which of the two registered buffers holds the bytes: 0 or 1.
  public let bufferIndex: Int
  /// The first byte, 4,096-aligned.
  public internal(set) var pointer: UnsafeRawPointer
  /// How many bytes, a multiple of 4,096.
  public internal(set) var byteCount: Int
  /// The file.
  public let slot: SegmentSlot
  /// The number in the file's name.
  public let segmentNumber: UInt64
  /// Where in the file, in bytes, a multiple of 4,096.
  public internal(set) var fileOffset: UInt64
  /// The batch that is being written.
  public let batchNumber: UInt64
  /// The position of its first record, or of the next one if it has none.
  public let firstPosition: UInt64
  /// The position of the last record that is durable once the flush has ended.
  public let lastPosition: UInt64
  /// Whether the write begins with the header of a segment that was not in use before.
  public let startsSegment: Bool

  @_noLocks
  init(
    bufferIndex: Int,
    pointer: UnsafeRawPointer,
    byteCount: Int,
    segment: PreparedSegment,
    fileOffset: UInt64,
    header: BatchHeader,
    startsSegment: Bool
  ) {
    self.bufferIndex = bufferIndex
    unsafe self.pointer = pointer
    self.byteCount = byteCount
    slot = segment.slot
    segmentNumber = segment.number
    self.fileOffset = fileOffset
    batchNumber = header.batchNumber
    firstPosition = header.firstPosition
    lastPosition = header.firstPosition + UInt64(header.recordCount) - 1
    self.startsSegment = startsSegment
  }
}

/// How a write and its flush ended.
public enum WriteResult: Equatable, Sendable {
  /// The write wrote this many bytes, and if that was all of them the flush succeeded.
  case written(byteCount: Int)
  /// The write failed with this error number; the flush was cancelled.
  case writeFailed(errno: Int32)
  /// The flush failed with this error number.
  case flushFailed(errno: Int32)
}

/// What follows from the end of a write.
public enum CommitOutcome {
  /// Every record up to the position is durable: its reply may go out.
  case durable(throughPosition: UInt64, batchNumber: UInt64)
  /// The log has stopped for good; no reply that waits may ever go out.
  case poisoned(LogFailure)
  /// Not all was written: make this write, flush, and report again.
  case retryShortWrite(WriteOrder)
}

/// What became of a record that was to be staged.
public enum StageResult: Equatable, Sendable {
  /// It will be durable when `durablePosition` reaches its position.
  case staged(position: UInt64)
  /// The batch that gathers is full: stop parsing until a write completes.
  case batchFull
  /// The disk is full to the end of the reserve.
  case storageFull
  /// The log is poisoned or closing.
  case stopped
}

/// Which commands the log has room for.
public enum LogAdmission: UInt8, Sendable {
  /// All.
  case open
  /// Only what ends or reads auctions: new bids and auctions are told `storageFull`.
  case reserveOnly
  /// None.
  case stopped
}
