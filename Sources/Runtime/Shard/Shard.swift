internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL
internal import Wire

/// The places behind the connections in the table of registered files.
enum FixedFile {
  static let listener: UInt32 = 0
  static let wakeUp: UInt32 = 1
  static let firstSegment: UInt32 = 2
  static let lock = firstSegment + UInt32(LogLimits.slotCount)

  @_noLocks static func segment(_ slot: SegmentSlot) -> UInt32 {
    firstSegment + UInt32(truncatingIfNeeded: slot.index)
  }
}

/// The memory that the ring may write from, by index.
enum RegisteredBuffer {
  static let zeros: UInt32 = 2
}

/// One shard at work: the only place where engine, log and gateway meet.
///
/// Owner: the thread that made it. Nothing here is shared, so nothing is locked; what other threads
/// may know stands in `ShardStatus`. One turn: reap, parse, stamp, apply, stage, commit, send.
///
/// What it asks of the machine goes through its kernel: Linux in production, where the compiler
/// makes this code for Linux alone, and a world made from a seed in a simulation.
struct Shard<K: ShardKernel>: ~Copyable {
  let kernel: K
  let options: ShardOptions
  let status: ShardStatus

  var ring: K.Ring
  var completions = CompletionBatch(capacity: 4_096)
  var slots: ConnectionSlots
  var inputs: InputBuffers
  var work: WorkQueue

  var engine: Engine
  var gateway: Gateway
  var outbox: Outbox
  var commands: CommandGroup
  var subscriptions: Subscriptions

  var storage: K.Folder
  var files: SegmentFiles
  var log: LogWriter
  var order: WriteOrder?
  var writtenResult: Int32 = 0
  var pace = CommitPace()
  var preparation = PreparationState.none

  var snapshot: SnapshotWork
  var snapshotStorage: K.Folder
  var journal: JournalWriter
  var journalFolder: JournalFolder<K.Folder>
  var journalWork = JournalWork()
  var desk: HistoryDesk

  /// Zeros for new segments, the tick's frame, the wake-up counter, the refusal's frame.
  let scratch: Scratch
  /// The time of this turn, stamped once; never earlier than the turn before.
  var now: Nanoseconds
  var monotonicNow: Nanoseconds = 0
  var turnStartedTime: Nanoseconds = .max
  var lastWorkTime: Nanoseconds = 0
  var flushStartedTime: Nanoseconds = 0
  var nextTickTime: Nanoseconds = 0
  var isAccepting = false
  var isDraining = false
  var failure: LogFailure?
  var counters: CounterBlock
  var stageTimes: StageTimes
  /// The turn in which the batch that gathers got its first record; 0 = it has none.
  var gatheringSinceTime: Nanoseconds = 0
  /// Zeros written since the segment that is being filled was begun, in bytes.
  var preparedByteCount: UInt64 = 0
  var preparedForSegment: UInt64 = 0

  /// Whether the shard must not sleep.
  var hasWork: Bool { work.count > 0 && !isHeldBack }

  /// Whether no further command may be read: the batch is full, or what follows the commands.
  var isHeldBack: Bool {
    !log.commit.hasRoom(byteCount: commands.recordBytes + Self.frameRoom) || journal.isFull
      || isSnapshotBehind
  }

  /// Room in the batch without which no further command is read.
  static var frameRoom: Int { @_noLocks get { 65_536 } }
}

/// Fixed memory for frames and zeros of the shard itself.
@safe
struct Scratch: ~Copyable {
  static let zeroByteCount = 256 << 10
  private let memory: Region

  init(memory source: MemorySource) {
    memory = Region(byteCount: Self.zeroByteCount + 4_096, from: source)
  }

  var zeros: UnsafeMutableRawPointer { @_noLocks get { unsafe memory.base } }
  var tick: UnsafeMutableRawPointer { @_noLocks get { unsafe memory.base + Self.zeroByteCount } }
  var wake: UnsafeMutableRawPointer { @_noLocks get { unsafe tick + 1_024 } }
  var refusal: UnsafeMutableRawPointer { @_noLocks get { unsafe tick + 1_536 } }
  var answer: UnsafeMutableRawPointer { @_noLocks get { unsafe tick + 2_048 } }
}
