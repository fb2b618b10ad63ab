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
    var stepCount = 0
    while !script.isAtEnd, stepCount < 100 {
      run.step(&script)
      stepCount += 1
    }
    run.finish()
  }

  static func seeds() -> [[UInt8]] {
    let logon: [UInt8] = [0, 0, 2, 0, 1, 0, 255]
    let turn: [UInt8] = [7, 8, 9, 0]
    let bid: [UInt8] = [3, 0, 0, 1, 255]
    let plain = logon + turn + bid + bid + turn + [6, 3] + bid + turn + [5, 0, 1, 255] + turn
    let again = plain + [1, 0] + [0, 1, 2, 1, 1, 1, 255] + turn + [13] + logon + turn
    let mass: [UInt8] = logon + turn + [3, 0, 1, 9, 255] + turn + [10, 1, 40] + turn
    let random = (1...4 as ClosedRange<UInt64>).map { seed -> [UInt8] in
      var generator = SeededGenerator(seed: seed)
      return [UInt8(seed & 1)] + logon + turn + (0..<500).map { _ in UInt8(generator.below(256)) }
    }
    return [[0] + plain, [0] + again, [0] + mass, [1] + plain, [0, 15, 0, 20] + plain] + random
  }
}
