import Glibc
import Journal

/// A journal's folder for reading alone, through the page cache, where a live server's events are.
@safe
struct ReadableJournal: JournalFiles {
  private let path: String

  /// Names the folder; one that is missing is an empty journal.
  init(path: String) { self.path = path }

  mutating func list() throws(JournalError) -> [JournalFile] {
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw .folder(errno: errno)
    }
    defer { unsafe closedir(folder) }
    var files: [JournalFile] = []
    while let entry = unsafe readdir(folder) {
      let text = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      var facts = stat()
      guard let name = JournalName(text), unsafe stat(path + "/" + text, &facts) == 0 else {
        continue
      }
      // A pipe looks like a file that is empty.
      guard facts.st_mode & S_IFMT == S_IFREG else {
        throw .file(name: name.text, offset: 0, errno: ESPIPE)
      }
      files.append(JournalFile(name: name, byteCount: UInt64(facts.st_size)))
    }
    return files
  }

  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int {
    let file = unsafe open(path + "/" + name.text, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .file(name: name.text, offset: offset, errno: errno) }
    defer { close(file) }
    while true {
      let count = unsafe pread(file, bytes, byteCount, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw .file(name: name.text, offset: offset, errno: errno)
      }
    }
  }
}

/// A journal as it was when its files were listed: what a server appended since is not looked at.
struct JournalAsOf: JournalFiles {
  private var files: ReadableJournal
  private let known: [JournalFile]?

  /// - Parameters:
  ///   - files: The folder.
  ///   - known: What it had; nil = as it is now.
  init(_ files: ReadableJournal, _ known: [JournalFile]?) {
    self.files = files
    self.known = known
  }

  /// Whether an offset lies in the last bytes of what was listed, which may be half written.
  func isAtEnd(_ offset: UInt64) -> Bool {
    let last = known?.max { $0.name.fileOffset < $1.name.fileOffset }
    guard let last else { return false }
    return offset + UInt64(JournalFormat.eventByteCountMax) > last.name.fileOffset + last.byteCount
  }

  mutating func list() throws(JournalError) -> [JournalFile] {
    if let known { return known }
    return try files.list()
  }

  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int {
    let length = known?.first { $0.name == name }?.byteCount ?? .max
    guard offset < length else { return 0 }
    let most = Int(min(UInt64(byteCount), length - offset))
    return try unsafe files.read(name, into: bytes, byteCount: most, at: offset)
  }
}
