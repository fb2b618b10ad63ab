public import Primitives

/// A log's folder together with its archive, to read from: recovery sees one log.
///
/// A segment that the folder has is read there, any other from the archive, decompressed on the
/// way. Reading forward is fast; reading backward in one segment begins it again. Nothing is
/// written.
public struct ArchivedLog<
  Log: Storage & ~Copyable, Archive: Storage & ~Copyable, Codec: ArchiveCodec & ~Copyable
>: Storage, ~Copyable {
  private struct Opened {
    let file: StorageFile
    let header: ArchiveHeader
  }

  private var log: Log
  private var archive: Archive
  private var codec: Codec
  private var input: ArchiveInput
  private let scratch: Region
  /// The files of the archive that can be used, by the name of their segment.
  private let archived: [String: ArchiveHeader]
  private var opened: [Int32: Opened] = [:]
  private var nextID = Self.firstID
  /// The archived file that is being decompressed, and how far it came.
  private var current: (id: Int32, offset: UInt64)?

  /// The files of the archive, oldest segment first; what cannot be used counts as missing.
  public let entries: [ArchiveEntry]

  private static var firstID: Int32 { 1 << 30 }
  private static var errnoReadOnly: Int32 { 30 }
  private static var errnoBadMessage: Int32 { 74 }
  private static var errnoBadFile: Int32 { 9 }

  /// Takes the two folders and looks at what the archive has.
  ///
  /// - Parameters:
  ///   - log: The log's folder.
  ///   - archive: The archive's folder of this shard.
  ///   - codec: Decompresses.
  ///   - memory: Where the buffers come from.
  /// - Throws: `ArchiveError` if the archive's folder cannot be read.
  public init(
    log: consuming Log, archive: consuming Archive, codec: consuming Codec, memory: MemorySource
  ) throws(ArchiveError) {
    let entries = try ArchiveList.read(&archive, memory: memory)
    var archived: [String: ArchiveHeader] = [:]
    for header in entries.compactMap(\.header) {
      archived[SegmentName(number: header.segmentNumber).text] = header
    }
    self.entries = entries
    self.archived = archived
    self.log = log
    self.archive = archive
    self.codec = codec
    input = ArchiveInput(byteCount: 256 << 10, memory: memory)
    scratch = Region(byteCount: 256 << 10, from: memory)
  }

  /// See `Storage`: the files of the log, and the archived segments that it does not have.
  public mutating func list() throws(StorageError) -> [StorageEntry] {
    var files = try log.list()
    let names = Set(files.map(\.name))
    for header in entries.compactMap(\.header) {
      let name = SegmentName(number: header.segmentNumber).text
      if names.contains(name) { continue }
      files.append(StorageEntry(name: name, byteCount: header.segmentByteCount))
    }
    return files
  }

  /// See `Storage`.
  public mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    guard let header = archived[name], try !log.list().contains(where: { $0.name == name }) else {
      return try log.open(name)
    }
    let file = try archive.open(ArchiveName.text(header.segmentNumber))
    defer { nextID += 1 }
    opened[nextID] = Opened(file: file, header: header)
    return StorageFile(id: nextID)
  }

  /// See `Storage`.
  public mutating func close(_ file: StorageFile) {
    guard file.id >= Self.firstID else { return log.close(file) }
    if let entry = opened.removeValue(forKey: file.id) { archive.close(entry.file) }
    if current?.id == file.id { current = nil }
  }

  /// See `Storage`.
  public mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    guard file.id >= Self.firstID else {
      return unsafe try log.read(file, into: bytes, byteCount: byteCount, at: offset)
    }
    guard let entry = opened[file.id] else {
      throw StorageError(operation: .read, file: "archive", errno: Self.errnoBadFile)
    }
    let end = entry.header.segmentByteCount
    if offset >= end { return 0 }
    do throws(ArchiveError) {
      try seek(file.id, entry, to: offset)
      let wanted = Int(min(UInt64(byteCount), end - offset))
      let target = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: wanted)
      return try unsafe decompress(into: target, file.id)
    } catch { throw storageError(error, entry, offset) }
  }

  private mutating func seek(
    _ id: Int32, _ entry: Opened, to offset: UInt64
  ) throws(ArchiveError) {
    let name = ArchiveName.text(entry.header.segmentNumber)
    if current?.id != id || (current?.offset ?? 0) > offset {
      current = nil
      do { try codec.beginDecompressing() } catch {
        throw .damaged(file: name, reason: error.reason)
      }
      input.begin(entry.file, named: name)
      current = (id, 0)
    }
    while let at = current?.offset, at < offset {
      let wanted = Int(min(UInt64(scratch.byteCount), offset - at))
      let target = unsafe UnsafeMutableRawBufferPointer(start: scratch.base, count: wanted)
      if try unsafe decompress(into: target, id) == 0 {
        throw .damaged(file: name, reason: "it is shorter than its header says")
      }
    }
  }

  private mutating func decompress(
    into target: UnsafeMutableRawBufferPointer, _ id: Int32
  ) throws(ArchiveError) -> Int {
    let before = current?.offset ?? 0
    // Where it stands is not known any more after a failure.
    current = nil
    let count = try unsafe input.read(&archive, &codec, into: target)
    current = (id, before + UInt64(count))
    return count
  }

  private func storageError(
    _ error: ArchiveError, _ entry: Opened, _ offset: UInt64
  ) -> StorageError {
    if case .storage(let error) = error { return error }
    return StorageError(
      operation: .read, file: ArchiveName.text(entry.header.segmentNumber), offset: offset,
      errno: Self.errnoBadMessage)
  }
}

// What a folder to read from refuses.
extension ArchivedLog where Log: ~Copyable, Archive: ~Copyable, Codec: ~Copyable {
  private func refusal(_ operation: StorageError.Operation, _ name: String) -> StorageError {
    StorageError(operation: operation, file: name, errno: Self.errnoReadOnly)
  }

  /// See `Storage`; always refuses.
  public mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    throw refusal(.create, name)
  }
  /// See `Storage`; always refuses.
  public mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    throw refusal(.write, "log and archive")
  }
  /// See `Storage`; always refuses.
  public mutating func zero(
    _ file: StorageFile, at offset: UInt64, byteCount: Int
  ) throws(StorageError) {
    throw refusal(.write, "log and archive")
  }
  /// See `Storage`; always refuses.
  public mutating func truncate(
    _ file: StorageFile, to byteCount: UInt64
  ) throws(StorageError) {
    throw refusal(.truncate, "log and archive")
  }
  /// See `Storage`; always refuses.
  public mutating func syncData(_ file: StorageFile) throws(StorageError) {
    throw refusal(.syncData, "log and archive")
  }
  /// See `Storage`; always refuses.
  public mutating func syncFolder() throws(StorageError) {
    throw refusal(.syncFolder, "log and archive")
  }
  /// See `Storage`; always refuses.
  public mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    throw refusal(.rename, name)
  }
  /// See `Storage`; always refuses.
  public mutating func remove(_ name: String) throws(StorageError) {
    throw refusal(.remove, name)
  }
  /// See `Storage`; always 0.
  public mutating func freeByteCount() throws(StorageError) -> UInt64 { 0 }
}
