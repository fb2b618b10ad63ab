import Glibc
import WAL

/// Files in memory that can be damaged and mended in place, some ten thousand times a second.
final class MemoryFolder {
  private final class File {
    let base: UnsafeMutableRawPointer
    let capacity: Int
    var byteCount: Int

    init(_ bytes: [UInt8]) {
      capacity = bytes.count
      byteCount = bytes.count
      base = .allocate(byteCount: max(1, capacity), alignment: 4096)
      bytes.withUnsafeBytes { raw in
        if let start = raw.baseAddress { base.copyMemory(from: start, byteCount: raw.count) }
      }
    }

    deinit { base.deallocate() }
  }

  private var files: [String: File] = [:]
  private var opened: [File] = []
  private var numbers: [String: Int32] = [:]

  /// The files of a disk that belong to its log.
  init(_ disk: FaultyDisk) {
    for name in disk.files where name.hasSuffix(".segment") { put(name, disk.bytes(name)) }
  }

  var names: [String] { files.keys.sorted() }

  func put(_ name: String, _ bytes: [UInt8]) {
    files[name] = File(bytes)
    numbers[name] = nil
  }

  func remove(_ name: String) {
    files[name] = nil
    numbers[name] = nil
  }

  func bytes(_ name: String) -> [UInt8] {
    guard let file = files[name] else { return [] }
    return Array(UnsafeRawBufferPointer(start: file.base, count: file.byteCount))
  }

  /// Cuts a file, or gives it back what an earlier cut took.
  func cut(_ name: String, at byteCount: Int) {
    guard let file = files[name] else { return }
    file.byteCount = min(byteCount, file.capacity)
  }

  func mend(_ name: String) { cut(name, at: .max) }

  /// Flips a bit; a second time mends it.
  func flip(_ name: String, bit: Int) {
    guard let file = files[name], bit / 8 < file.byteCount else { return }
    let byte = file.base.load(fromByteOffset: bit / 8, as: UInt8.self)
    file.base.storeBytes(of: byte ^ 1 << UInt8(bit % 8), toByteOffset: bit / 8, as: UInt8.self)
  }

  fileprivate var entries: [StorageEntry] {
    files.map { StorageEntry(name: $0.key, byteCount: UInt64($0.value.byteCount)) }
  }

  fileprivate func open(_ name: String) -> Int32? {
    if let number = numbers[name] { return number }
    guard let file = files[name] else { return nil }
    opened.append(file)
    numbers[name] = Int32(opened.count - 1)
    return numbers[name]
  }

  fileprivate func read(
    _ number: Int32, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: Int
  ) -> Int {
    let file = opened[Int(number)]
    let count = min(byteCount, max(0, file.byteCount - offset))
    if count > 0 { memcpy(bytes, file.base + offset, count) }
    return count
  }
}

/// A folder for reading alone: whoever only reads a log changes nothing.
struct MemoryStorage: Storage {
  let folder: MemoryFolder

  private func readOnly(_ operation: StorageError.Operation, _ name: String = "") -> StorageError {
    StorageError(operation: operation, file: name, errno: EROFS)
  }

  mutating func list() throws(StorageError) -> [StorageEntry] { folder.entries }
  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    guard let number = folder.open(name) else {
      throw StorageError(operation: .open, file: name, errno: ENOENT)
    }
    return StorageFile(id: number)
  }
  mutating func close(_ file: StorageFile) {}
  mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    folder.read(file.id, into: bytes, byteCount: byteCount, at: Int(offset))
  }
  mutating func freeByteCount() throws(StorageError) -> UInt64 { 0 }

  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    throw readOnly(.create, name)
  }
  mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int { throw readOnly(.write) }
  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError) {
    throw readOnly(.write)
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    throw readOnly(.truncate)
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) { throw readOnly(.syncData) }
  mutating func syncFolder() throws(StorageError) { throw readOnly(.syncFolder) }
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    throw readOnly(.rename, name)
  }
  mutating func remove(_ name: String) throws(StorageError) { throw readOnly(.remove, name) }
}
