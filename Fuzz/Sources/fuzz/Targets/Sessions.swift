import Gateway
import Primitives
import Wire

/// The session machine: connections, bytes cut anywhere, ticks, batches, restarts, in any order.
///
/// What leaves is looked at frame by frame: sound, a known message, a session's replies in order
/// and each time with the same bytes, and nothing before its batch is durable. A gateway that is
/// made again of the log has the same sessions.
///
/// Script: a byte of choices (bit 0 asks for keys), then steps; see `SessionRun.step`.
enum Sessions {
  static func run(_ script: inout Script) {
    let choices = script.byte()
    var run = SessionRun(memory: Arena.shared.memory, wantsKeys: choices & 1 != 0)
    script.steps(atMost: 100) { run.step(&$0) }
    run.finish()
  }

  static func seeds() -> [[UInt8]] {
    let logon: [UInt8] = [0, 0, 2, 0, 1, 0, 255]
    let turn: [UInt8] = [7, 8, 9, 0]
    let bid: [UInt8] = [3, 0, 0, 1, 255]
    let plain = logon + turn + bid + bid + turn + [6, 3] + bid + turn + [5, 0, 1, 255] + turn
    let again = plain + [1, 0] + [0, 1, 2, 1, 1, 1, 255] + turn + [13] + logon + turn
    let mass: [UInt8] = logon + turn + [3, 0, 1, 9, 255] + turn + [10, 1, 40] + turn
    let random = SeedWriter.random(behind: logon + turn, stepByteCount: 500)
    return [[0] + plain, [0] + again, [0] + mass, [1] + plain, [0, 15, 0, 20] + plain] + random
  }
}
