import CSystemCalls
import Foundation

/// How a program ended that was followed through its file-changing system calls.
struct StoppedRun {
  /// The calls that changed files, in order, such as `rename a b`.
  let calls: [String]
  /// The exit status, or 128 + the signal that ended it.
  let status: Int32
  /// Whether it was killed because the wanted call had been made.
  let isStopped: Bool
  let output: String
  let errors: String
}

/// A program that is killed right after its k-th file-changing system call (`ptrace`), its threads
/// and children with it: a test that runs it once a call tries a crash at each of them.
///
/// The calls are those that make, write, cut, flush, name or delete a file on disk and succeed; of
/// several threads only one is let into such a call at a time, so that exactly k have been made.
/// What goes through io_uring or mapped memory is not seen, only that something was submitted.
final class StoppedProcess {
  private let trace: OpaquePointer
  private let name: String
  private var isEnded = false

  /// Starts a program with no input.
  ///
  /// - Parameters:
  ///   - arguments: The program and what it is given.
  ///   - call: After which call it is killed, from 1; nil = after none.
  ///   - path: What the path of a call must contain to count; nil = every call counts.
  ///   - countsRings: Whether an `io_uring_enter` that submits something counts as well; how many
  ///     there are depends on the moment.
  /// - Throws: When there is no memory; everything else is told by `wait`.
  init(
    _ arguments: [String], stopAfterCall call: Int? = nil, touching path: String? = nil,
    countsRings: Bool = false
  ) throws {
    guard call.map({ $0 > 0 }) ?? true else { throw TestFailure("calls are counted from 1") }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    words.append(nil)
    guard let trace = rostrum_trace_start(words, Int64(call ?? 0), path, countsRings ? 1 : 0)
    else {
      throw TestFailure("no memory")
    }
    self.trace = trace
    name = arguments[0]
  }

  deinit {
    if !isEnded {
      rostrum_trace_kill(trace)
      _ = rostrum_trace_wait(trace, 60_000)
    }
    rostrum_trace_free(trace)
  }

  /// How many calls have counted so far.
  var callCount: Int { Int(rostrum_trace_call_count(trace)) }

  /// Whether it and all its children have ended.
  var isOver: Bool { rostrum_trace_is_over(trace) == 1 }

  /// What it has written to stdout.
  var outputSoFar: String {
    var bytes = [CChar](repeating: 0, count: 65_536)
    let count = rostrum_trace_read(trace, 1, &bytes, Int64(bytes.count))
    return String(decoding: bytes.prefix(max(0, Int(count))).map(UInt8.init), as: UTF8.self)
  }

  func send(signal: Int32) { rostrum_trace_signal(trace, signal) }

  /// kill -9, of its children too.
  func kill() { rostrum_trace_kill(trace) }

  /// Waits for the end of the program and its children.
  ///
  /// - Parameter seconds: How long at most; it is killed then.
  /// - Returns: How it ended.
  /// - Throws: When it is late or could not be followed at all.
  func wait(seconds: Int = 60) throws -> StoppedRun {
    isEnded = true
    let isInTime = rostrum_trace_wait(trace, Int64(seconds) * 1_000) == 1
    try checkStart()
    let run = StoppedRun(
      calls: text(rostrum_trace_calls(trace)).split(separator: "\n").map(String.init),
      status: rostrum_trace_status(trace), isStopped: rostrum_trace_was_stopped(trace) == 1,
      output: text(rostrum_trace_output(trace, 1)), errors: text(rostrum_trace_output(trace, 2)))
    guard isInTime else {
      throw TestFailure("\(name) has not ended after \(seconds) s: \(run.errors)")
    }
    return run
  }

  private func text(_ bytes: UnsafePointer<CChar>?) -> String {
    bytes.map { String(cString: $0) } ?? ""
  }

