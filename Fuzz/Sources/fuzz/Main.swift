import Glibc
import Primitives

/// The targets by name; one process runs one of them.
///
/// libFuzzer's own `main` calls the two functions below; the environment says which target it is:
/// `ROSTRUM_FUZZ_TARGET`, `ROSTRUM_FUZZ_PLANT=1` (the target's planted bug), and
/// `ROSTRUM_FUZZ_SEEDS=folder` (writes the target's seeds there and ends).
let targets: [String: Target] = [
  "canary": Target(run: Canary.run, seeds: { [] }),
  "frames": Target(run: Frames.run, seeds: Frames.seeds),
  "messages": Target(run: Messages.run, seeds: Messages.seeds),
  "log": Target(run: Logs.run, seeds: Logs.seeds),
  "snapshots": Target(run: SnapshotFiles.run, seeds: SnapshotFiles.seeds),
  "state": Target(run: States.run, seeds: States.seeds),
  "session": Target(run: Sessions.run, seeds: Sessions.seeds),
  "rules": Target(run: Rules.run, seeds: Rules.seeds),
  "journal": Target(run: Journals.run, seeds: Journals.seeds),
]

/// What a target does with an input, and what it starts from.
struct Target: Sendable {
  /// Runs one input; a wrong result stops the process.
  let run: @Sendable (inout Script) -> Void
  /// Small inputs that reach far.
  let seeds: @Sendable () -> [[UInt8]]
}

/// The value of an environment variable; empty when it is not set.
func setting(_ name: String) -> String {
  guard let value = getenv(name) else { return "" }
  return String(cString: value)
}

let target: Target = {
  let name = setting("ROSTRUM_FUZZ_TARGET")
  guard let target = targets[name] else {
    print("ROSTRUM_FUZZ_TARGET is none of: \(targets.keys.sorted().joined(separator: " "))")
    exit(2)
  }
  return target
}()

/// Whether this process runs with the target's planted bug, which it must find.
let isPlanted = setting("ROSTRUM_FUZZ_PLANT") == "1"

/// Stops the process because a result is wrong: libFuzzer keeps the input.
func wrong(_ what: @autoclosure () -> String) -> Never { fatalError("found: \(what())") }

/// Stops the process unless a result is right.
@inline(__always)
func check(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { wrong(what()) }
}

/// Called by libFuzzer once, before anything else.
///
/// - Parameters:
///   - argumentCount: How many arguments.
///   - arguments: The arguments.
/// - Returns: Zero.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ argumentCount: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  let seeds = setting("ROSTRUM_FUZZ_SEEDS")
  if !seeds.isEmpty {
    writeSeeds(target.seeds(), to: seeds)
    exit(0)
  }
  return 0
}

/// Called by libFuzzer for each input.
///
/// - Parameters:
///   - data: The input.
///   - byteCount: Its bytes.
/// - Returns: Zero.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: CLong) -> CInt {
  guard let data, byteCount > 0 else { return 0 }
  Arena.shared.reset()
  var script = Script(UnsafeRawBufferPointer(start: data, count: byteCount))
  target.run(&script)
  return 0
}

private func writeSeeds(_ seeds: [[UInt8]], to folder: String) {
  for (index, seed) in seeds.enumerated() {
    guard let file = fopen("\(folder)/seed-\(index)", "wb") else {
      print("cannot write to \(folder)")
      exit(2)
    }
    fwrite(seed, 1, seed.count, file)
    fclose(file)
  }
}
