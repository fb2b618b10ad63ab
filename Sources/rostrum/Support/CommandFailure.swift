import ArgumentParser
import Client
import Glibc
import Wire

/// A failure that ends a command with status 1: one line that says what to do.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ text: String) { description = text }
}

/// Runs a command's work; a failure becomes one line on stderr and exit status 1.
///
/// - Parameter work: What the command does.
/// - Throws: The exit status for the argument parser.
func reportingFailures(_ work: () throws -> Void) throws {
  do {
    try work()
  } catch let failure as CommandFailure {
    StandardError.print("rostrum: \(failure.description)")
    throw ExitCode(1)
  } catch let failure as ClientError {
    StandardError.print("rostrum: \(text(of: failure))")
    throw ExitCode(1)
  }
}

/// A failure with what to do about it on the command line.
private func text(of failure: ClientError) -> String {
  guard case .refused(let code, _) = failure, code == RejectCode.notAuthorised.rawValue else {
    return failure.description
  }
  return failure.description + " Give a key that the server knows with --key-file."
}

/// The terminal's error channel: progress and failures, so that stdout holds the result alone.
enum StandardError {
  /// Whether a person looks at it.
  static var isTerminal: Bool { isatty(2) == 1 }

  static func print(_ text: String) { write(text + "\n") }

  static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Replaces the progress line; does nothing where no person looks.
  static func progress(_ text: String) {
    guard isTerminal else { return }
    write("\r\u{1B}[K" + text)
  }

  static func endProgress() { progress("") }
}
