/// Why a journal cannot be used; every message says what to do.
public enum JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A limit does not fit the others.
  case limits(String)
  /// A system call on a file failed.
  case file(name: String, offset: UInt64, errno: Int32)
  /// The folder cannot be listed.
  case folder(errno: Int32)
  /// The file belongs to another shard or another log.
  case foreign(file: String)
  /// The journal was made with files of another size, so that all offsets differ.
  case otherFileSize(file: String, byteCount: UInt64)
  /// The file was written by a newer version.
  case newerVersion(file: String, version: UInt16)

  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .limits(let relation):
      "journal limits: \(relation); change the setting and start again"
    case .file(let name, let offset, let errno):
      "journal: cannot read \(name) at byte \(offset): errno \(errno); check the disk and the "
        + "rights, or move the journal folder away: it is built again from the log"
    case .folder(let errno):
      "journal: cannot list the folder: errno \(errno); check the owner and the rights"
    case .foreign(let file):
      "journal: \(file) belongs to another shard or log; move it out of the folder: the journal "
        + "is built again from the log"
    case .otherFileSize(let file, let byteCount):
      "journal: \(file) is of a journal with files of \(byteCount) bytes; start with that size, "
        + "or move the journal folder away"
    case .newerVersion(let file, let version):
      "journal: \(file) has format version \(version), this program reads up to "
        + "\(JournalFormat.version); start the newer program"
    }
  }
}