  private func checkStart() throws {
    var number: Int32 = 0
    let stage = rostrum_trace_failure(trace, &number)
    let reason = String(cString: strerror(number))
    switch stage {
    case rostrum_trace_ok: return
    case rostrum_trace_forbidden:
      throw TestFailure(
        "this machine forbids ptrace of one's own child (\(reason)), so no crash between system"
          + " calls can be tried: allow it (a container: --cap-add=SYS_PTRACE or a seccomp profile"
          + " with ptrace; kernel.yama.ptrace_scope below 3)")
    case rostrum_trace_too_old:
      throw TestFailure("the kernel does not tell system calls (\(reason)): 5.3 or newer is needed")
    case rostrum_trace_no_program: throw TestFailure("\(name) does not start: \(reason)")
    default: throw TestFailure("no process for \(name): \(reason)")
    }
  }

  /// Runs a program to its end, or to the call after which it is killed.
  ///
  /// - Parameters:
  ///   - arguments: The program and what it is given.
  ///   - call: After which call it is killed, from 1; nil = after none.
  ///   - path: What the path of a call must contain to count; nil = every call counts.
  ///   - seconds: How long it may take.
  /// - Returns: How it ended.
  /// - Throws: When it is late or could not be followed at all.
  static func run(
    _ arguments: [String], stopAfterCall call: Int? = nil, touching path: String? = nil,
    seconds: Int = 60
  ) throws -> StoppedRun {
    try StoppedProcess(arguments, stopAfterCall: call, touching: path).wait(seconds: seconds)
  }

  /// Runs a program once to its end and then once for each of its calls, killed right after it.
  ///
  /// - Parameters:
  ///   - arguments: The program and what it is given.
  ///   - path: What the path of a call must contain to count; nil = every call counts.
  ///   - choose: Which calls of those of a whole run are tried, counted from 1.
  ///   - prepare: Makes ready for a run.
  ///   - check: Judges what a run left; gets nil for the run that was not stopped.
  /// - Returns: The calls.
  /// - Throws: What the two throw, and when a run was stopped elsewhere than wanted.
  @discardableResult
  static func stopAtEveryCall(
    _ arguments: [String], touching path: String? = nil,
    choosing choose: ([String]) -> [Int] = { Array(1...$0.count) }, prepare: () throws -> Void,
    check: (_ call: Int?, StoppedRun) throws -> Void
  ) throws -> [String] {
    try prepare()
    let whole = try run(arguments, touching: path)
    guard whole.status == 0 else {
      throw TestFailure("\(arguments[0]) ended with \(whole.status): \(whole.errors)")
    }
    guard !whole.calls.isEmpty else { throw TestFailure("\(arguments[0]) changes no file") }
    try check(nil, whole)
    for call in choose(whole.calls) {
      try prepare()
      let stopped = try run(arguments, stopAfterCall: call, touching: path)
      guard stopped.isStopped, stopped.status == 128 + SIGKILL else {
        throw TestFailure("call \(call) of \(whole.calls) was not made: \(stopped)")
      }
      try check(call, stopped)
    }
    return whole.calls
  }

  /// The calls of a run but for the insides of runs of equal writes, such as the zeros of a
  /// segment: of those the first two and the last.
  static func unlikeTheirNeighbours(_ calls: [String]) -> [Int] {
    let places = calls.indices.filter { index in
      let isInside =
        index > 1 && calls[index].contains("write") && calls[index] == calls[index - 1]
        && calls[index] == calls[index - 2]
      return !isInside || index + 1 == calls.count || calls[index] != calls[index + 1]
    }
    return thinned(places.map { $0 + 1 })
  }

  /// The first of each kind of call, where a program does the same again and again.
  static func firstOfEach(_ calls: [String]) -> [Int] {
    var seen = Set<String>()
    return thinned(calls.indices.filter { seen.insert(calls[$0]).inserted }.map { $0 + 1 })
  }

  /// Under a sanitizer a process takes several times as long, and what is looked for there is not
  /// what a kill leaves: every fifth place, and the last two.
  private static func thinned(_ places: [Int]) -> [Int] {
    guard Sanitizer.isOn else { return places }
    return places.indices.filter { $0 % 5 == 0 || $0 + 2 >= places.count }.map { places[$0] }
  }
}
