/// What a shard counts: the whole catalogue, in the order of the words in memory.
///
/// New ones come at the end, so that a reader of an older catalogue still reads the right words.
public enum Counter: Int, CaseIterable, Sendable {
  /// Client commands that were logged and decided.
  case commandsLogged
  /// Batches that were flushed.
  case batchesFlushed
  /// Bytes of batches that were written, padding included.
  case bytesLogged
  /// Nanoseconds that flushes took in all.
  case flushNs
  /// The longest flush, in nanoseconds.
  case flushNsMax
  /// Turns of the shard's loop.
  case turns
  /// The longest turn, in nanoseconds, without the sleep at its end.
  case turnNsMax
  /// Completions that the kernel gave.
  case completions
  /// Sends that were handed to the kernel.
  case sends
  /// Ticks that were logged because something was due and no command came.
  case ticksLogged
  /// Zeros written ahead of the log, in bytes.
  case bytesPrepared
  /// Connections that were refused because the cap was reached.
  case connectionsRefused
  /// Connections that were closed because they held too much unread input.
  case inputOverruns
  /// Bytes that the shard's thread asked the allocator for while it served.
  case bytesAllocated
  /// Snapshots that were taken.
  case snapshotsTaken
  /// Snapshots that failed or were given up.
  case snapshotsFailed
  /// Bytes of state that were copied for snapshots.
  case snapshotBytes
  /// The longest time from a snapshot's begin to its name, in nanoseconds.
  case snapshotNsMax
  /// Bytes that were written to the event journal.
  case journalBytes
  /// Pages of histories and events that were read for clients.
  case journalReads

  /// The name in metrics and in JSON.
  public var name: String {
    switch self {
    case .commandsLogged: "commands"
    case .batchesFlushed: "flushes"
    case .bytesLogged: "logged_bytes"
    case .flushNs: "flush_ns"
    case .flushNsMax: "flush_ns_max"
    case .turns: "turns"
    case .turnNsMax: "turn_ns_max"
    case .completions: "completions"
    case .sends: "sends"
    case .ticksLogged: "ticks"
    case .bytesPrepared: "prepared_bytes"
    case .connectionsRefused: "refused_connections"
    case .inputOverruns: "input_overruns"
    case .bytesAllocated: "allocated_bytes"
    case .snapshotsTaken: "snapshots"
    case .snapshotsFailed: "failed_snapshots"
    case .snapshotBytes: "snapshot_bytes"
    case .snapshotNsMax: "snapshot_ns_max"
    case .journalBytes: "journal_bytes"
    case .journalReads: "journal_reads"
    }
  }

  /// The place of its word in memory.
  public var index: Int { @_noLocks get { rawValue } }

  /// Whether the counters of several shards join to the greatest of them, not to their sum.
  public var isMaximum: Bool {
    self == .flushNsMax || self == .turnNsMax || self == .snapshotNsMax
  }
}
