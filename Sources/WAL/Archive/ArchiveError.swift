/// Why the archive cannot be written or read; every message says what to do.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed, in the log's folder or in the archive's.
  case storage(StorageError)
  /// A file is not as it was written.
  case damaged(file: String, reason: String)
  /// The file was written by a newer version.
  case newerVersion(file: String, version: UInt16)
  /// The archive holds another segment under this name.
  case foreign(file: String, reason: String)
  /// What was written does not give the segment back; it was not taken into the archive.
  case notTheSame(file: String, reason: String)

  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .storage(let error): "archive: \(error)"
    case .damaged(let file, let reason):
      "archive: \(file): \(reason); restore the file from a copy of the archive"
    case .newerVersion(let file, let version):
      "archive: \(file) has format version \(version), this program reads up to "
        + "\(ArchiveFormat.version); start the newer program"
    case .foreign(let file, let reason):
      "archive: \(file) \(reason); give this shard an archive folder of its own"
    case .notTheSame(let file, let reason):
      "archive: \(file) does not give the segment back: \(reason); nothing was released, "
        + "check the memory and the disk of this machine"
    }
  }
}

/// A file of the archive and what its first block says.
public struct ArchiveEntry: Equatable, Sendable {
  /// The file's name.
  public let name: String
  /// The number of the segment that its name gives.
  public let segmentNumber: UInt64
  /// The bytes of the file.
  public let byteCount: UInt64
  /// Its header, or why it cannot be used.
  public let finding: Result<ArchiveHeader, ArchiveError>

  /// The header, if the file can be used.
  public var header: ArchiveHeader? { try? finding.get() }
}
