import Glibc

/// Small text files, read and written whole.
enum TextFile {
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
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file, replacing what was there.
  ///
  /// - Parameters:
  ///   - text: What to write.
  ///   - path: Where to.
  /// - Throws: One line that names the file and the system's reason.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("cannot be written", path) }
    defer { close(file) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw failure("cannot be written", path) }
      bytes = bytes.dropFirst(count)
    }
  }

  private static func failure(_ what: String, _ path: String) -> CommandFailure {
    let reason = unsafe String(cString: strerror(errno))
    return CommandFailure("the file `\(path)` \(what) (\(reason)); check the path and its rights")
  }
}
