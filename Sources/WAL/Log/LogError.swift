internal import Primitives

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
  /// The file has a format version that this program does not read.
  case otherVersion(file: String, version: UInt16)
  /// The log does not hold the batch after which the snapshot was taken: histories were mixed.
  case anchorMismatch(LogAnchor, file: String, found: LogAnchor?)
  /// The log changed while it was read, each time it was tried.
  case changedWhileRead
  /// The records from a position on are not all in the log.
  case positionNotHeld(wanted: UInt64, oldest: UInt64, last: UInt64)
  /// The batches of a proof are not all in the log.
  case batchNotHeld(first: UInt64, last: UInt64)
  /// Another opening of the log has a higher epoch: this one may never write again.
  case fenced(epoch: UInt64, highest: UInt64)
  /// The log stopped for good.
  case poisoned(LogFailure)
  /// The disk is full to the end of the reserve.
  case storageFull
  /// The caller's batch is not one.
  case invalidBatch(String)
  /// The folder that a log is to be copied to holds one.
  case targetNotEmpty(file: String)
  /// Nothing of the log could be kept.
  case notRepairable(reason: String)
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
    case .otherVersion(let file, let version):
      "log: \(file) has format version \(version), this program reads \(LogFormat.version); "
        + "start the " + (version > LogFormat.version ? "newer program" : "program that wrote it")
    case .anchorMismatch(let anchor, let file, let found):
      "log: \(file) does not continue the snapshot at record \(anchor.position) "
        + "(batch \(anchor.batchNumber), hash \(anchor.hash.hexadecimal)): "
        + Self.difference(found)
        + "; snapshot and log are of different histories: restore both from one backup, or start "
        + "from another snapshot"
    case .changedWhileRead:
      "log: it changed faster than it was read; read it again, or read a copy of the folder"
    case .positionNotHeld(let wanted, let oldest, let last):
      "log: record \(wanted) is not held (held: \(oldest) to \(last)); "
        + "recover from a snapshot at or after record \(oldest > 0 ? oldest - 1 : 0), "
        + "or restore the missing segments from the archive"
    case .batchNotHeld(let first, let last):
      "log: batches \(first) to \(last) are not all held; restore the missing segments from the "
        + "archive, or ask for batches that are held, the earlier one first"
    case .fenced(let epoch, let highest):
      "log: epoch \(epoch) may not write, epoch \(highest) has opened the log since; "
        + "stop this process: another one serves this folder"
    case .poisoned(let failure): "log: \(failure)"
    case .storageFull: "log: the disk is full to the end of the reserve; free space"
    case .invalidBatch(let reason): "log: the batch to append \(reason); send whole records"
    case .targetNotEmpty(let file):
      "log: the target folder already holds \(file); give an empty folder"
    case .notRepairable(let reason):
      "log: cannot be repaired: \(reason); restore the files from a backup or the archive"
    case .notOpen: "log: not open; open it with an epoch first"
    }
  }

  private static func difference(_ found: LogAnchor?) -> String {
    guard let found else { return "it does not hold that batch, nor begin right after it" }
    return "it holds batch \(found.batchNumber) up to record \(found.position) "
      + "with hash \(found.hash.hexadecimal)"
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
