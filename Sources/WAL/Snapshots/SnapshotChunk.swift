internal import Primitives

/// The first 64 bytes of a chunk.
struct SnapshotChunk: Equatable {
  var index: UInt64
  var pieceByteCount: Int
  var pieceCount: UInt32
  /// SHA-256 of everything before the chunk, in the order in which it is hashed.
  var hashBefore: Digest

  var byteCount: Int { SnapshotFormat.chunkByteCount(pieceByteCount: pieceByteCount) }

  /// Writes everything but the checksum.
  @_noLocks
  func encode(_ bytes: UnsafeMutableRawPointer) {
    unsafe bytes.put(SnapshotFormat.chunkMagic, at: 0)
    unsafe bytes.put(UInt32(0), at: 8)
    unsafe bytes.put(UInt32(truncatingIfNeeded: pieceByteCount), at: 12)
    unsafe bytes.put(index, at: 16)
    unsafe bytes.put(pieceCount, at: 24)
    unsafe bytes.put(UInt32(0), at: 28)
    unsafe bytes.put(hashBefore, at: 32)
  }

  /// The checksum: what follows the header first, so that it keeps up with filling the chunk.
  @_noLocks
  static func checksum(_ bytes: UnsafeRawPointer, continuing body: UInt32) -> UInt32 {
    let front = unsafe CRC32C.checksum(bytes, byteCount: 8, continuing: body)
    let rest = SnapshotFormat.chunkHeaderByteCount - 12
    return unsafe CRC32C.checksum(bytes + 12, byteCount: rest, continuing: front)
  }

  @_noLocks
  init(index: UInt64, pieceByteCount: Int, pieceCount: UInt32, hashBefore: Digest) {
    self.index = index
    self.pieceByteCount = pieceByteCount
    self.pieceCount = pieceCount
    self.hashBefore = hashBefore
  }

  /// Reads the fields; nil if the bytes cannot begin a chunk of at most so many bytes.
  init?(decoding bytes: UnsafeRawPointer, byteCountMax: Int) {
    guard unsafe bytes.word64(at: 0) == SnapshotFormat.chunkMagic else { return nil }
    pieceByteCount = unsafe Int(bytes.word32(at: 12))
    index = unsafe bytes.word64(at: 16)
    pieceCount = unsafe bytes.word32(at: 24)
    hashBefore = unsafe bytes.digest(at: 32)
    if byteCount > byteCountMax { return nil }
  }

  /// Whether the whole chunk is as it was written.
  func matches(_ bytes: UnsafeRawPointer) -> Bool {
    let headerByteCount = SnapshotFormat.chunkHeaderByteCount
    let body = unsafe CRC32C.checksum(
      bytes + headerByteCount, byteCount: byteCount - headerByteCount)
    return unsafe bytes.word32(at: 8) == Self.checksum(bytes, continuing: body)
  }

  /// Adds a whole chunk to the running hash: what follows the header, then the header.
  static func hash(_ bytes: UnsafeRawPointer, byteCount: Int, into state: inout SHA256State) {
    let headerByteCount = SnapshotFormat.chunkHeaderByteCount
    unsafe state.update(bytes + headerByteCount, byteCount: byteCount - headerByteCount)
    unsafe state.update(bytes, byteCount: headerByteCount)
  }
}

/// The last block of a snapshot: nothing is missing before it.
struct SnapshotTrailer: Equatable {
  var logID: UInt64
  var position: UInt64
  var chunkCount: UInt64
  var pieceCount: UInt64
  var fileByteCount: UInt64
  /// SHA-256 of everything before.
  var hash: Digest

  init(
    logID: UInt64, position: UInt64, chunkCount: UInt64, pieceCount: UInt64,
    fileByteCount: UInt64, hash: Digest
  ) {
    self.logID = logID
    self.position = position
    self.chunkCount = chunkCount
    self.pieceCount = pieceCount
    self.fileByteCount = fileByteCount
    self.hash = hash
  }

  /// Writes the whole block of 4,096 bytes.
  func encode(_ block: UnsafeMutableRawPointer) {
    unsafe block.putZeros(at: 0, byteCount: SnapshotFormat.blockByteCount)
    unsafe block.put(SnapshotFormat.trailerMagic, at: 0)
    unsafe block.put(logID, at: 16)
    unsafe block.put(position, at: 24)
    unsafe block.put(chunkCount, at: 32)
    unsafe block.put(pieceCount, at: 40)
    unsafe block.put(fileByteCount, at: 48)
    unsafe block.put(hash, at: 64)
    unsafe block.put(SnapshotFormat.blockChecksum(UnsafeRawPointer(block)), at: 8)
  }

  /// Reads the block; nil if it is no trailer or damaged.
  init?(_ block: UnsafeRawPointer) {
    guard unsafe block.word64(at: 0) == SnapshotFormat.trailerMagic,
      unsafe block.word32(at: 8) == SnapshotFormat.blockChecksum(block)
    else { return nil }
    logID = unsafe block.word64(at: 16)
    position = unsafe block.word64(at: 24)
    chunkCount = unsafe block.word64(at: 32)
    pieceCount = unsafe block.word64(at: 40)
    fileByteCount = unsafe block.word64(at: 48)
    hash = unsafe block.digest(at: 64)
  }

  /// Whether it ends a file with this header and length.
  func ends(_ header: SnapshotFileHeader, byteCount: UInt64) -> Bool {
    logID == header.identity.logID && position == header.position && fileByteCount == byteCount
  }
}
