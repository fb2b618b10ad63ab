/// Bytes of a snapshot to write: whole blocks at a block's boundary.
@safe
public struct SnapshotWrite: BitwiseCopyable {
  /// The first byte, 4,096-aligned; stays as it is until the step is completed.
  public let pointer: UnsafeRawPointer
  /// How many bytes, a multiple of 4,096.
  public let byteCount: Int
  /// Where in the file, in bytes, a multiple of 4,096.
  public let fileOffset: UInt64

  init(pointer: UnsafeRawPointer, byteCount: Int, fileOffset: UInt64) {
    unsafe self.pointer = pointer
    self.byteCount = byteCount
    self.fileOffset = fileOffset
  }
}

/// One bounded piece of work on snapshot files that the caller executes, one at a time.
public enum SnapshotStep {
  /// Ask the file system for its free bytes (result: `freeByteCount`).
  case measureFreeBytes
  /// Create or empty the file and open it for direct writing; it is the one open file.
  case create(SnapshotName)
  /// Write to the open file (result: `written`).
  case write(SnapshotWrite)
  /// Flush bytes and length of the open file.
  case syncData
  /// Close the open file.
  case close
  /// Rename a file of the folder, over another if there is one.
  case rename(from: SnapshotName, to: SnapshotName)
  /// Flush the folder, so that names survive a power failure.
  case syncFolder
  /// Delete a file.
  case remove(SnapshotName)
}

/// How a step ended.
public enum SnapshotStepResult: Equatable, Sendable {
  /// It was done, all of it.
  case done
  /// So many bytes were written, for `write`; what is missing is asked for again.
  case written(byteCount: Int)
  /// The free bytes of the file system, for `measureFreeBytes`.
  case freeByteCount(UInt64)
  /// It failed with this error number.
  case failed(errno: Int32)
}

/// What became of a snapshot.
public enum SnapshotPhase: Equatable, Sendable {
  /// None was begun.
  case idle
  /// It is being written, or what is left of one that failed is being deleted.
  case writing
  /// It is complete and durable under its name.
  case done(SnapshotInfo)
  /// A step failed, and no file of it counts.
  case failed(StorageError)
  /// It was given up, and no file of it counts.
  case cancelled
}
