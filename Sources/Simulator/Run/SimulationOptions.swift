public import Primitives

/// Which faults a simulation may have; each contains the ones before it.
public enum FaultLevel: String, CaseIterable, Comparable, Sendable {
  /// Nothing goes wrong but for clients' own behaviour.
  case none
  /// The power fails and connections break; what is flushed stays.
  case crash
  /// The disk also reports errors, fills up and is slow, and the clock steps.
  case disk
  /// The disk also loses and spoils what it promised to keep.
  case media

  /// Whether a level contains less than another.
  ///
  /// - Parameters:
  ///   - left: The one.
  ///   - right: The other.
  /// - Returns: Whether the other contains more.
  public static func < (left: FaultLevel, right: FaultLevel) -> Bool {
    left.severity < right.severity
  }

  private var severity: Int {
    switch self {
    case .none: 0
    case .crash: 1
    case .disk: 2
    case .media: 3
    }
  }
}

/// Everything that one simulation is made with: drawn from the seed, unless the caller says more.
public struct SimulationOptions: Sendable {
  /// What everything follows from.
  public let seed: UInt64
  /// What may go wrong.
  public var faults: FaultLevel
  /// How often the shard lives before the last, undisturbed time.
  public var lifeCount: Int
  /// Who there is and what they do.
  public var workload: Workload
  /// What the shard has room for.
  public var limits: SimulatedLimits
  /// The time from one snapshot to the next, in nanoseconds; 0 = only when asked.
  public var snapshotEveryNs: Nanoseconds
  /// Whether segments leave when two snapshots cover them.
  public var isTrimming: Bool
  /// Whether the shard polls a flush, as production does, or sleeps through it.
  public var isPolling: Bool
  /// How long an ended auction is remembered, in seconds.
  public var retentionSeconds: UInt64
  /// Whether auctions are extended after an outage.
  public var isExtending: Bool
  /// The most auctions at a time; small, so that tables fill up.
  public var auctionsMax: Int

  /// Draws the options of a seed.
  ///
  /// - Parameter seed: Any number; the same one gives the same options.
  public init(seed: UInt64) {
    self.seed = seed
    var chance = World(seed: seed).generator(.options)
    faults = chance.pick([.none, .crash, .crash, .crash, .disk, .disk, .disk, .media])
    lifeCount = 1 + Int(chance.below(4))
    workload = Workload(seed: seed)
    limits = SimulatedLimits(seed: seed)
    snapshotEveryNs = chance.pick([0, 50, 200, 1_000, 5_000]) * TimeSpan.millisecond
    isTrimming = chance.below(3) == 0
    isPolling = chance.below(8) == 0
    retentionSeconds = chance.pick([1, 5, 60, 604_800])
    isExtending = chance.below(4) > 0
    auctionsMax = chance.pick([24, 128, 1_024, 1_024])
    if workload.profile == .manyEnds { auctionsMax = 4_096 }
  }

  /// One line that says all of it.
  public var description: String {
    "seed \(seed): faults \(faults.rawValue), \(lifeCount) lives, \(workload.profile) with"
      + " \(workload.requestCountMax) requests,"
      + " snapshots every \(snapshotEveryNs / TimeSpan.millisecond) ms,"
      + " \(isTrimming ? "trimmed" : "whole") log,"
      + " \(isPolling ? "polled" : "slept") flushes, \(auctionsMax) auctions kept"
      + " \(retentionSeconds) s, outages \(isExtending ? "extend" : "do not extend"); "
      + limits.description
  }
}
