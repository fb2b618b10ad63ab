import Foundation

/// A server whose file-changing system calls are followed, so that it can be killed after any.
final class TracedServer {
  let process: StoppedProcess
  private(set) var port: UInt16 = 0

  /// Starts a server; wait for it with `waitUntilReady`.
  ///
  /// - Parameters:
  ///   - dataPath: Its data folder.
  ///   - options: What `serve` is given beside the data folder, the port and who may log on.
  ///   - call: After which call it is killed, from 1; nil = after none.
  ///   - path: What the path of a call must contain to count; nil = every call counts.
  ///   - countsRings: Whether what is submitted to io_uring counts as well.
  /// - Throws: When there is no memory.
  init(
    dataPath: String, options: [String], stopAfterCall call: Int? = nil,
    touching path: String? = nil, countsRings: Bool = false
  ) throws {
    process = try StoppedProcess(
      [Program.path, "serve", "--data", dataPath, "--port", "0", "--json", "--insecure"] + options,
      stopAfterCall: call, touching: path, countsRings: countsRings)
  }

  /// Waits for the ready line.
  ///
  /// - Returns: Whether it came; false when the server has ended before.
  /// - Throws: When neither happens in time.
  func waitUntilReady() throws -> Bool {
    var line = ""
    try waitUntil(60, "no ready line") {
      line = process.outputSoFar
      return line.contains("\n") || process.isOver
    }
    guard line.contains("\n") else { return false }
    port = UInt16(try jsonObject(String(line.prefix { $0 != "\n" })).number("port"))
    return true
  }

  /// Asks it to stop and waits for its end, whatever it is.
  ///
  /// - Returns: How it ended.
  /// - Throws: When it does not end or could not be followed.
  func stop() throws -> StoppedRun {
    process.send(signal: SIGTERM)
    return try process.wait()
  }
}
