/// A system call on the log's files that failed.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: String, Sendable {
    /// Reading the names of the folder.
    case list
    /// Making a file.
    case create
    /// Opening a file.
    case open
    /// Closing a file.
    case close
    /// Reading bytes.
    case read
    /// Writing bytes.
    case write
    /// Changing a file's length.
    case truncate
    /// Flushing a file.
    case syncData = "flush"
    /// Flushing the folder.
    case syncFolder = "flush the folder"
    /// Renaming a file.
    case rename
    /// Deleting a file.
    case remove
    /// Asking for free bytes.
    case measure = "measure free space"
  }

  /// What was being done.
  public let operation: Operation
  /// The file's name, or the folder's.
  public let file: String
  /// Where in the file, in bytes.
  public let offset: UInt64
  /// The system's error number.
  public let errno: Int32

  /// Describes a failed system call.
  ///
  /// - Parameters:
  ///   - operation: What was being done.
  ///   - file: The file's name, or the folder's.
  ///   - offset: Where in the file, in bytes.
  ///   - errno: The system's error number.
  public init(operation: Operation, file: String, offset: UInt64 = 0, errno: Int32) {
    self.operation = operation
    self.file = file
    self.offset = offset
    self.errno = errno
  }

  /// One line that says what failed and what to do.
  public var description: String {
    "cannot \(operation.rawValue) \(file) at byte \(offset): errno \(errno) (\(advice))"
  }

  private var advice: String {
    switch errno {
    case 28, 122: "the disk or the quota is full: free space and start again"
    case 5: "the disk reports an error: check it before you start again"
    case 1, 13, 30: "check the owner, the rights and the mount of the data folder"
    case 23, 24: "raise the limit of open files (ulimit -n)"
    default: "see `errno \(errno)`"
    }
  }
}
