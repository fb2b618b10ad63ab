/// One bounded piece of work on segment files that the caller executes, one at a time.
public enum PrepareStep: Sendable {
  /// Ask the file system for its free bytes (result: `freeByteCount`).
  case measureFreeBytes
  /// Create or empty the file and open it for direct reading and writing in the slot.
  case createFile(SegmentSlot, SegmentName)
  /// Open the file for direct reading and writing in the slot.
  case openFile(SegmentSlot, SegmentName)
  /// Write zeros: offset and count in bytes, multiples of 4,096.
  case writeZeros(SegmentSlot, offset: UInt64, byteCount: Int)
  /// Flush the file (fdatasync, and its length: fsync the first time).
  case syncData(SegmentSlot)
  /// Rename a file of the folder, over another if there is one.
  case rename(from: SegmentName, to: SegmentName)
  /// Flush the folder, so that names survive a power failure.
  case syncFolder
  /// Close the file of the slot.
  case closeFile(SegmentSlot)
  /// Delete the file.
  case removeFile(SegmentName)
}

/// How a step ended.
public enum PrepareResult: Equatable, Sendable {
  /// It was done, all of it.
  case done
  /// The free bytes of the file system, for `measureFreeBytes`.
  case freeByteCount(UInt64)
  /// It failed with this error number.
  case failed(errno: Int32)
}

/// What the preparer works on.
public enum PrepareJob: Equatable, Sendable {
  /// Make a new segment of zeros.
  case create(number: UInt64, slot: SegmentSlot)
  /// Give an old segment a new number; what it holds is recognised as old by its numbers.
  case recycle(old: UInt64, number: UInt64, slot: SegmentSlot)
  /// Close a file that is no longer written to.
  case close(slot: SegmentSlot)
  /// Delete an old segment.
  case remove(number: UInt64)
}

/// What came of a step.
public enum PrepareProgress: Equatable, Sendable {
  /// There is more to do, or the step has to be tried again (`blockedErrno`).
  case working
  /// The segment may be offered.
  case ready(PreparedSegment)
  /// A file was closed or deleted.
  case finished(PrepareJob)
  /// A file could not be closed or deleted; nothing depends on it now.
  case gaveUp(PrepareJob)
}
