import Foundation

/// How a command ended.
struct CommandResult {
  let status: Int32
  let output: String
  let errors: String
}

/// The program under test: `ROSTRUM_BINARY`, or the one that was built beside these tests.
enum Program {
  static let path =
    ProcessInfo.processInfo.environment["ROSTRUM_BINARY"] ?? buildPath + "/rostrum"

  /// Where these tests were built.
  static let buildPath: String = {
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return ((bundle ?? "") as NSString).deletingLastPathComponent
  }()

  /// Runs a command to its end.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder, seconds: Double = 60
  ) throws -> CommandResult {
    let process = try start(arguments, in: folder)
    let status = try process.wait(seconds: seconds)
    return CommandResult(status: status, output: process.output, errors: process.errors)
  }

  /// Starts a command that goes on by itself.
  static func start(_ arguments: [String], in folder: TemporaryFolder) throws -> ChildProcess {
    let name = UUID().uuidString
    return try ChildProcess(
      [path] + arguments, output: folder.file(name + ".out"), errors: folder.file(name + ".err"))
  }
}

/// The last line of some output, read as a JSON object.
func jsonObject(_ text: String) throws -> [String: Any] {
  let line = text.split(separator: "\n").last ?? ""
  let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
  guard let object = object as? [String: Any] else {
    throw TestFailure("no JSON object: \(text)")
  }
  return object
}

extension [String: Any] {
  func number(_ name: String) throws -> Int {
    guard let number = self[name] as? NSNumber else { throw TestFailure("no \(name): \(self)") }
    return number.intValue
  }
}

/// A server in a process of its own, on a data folder that outlives it.
final class TestServer {
  let folder: TemporaryFolder
  let dataPath: String
  /// What `serve` is given beside the data folder, the port and who may log on.
  var options: [String]
  var access = ["--insecure"]
  /// Before the program: a shell that sets a limit, for example.
  var wrapper: [String] = []
  private(set) var process: ChildProcess?
  private(set) var ready: [String: Any] = [:]
  private(set) var port: UInt16 = 0
  private var startCount = 0

  /// Small tables and segments: a start takes a tenth of a second.
  static let smallOptions = ["--segment-mib", "32", "--auctions-max", "100000"]

  /// Names a server that does not run yet.
  ///
  /// - Parameters:
  ///   - options: What `serve` is given beside the data folder, the port and who may log on.
  ///   - dataPath: A data folder that there is already; nil = a new one that goes with the server.
  /// - Throws: When there is no temporary folder.
  init(options: [String] = TestServer.smallOptions, dataPath: String? = nil) throws {
    folder = try TemporaryFolder()
    self.dataPath = dataPath ?? folder.file("data")
    self.options = options
  }

  deinit { process?.kill() }

  /// Starts the server and does not wait for it.
  func launch() throws { process = try launch(port: 0) }

  private func launch(port: UInt16) throws -> ChildProcess {
    startCount += 1
    let arguments =
      wrapper + [Program.path, "serve", "--data", dataPath, "--port", "\(port)", "--json"]
      + access + options
    return try ChildProcess(
      arguments, output: folder.file("serve-\(startCount).out"),
      errors: folder.file("serve-\(startCount).err"))
  }

  /// Starts the server and waits for its ready line.
  func start(port: UInt16 = 0) throws {
    let process = try launch(port: port)
    self.process = process
    try waitUntil(60, "no ready line; errors: \(process.errors)") {
      guard process.isRunning else {
        throw TestFailure("the server ended (\(process.status ?? -1)): \(process.errors)")
      }
      return process.output.contains("\n")
    }
    ready = try jsonObject(process.output)
    self.port = UInt16(try ready.number("port"))
  }

  /// Starts a server that is expected to refuse; its status and what it says.
  func startExpectingFailure() throws -> (status: Int32, errors: String) {
    let process = try launch(port: 0)
    let status = try process.wait(seconds: 30)
    return (status, process.errors)
  }

  /// kill -9.
  func kill() { process?.kill() }

  /// Asks it to stop; the status and the closing line.
  func stop(signal: Int32 = SIGTERM) throws -> (status: Int32, closing: [String: Any]) {
    guard let process else { throw TestFailure("no server") }
    process.send(signal: signal)
    let status = try process.wait(seconds: 30)
    return (status, status == 0 ? try jsonObject(process.output) : [:])
  }

  var isRunning: Bool { process?.isRunning ?? false }

  /// A figure of /proc/PID/status in KiB, such as VmRSS.
  func memoryKiB(_ name: String) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process?.pid ?? 0)/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    let words = line?.split { $0 == " " || $0 == "\t" } ?? []
    guard words.count > 1, let value = Int(words[1]) else { throw TestFailure("no \(name)") }
    return value
  }
}
