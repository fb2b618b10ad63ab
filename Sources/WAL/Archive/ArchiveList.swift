public import Primitives

/// What is in an archive's folder, by the first block of every file.
public enum ArchiveList {
  /// Reads the first block of every file; other files are left out.
  ///
  /// - Parameters:
  ///   - archive: The archive's folder of one shard.
  ///   - memory: Where the buffer comes from.
  /// - Returns: The files, oldest segment first; a damaged one says so and hides no other.
  /// - Throws: `ArchiveError` if the folder cannot be read.
  public static func read<A: Storage & ~Copyable>(
    _ archive: inout A, memory: MemorySource
  ) throws(ArchiveError) -> [ArchiveEntry] {
    let block = Region(byteCount: ArchiveFormat.blockByteCount, from: memory)
    let files: [StorageEntry]
    do { files = try archive.list() } catch { throw .storage(error) }
    var entries: [ArchiveEntry] = []
    for file in files {
      guard let number = ArchiveName.number(file.name) else { continue }
      entries.append(
        ArchiveEntry(
          name: file.name, segmentNumber: number, byteCount: file.byteCount,
          finding: judge(&archive, file, number, block)))
    }
    return entries.sorted { $0.segmentNumber < $1.segmentNumber }
  }

  private static func judge<A: Storage & ~Copyable>(
    _ archive: inout A, _ entry: StorageEntry, _ number: UInt64, _ block: borrowing Region
  ) -> Result<ArchiveHeader, ArchiveError> {
    let found: ArchiveHeader?
    do throws(StorageError) {
      let file = try archive.open(entry.name)
      defer { archive.close(file) }
      found = try readBlock(&archive, file, block)
    } catch { return .failure(.storage(error)) }
    guard let header = found else {
      return .failure(.damaged(file: entry.name, reason: "its header is damaged"))
    }
    if header.version > ArchiveFormat.version {
      return .failure(.newerVersion(file: entry.name, version: header.version))
    }
    if header.segmentNumber != number {
      let reason = "is segment \(header.segmentNumber), renamed"
      return .failure(.foreign(file: entry.name, reason: reason))
    }
    if header.fileByteCount != entry.byteCount {
      return .failure(.damaged(file: entry.name, reason: "it has another length than it should"))
    }
    return .success(header)
  }

  private static func readBlock<A: Storage & ~Copyable>(
    _ archive: inout A, _ file: StorageFile, _ block: borrowing Region
  ) throws(StorageError) -> ArchiveHeader? {
    let byteCount = ArchiveFormat.blockByteCount
    let count = unsafe try archive.read(file, into: block.base, byteCount: byteCount, at: 0)
    return count < byteCount ? nil : unsafe ArchiveHeader.inspect(block.base)
  }

  /// Reads the header of an open file; nil if it is damaged.
  static func readHeader<A: Storage & ~Copyable>(
    _ archive: inout A, _ file: StorageFile, _ block: borrowing Region
  ) throws(ArchiveError) -> ArchiveHeader? {
    do { return try readBlock(&archive, file, block) } catch { throw .storage(error) }
  }
}
