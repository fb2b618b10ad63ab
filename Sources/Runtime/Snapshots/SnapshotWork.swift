internal import Primitives
internal import WAL

/// What a shard knows of its snapshots: those it has, the one being taken, who asked for it.
struct SnapshotWork: ~Copyable {
  /// How far the snapshot that is being taken is.
  enum Stage: Equatable {
    /// None is being taken.
    case idle
    /// The configuration and then the modules' pieces are being copied.
    case copying
    /// Everything is copied; log and journal must be durable up to it before it gets its name.
    case settling
    /// The file is being finished.
    case finishing
  }

  /// Who waits for the snapshot that is being taken or comes next.
  struct Requester: BitwiseCopyable {
    var session: SessionHandle
    var clientRef: UInt64
  }

  static let requestersMax = 16

  var writer: SnapshotWriter
  var stage = Stage.idle
  /// The snapshots on disk.
  var known = SnapshotSet([], retainedCount: SnapshotPolicy().retainedCount)
  /// Whether one was asked for.
  var isRequested = false
  var requesters: [Requester] = []
  /// Where the snapshot that is being taken stands.
  var position: UInt64 = 0
  var journalOffset: UInt64 = 0
  var startedTime: Nanoseconds = 0
  /// When the disk may get the next piece; `UInt64.max` while none is being taken.
  var nextFillTime = Nanoseconds.max
  /// When the last one ended, well or not.
  var lastTime: Nanoseconds = 0
  /// The bytes of log behind the last one that were there when the shard started.
  var loggedBeforeStart: UInt64 = 0
  /// The bytes logged when the last one began.
  var loggedAtLast: UInt64 = 0
  /// The earliest time of the next try after one that failed.
  var retryTime: Nanoseconds = 0
  /// Whether the first piece is copied.
  var isConfigurationCopied = false
  /// A step that the kernel is executing.
  var isStepInKernel = false
  /// Whether that step is a write.
  var isWriteInKernel = false
  var file: StorageFile?

  init(writer: consuming SnapshotWriter) {
    self.writer = writer
    requesters.reserveCapacity(Self.requestersMax)
  }
}
