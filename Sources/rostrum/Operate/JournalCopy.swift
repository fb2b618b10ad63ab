import Client
import Glibc
import Journal
import Primitives
import Runtime

/// Copies an event journal up to where a replay says that it ends.
enum JournalCopy {
  /// How long to wait for a server that is a little behind with its journal, in nanoseconds.
  private static let patience = 5 * TimeSpan.second

  /// Copies the files up to an offset.
  ///
  /// - Parameters:
  ///   - source: The folder to copy from; a server may be writing to it.
  ///   - target: The folder to make.
  ///   - end: Where the copy ends, in logical bytes.
  /// - Returns: Whether the source reaches so far; if not nothing is copied, since the log gives
  ///   the journal again.
  /// - Throws: One line when a file cannot be read or written.
  static func run(
    from source: String, to target: String, through end: UInt64
  ) throws -> Bool {
    guard end > 0 else { return true }
    let deadline = SystemTime.monotonic() + patience
    while try !reaches(end, source) {
      guard SystemTime.monotonic() < deadline, FolderTree.isThere(source) else { return false }
      usleep(20_000)
    }
    try FolderTree.make(target)
    for file in try files(source) where file.name.fileOffset < end {
      let byteCount = min(UInt64(JournalPolicy.fileByteCount), end - file.name.fileOffset)
      try copy("\(source)/\(file.name.text)", to: "\(target)/\(file.name.text)", byteCount)
    }
    try FolderTree.sync(target)
    return true
  }

  private static func files(_ path: String) throws -> [JournalFile] {
    var folder = ReadableJournal(path: path)
    do { return try folder.list() } catch { throw CommandFailure("\(error)") }
  }

  private static func reaches(_ end: UInt64, _ path: String) throws -> Bool {
    try files(path).contains {
      $0.name.fileOffset < end && $0.name.fileOffset + $0.byteCount >= end
    }
  }

  /// Copies the first bytes of a file and flushes the copy.
  private static func copy(
    _ path: String, to newPath: String, _ byteCount: UInt64
  ) throws(CommandFailure) {
    let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw FolderTree.failure("cannot be read", path) }
    defer { close(source) }
    let target = unsafe open(newPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw FolderTree.failure("cannot be made", newPath) }
    defer { close(target) }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var left = byteCount
    while left > 0 {
      let wanted = Int(min(left, UInt64(piece.count)))
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe read(source, $0.baseAddress, wanted)
      }
      guard count >= 0 else { throw FolderTree.failure("cannot be read", path) }
      guard count > 0 else { throw CommandFailure("'\(path)' became shorter: try again") }
      try write(piece[..<count], to: target, newPath)
      left -= UInt64(count)
    }
    if fdatasync(target) != 0 { throw FolderTree.failure("cannot be flushed", newPath) }
  }

  private static func write(
    _ bytes: ArraySlice<UInt8>, to file: Int32, _ path: String
  ) throws(CommandFailure) {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw FolderTree.failure("cannot be written", path) }
      rest = rest.dropFirst(count)
    }
  }
}
