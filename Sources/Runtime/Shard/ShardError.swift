public import Journal
public import Kernel
public import WAL

/// Why a shard could not start or had to stop.
public enum ShardError: Error, CustomStringConvertible, Sendable {
  /// The log could not be opened.
  case log(LogError)
  /// The disk refused a write or a flush: nothing after it can be promised.
  case logFailed(LogFailure)
  /// A snapshot could not be written or read.
  case snapshot(SnapshotError)
  /// The event journal's files cannot be used.
  case journal(JournalError)
  /// The archive of the log cannot be used.
  case archive(String)
  /// There is no sound snapshot of a position.
  case snapshotMissing(UInt64)
  /// No snapshot gives the state that the log stands on.
  case baseMissing(String)
  /// A file operation failed.
  case storage(StorageError)
  /// The kernel refused a ring, a port or memory.
  case kernel(KernelError)
  /// The data folder was made for another number of shards.
  case shardCount(found: UInt16, asked: UInt16)
  /// The data folder was made to hold another number of auctions.
  case capacity(found: Int, asked: Int)
  /// The folder holds no shard.
  case notADataFolder(String)
  /// The log does not begin with the record that every log begins with.
  case notConfigured(String)

  /// What happened and what to do.
  public var description: String {
    switch self {
    case .log(let error): "\(error)"
    case .logFailed(let failure): "\(LogError.poisoned(failure))"
    case .snapshot(let error): "\(error)"
    case .journal(let error): "\(error)"
    case .archive(let text): "archive: \(text)"
    case .snapshotMissing(let position):
      "there is no sound snapshot of record \(position); see `rostrum inspect DIR snapshot`"
    case .baseMissing(let path):
      "the log in \(path) stands on a state that was brought in from another data folder, and no"
        + " snapshot of it is left: restore the snapshot's file from a backup"
    case .storage(let error): "\(error)"
    case .kernel(let error): "\(error)"
    case .shardCount(let found, let asked):
      "the data folder has \(found) shards and was asked to start with \(asked):"
        + " start it with --shards \(found)"
    case .capacity(let found, let asked):
      "the data folder was made for \(found) auctions a shard and was asked to start with"
        + " \(asked): what it can hold decided what it refused, so it stays; leave --auctions-max"
        + " out, or begin a new folder"
    case .notADataFolder(let path):
      "'\(path)' is no data folder: it has no shard-000/log; give the folder that"
        + " `rostrum serve --data` was started with"
    case .notConfigured(let path):
      "the log in \(path) does not begin with a configuration record:"
        + " it is not a log of this program; choose another --data folder"
    }
  }
}
