public import Primitives

/// A complete snapshot file by its header and its trailer.
public struct SnapshotInfo: Equatable, Sendable, BitwiseCopyable {
  /// The file's name.
  public let name: SnapshotName
  /// The bytes of the file.
  public let byteCount: UInt64
  /// What it is a snapshot of.
  public let header: SnapshotFileHeader
  /// How many chunks it has.
  public let chunkCount: UInt64
  /// How many pieces it has.
  public let pieceCount: UInt64
  /// SHA-256 of everything before the trailer.
  public let hash: Digest

  /// The position of the last record that it covers.
  public var position: UInt64 { header.position }

  init(header: SnapshotFileHeader, trailer: SnapshotTrailer) {
    name = SnapshotName(position: header.position)
    byteCount = trailer.fileByteCount
    self.header = header
    chunkCount = trailer.chunkCount
    pieceCount = trailer.pieceCount
    hash = trailer.hash
  }
}

/// A file of the snapshots' folder and what its first and last block say.
public struct SnapshotEntry: Equatable, Sendable {
  /// What a file is worth.
  public enum Finding: Equatable, Sendable {
    /// Header and trailer are right; loading proves what is between.
    case complete(SnapshotInfo)
    /// It was being written when the process ended.
    case unfinished
    /// It cannot be used, and why.
    case refused(SnapshotError)
  }

  /// The file's name.
  public let name: SnapshotName
  /// The bytes of the file.
  public let byteCount: UInt64
  /// What it is worth.
  public let finding: Finding

  /// The snapshot, if the file is a complete one.
  public var info: SnapshotInfo? {
    if case .complete(let info) = finding { return info }
    return nil
  }
}

/// Why a snapshot cannot be used; every message says what to do.
public enum SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed.
  case storage(StorageError)
  /// The file is not as it was written; `offset` is where that shows, in bytes.
  case damaged(file: String, offset: UInt64, reason: String)
  /// The file was written by a newer version.
  case newerVersion(file: String, version: UInt16)
  /// The file belongs to another shard or another log, or has another's name.
  case foreign(file: String, reason: String)
  /// The bytes are as they were written, but the state does not take this piece.
  case refusedPiece(file: String, offset: UInt64, kind: UInt16, index: UInt64)

  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .storage(let error): "snapshot: \(error)"
    case .damaged(let file, let offset, let reason):
      "snapshot: \(file) at byte \(offset): \(reason); the snapshot before it is used, or the log "
        + "from its start; restore the file from a backup to keep it"
    case .newerVersion(let file, let version):
      "snapshot: \(file) has format version \(version), this program reads up to "
        + "\(SnapshotFormat.version); start the newer program"
    case .foreign(let file, let reason):
      "snapshot: \(file) \(reason); move it out of the folder"
    case .refusedPiece(let file, let offset, let kind, let index):
      "snapshot: \(file) at byte \(offset): piece \(index) of kind \(kind) does not fit the state; "
        + "start with the limits of the log, or use the snapshot before it"
    }
  }
}
