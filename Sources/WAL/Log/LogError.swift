/// Why a log cannot be opened, read or written; every message says what to do.
public enum LogError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A limit does not fit the others.
  case limits(String)
  /// A system call failed.
  case storage(StorageError)
  /// The log is damaged before its end: nothing is cut off, because it may have been acknowledged.
  case damaged(LogDamage)
  /// The file belongs to another shard or another log.
  case foreign(file: String, reason: String)
  /// The file was written by a newer version.
  case newerVersion(file: String, version: UInt16)
  /// The records from a position on are not all in the log.
  case positionNotHeld(wanted: UInt64, oldest: UInt64, last: UInt64)
  /// Another opening of the log has a higher epoch: this one may never write again.
  case fenced(epoch: UInt64, highest: UInt64)
  /// The log stopped for good.
  case poisoned(LogFailure)
  /// The disk is full to the end of the reserve.
  case storageFull
  /// The caller's batch is not one.
  case invalidBatch(String)
  /// The log is not open.
  case notOpen

  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .limits(let relation): "log limits: \(relation); change the setting and start again"
    case .storage(let error): "log: \(error)"
    case .damaged(let damage): "log: \(damage)"
    case .foreign(let file, let reason):
      "log: \(file) \(reason); move it out of the folder, or start with the right --data folder"
    case .newerVersion(let file, let version):
      "log: \(file) has format version \(version), this program reads up to \(LogFormat.version); "
        + "start the newer program"
    case .positionNotHeld(let wanted, let oldest, let last):
      "log: record \(wanted) is not held (held: \(oldest) to \(last)); "
        + "recover from a snapshot at or after record \(oldest > 0 ? oldest - 1 : 0), "
        + "or restore the missing segments from the archive"
    case .fenced(let epoch, let highest):
      "log: epoch \(epoch) may not write, epoch \(highest) has opened the log since; "
        + "stop this process: another one serves this folder"
    case .poisoned(let failure): "log: \(failure)"
    case .storageFull: "log: the disk is full to the end of the reserve; free space"
    case .invalidBatch(let reason): "log: the batch to append \(reason); send whole records"
    case .notOpen: "log: not open; open it with an epoch first"
    }
  }
}

/// Where a log is damaged, and how it was recognised.
public struct LogDamage: Equatable, Sendable, CustomStringConvertible {
  /// The row of the recovery table (`docs/log-format.md`).
  public let recoveryCase: RecoveryCase
  /// The file's name.
  public let file: String
  /// Where in the file, in bytes.
  public let offset: UInt64
  /// The batch that should stand there.
  public let batchNumber: UInt64

  /// One line that says where and what, and which command to use.
  public var description: String {
    "case \(recoveryCase.letter): \(file) at byte \(offset), batch \(batchNumber): "
      + "\(recoveryCase.summary); it may hold acknowledged records, so nothing was changed. "
      + "Restore the file from a backup or the archive, or look at what would be lost with "
      + "`rostrum repair DIR --truncate-torn-tail --dry-run`"
  }
}
