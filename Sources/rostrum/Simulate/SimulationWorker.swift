import Client
import Glibc
import Primitives

/// A process that simulates some seeds and says a line for each.
struct SimulationWorker {
  let firstSeed: UInt64
  let seedCount: Int
  /// Seeds it has said a line for.
  var doneCount = 0
  /// Where its lines come from.
  let output: Int32
  /// Where its complaints come from.
  let errors: Int32
  /// When it last said a line, or was started, by the monotonic clock.
  private(set) var lastLineTime = SystemTime.monotonic()
  /// It was silent for so long that it was killed.
  private(set) var isOverdue = false
  private let process: pid_t
  private var rest: [UInt8] = []
  private var complaint: [UInt8] = []
  private var isAtEnd = false
  /// A trap says what it is on its first line.
  private static let complaintByteCountMax = 4_096

  init(_ arguments: [String], firstSeed: UInt64, seedCount: Int) throws {
    self.firstSeed = firstSeed
    self.seedCount = seedCount
    (process, output, errors) = try Self.spawn(arguments)
  }

  private static func spawn(
    _ arguments: [String]
  ) throws -> (process: pid_t, output: Int32, errors: Int32) {
    guard let out = makePipe(), let err = makePipe() else {
      throw CommandFailure(
        "a worker cannot be started (\(unsafe String(cString: strerror(errno))))")
    }
    // A trap says where it was on its first line; nobody waits for a backtrace of each finding.
    unsafe setenv("SWIFT_BACKTRACE", "enable=no", 0)
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, out.input, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, err.input, 2)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let status = unsafe posix_spawn(&process, "/proc/self/exe", &actions, nil, &words, environ)
    close(out.input)
    close(err.input)
    guard status == 0 else {
      throw CommandFailure(
        "a worker cannot be started (\(unsafe String(cString: strerror(status))))")
    }
    return (process, out.output, err.output)
  }

  /// A pipe that other processes do not inherit by accident.
  private static func makePipe() -> (output: Int32, input: Int32)? {
    var ends = [Int32](repeating: -1, count: 2)
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A worker that says nothing must not keep the others waiting.
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }

  /// The whole lines that came since this was asked last.
  mutating func takeLines() -> [String] {
    readComplaint()
    switch Self.read(output) {
    case .bytes(let bytes): rest += bytes
    case .nothingYet: break
    case .end: isAtEnd = true
    }
    guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    lastLineTime = SystemTime.monotonic()
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest.removeSubrange(...end)
    return text.split(separator: "\n").map(String.init)
  }

  /// How a process ends that found nothing to complain of.
  static let goodEnding = "ended with 0"

  /// How the process ended, in words; nil while it runs.
  var ending: String? {
    mutating get {
      guard isAtEnd else { return nil }
      readComplaint()
      var status: Int32 = 0
      _ = unsafe waitpid(process, &status, 0)
      close(output)
      close(errors)
      let signal = status & 0x7F
      return signal != 0 ? "died of signal \(signal)" : "ended with \(status >> 8)"
    }
  }

  /// Takes what it complained of; all of it, or it would wait for room and never end.
  private mutating func readComplaint() {
    while case .bytes(let bytes) = Self.read(errors) {
      complaint += bytes.prefix(Self.complaintByteCountMax - complaint.count)
    }
  }

  private enum Reading {
    case bytes(ArraySlice<UInt8>)
    case nothingYet
    case end
  }

  private static func read(_ descriptor: Int32) -> Reading {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    if count > 0 { return .bytes(bytes.prefix(count)) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothingYet : .end
  }

  /// The first line that it complained with before it died.
  var lastComplaint: String {
    String(decoding: complaint, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
  }

  func kill() { _ = Glibc.kill(process, SIGKILL) }

  /// Kills it where it was silent for too long: a seed that never ends is a finding too.
  ///
  /// - Parameter patience: How long it may take for a seed, in nanoseconds.
  mutating func killIfSilent(for patience: Nanoseconds) {
    guard !isOverdue, SystemTime.monotonic() - lastLineTime > patience else { return }
    isOverdue = true
    kill()
  }
}
