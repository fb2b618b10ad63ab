internal import CLinux
public import Kernel
public import Primitives
public import WAL

/// One folder of a shard on a real disk, past the page cache (O_DIRECT) but for `cached` access.
///
/// For opening and recovery, which happen before the shard serves, for the rare steps of preparing
/// a segment or a snapshot, and for tools; batches go through the ring.
public struct DirectStorage: FolderStorage, ~Copyable {
  private let path: String
  /// The folder's own descriptor, to be flushed when names change.
  public let folder: StorageFile
  private let access: FolderAccess
  private let zeros: Region
  /// The files that are open, by descriptor: an error names its file.
  private var names: [Int32: String] = [:]
  private static let zeroByteCount = 256 << 10

  /// Opens the folder; makes it, and those above it, when they are missing and may be written.
  ///
  /// What is made is flushed, with its name.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: How its files are opened.
  ///   - memory: Where the buffer of zeros comes from.
  /// - Throws: `StorageError` if it cannot be made or opened.
  public init(
    path: String, access: FolderAccess = .writable, memory: MemorySource
  ) throws(StorageError) {
    if access != .readable { try LinuxFolders().makeFolders(path) }
    let folder = unsafe rl_open_directory(path)
    if folder < 0 { throw StorageError(operation: .open, file: path, errno: -folder) }
    self.path = path
    self.folder = StorageFile(id: folder)
    self.access = access
    zeros = Region(byteCount: Self.zeroByteCount, from: memory)
  }

  deinit { _ = rl_close(folder.id) }

  /// See `Storage`.
  public mutating func list() throws(StorageError) -> [StorageEntry] {
    guard let names = unsafe rl_list_directory(path) else {
      throw StorageError(operation: .list, file: path, errno: 5)
    }
    defer { unsafe rl_free(names) }
    var entries: [StorageEntry] = []
    var next = unsafe names
    while unsafe next.pointee != 0 {
      let name = unsafe String(cString: next)
      if name != ".", name != "..", let byteCount = regularFileByteCount(name) {
        entries.append(StorageEntry(name: name, byteCount: byteCount))
      }
      unsafe next += name.utf8.count + 1
    }
    return entries
  }

  /// The length of a file; nil for what is no file.
  private func regularFileByteCount(_ name: String) -> UInt64? {
    let byteCount = unsafe rl_named_file_bytes(folder.id, name)
    return byteCount < 0 ? nil : UInt64(byteCount)
  }

  /// See `Storage`.
  public mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    try open(name, creating: true, .create)
  }

  /// See `Storage`.
  public mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    try open(name, creating: false, .open)
  }

  /// See `FolderStorage`.
  public mutating func openDirect(_ name: String) -> StorageFile? {
    var isDirect: Int32 = 0
    let descriptor = unsafe rl_open_direct(folder.id, name, 0, &isDirect)
    guard descriptor >= 0 else { return nil }
    guard isDirect != 0 else {
      _ = rl_close(descriptor)
      return nil
    }
    names[descriptor] = name
    return StorageFile(id: descriptor)
  }

  private mutating func open(
    _ name: String, creating: Bool, _ operation: StorageError.Operation
  ) throws(StorageError) -> StorageFile {
    let descriptor = openFile(name, creating: creating)
    if descriptor < 0 { throw StorageError(operation: operation, file: name, errno: -descriptor) }
    names[descriptor] = name
    return StorageFile(id: descriptor)
  }

  private func openFile(_ name: String, creating: Bool) -> Int32 {
    let errnoReadOnly: Int32 = 30
    var isDirect: Int32 = 0
    switch access {
    case .writable: return unsafe rl_open_direct(folder.id, name, creating ? 1 : 0, &isDirect)
    case .readable: return creating ? -errnoReadOnly : unsafe rl_open_readable(folder.id, name)
    case .cached: return unsafe rl_open_cached(folder.id, name, creating ? 1 : 0)
    }
  }

  /// See `Storage`.
  public mutating func close(_ file: StorageFile) {
    names[file.id] = nil
    _ = rl_close(file.id)
  }

  /// See `Storage`.
  public mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let count = unsafe rl_read_at(file.id, bytes, byteCount, offset)
    return try checked(count, .read, file, offset)
  }

  /// See `Storage`.
  public mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let count = unsafe rl_write_at(file.id, bytes, byteCount, offset)
    return try checked(count, .write, file, offset)
  }

  /// See `Storage`.
  public mutating func zero(
    _ file: StorageFile, at offset: UInt64, byteCount: Int
  ) throws(StorageError) {
    let bytes = unsafe UnsafeRawPointer(zeros.base)
    let name = path + "/" + (names[file.id] ?? "?")
    var done = 0
    while done < byteCount {
      let piece = min(byteCount - done, Self.zeroByteCount)
      unsafe try writeAll(
        file, named: name, from: bytes, byteCount: piece, at: offset + UInt64(done))
      done += piece
    }
  }

  /// See `Storage`.
  public mutating func truncate(
    _ file: StorageFile, to byteCount: UInt64
  ) throws(StorageError) {
    _ = try checked(Int64(rl_truncate(file.id, byteCount)), .truncate, file, byteCount)
  }

  /// See `Storage`.
  public mutating func syncData(_ file: StorageFile) throws(StorageError) {
    _ = try checked(Int64(rl_sync_data(file.id)), .syncData, file, 0)
  }

  /// See `Storage`.
  public mutating func syncFolder() throws(StorageError) {
    let status = rl_sync_all(folder.id)
    if status < 0 { throw StorageError(operation: .syncFolder, file: path, errno: -status) }
  }

  /// See `Storage`.
  public mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    let status = unsafe rl_rename(folder.id, name, newName)
    if status < 0 { throw StorageError(operation: .rename, file: name, errno: -status) }
  }

  /// See `Storage`.
  public mutating func remove(_ name: String) throws(StorageError) {
    let status = unsafe rl_unlink(folder.id, name)
    if status < 0 { throw StorageError(operation: .remove, file: name, errno: -status) }
  }

  /// See `Storage`.
  public mutating func freeByteCount() throws(StorageError) -> UInt64 {
    let count = unsafe rl_free_bytes(path)
    if count < 0 { throw StorageError(operation: .measure, file: path, errno: Int32(-count)) }
    return UInt64(count)
  }

  private func checked(
    _ result: Int64, _ operation: StorageError.Operation, _ file: StorageFile, _ offset: UInt64
  ) throws(StorageError) -> Int {
    if result >= 0 { return Int(result) }
    throw StorageError(
      operation: operation, file: path + "/" + (names[file.id] ?? "?"), offset: offset,
      errno: Int32(-result))
  }
}
