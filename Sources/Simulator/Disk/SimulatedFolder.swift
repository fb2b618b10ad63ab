public import Kernel
public import WAL

/// How a folder of the simulated disk is used.
enum FolderUse {
  case access(FolderAccess)
  /// From outside of the world.
  case offline

  var isOffline: Bool {
    if case .offline = self { return true }
    return false
  }

  var isWritable: Bool {
    if case .access(.readable) = self { return false }
    return true
  }

  /// Whether it goes past the page cache.
  var isDirect: Bool {
    switch self {
    case .access(.writable), .access(.readable), .offline: true
    case .access(.cached): false
    }
  }
}

/// A folder of a simulated disk: each step takes its time and may fail.
public struct SimulatedFolder: FolderStorage, ~Copyable {
  private let disk: SimulatedDisk
  private let directory: DiskDirectory
  private let use: FolderUse
  /// The folder's own descriptor, to be flushed when names change.
  public let folder: StorageFile

  init(disk: SimulatedDisk, directory: DiskDirectory, use: FolderUse) {
    self.disk = disk
    self.directory = directory
    self.use = use
    folder = StorageFile(
      id: disk.descriptor(
        for: OpenFile(
          directory: directory, file: nil, name: directory.path, isWritable: use.isWritable,
          isDirect: use.isDirect, isOffline: use.isOffline)))
  }

  deinit { disk.openFiles[folder.id] = nil }

  /// See `Storage`.
  public mutating func list() throws(StorageError) -> [StorageEntry] {
    if !use.isOffline, disk.world.isPowerOff { throw error(.list, directory.path, 0, 5) }
    return disk.list(directory, use).map {
      StorageEntry(name: $0.name, byteCount: $0.byteCount)
    }
  }

  /// See `Storage`.
  public mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    spend(.create)
    return try open(name, creates: true, .create)
  }

  /// See `Storage`.
  public mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    try open(name, creates: false, .open)
  }

  /// See `FolderStorage`.
  public mutating func openDirect(_ name: String) -> StorageFile? {
    let descriptor = disk.openFile(name, in: directory, access: .access(.writable), creates: false)
    return descriptor < 0 ? nil : StorageFile(id: descriptor)
  }

  private func open(
    _ name: String, creates: Bool, _ operation: StorageError.Operation
  ) throws(StorageError) -> StorageFile {
    let descriptor = disk.openFile(name, in: directory, access: use, creates: creates)
    if descriptor < 0 { throw error(operation, name, 0, -descriptor) }
    return StorageFile(id: descriptor)
  }

  /// See `Storage`.
  public mutating func close(_ file: StorageFile) { disk.openFiles[file.id] = nil }

  /// See `Storage`.
  public mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    spend(.read)
    let open = try opened(file, .read)
    let count = unsafe disk.read(open, into: bytes, byteCount: byteCount, at: offset)
    return try checked(count, .read, open, offset)
  }

  /// See `Storage`.
  public mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    spend(.write)
    let open = try opened(file, .write)
    let count = unsafe disk.write(open, from: bytes, byteCount: byteCount, at: offset)
    return try checked(count, .write, open, offset)
  }

  /// See `Storage`.
  public mutating func zero(
    _ file: StorageFile, at offset: UInt64, byteCount: Int
  ) throws(StorageError) {
    let open = try opened(file, .write)
    var done = 0
    while done < byteCount {
      spend(.write)
      let piece = min(byteCount - done, 256 << 10)
      let at = offset + UInt64(done)
      let count = unsafe disk.write(open, from: nil, byteCount: piece, at: at)
      let written = try checked(count, .write, open, at)
      // A piece that ends within a block is written again from its beginning.
      done += written == piece ? written : written / 4_096 * 4_096
    }
  }

  /// See `Storage`.
  public mutating func truncate(
    _ file: StorageFile, to byteCount: UInt64
  ) throws(StorageError) {
    spend(.truncate)
    let open = try opened(file, .truncate)
    _ = try checked(disk.truncate(open, to: byteCount), .truncate, open, byteCount)
  }

  /// See `Storage`.
  public mutating func syncData(_ file: StorageFile) throws(StorageError) {
    let open = try opened(file, .syncData)
    let mark = disk.flushMark(open)
    spend(.syncData)
    _ = try checked(disk.sync(open, through: mark), .syncData, open, 0)
  }

  /// See `Storage`.
  public mutating func syncFolder() throws(StorageError) {
    let open = try opened(folder, .syncFolder)
    let mark = disk.flushMark(open)
    spend(.syncFolder)
    _ = try checked(disk.sync(open, through: mark), .syncFolder, open, 0)
  }

  /// See `Storage`.
  public mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    spend(.rename)
    let errno = disk.rename(name, to: newName, in: directory, use)
    if errno != 0 { throw error(.rename, name, 0, errno) }
  }

  /// See `Storage`.
  public mutating func remove(_ name: String) throws(StorageError) {
    spend(.remove)
    let errno = disk.remove(name, in: directory, use)
    if errno != 0 { throw error(.remove, name, 0, errno) }
  }

  /// See `Storage`.
  public mutating func freeByteCount() throws(StorageError) -> UInt64 {
    if !use.isOffline, disk.world.isPowerOff { throw error(.measure, directory.path, 0, 5) }
    return disk.measure(for: directory)
  }
}

extension SimulatedFolder {
  private func spend(_ step: DiskStep) {
    if !use.isOffline { disk.spend(step) }
  }

  /// An open file; after a power failure there is none.
  private func opened(
    _ file: StorageFile, _ operation: StorageError.Operation
  ) throws(StorageError) -> OpenFile {
    if let open = disk.openFiles[file.id] { return open }
    let errno = disk.world.isPowerOff ? SimulatedDisk.errnoInputOutput : SimulatedDisk.errnoBadFile
    throw error(operation, "descriptor \(file.id)", 0, errno)
  }

  private func checked(
    _ result: Int, _ operation: StorageError.Operation, _ open: OpenFile, _ offset: UInt64
  ) throws(StorageError) -> Int {
    if result >= 0 { return result }
    throw error(operation, open.name, offset, Int32(-result))
  }

  private func error(
    _ operation: StorageError.Operation, _ name: String, _ offset: UInt64, _ errno: Int32
  ) -> StorageError {
    StorageError(operation: operation, file: name, offset: offset, errno: errno)
  }
}
