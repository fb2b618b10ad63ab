/// A file of the journal's folder.
public struct JournalFile: Equatable, Sendable {
  /// Its name.
  public let name: JournalName
  /// Its length in bytes.
  public let byteCount: UInt64

  /// Describes a file.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - byteCount: Its length in bytes.
  public init(name: JournalName, byteCount: UInt64) {
    self.name = name
    self.byteCount = byteCount
  }
}

/// A shard's journal folder, as the survey sees it: simple, blocking, only for reading.
public protocol JournalFiles: ~Copyable {
  /// The journal's files, in any order; what has another name is left out.
  ///
  /// - Returns: Names and lengths.
  /// - Throws: `JournalError.folder` if the folder cannot be read.
  mutating func list() throws(JournalError) -> [JournalFile]

  /// Reads bytes; fewer than asked where the file ends, and then 0.
  ///
  /// - Parameters:
  ///   - name: The file.
  ///   - bytes: Where to.
  ///   - byteCount: How many bytes.
  ///   - offset: Where in the file, in bytes.
  /// - Returns: How many bytes were read.
  /// - Throws: `JournalError.file` if they cannot be read.
  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int
}
