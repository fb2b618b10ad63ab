internal import Journal
internal import Kernel
internal import Primitives
internal import WAL

/// The files of a shard's event journal: through the page cache, since the log can make them again.
struct JournalFolder<Folder: FolderStorage & ~Copyable>: ~Copyable {
  private var storage: Folder
  private var name: JournalName?
  /// The file that is being written to.
  private(set) var file: StorageFile?
  /// The same file past the page cache; nil where that cannot be had.
  private var direct: StorageFile?

  init(_ storage: consuming Folder) { self.storage = storage }

  /// The folder itself, to be flushed when files come.
  var folder: StorageFile { storage.folder }

  /// Makes the file of a write ready: what is of an earlier life goes first.
  ///
  /// Until this succeeds the file before stays the one that is written to: a file that no name was
  /// free for must not take with it the one that is full and not flushed.
  ///
  /// - Parameter write: The write.
  /// - Returns: The file that was written to before, when this is another one; it is the caller's.
  /// - Throws: `StorageError` when a file cannot be made, cut or deleted.
  mutating func prepare(_ write: JournalWrite) throws(StorageError) -> StorageFile? {
    if write.cut == .everything { closeCurrent() }
    if write.cut != .none { try removeFiles(write) }
    guard name != write.name else {
      if let file { try cut(file, to: write) }
      return nil
    }
    let next = try storage.create(write.name.text)
    do throws(StorageError) { try cut(next, to: write) } catch {
      storage.close(next)
      throw error
    }
    let before = file
    closeDirect()
    file = next
    direct = storage.openDirect(write.name.text)
    name = write.name
    return before
  }

  /// Where a write goes.
  ///
  /// Whole blocks go past the page cache: to copy them takes a worker of the kernel's a
  /// millisecond, and the next flush of the log waited for it to let go of the core.
  func file(for write: JournalWrite) -> StorageFile? {
    if write.isWholeBlocks, let direct {
      probe(.journalWholeBlocks)
      return direct
    }
    return file
  }

  /// Everything goes through the page cache until the next file, as when a direct write failed.
  mutating func closeDirect() {
    if let direct { storage.close(direct) }
    direct = nil
  }

  private mutating func cut(_ file: StorageFile, to write: JournalWrite) throws(StorageError) {
    guard write.createsFile || write.cut == .tail else { return }
    try storage.truncate(file, to: write.offsetInFile)
  }

  /// The name of the file that is written to is about to go, and with it the file.
  private mutating func closeCurrent() {
    closeDirect()
    if let file { storage.close(file) }
    file = nil
    name = nil
  }

  private mutating func removeFiles(_ write: JournalWrite) throws(StorageError) {
    for entry in try storage.list() {
      guard let name = JournalName(entry.name) else { continue }
      let isBehind = name.fileOffset > write.name.fileOffset
      if write.cut == .everything || isBehind { try storage.remove(entry.name) }
    }
  }

  /// Writes at once, for the replay before the shard serves.
  mutating func execute(_ write: JournalWrite) -> JournalWriteResult {
    do throws(StorageError) {
      if let before = try prepare(write) { storage.close(before) }
      guard let file else { return .failed(errno: 9) }
      let byteCount = unsafe try storage.write(
        file, from: write.pointer, byteCount: write.byteCount, at: write.offsetInFile)
      return .written(byteCount: byteCount)
    } catch { return .failed(errno: error.errno) }
  }

  /// The journal's files.
  mutating func names() throws(StorageError) -> [JournalFile] {
    try storage.list().compactMap { entry in
      JournalName(entry.name).map { JournalFile(name: $0, byteCount: entry.byteCount) }
    }
  }

  /// Reads a part of a file.
  mutating func readOnce(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let file = try storage.open(name.text)
    defer { storage.close(file) }
    return unsafe try storage.read(file, into: bytes, byteCount: byteCount, at: offset)
  }

  /// Cuts the journal off: what stands behind an offset is of an earlier life.
  mutating func cut(at offset: UInt64, layout: JournalLayout) throws(StorageError) {
    for entry in try storage.list() {
      guard let name = JournalName(entry.name) else { continue }
      if name.fileOffset >= offset {
        try storage.remove(entry.name)
      } else if name.fileOffset == layout.fileOffset(of: offset) {
        let file = try storage.open(entry.name)
        defer { storage.close(file) }
        try storage.truncate(file, to: layout.offsetInFile(of: offset))
      }
    }
  }

  /// Makes all that the files hold durable.
  mutating func syncAll() throws(StorageError) {
    for entry in try storage.list() where JournalName(entry.name) != nil {
      let file = try storage.open(entry.name)
      defer { storage.close(file) }
      try storage.syncData(file)
    }
    try storage.syncFolder()
  }

  /// Closes a file that is not written to any more.
  mutating func close(_ file: StorageFile) { storage.close(file) }

  /// Opens a file for reading.
  mutating func open(_ name: JournalName) throws(StorageError) -> StorageFile {
    try storage.open(name.text)
  }

  /// Deletes files that nobody needs any more; one that stays does no harm.
  mutating func remove(_ names: [JournalName]) {
    for name in names { try? storage.remove(name.text) }
  }
}
