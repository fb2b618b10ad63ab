public import Primitives

/// Takes the pieces of a snapshot, in the order in which they were written.
public protocol PieceVisitor: ~Copyable {
  /// Takes one piece of a proven chunk; its memory is valid during the call.
  ///
  /// - Parameter piece: The piece.
  /// - Returns: False if the state does not take it; loading ends then.
  mutating func visit(_ piece: SnapshotPiece) -> Bool
}

/// Looks at no piece: loading still verifies every byte.
public struct IgnoringPieces: PieceVisitor {
  /// Makes one.
  public init() {}
  /// Does nothing.
  ///
  /// - Parameter piece: The piece.
  /// - Returns: True.
  public mutating func visit(_ piece: SnapshotPiece) -> Bool { true }
}

extension SnapshotStore {
  /// Reads a snapshot, proves every byte of it, and gives its pieces to a visitor.
  ///
  /// A chunk is proven before its pieces are given out; that nothing is missing shows only at the
  /// end. When this throws, throw away what the visitor built and take the snapshot before.
  ///
  /// - Parameters:
  ///   - storage: The snapshots' folder.
  ///   - info: The snapshot, from `list`.
  ///   - limits: The sizes of reading.
  ///   - memory: Where the buffers come from.
  ///   - visitor: Takes the pieces.
  /// - Throws: `SnapshotError` if it is not as it was written or the visitor refuses a piece.
  /// - Complexity: O(bytes of the file); nothing is allocated a piece or a chunk.
  public static func load<S: Storage & ~Copyable, V: PieceVisitor & ~Copyable>(
    _ storage: inout S, _ info: SnapshotInfo, limits: SnapshotLimits = SnapshotLimits(),
    memory: MemorySource, visitor: inout V
  ) throws(SnapshotError) {
    let file: StorageFile
    do { file = try storage.open(info.name.text) } catch { throw .storage(error) }
    defer { storage.close(file) }
    var loading = SnapshotLoading(info, file, limits: limits, memory: memory)
    _ = unsafe try loading.readHeader(&storage)
    while !loading.isAtTrailer {
      let bytes = try unsafe loading.readChunk(&storage)
      try unsafe loading.visit(bytes, &visitor)
    }
    _ = unsafe try loading.readTrailer(&storage)
  }

  /// Reads a snapshot and proves every byte of it.
  ///
  /// - Parameters:
  ///   - storage: The snapshots' folder.
  ///   - info: The snapshot, from `list`.
  ///   - limits: The sizes of reading.
  ///   - memory: Where the buffers come from.
  /// - Throws: `SnapshotError` if it is not as it was written.
  public static func verify<S: Storage & ~Copyable>(
    _ storage: inout S, _ info: SnapshotInfo, limits: SnapshotLimits = SnapshotLimits(),
    memory: MemorySource
  ) throws(SnapshotError) {
    var visitor = IgnoringPieces()
    try load(&storage, info, limits: limits, memory: memory, visitor: &visitor)
  }
}

/// One reading of a snapshot from its header to its trailer.
struct SnapshotLoading: ~Copyable {
  private let info: SnapshotInfo
  private let name: String
  private var reader: SnapshotReader
  private var hash = SHA256State()
  private var chunkCount: UInt64 = 0
  private var pieceCount: UInt64 = 0
  /// Where in the file the next block to read is.
  private(set) var offset: UInt64 = 0
  /// The chunk that was read last.
  private var chunk = SnapshotChunk(index: 0, pieceByteCount: 0, pieceCount: 0, hashBefore: .zero)

  init(
    _ info: SnapshotInfo, _ file: StorageFile, limits: SnapshotLimits, memory: MemorySource
  ) {
    self.info = info
    name = info.name.text
    reader = SnapshotReader(
      file, name: name, chunkByteCountMax: Int(info.header.chunkByteCountMax), limits: limits,
      memory: memory)
  }

  /// Whether only the last block is left.
  var isAtTrailer: Bool {
    offset + UInt64(SnapshotFormat.blockByteCount) >= info.byteCount
  }

