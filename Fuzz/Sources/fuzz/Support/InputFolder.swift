import Glibc
import WAL

/// Files in memory, used again by the next run: what a log or a snapshot is read from.
final class InputFolder {
  /// A file's bytes; behind its end they are zero.
  struct File {
    var name: String
    let base: UnsafeMutableRawPointer
    var byteCount: Int
    /// Behind it everything is zero: most of a file is never written, and need not be cleared.
    var writtenEnd = 0
  }

  static let fileByteCountMax = 1 << 20
  private static let fileCountMax = 24

  private(set) var files: [File] = []
  /// Memory that no file uses.
  private var unused: [UnsafeMutableRawPointer] = []
  /// The files that are open or were, by their numbers.
  private var opened: [UnsafeMutableRawPointer] = []

  /// Removes every file.
  func clear() {
    for file in files { recycle(file) }
    files.removeAll(keepingCapacity: true)
    opened.removeAll(keepingCapacity: true)
  }

  deinit {
    for file in files { free(file.base) }
    for memory in unused { free(memory) }
  }

  private func recycle(_ file: File) {
    memset(file.base, 0, file.writtenEnd)
    unused.append(file.base)
  }

  func index(_ name: String) -> Int? { files.firstIndex { $0.name == name } }

  /// Makes an empty file, instead of one of that name if there is one; nil when there is no room.
  func create(_ name: String) -> Int? {
    if let index = index(name) { remove(at: index) }
    guard files.count < Self.fileCountMax else { return nil }
    guard let base = unused.popLast() ?? calloc(1, Self.fileByteCountMax) else { return nil }
    files.append(File(name: name, base: base, byteCount: 0))
    return files.count - 1
  }

  func remove(at index: Int) { recycle(files.remove(at: index)) }

  func rename(_ index: Int, to name: String) {
    if let other = self.index(name), other != index {
      files[index].name = name
      remove(at: other)
    } else {
      files[index].name = name
    }
  }

  /// Writes bytes; false when the file would grow too long.
  func write(_ index: Int, _ bytes: UnsafeRawPointer, byteCount: Int, at offset: Int) -> Bool {
    guard grow(index, to: offset + byteCount) else { return false }
    memcpy(files[index].base + offset, bytes, byteCount)
    files[index].writtenEnd = max(files[index].writtenEnd, offset + byteCount)
    return true
  }

  /// Writes zeros; false when the file would grow too long.
  func zero(_ index: Int, byteCount: Int, at offset: Int) -> Bool {
    guard grow(index, to: offset + byteCount) else { return false }
    clear(index, offset..<offset + byteCount)
    return true
  }

  /// Writes a block of zeros whose bytes are changed in place.
  func addBlock(_ index: Int, at offset: Int) -> Bool {
    guard zero(index, byteCount: 4_096, at: offset) else { return false }
    _ = block(index, at: offset)
    return true
  }

  /// A block to be changed in place.
  func block(_ index: Int, at offset: Int) -> UnsafeMutableRawPointer {
    files[index].writtenEnd = max(files[index].writtenEnd, offset + 4_096)
    return files[index].base + offset
  }

  func truncate(_ index: Int, to byteCount: Int) {
    if byteCount < files[index].byteCount { clear(index, byteCount..<files[index].byteCount) }
    files[index].byteCount = byteCount
    files[index].writtenEnd = min(files[index].writtenEnd, byteCount)
  }

  private func grow(_ index: Int, to end: Int) -> Bool {
    guard end <= Self.fileByteCountMax else { return false }
    files[index].byteCount = max(files[index].byteCount, end)
    return true
  }

  private func clear(_ index: Int, _ range: Range<Int>) {
    let written = range.clamped(to: 0..<files[index].writtenEnd)
    memset(files[index].base + written.lowerBound, 0, written.count)
  }

  fileprivate func open(_ index: Int) -> Int32 {
    opened.append(files[index].base)
    return Int32(opened.count - 1)
  }

  /// The file of a number that `open` gave, if it is still there.
  fileprivate func index(of number: Int32) -> Int? {
    guard opened.indices.contains(Int(number)) else { return nil }
    return files.firstIndex { $0.base == opened[Int(number)] }
  }
}

/// The folder as the log sees it.
struct FolderStorage: Storage {
  let folder: InputFolder

  private func failure(_ operation: StorageError.Operation, _ errno: Int32) -> StorageError {
    StorageError(operation: operation, file: "a file", errno: errno)
  }

  private func find(
    _ file: StorageFile, _ operation: StorageError.Operation
  ) throws(StorageError) -> Int {
    guard let index = folder.index(of: file.id) else { throw failure(operation, EBADF) }
    return index
  }

  mutating func list() throws(StorageError) -> [StorageEntry] {
    folder.files.map { StorageEntry(name: $0.name, byteCount: UInt64($0.byteCount)) }
  }

  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    guard let index = folder.create(name) else { throw failure(.create, ENOSPC) }
    return StorageFile(id: folder.open(index))
  }

  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    guard let index = folder.index(name) else { throw failure(.open, ENOENT) }
    return StorageFile(id: folder.open(index))
  }

  mutating func close(_ file: StorageFile) {}

  mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let index = try find(file, .read)
    let held = folder.files[index].byteCount
    guard offset < UInt64(held) else { return 0 }
    let count = min(byteCount, held - Int(offset))
    memcpy(bytes, folder.files[index].base + Int(offset), count)
    return count
  }

  mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let index = try find(file, .write)
    guard offset < UInt64(InputFolder.fileByteCountMax),
      folder.write(index, bytes, byteCount: byteCount, at: Int(offset))
    else { throw failure(.write, ENOSPC) }
    return byteCount
  }

  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError) {
    let index = try find(file, .write)
    guard offset < UInt64(InputFolder.fileByteCountMax),
      folder.zero(index, byteCount: byteCount, at: Int(offset))
    else { throw failure(.write, ENOSPC) }
  }

  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    let index = try find(file, .truncate)
    guard byteCount <= UInt64(InputFolder.fileByteCountMax) else {
      throw failure(.truncate, EFBIG)
    }
    folder.truncate(index, to: Int(byteCount))
  }

  mutating func syncData(_ file: StorageFile) throws(StorageError) {}
  mutating func syncFolder() throws(StorageError) {}

  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    guard let index = folder.index(name) else { throw failure(.rename, ENOENT) }
    folder.rename(index, to: newName)
  }

  mutating func remove(_ name: String) throws(StorageError) {
    guard let index = folder.index(name) else { throw failure(.remove, ENOENT) }
    folder.remove(at: index)
  }

  mutating func freeByteCount() throws(StorageError) -> UInt64 { 1 << 40 }
}
