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
  /// Records that recovery replayed behind the snapshot, and the snapshot's position.
  let replayedRecords = Atomic<UInt64>(0)
  let snapshotPosition = Atomic<UInt64>(0)
  /// Bytes of the log that recovery has read so far, and how many there are at most.
  let recoveredBytes = Atomic<UInt64>(0)
  let recoverableBytes = Atomic<UInt64>(0)
  /// The number of the segment that is being written; those below it do not change any more.
  let activeSegment = Atomic<UInt64>(0)
  /// Records up to this one are in the archive.
  let archivedThrough = Atomic<UInt64>(0)
  /// How long recovery took, in nanoseconds.
  let recoveryNs = Atomic<Nanoseconds>(0)
  private let failureText = Mutex<String?>(nil)
  private let tailText = Mutex<String?>(nil)
  private let snapshotTexts = Mutex<[String]>([])
  private let summaryBox = Mutex<CounterValues?>(nil)
  private let stageBox = Mutex<StageValues?>(nil)

  /// Of a shard that has not started.
  public init() {}

  /// Records that recovery has read so far.
  public var recoveredRecordCount: UInt64 { recoveredRecords.load(ordering: .relaxed) }
  /// Records that recovery replayed behind the snapshot it began with.
  public var replayedRecordCount: UInt64 { replayedRecords.load(ordering: .relaxed) }
  /// The position of the snapshot that recovery began with; 0 = with the first record.
  public var startedFromPosition: UInt64 { snapshotPosition.load(ordering: .relaxed) }
  /// Bytes of the log that recovery has read so far.
  public var recoveredByteCount: UInt64 { recoveredBytes.load(ordering: .relaxed) }
  /// The most bytes of the log that recovery has to read; unused parts of segments count.
  public var recoverableByteCount: UInt64 { recoverableBytes.load(ordering: .relaxed) }
  /// The number of the segment that is being written; those below it do not change any more.
  public var activeSegmentNumber: UInt64 { activeSegment.load(ordering: .acquiring) }
  /// Says that the archive holds all records up to one.
  ///
  /// - Parameter position: The last record that the archive holds.
  public func noteArchived(through position: UInt64) {
    archivedThrough.store(position, ordering: .releasing)
  }
  /// The last record that the archive holds.
  public var archivedPosition: UInt64 { archivedThrough.load(ordering: .acquiring) }
  /// What was to be said about snapshots since this was asked last.
  ///
  /// - Returns: One line each.
  public func takeSnapshotNotes() -> [String] {
    snapshotTexts.withLock { texts in
      defer { texts.removeAll() }
      return texts
    }
  }
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
  /// How long the stages of its work took; nil until it has stopped.
  public var stages: StageValues? { stageBox.withLock { $0 } }

  func enter(_ phase: Phase) { phaseWord.store(phase.rawValue, ordering: .releasing) }
  func noteTail(_ text: String) { tailText.withLock { $0 = text } }
  func noteActiveSegment(_ number: UInt64) { activeSegment.store(number, ordering: .releasing) }
  func noteSnapshot(_ text: String) {
    snapshotTexts.withLock { if $0.count < 64 { $0.append(text) } }
  }
  func fail(_ text: String) { failureText.withLock { $0 = text } }
  func finish(_ summary: CounterValues, _ stages: StageValues) {
    summaryBox.withLock { $0 = summary }
    stageBox.withLock { $0 = stages }
  }
  /// Asks the shard to tell its clients and to stop; its thread must be woken, too.
  public func askToStop() { stopWord.store(true, ordering: .releasing) }
  var isAskedToStop: Bool { stopWord.load(ordering: .acquiring) }
}
