public import Counters
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
  private let tailText = Mutex<String?>(nil)
  private let summaryBox = Mutex<CounterValues?>(nil)

  init() {}

  /// Records that recovery has read so far.
  public var recoveredRecordCount: UInt64 { recoveredRecords.load(ordering: .relaxed) }
  /// How long recovery took, in nanoseconds.
  public var recoveryTimeNs: Nanoseconds { recoveryNs.load(ordering: .relaxed) }
  /// Where the shard is in its life.
  public var phase: Phase { Phase(rawValue: phaseWord.load(ordering: .acquiring)) ?? .stopped }
  /// Where and why recovery cut the log's tail off; nil when the log ended cleanly.
  public var tailNote: String? { tailText.withLock { $0 } }
  /// Why the shard stopped; nil when it did so in order.
  public var failure: String? { failureText.withLock { $0 } }
  /// What the shard did; nil until it has stopped.
  public var summary: CounterValues? { summaryBox.withLock { $0 } }

  func enter(_ phase: Phase) { phaseWord.store(phase.rawValue, ordering: .releasing) }
  func noteTail(_ text: String) { tailText.withLock { $0 = text } }
  func fail(_ text: String) { failureText.withLock { $0 = text } }
  func finish(_ summary: CounterValues) { summaryBox.withLock { $0 = summary } }
  func askToStop() { stopWord.store(true, ordering: .releasing) }
  var isAskedToStop: Bool { stopWord.load(ordering: .acquiring) }
}