  private func damage(_ reason: String) -> SnapshotError {
    probe(.snapshotDamaged)
    return .damaged(file: name, offset: offset, reason: reason)
  }

  private mutating func peek<S: Storage & ~Copyable>(
    _ storage: inout S, _ byteCount: Int
  ) throws(SnapshotError) -> UnsafeRawPointer {
    guard let bytes = unsafe try reader.peek(&storage, byteCount: byteCount) else {
      throw damage("the file is cut off")
    }
    return unsafe bytes
  }

  private mutating func step(_ byteCount: Int) {
    reader.skip(byteCount)
    offset += UInt64(byteCount)
  }

  /// Reads the first block, which must be what `list` saw; gives its bytes.
  mutating func readHeader<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(SnapshotError) -> UnsafeRawPointer {
    let block = unsafe try peek(&storage, SnapshotFormat.blockByteCount)
    guard unsafe SnapshotFileHeader.inspect(block) == info.header else {
      throw damage("the header is damaged")
    }
    unsafe hash.update(block, byteCount: SnapshotFormat.blockByteCount)
    step(SnapshotFormat.blockByteCount)
    return unsafe block
  }

  /// Reads and proves the next chunk; gives its bytes, valid until the next one is read.
  mutating func readChunk<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(SnapshotError) -> UnsafeRawPointer {
    var bytes = unsafe try peek(&storage, SnapshotFormat.blockByteCount)
    let byteCountMax = Int(info.header.chunkByteCountMax)
    guard let found = unsafe SnapshotChunk(decoding: bytes, byteCountMax: byteCountMax) else {
      throw damage("no chunk begins here")
    }
    unsafe bytes = try peek(&storage, found.byteCount)
    guard unsafe found.matches(bytes) else { throw damage("the chunk's checksum is wrong") }
    var before = hash
    guard found.index == chunkCount, found.hashBefore == before.finish() else {
      throw damage("the chunk does not follow from the one before")
    }
    unsafe SnapshotChunk.hash(bytes, byteCount: found.byteCount, into: &hash)
    chunkCount += 1
    pieceCount += UInt64(found.pieceCount)
    chunk = found
    step(found.byteCount)
    return unsafe bytes
  }

  /// The bytes of the chunk that was read last.
  var chunkByteCount: Int { chunk.byteCount }

  /// Gives the pieces of the chunk that was read last to a visitor.
  func visit<V: PieceVisitor & ~Copyable>(
    _ bytes: UnsafeRawPointer, _ visitor: inout V
  ) throws(SnapshotError) {
    let pieces = unsafe UnsafeRawBufferPointer(
      start: bytes + SnapshotFormat.chunkHeaderByteCount, count: chunk.pieceByteCount)
    var cursor = 0
    var count: UInt32 = 0
    while let piece = unsafe SnapshotPiece.next(pieces, &cursor) {
      count += 1
      if !visitor.visit(piece) {
        probe(.snapshotPieceRefused)
        throw .refusedPiece(
          file: name, offset: offset - UInt64(chunk.byteCount), kind: piece.kind,
          index: piece.index)
      }
    }
    if cursor != chunk.pieceByteCount || count != chunk.pieceCount {
      throw damage("the chunk before does not hold whole pieces")
    }
  }

  /// Reads the last block, which must say what was read; gives its bytes.
  mutating func readTrailer<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(SnapshotError) -> UnsafeRawPointer {
    let block = unsafe try peek(&storage, SnapshotFormat.blockByteCount)
    let expected = SnapshotTrailer(
      logID: info.header.identity.logID, position: info.position, chunkCount: chunkCount,
      pieceCount: pieceCount, fileByteCount: offset + UInt64(SnapshotFormat.blockByteCount),
      hash: hash.finish())
    guard unsafe SnapshotTrailer(block) == expected, expected.hash == info.hash else {
      throw damage("the whole does not have the hash that its end gives")
    }
    step(SnapshotFormat.blockByteCount)
    if offset != info.byteCount { throw damage("the file goes on behind its end") }
    return unsafe block
  }
}
