public import Primitives

/// Keeps the closed segments of one shard's log in another folder, compressed and proven.
///
/// A segment counts as archived when its file was written, flushed, read back, decompressed and
/// found the same, renamed, and the folder flushed. If the power fails before that, the next try
/// begins the file again. Blocking and long: for a thread beside the shard's, and for tools.
public struct LogArchive<Codec: ArchiveCodec & ~Copyable>: ~Copyable {
  /// The shard whose log it is.
  public let shard: ShardID
  private let memory: MemorySource
  private var codec: Codec
  private let plain: Region
  private var output: ArchiveOutput
  private var input: ArchiveInput
  private var known: [UInt64: ArchiveHeader] = [:]

  /// Makes one that has not looked into the folder yet; `open` does that.
  ///
  /// - Parameters:
  ///   - shard: The shard whose log it is.
  ///   - codec: Compresses.
  ///   - bufferByteCount: The bytes of each of three buffers; a multiple of 4,096, at least 12 KiB.
  ///   - memory: Where the buffers come from.
  public init(
    shard: ShardID, codec: consuming Codec, bufferByteCount: Int = 1 << 20, memory: MemorySource
  ) {
    let block = ArchiveFormat.blockByteCount
    invariant(
      bufferByteCount >= 3 * block && bufferByteCount % block == 0,
      "the archive's buffers hold three blocks")
    self.shard = shard
    self.codec = codec
    self.memory = memory
    plain = Region(byteCount: bufferByteCount, from: memory)
    output = ArchiveOutput(byteCount: bufferByteCount, memory: memory)
    input = ArchiveInput(byteCount: bufferByteCount, memory: memory)
  }

  /// Looks at what is there, and deletes what was being written when a process ended.
  ///
  /// - Parameter archive: The archive's folder of this shard.
  /// - Returns: The files, oldest segment first; damaged ones say so and count as missing.
  /// - Throws: `ArchiveError` if the folder cannot be read.
  @discardableResult
  public mutating func open<A: Storage & ~Copyable>(
    _ archive: inout A
  ) throws(ArchiveError) -> [ArchiveEntry] {
    do {
      for entry in try archive.list() where ArchiveName.isUnfinished(entry.name) {
        probe(.archiveUnfinishedRemoved)
        try archive.remove(entry.name)
      }
    } catch { throw .storage(error) }
    let entries = try ArchiveList.read(&archive, memory: memory)
    known = [:]
    for header in entries.compactMap(\.header) { known[header.segmentNumber] = header }
    return entries
  }

  /// Archives the oldest closed segment that is not archived yet.
  ///
  /// - Parameters:
  ///   - log: The log's folder; a server may be writing to it.
  ///   - archive: The archive's folder of this shard.
  /// - Returns: The header of its file; nil if every closed segment is archived.
  /// - Throws: `ArchiveError` if it cannot be archived; it does not count then.
  public mutating func archiveNext<L: Storage & ~Copyable, A: Storage & ~Copyable>(
    log: inout L, archive: inout A
  ) throws(ArchiveError) -> ArchiveHeader? {
    for segment in try ClosedSegments.list(&log, shard: shard, memory: memory) {
      if try isArchived(segment) { continue }
      let header = try pack(segment, &log, &archive)
      known[segment.number] = header
      return header
    }
    return nil
  }

  /// Up to where the archive has all that the log's folder has, for `SnapshotSet.trimPosition`.
  ///
  /// - Parameter log: The log's folder; a server may be writing to it.
  /// - Returns: The position of the last record; 0 if the oldest segment is not archived.
  /// - Throws: `ArchiveError` if the log's segments cannot be read.
  public func archivedThrough<L: Storage & ~Copyable>(
    log: inout L
  ) throws(ArchiveError) -> UInt64 {
    var position: UInt64 = 0
    for segment in try ClosedSegments.list(&log, shard: shard, memory: memory) {
      if try !isArchived(segment) { break }
      position = segment.lastPosition
    }
    return position
  }

  private func isArchived(_ segment: ClosedSegment) throws(ArchiveError) -> Bool {
    guard let header = known[segment.number] else { return false }
    if header.describes(segment) { return true }
    throw .foreign(
      file: ArchiveName.text(segment.number), reason: "is of another log or another history")
  }
}

// Writing one file.
extension LogArchive where Codec: ~Copyable {
  private mutating func pack<L: Storage & ~Copyable, A: Storage & ~Copyable>(
    _ segment: ClosedSegment, _ log: inout L, _ archive: inout A
  ) throws(ArchiveError) -> ArchiveHeader {
    let unfinished = ArchiveName.unfinished(segment.number)
    let file: StorageFile
    do { file = try archive.create(unfinished) } catch { throw .storage(error) }
    defer { archive.close(file) }
    let header = try compress(segment, &log, &archive, file)
    try write(header, &archive, file, unfinished)
    do { try archive.syncData(file) } catch { throw .storage(error) }
    do { try prove(header, &archive, file, unfinished) } catch { throw asNew(error) }
    do {
      try archive.rename(unfinished, to: ArchiveName.text(segment.number))
      try archive.syncFolder()
    } catch { throw .storage(error) }
    return header
  }

  /// Damage in a file that was just written is no damage of the archive.
  private func asNew(_ error: ArchiveError) -> ArchiveError {
    guard case .damaged(let file, let reason) = error else { return error }
    return .notTheSame(file: file, reason: reason)
  }

