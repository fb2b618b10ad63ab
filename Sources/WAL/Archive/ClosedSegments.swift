public import Primitives

/// A segment of the log that is never written again, and the one that goes on after it.
public struct ClosedSegment: Equatable, Sendable {
  /// The bytes of the file.
  public let byteCount: UInt64
  /// The segment's header.
  public let header: SegmentHeader
  /// The header of the next segment in use.
  public let next: SegmentHeader

  /// The number in the file's name.
  public var number: UInt64 { header.segmentNumber }
  /// The position of the last record that only this segment and those before it have.
  public var lastPosition: UInt64 { next.firstPosition - 1 }
}

/// Which segments of a log are closed: all in use but the newest.
public enum ClosedSegments {
  /// Reads the first block of every segment; safe while a server writes.
  ///
  /// A segment is closed when a later one is in use: that one's first batch was only written after
  /// the last batch of this one was durable.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - memory: Where the buffer comes from.
  /// - Returns: The closed segments, oldest first.
  /// - Throws: `ArchiveError` if a segment cannot be read, is damaged, or belongs elsewhere.
  public static func list<S: Storage & ~Copyable>(
    _ storage: inout S, shard: ShardID, memory: MemorySource
  ) throws(ArchiveError) -> [ClosedSegment] {
    let block = Region(byteCount: LogFormat.blockByteCount, from: memory)
    var used: [(byteCount: UInt64, header: SegmentHeader)] = []
    var damaged: (number: UInt64, name: String)?
    for (entry, name) in try segments(&storage) {
      guard try unsafe readBlock(&storage, entry.name, block.base) else { continue }
      switch unsafe SegmentHeader.inspect(block.base) {
      case .blank: continue
      case .damaged: damaged = damaged ?? (name.number, entry.name)
      case .valid(let header):
        try check(header, name: entry.name, number: name.number, shard: shard)
        if header.segmentNumber == name.number { used.append((entry.byteCount, header)) }
      }
    }
    // The newest may be on its way to the disk right now; any other is damaged for good.
    if let damaged, let newest = used.last, newest.header.segmentNumber > damaged.number {
      throw .damaged(file: damaged.name, reason: "the segment header of the log is damaged")
    }
    return zip(used, used.dropFirst()).map { segment, next in
      ClosedSegment(byteCount: segment.byteCount, header: segment.header, next: next.header)
    }
  }

  private static func segments<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(ArchiveError) -> [(StorageEntry, SegmentName)] {
    let entries: [StorageEntry]
    do { entries = try storage.list() } catch { throw .storage(error) }
    return entries.compactMap { entry in
      guard let name = SegmentName(entry.name), name.kind == .segment else { return nil }
      return (entry, name)
    }.sorted { $0.1.number < $1.1.number }
  }

  /// False if the file is gone or shorter: it was renamed meanwhile, or is being prepared.
  private static func readBlock<S: Storage & ~Copyable>(
    _ storage: inout S, _ name: String, _ target: UnsafeMutableRawPointer
  ) throws(ArchiveError) -> Bool {
    let errnoNoEntry: Int32 = 2
    let byteCount = LogFormat.blockByteCount
    do {
      let file = try storage.open(name)
      defer { storage.close(file) }
      return try unsafe storage.read(file, into: target, byteCount: byteCount, at: 0) == byteCount
    } catch {
      if error.errno == errnoNoEntry { return false }
      throw .storage(error)
    }
  }

  private static func check(
    _ header: SegmentHeader, name: String, number: UInt64, shard: ShardID
  ) throws(ArchiveError) {
    if header.version > LogFormat.version {
      throw .newerVersion(file: name, version: header.version)
    }
    if header.identity.shard != shard {
      throw .foreign(file: name, reason: "belongs to shard \(header.identity.shard.number)")
    }
    if header.segmentNumber > number {
      throw .foreign(file: name, reason: "is segment \(header.segmentNumber), renamed")
    }
  }
}
