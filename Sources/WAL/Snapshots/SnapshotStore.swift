public import Primitives

/// The snapshots of a folder: what is there, and what may go.
///
/// Simple and blocking: for starts and for tools, never while serving.
public enum SnapshotStore {
  /// Every snapshot file by its first and last block, newest first; other files are left out.
  ///
  /// - Parameters:
  ///   - storage: The snapshots' folder.
  ///   - shard: The shard that they must be of, nil for any.
  ///   - logID: The log that they must be of, nil for any.
  ///   - memory: Where the buffer comes from.
  /// - Returns: The files; a damaged one says so and hides no other.
  /// - Throws: `StorageError` if the folder cannot be read.
  public static func list<S: Storage & ~Copyable>(
    _ storage: inout S, shard: ShardID? = nil, logID: UInt64? = nil, memory: MemorySource
  ) throws(StorageError) -> [SnapshotEntry] {
    let blocks = Region(byteCount: 2 * SnapshotFormat.blockByteCount, from: memory)
    var entries: [SnapshotEntry] = []
    for entry in try storage.list() {
      guard let name = SnapshotName(entry.name) else { continue }
      let finding = judge(&storage, name, entry.byteCount, (shard, logID), blocks)
      entries.append(SnapshotEntry(name: name, byteCount: entry.byteCount, finding: finding))
    }
    return entries.sorted { one, other in
      one.name.position == other.name.position
        ? one.name.kind.rawValue < other.name.kind.rawValue
        : one.name.position > other.name.position
    }
  }

  private static func judge<S: Storage & ~Copyable>(
    _ storage: inout S, _ name: SnapshotName, _ byteCount: UInt64,
    _ wanted: (shard: ShardID?, logID: UInt64?), _ blocks: borrowing Region
  ) -> SnapshotEntry.Finding {
    if name.kind == .writing { return .unfinished }
    do throws(SnapshotError) {
      let info = try examine(&storage, name, byteCount, blocks)
      try check(info.header, wanted, file: name.text)
      return .complete(info)
    } catch {
      probe(.snapshotRefused)
      return .refused(error)
    }
  }

  private static func check(
    _ header: SnapshotFileHeader, _ wanted: (shard: ShardID?, logID: UInt64?), file: String
  ) throws(SnapshotError) {
    if let shard = wanted.shard, header.identity.shard != shard {
      throw .foreign(file: file, reason: "is of shard \(header.identity.shard.number)")
    }
    if let logID = wanted.logID, header.identity.logID != logID {
      throw .foreign(file: file, reason: "is of another log")
    }
  }

  /// Reads the first and the last block of a file and compares them.
  static func examine<S: Storage & ~Copyable>(
    _ storage: inout S, _ name: SnapshotName, _ byteCount: UInt64, _ blocks: borrowing Region
  ) throws(SnapshotError) -> SnapshotInfo {
    let file = name.text
    let block = UInt64(SnapshotFormat.blockByteCount)
    guard byteCount >= 2 * block, byteCount % block == 0 else {
      throw .damaged(file: file, offset: byteCount, reason: "the file is cut off")
    }
    do {
      let open = try storage.open(file)
      defer { storage.close(open) }
      for (place, offset) in [0, byteCount - block].enumerated() {
        let target = unsafe blocks.base + place * Int(block)
        let count = unsafe try storage.read(open, into: target, byteCount: Int(block), at: offset)
        if count < Int(block) { unsafe target.putZeros(at: 0, byteCount: Int(block)) }
      }
    } catch { throw .storage(error) }
    return try unsafe judgeBlocks(blocks.base, name, byteCount)
  }

  private static func judgeBlocks(
    _ blocks: UnsafeMutableRawPointer, _ name: SnapshotName, _ byteCount: UInt64
  ) throws(SnapshotError) -> SnapshotInfo {
    let file = name.text
    guard let header = unsafe SnapshotFileHeader.inspect(blocks) else {
      throw .damaged(file: file, offset: 0, reason: "the header is damaged")
    }
    if header.version > SnapshotFormat.version {
      throw .newerVersion(file: file, version: header.version)
    }
    if header.position != name.position {
      throw .foreign(file: file, reason: "is of position \(header.position), renamed")
    }
    let block = SnapshotFormat.blockByteCount
    guard let trailer = unsafe SnapshotTrailer(UnsafeRawPointer(blocks + block)),
      trailer.ends(header, byteCount: byteCount), header.hasPlausibleChunks
    else {
      let offset = byteCount - UInt64(block)
      throw .damaged(file: file, offset: offset, reason: "its end is missing or damaged")
    }
    return SnapshotInfo(header: header, trailer: trailer)
  }
}

extension SnapshotStore {
  /// Deletes what was being written when the process ended; call it before the shard serves.
  ///
  /// - Parameter storage: The snapshots' folder.
  /// - Returns: How many files were deleted.
  /// - Throws: `StorageError` if the folder cannot be read or a file not be deleted.
  @discardableResult
  public static func removeUnfinished<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(StorageError) -> Int {
    var count = 0
    for entry in try storage.list() where SnapshotName(entry.name)?.kind == .writing {
      probe(.snapshotUnfinishedRemoved)
      try storage.remove(entry.name)
      count += 1
    }
    return count
  }
}
