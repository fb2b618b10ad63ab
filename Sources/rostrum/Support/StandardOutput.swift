import Glibc

/// The result channel, a whole line at a time, also when another program reads it.
enum StandardOutput {
  static func print(_ text: String) { try? write(text + "\n") }

  /// Writes text that must arrive whole.
  ///
  /// - Parameter text: What to write, with its line ends.
  /// - Throws: One line with the system's reason.
  static func write(_ text: String) throws(CommandFailure) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(1, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let reason = unsafe String(cString: strerror(errno))
        throw CommandFailure("the result cannot be written to stdout (\(reason))")
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
