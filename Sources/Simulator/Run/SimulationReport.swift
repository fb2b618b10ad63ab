public import Primitives

/// What came of one simulation.
public struct SimulationReport: Sendable {
  /// How it ended.
  public enum Verdict: Equatable, Sendable {
    /// Every oracle agrees.
    case passed
    /// The shard refused to start because the disk had lost or spoilt what it promised to keep.
    case refused(String)
    /// An oracle found a difference.
    case failed(String)
  }

  /// What it was made with.
  public let options: SimulationOptions
  /// How it ended.
  public internal(set) var verdict = Verdict.passed
  /// How often the shard lived.
  public internal(set) var lifeCount = 0
  /// How often the power failed.
  public internal(set) var powerFailureCount = 0
  /// Records of the log at the end.
  public internal(set) var recordCount: UInt64 = 0
  /// Requests that clients know the outcome of.
  public internal(set) var outcomeCount = 0
  /// Faults of the disk, and those among them that broke a promise.
  public internal(set) var diskFaultCount = 0
  /// Faults that broke the disk's promise.
  public internal(set) var mediaFaultCount = 0
  /// Faults of the network.
  public internal(set) var networkFaultCount = 0
  /// Snapshots that were begun from or taken.
  public internal(set) var snapshotCount = 0
  /// The simulated time, in nanoseconds.
  public internal(set) var elapsedNs: Nanoseconds = 0
  /// The hash of the state at the end.
  public internal(set) var stateHash = Digest.zero
  /// The hash of everything that happened, in its order: equal runs have equal ones.
  public internal(set) var traceHash: UInt64 = 0

  init(options: SimulationOptions) { self.options = options }

  /// Whether nothing is wrong.
  public var isGood: Bool {
    if case .failed = verdict { return false }
    return true
  }

  /// What the verdict says of a run that a broken promise of the disk ended early.
  public static let refusal = "refused to start after the disk broke its promise"

  /// The verdict on one line.
  public var description: String {
    let done =
      "\(lifeCount) lives, \(powerFailureCount) power failures, \(recordCount) records,"
      + " \(outcomeCount) outcomes, \(diskFaultCount) errors of the disk,"
      + " \(mediaFaultCount) promises that it broke, \(networkFaultCount) faults of the network,"
      + " \(snapshotCount) snapshots, trace \(String(traceHash, radix: 16))"
    switch verdict {
    case .passed: return "seed \(options.seed): passed: \(done)"
    case .refused(let reason):
      return "seed \(options.seed): passed: \(Self.refusal) (\(reason)): \(done)"
    case .failed(let reason):
      let line = reason.split(separator: "\n").joined(separator: ";")
      return "seed \(options.seed): FAILED: \(line): \(done)"
    }
  }
}
