public import Primitives
internal import Synchronization

/// What a shard's thread tells the others: the only memory they share.
public final class ShardStatus: Sendable {
  /// Where the shard is in its life.
  public enum Phase: Int, Sendable {
    /// Reading its log.
    case recovering
    /// Answering clients.
    case serving
    /// Stopped, in order or not: see `failure`.
    case stopped
  }

  private let phaseWord = Atomic<Int>(Phase.recovering.rawValue)
  private let stopWord = Atomic<Bool>(false)
  /// Records that recovery has read so far.
  let recoveredRecords = Atomic<UInt64>(0)
  /// How long recovery took, in nanoseconds.
  let recoveryNs = Atomic<Nanoseconds>(0)
  private let failureText = Mutex<String?>(nil)
  private let summaryBox = Mutex<ShardSummary?>(nil)

  init() {}

  /// Records that recovery has read so far.
  public var recoveredRecordCount: UInt64 { recoveredRecords.load(ordering: .relaxed) }
  /// How long recovery took, in nanoseconds.
  public var recoveryTimeNs: Nanoseconds { recoveryNs.load(ordering: .relaxed) }
  /// Where the shard is in its life.
  public var phase: Phase { Phase(rawValue: phaseWord.load(ordering: .acquiring)) ?? .stopped }
  /// Why the shard stopped; nil when it did so in order.
  public var failure: String? { failureText.withLock { $0 } }
  /// What the shard did; nil until it has stopped.
  public var summary: ShardSummary? { summaryBox.withLock { $0 } }

  func enter(_ phase: Phase) { phaseWord.store(phase.rawValue, ordering: .releasing) }
  func fail(_ text: String) { failureText.withLock { $0 = text } }
  func finish(_ summary: ShardSummary) { summaryBox.withLock { $0 = summary } }
  func askToStop() { stopWord.store(true, ordering: .releasing) }
  var isAskedToStop: Bool { stopWord.load(ordering: .acquiring) }
}

/// What a shard did from its start to its end.
public struct ShardSummary: Sendable {
  /// Records that were logged.
  public var records: UInt64 = 0
  /// Batches that were flushed.
  public var batches: UInt64 = 0
  /// Turns of the loop.
  public var turns: UInt64 = 0
  /// Bytes that the thread asked the allocator for while it served.
  public var allocatedBytes: UInt64 = 0
  /// Connections that were refused because the cap was reached.
  public var refusedConnections: UInt64 = 0
  /// Zeros written ahead of the log since its newest segment was begun, in bytes.
  var preparedBytes: UInt64 = 0
  /// The segment that those bytes count for.
  var preparedSegment: UInt64 = 0
}