  /// Writes everything behind the header block; gives the header.
  private mutating func compress<L: Storage & ~Copyable, A: Storage & ~Copyable>(
    _ segment: ClosedSegment, _ log: inout L, _ archive: inout A, _ target: StorageFile
  ) throws(ArchiveError) -> ArchiveHeader {
    let name = SegmentName(number: segment.number).text
    let unfinished = ArchiveName.unfinished(segment.number)
    let source: StorageFile
    do { source = try log.open(name) } catch { throw .storage(error) }
    defer { log.close(source) }
    do { try codec.beginCompressing(byteCount: segment.byteCount) } catch {
      throw .notTheSame(file: unfinished, reason: error.reason)
    }
    output.begin()
    var header = ArchiveHeader(segment)
    var hash = SHA256State()
    var offset: UInt64 = 0
    while offset < segment.byteCount {
      let count = try read(&log, source, segment, at: offset)
      unsafe hash.update(UnsafeRawPointer(plain.base), byteCount: count)
      offset += UInt64(count)
      try feed(count, isLast: offset == segment.byteCount, &archive, target, unfinished)
    }
    header.segmentHash = hash.finish()
    header.frameByteCount = output.frameByteCount
    header.storedHash = try output.finish(&archive, target, unfinished)
    return header
  }

  /// Reads the next bytes of a segment, which must still be the one that was found closed.
  private func read<L: Storage & ~Copyable>(
    _ log: inout L, _ file: StorageFile, _ segment: ClosedSegment, at offset: UInt64
  ) throws(ArchiveError) -> Int {
    let name = SegmentName(number: segment.number).text
    let count: Int
    do {
      count = unsafe try log.read(file, into: plain.base, byteCount: plain.byteCount, at: offset)
    } catch { throw .storage(error) }
    let left = segment.byteCount - offset
    let isWhole = count == Int(min(UInt64(plain.byteCount), left))
    let start = unsafe SegmentHeader.inspect(plain.base)
    guard isWhole, offset > 0 || start == .valid(segment.header) else {
      probe(.archiveSegmentChanged)
      throw .damaged(file: name, reason: "the log's segment changed while it was archived")
    }
    return count
  }

  /// Compresses what was read.
  private mutating func feed<A: Storage & ~Copyable>(
    _ byteCount: Int, isLast: Bool, _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) {
    var start = 0
    var isComplete = false
    while start < byteCount || (isLast && !isComplete) {
      let rest = unsafe UnsafeRawBufferPointer(start: plain.base + start, count: byteCount - start)
      let progress: CodecProgress
      do {
        progress = try unsafe codec.compress(rest, into: output.room, isLast: isLast)
      } catch { throw .notTheSame(file: name, reason: error.reason) }
      if progress.isStuck { throw .notTheSame(file: name, reason: "the codec makes no progress") }
      start += progress.consumedByteCount
      isComplete = progress.isComplete
      output.advance(progress.producedByteCount)
      try output.flushIfFull(&archive, file, name)
    }
  }

  private func write<A: Storage & ~Copyable>(
    _ header: ArchiveHeader, _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) {
    unsafe header.encode(plain.base)
    do {
      unsafe try archive.writeAll(
        file, named: name, from: plain.base, byteCount: ArchiveFormat.blockByteCount, at: 0)
    } catch { throw .storage(error) }
  }
}

// Proving what is there.
extension LogArchive where Codec: ~Copyable {
  /// Reads a file of the archive and proves every byte of it.
  ///
  /// - Parameters:
  ///   - archive: The archive's folder of this shard.
  ///   - header: The file's header, from `open`.
  /// - Throws: `ArchiveError` if it is not as it was written.
  public mutating func verify<A: Storage & ~Copyable>(
    _ archive: inout A, _ header: ArchiveHeader
  ) throws(ArchiveError) {
    let name = ArchiveName.text(header.segmentNumber)
    let file: StorageFile
    do { file = try archive.open(name) } catch { throw .storage(error) }
    defer { archive.close(file) }
    try prove(header, &archive, file, name)
  }

  private mutating func prove<A: Storage & ~Copyable>(
    _ header: ArchiveHeader, _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) {
    let found = try ArchiveList.readHeader(&archive, file, plain)
    guard found == header else { throw .damaged(file: name, reason: "its header is damaged") }
    do { try codec.beginDecompressing() } catch {
      throw .damaged(file: name, reason: error.reason)
    }
    input.begin(file, named: name)
    var hash = SHA256State()
    var byteCount: UInt64 = 0
    while !input.isComplete {
      let target = unsafe UnsafeMutableRawBufferPointer(start: plain.base, count: plain.byteCount)
      let count = try unsafe input.read(&archive, &codec, into: target)
      unsafe hash.update(UnsafeRawPointer(plain.base), byteCount: count)
      byteCount += UInt64(count)
    }
    let isSame = byteCount == header.segmentByteCount && hash.finish() == header.segmentHash
    guard isSame else { throw .damaged(file: name, reason: "it holds other bytes") }
    let isStoredSame = try input.finish(&archive) == header.storedHash
    guard isStoredSame, input.frameByteCount == header.frameByteCount else {
      throw .damaged(file: name, reason: "its bytes are not those that were written")
    }
  }
}
