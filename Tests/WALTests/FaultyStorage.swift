import WAL

/// The storage over a faulty disk; two of them on one disk are two processes on one folder.
struct FaultyStorage: Storage {
  let disk: FaultyDisk

  mutating func list() throws(StorageError) -> [StorageEntry] { disk.list() }
  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    StorageFile(id: Int32(try disk.create(name)))
  }
  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    StorageFile(id: Int32(try disk.open(name)))
  }
  mutating func close(_ file: StorageFile) {}
  mutating func read(
    _ file: StorageFile,
    into bytes: UnsafeMutableRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int {
    precondition(byteCount % 4096 == 0 && offset % 4096 == 0 && Int(bitPattern: bytes) % 4096 == 0)
    return try disk.read(Int(file.id), into: bytes, byteCount: byteCount, at: Int(offset))
  }
  mutating func write(
    _ file: StorageFile,
    from bytes: UnsafeRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int {
    precondition(byteCount % 4096 == 0 && offset % 4096 == 0 && Int(bitPattern: bytes) % 4096 == 0)
    let copy = Array(UnsafeRawBufferPointer(start: bytes, count: byteCount))
    return try disk.write(Int(file.id), copy, at: Int(offset))
  }
  mutating func zero(
    _ file: StorageFile,
    at offset: UInt64,
    byteCount: Int
  ) throws(StorageError) {
    let zeros = [UInt8](repeating: 0, count: byteCount)
    _ = try disk.write(Int(file.id), zeros, at: Int(offset))
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    try disk.truncate(Int(file.id), to: Int(byteCount))
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) {
    try disk.syncData(Int(file.id))
  }
  mutating func syncFolder() throws(StorageError) { try disk.syncFolder() }
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    try disk.rename(name, to: newName)
  }
  mutating func remove(_ name: String) throws(StorageError) { try disk.remove(name) }
  mutating func freeByteCount() throws(StorageError) -> UInt64 { UInt64(disk.freeByteCount) }
}
