import Foundation

/// What a test needs and did not get; the text says what was missing.
struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ text: String) { description = text }
}

/// Waits for something that another process does.
///
/// - Parameters:
///   - seconds: How long at most.
///   - what: What is waited for, for the failure.
///   - condition: Looked at every few milliseconds.
/// - Throws: When it does not come.
func waitUntil(_ seconds: Double, _ what: String, _ condition: () throws -> Bool) throws {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while try !condition() {
    guard Date() < deadline else { throw TestFailure("after \(seconds) s: \(what)") }
    usleep(2_000)
  }
}

/// A process of its own whose output goes to files.
final class ChildProcess {
  let pid: pid_t
  let outputPath: String
  let errorPath: String
  /// The exit status; 128 + the signal when one ended it; nil while it runs.
  private(set) var status: Int32?

  /// Starts a program with no input and no signal blocked.
  init(_ arguments: [String], output: String, errors: String) throws {
    outputPath = output
    errorPath = errors
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, writing, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    words.append(nil)
    var pid = pid_t()
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, words, environ)
    guard result == 0 else {
      throw TestFailure("\(arguments[0]) does not start: \(String(cString: strerror(result)))")
    }
    self.pid = pid
  }

  deinit { kill() }

  var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

  var isRunning: Bool {
    reap(WNOHANG)
    return status == nil
  }

  private func reap(_ options: Int32) {
    guard status == nil else { return }
    var raw: Int32 = 0
    guard waitpid(pid, &raw, options) == pid else { return }
    let signal = raw & 0x7F
    status = signal == 0 ? raw >> 8 & 0xFF : 128 + signal
  }

  func send(signal: Int32) { if status == nil { Foundation.kill(pid, signal) } }

  /// kill -9, and its end is awaited.
  func kill() {
    guard status == nil else { return }
    Foundation.kill(pid, SIGKILL)
    reap(0)
  }

  /// Waits for the end; one that does not come is made to, and is a failure.
  func wait(seconds: Double) throws -> Int32 {
    do {
      try waitUntil(seconds, "process \(pid) has not ended") { !isRunning }
    } catch {
      kill()
      throw error
    }
    return status ?? -1
  }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rostrum-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}
