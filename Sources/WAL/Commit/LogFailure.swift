/// Why the log stopped for good; kept until the process ends.
public struct LogFailure: Equatable, Sendable, BitwiseCopyable, CustomStringConvertible {
  /// What failed.
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// A write gave an error.
    case write
    /// A flush gave an error: what it covered may be lost although later flushes succeed.
    case flush
    /// Writes made no progress without giving an error.
    case stuckWrite
  }

  /// What failed.
  public let kind: Kind
  /// The system's error number, 0 if there was none.
  public let errno: Int32
  /// The batch that was being written.
  public let batchNumber: UInt64
  /// The number in the name of the file.
  public let segmentNumber: UInt64
  /// Where in the file, in bytes.
  public let fileOffset: UInt64

  @_noLocks
  init(kind: Kind, errno: Int32, order: WriteOrder) {
    self.kind = kind
    self.errno = errno
    batchNumber = order.batchNumber
    segmentNumber = order.segmentNumber
    fileOffset = order.fileOffset
  }

  /// One line that says what happened and what to do.
  public var description: String {
    let what =
      switch kind {
      case .write: "writing failed"
      case .flush: "flushing failed"
      case .stuckWrite: "writes made no progress"
      }
    return "\(what) (errno \(errno)) for batch \(batchNumber) at byte \(fileOffset) of "
      + "\(SegmentName(number: segmentNumber).text): nothing more is acknowledged; check the disk "
      + "and its free space, then start the server again, which recovers all that was acknowledged"
  }
}
