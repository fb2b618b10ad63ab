import WAL

/// Counts what is asked of a storage, lets one call fail or lie, and counts the open files.
final class Trouble {
  /// How many calls there have been.
  private(set) var callCount = 0
  /// Which call fails, from 1; 0 = none.
  var failingCall = 0
  /// From which write on so many are lost: they end well, and nothing was written; 0 = none.
  var firstLostWrite = 0
  var lostWriteCount = 0
  fileprivate(set) var writeCount = 0
  /// How many files are open now.
  fileprivate(set) var openCount = 0

  fileprivate var losesWrite: Bool {
    firstLostWrite > 0 && writeCount >= firstLostWrite
      && writeCount - firstLostWrite < lostWriteCount
  }

  fileprivate func step(
    _ operation: StorageError.Operation, _ name: String
  ) throws(StorageError) {
    callCount += 1
    guard callCount == failingCall else { return }
    throw StorageError(operation: operation, file: name, errno: 5)
  }
}

/// A faulty disk's storage with trouble of its own, in reading as in writing.
struct TroubledStorage: Storage {
  var inner: FaultyStorage
  let trouble: Trouble

  init(_ disk: FaultyDisk, _ trouble: Trouble) {
    inner = FaultyStorage(disk: disk)
    self.trouble = trouble
  }

  mutating func list() throws(StorageError) -> [StorageEntry] {
    try trouble.step(.list, "the folder")
    return try inner.list()
  }
  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    try trouble.step(.create, name)
    let file = try inner.create(name)
    trouble.openCount += 1
    return file
  }
  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    try trouble.step(.open, name)
    let file = try inner.open(name)
    trouble.openCount += 1
    return file
  }
  mutating func close(_ file: StorageFile) {
    trouble.openCount -= 1
    inner.close(file)
  }
  mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    try trouble.step(.read, "a file")
    return try inner.read(file, into: bytes, byteCount: byteCount, at: offset)
  }
  mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    try trouble.step(.write, "a file")
    trouble.writeCount += 1
    if trouble.losesWrite { return byteCount }
    return try inner.write(file, from: bytes, byteCount: byteCount, at: offset)
  }
  mutating func zero(
    _ file: StorageFile, at offset: UInt64, byteCount: Int
  ) throws(StorageError) {
    try trouble.step(.write, "a file")
    try inner.zero(file, at: offset, byteCount: byteCount)
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    try trouble.step(.truncate, "a file")
    try inner.truncate(file, to: byteCount)
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) {
    try trouble.step(.syncData, "a file")
    try inner.syncData(file)
  }
  mutating func syncFolder() throws(StorageError) {
    try trouble.step(.syncFolder, "the folder")
    try inner.syncFolder()
  }
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    try trouble.step(.rename, name)
    try inner.rename(name, to: newName)
  }
  mutating func remove(_ name: String) throws(StorageError) {
    try trouble.step(.remove, name)
    try inner.remove(name)
  }
  mutating func freeByteCount() throws(StorageError) -> UInt64 {
    try trouble.step(.measure, "the folder")
    return try inner.freeByteCount()
  }
}
