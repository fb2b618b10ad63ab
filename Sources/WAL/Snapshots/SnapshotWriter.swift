public import Primitives

/// Writes one snapshot after the other while the shard serves: a pure state machine.
///
/// The shard puts pieces into `buffer()` and says how many bytes (`filled`); the checksums keep up
/// with that, so that closing a chunk costs next to nothing. The writer says which step is next,
/// the caller executes it and reports. Two buffers: one is filled while the other is written.
///
/// If the power fails, only a `.writing` file is left, which the next start deletes: a file gets
/// its final name when all of it is flushed, and not before the log is durable up to its position.
/// Otherwise a crash could leave a snapshot of records that nobody has.
@safe
public struct SnapshotWriter: ~Copyable {
  enum Stage: Equatable {
    case idle, measure, create, header, body, trailer, sync, close, rename, syncFolder
    case abandonedClose, abandonedRemove, remove
  }

  /// The sizes.
  public let limits: SnapshotLimits
  private let memory: Region
  var stage = Stage.idle
  var header: SnapshotFileHeader
  var expectedByteCount: UInt64 = 0
  var isStepOut = false
  var isFinished = false
  var isCancelled = false
  /// Bytes of the write that is out that an earlier part of it wrote.
  var writtenByteCount = 0
  var fileOffset: UInt64 = 0
  var removedName: SnapshotName
  /// What became of the snapshot that was begun last.
  public internal(set) var phase = SnapshotPhase.idle

  // The chunk that is being filled; what is filled is already in `hash` and `checksum`.
  private var fillIndex = 0
  private var fillByteCount = 0
  private var fillPieceCount: UInt32 = 0
  private var fillHashBefore = Digest(0, 0, 0, 0)
  private var checksum: UInt32 = 0
  private var hash = SHA256State()
  private var chunkCount: UInt64 = 0
  private var pieceCount: UInt64 = 0
  /// The bytes of a closed chunk in each buffer; 0 = the buffer is free or being filled.
  private var closedByteCounts = [2 of Int](repeating: 0)
  private var writeIndex = 0
  private var trailer: SnapshotTrailer

  /// Makes an idle writer.
  ///
  /// - Parameters:
  ///   - limits: The sizes, checked.
  ///   - source: Where the buffers come from: two chunks and two blocks.
  public init(limits: SnapshotLimits, memory source: MemorySource) {
    self.limits = limits
    memory = Region(
      byteCount: 2 * (SnapshotFormat.blockByteCount + limits.chunkByteCountMax), from: source)
    removedName = SnapshotName(position: 0)
    header = SnapshotFileHeader(
      identity: LogIdentity(shard: ShardID(0), logID: 0, epoch: 0), position: 0, batchNumber: 0,
      batchHash: .zero, time: 0, journalEndOffset: 0, engineIDHigh: 0, engineIDLow: 0)
    trailer = SnapshotTrailer(
      logID: 0, position: 0, chunkCount: 0, pieceCount: 0, fileByteCount: 0, hash: .zero)
  }

  /// Whether a snapshot is being written or a file deleted.
  public var isBusy: Bool { @_noLocks get { stage != .idle } }

  /// Begins a snapshot; only when not busy.
  ///
  /// - Parameters:
  ///   - header: What it is a snapshot of.
  ///   - expectedByteCount: About how many bytes it will have; must be free on the disk.
  public mutating func begin(_ header: SnapshotFileHeader, expectedByteCount: UInt64) {
    invariant(!isBusy, "one snapshot at a time")
    self.header = header
    self.header.chunkByteCountMax = UInt32(limits.chunkByteCountMax)
    self.expectedByteCount = expectedByteCount
    unsafe self.header.encode(headerBlock)
    hash = SHA256State()
    unsafe hash.update(headerBlock, byteCount: SnapshotFormat.blockByteCount)
    fillIndex = 0
    writeIndex = 0
    closedByteCounts = [2 of Int](repeating: 0)
    chunkCount = 0
    pieceCount = 0
    fileOffset = 0
    isFinished = false
    isCancelled = false
    phase = .writing
    stage = .measure
    startChunk()
  }

  /// Where the next pieces go: as many whole ones as fit.
  ///
  /// - Returns: An address and the bytes from there on, always room for the longest piece; nil
  ///   while both buffers wait for the disk, and when nothing is to be filled.
  @_noLocks
  public mutating func buffer() -> (pointer: UnsafeMutableRawPointer, room: Int)? {
    guard isTaking else { return nil }
    guard closedByteCounts[fillIndex] == 0 else {
      probe(.snapshotDiskBehind)
      return nil
    }
    let used = SnapshotFormat.chunkHeaderByteCount + fillByteCount
    return unsafe (chunkBase(fillIndex) + used, limits.chunkByteCountMax - used)
  }

  /// Whether pieces are wanted.
  private var isTaking: Bool {
    @_noLocks get { stage != .idle && stage.takesPieces && !isFinished && !isCancelled }
  }

