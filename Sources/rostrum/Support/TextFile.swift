import Glibc

/// Small text files, read and written whole.
enum TextFile {
  /// The most that is read: somebody else's file must not take all memory.
  private static let byteCountMax = 512 << 20

  /// Reads a file.
  ///
  /// - Parameter path: Where it is.
  /// - Returns: Its text.
  /// - Throws: One line that names the file and the system's reason.
  static func read(_ path: String) throws(CommandFailure) -> String {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("cannot be read", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(file, $0.baseAddress, $0.count)
      }
      if count == 0 { break }
      guard count > 0 else { throw failure("cannot be read", path) }
      bytes += piece[..<count]
      guard bytes.count <= byteCountMax else {
        throw CommandFailure(
          "'\(path)' is longer than \(byteCountMax >> 20) MiB: name another file")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file, replacing what was there: whoever reads it sees the old text or the new one.
  ///
  /// The text gets its name only when all of it is on the disk. If the power fails before, a file
  /// that ends in `.writing` may be left beside the old one.
  ///
  /// - Parameters:
  ///   - text: What to write.
  ///   - path: Where to.
  /// - Throws: One line that names the file and the system's reason.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    var facts = stat()
    let isThere = unsafe stat(path, &facts) == 0
    // A pipe or a device is not replaced but written to.
    if isThere && facts.st_mode & S_IFMT != S_IFREG {
      return try write(text, to: path, O_WRONLY, 0, named: path)
    }
    let mode = isThere ? facts.st_mode & 0o777 : 0o644
    let target = isThere ? resolved(path) : path
    let unfinished = "\(target).\(getpid()).writing"
    do {
      try write(text, to: unfinished, O_WRONLY | O_CREAT | O_TRUNC, mode, named: path)
    } catch {
      unsafe unlink(unfinished)
      throw error
    }
    guard unsafe rename(unfinished, target) == 0 else {
      let failure = failure("cannot be written", path)
      unsafe unlink(unfinished)
      throw failure
    }
    try flushFolder(of: target)
  }

  /// Where a path leads to, so that a link stays one.
  private static func resolved(_ path: String) -> String {
    guard let name = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(name) }
    return unsafe String(cString: name)
  }

  private static func write(
    _ text: String, to path: String, _ flags: Int32, _ mode: mode_t, named name: String
  ) throws(CommandFailure) {
    let file = unsafe open(path, flags | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure("cannot be written", name) }
    defer { close(file) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw failure("cannot be written", name) }
      bytes = bytes.dropFirst(count)
    }
    // Devices cannot be flushed and need not be.
    if fsync(file) < 0 && errno != EINVAL { throw failure("cannot be written", name) }
  }

  /// Makes a new name durable.
  private static func flushFolder(of path: String) throws(CommandFailure) {
    let end = path.lastIndex(of: "/")
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw failure("cannot be flushed", folder) }
    defer { close(file) }
    if fsync(file) < 0 { throw failure("cannot be flushed", folder) }
  }

  private static func failure(_ what: String, _ path: String) -> CommandFailure {
    let reason = unsafe String(cString: strerror(errno))
    return CommandFailure("the file `\(path)` \(what) (\(reason)); check the path and its rights")
  }
}