  /// Takes note of pieces that were put where `buffer()` said.
  ///
  /// - Parameter byteCount: Their bytes; 0 if no piece fitted, which closes the chunk.
  /// - Complexity: O(`byteCount`): the checksums, 1 ns for about one byte.
  @_noLocks
  public mutating func filled(byteCount: Int) {
    guard isTaking, closedByteCounts[fillIndex] == 0 else { return }
    let start = SnapshotFormat.chunkHeaderByteCount + fillByteCount
    let room = limits.chunkByteCountMax - start - byteCount
    invariant(byteCount >= 0 && room >= 0, "pieces stay in the buffer")
    let pieces = unsafe UnsafeRawPointer(chunkBase(fillIndex) + start)
    unsafe countPieces(pieces, byteCount)
    unsafe cover(pieces, byteCount: byteCount)
    fillByteCount += byteCount
    if byteCount == 0 || room < limits.pieceByteCountMax { closeChunk() }
  }

  /// Takes note that there are no more pieces.
  @_noLocks
  public mutating func finish() {
    guard isTaking else { return }
    closeChunk()
    isFinished = true
  }

  @_noLocks
  private mutating func countPieces(_ pieces: UnsafeRawPointer, _ byteCount: Int) {
    var offset = 0
    while offset < byteCount {
      let length = unsafe Int(pieces.word32(at: offset))
      invariant(
        length >= 16 && length & 7 == 0 && length <= byteCount - offset, "pieces are whole")
      offset += length
      fillPieceCount += 1
    }
  }

  @_noLocks
  private mutating func cover(_ bytes: UnsafeRawPointer, byteCount: Int) {
    checksum = unsafe CRC32C.checksum(bytes, byteCount: byteCount, continuing: checksum)
    unsafe hash.update(bytes, byteCount: byteCount)
  }

  @_noLocks
  private mutating func startChunk() {
    fillByteCount = 0
    fillPieceCount = 0
    checksum = 0
    var before = hash
    fillHashBefore = before.finish()
  }

  /// Pads the chunk that is being filled, seals it, and turns to the other buffer.
  @_noLocks
  private mutating func closeChunk() {
    if fillByteCount == 0 { return }
    let base = unsafe chunkBase(fillIndex)
    let used = SnapshotFormat.chunkHeaderByteCount + fillByteCount
    let byteCount = SnapshotFormat.chunkByteCount(pieceByteCount: fillByteCount)
    unsafe base.putZeros(at: used, byteCount: byteCount - used)
    unsafe cover(UnsafeRawPointer(base + used), byteCount: byteCount - used)
    let chunk = SnapshotChunk(
      index: chunkCount, pieceByteCount: fillByteCount, pieceCount: fillPieceCount,
      hashBefore: fillHashBefore)
    unsafe chunk.encode(base)
    let sum = unsafe SnapshotChunk.checksum(UnsafeRawPointer(base), continuing: checksum)
    unsafe base.put(sum, at: 8)
    unsafe hash.update(UnsafeRawPointer(base), byteCount: SnapshotFormat.chunkHeaderByteCount)
    chunkCount += 1
    pieceCount += UInt64(fillPieceCount)
    closedByteCounts[fillIndex] = byteCount
    fillIndex ^= 1
    startChunk()
  }
}

// What the steps need to know of the buffers.
extension SnapshotWriter {
  private var headerBlock: UnsafeMutableRawPointer { unsafe memory.base }
  private var trailerBlock: UnsafeMutableRawPointer {
    unsafe memory.base + SnapshotFormat.blockByteCount
  }

  @_noLocks
  private func chunkBase(_ index: Int) -> UnsafeMutableRawPointer {
    unsafe memory.base + 2 * SnapshotFormat.blockByteCount + index * limits.chunkByteCountMax
  }

  /// The bytes of the stage's write, from its beginning; nil if no chunk is closed yet.
  func pendingWrite() -> (pointer: UnsafeRawPointer, byteCount: Int)? {
    switch stage {
    case .header: return unsafe (UnsafeRawPointer(headerBlock), SnapshotFormat.blockByteCount)
    case .trailer: return unsafe (UnsafeRawPointer(trailerBlock), SnapshotFormat.blockByteCount)
    default:
      let byteCount = closedByteCounts[writeIndex]
      return byteCount == 0 ? nil : unsafe (UnsafeRawPointer(chunkBase(writeIndex)), byteCount)
    }
  }

  /// Gives the buffer of the chunk that was written back.
  mutating func freeWrittenChunk() {
    closedByteCounts[writeIndex] = 0
    writeIndex ^= 1
  }

  /// Whether every chunk is written and there will be no other.
  var isBodyWritten: Bool { isFinished && closedByteCounts[writeIndex] == 0 }

  /// Seals the file: what is hashed now is everything before the trailer.
  mutating func encodeTrailer() {
    var whole = hash
    trailer = SnapshotTrailer(
      logID: header.identity.logID, position: header.position, chunkCount: chunkCount,
      pieceCount: pieceCount, fileByteCount: fileOffset + UInt64(SnapshotFormat.blockByteCount),
      hash: whole.finish())
    unsafe trailer.encode(trailerBlock)
  }

  /// What the file is, once its trailer is written.
  func makeInfo() -> SnapshotInfo { SnapshotInfo(header: header, trailer: trailer) }
}
