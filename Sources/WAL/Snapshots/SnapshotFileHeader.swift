public import Primitives

/// The first block of a snapshot: of which log, and after which record and batch, it is the state.
public struct SnapshotFileHeader: Equatable, Sendable, BitwiseCopyable {
  /// The format's version.
  public var version: UInt16
  /// The log, and the epoch of the opening that took the snapshot.
  public var identity: LogIdentity
  /// The position of the last record whose effect is in the snapshot.
  public var position: UInt64
  /// The number of the batch that ends at the position.
  public var batchNumber: UInt64
  /// The hash of that batch: what ties the snapshot to the log.
  public var batchHash: Digest
  /// The time of the last record, in nanoseconds since the Unix epoch.
  public var time: UInt64
  /// Where the event journal ended, in logical bytes.
  public var journalEndOffset: UInt64
  /// First half of the name of the data folder.
  public var engineIDHigh: UInt64
  /// Second half.
  public var engineIDLow: UInt64
  /// The most bytes of a chunk of this file; the writer fills it in.
  public var chunkByteCountMax: UInt32

  /// Makes a header.
  ///
  /// - Parameters:
  ///   - identity: The log and the epoch.
  ///   - position: The position of the last record in the snapshot.
  ///   - batchNumber: The number of the batch that ends there.
  ///   - batchHash: The hash of that batch.
  ///   - time: The time of the last record, in nanoseconds since the Unix epoch.
  ///   - journalEndOffset: Where the event journal ended, in logical bytes.
  ///   - engineIDHigh: First half of the name of the data folder.
  ///   - engineIDLow: Second half.
  @_noLocks
  public init(
    identity: LogIdentity, position: UInt64, batchNumber: UInt64, batchHash: Digest, time: UInt64,
    journalEndOffset: UInt64, engineIDHigh: UInt64, engineIDLow: UInt64
  ) {
    version = SnapshotFormat.version
    self.identity = identity
    self.position = position
    self.batchNumber = batchNumber
    self.batchHash = batchHash
    self.time = time
    self.journalEndOffset = journalEndOffset
    self.engineIDHigh = engineIDHigh
    self.engineIDLow = engineIDLow
    chunkByteCountMax = 0
  }

  /// Writes the whole block of 4,096 bytes.
  ///
  /// - Parameter block: Where to.
  @_noLocks
  public func encode(_ block: UnsafeMutableRawPointer) {
    unsafe block.putZeros(at: 0, byteCount: SnapshotFormat.blockByteCount)
    unsafe block.put(SnapshotFormat.headerMagic, at: 0)
    unsafe block.put(version, at: 12)
    unsafe block.put(identity.shard.number, at: 14)
    unsafe block.put(identity.logID, at: 16)
    unsafe block.put(position, at: 24)
    unsafe block.put(identity.epoch, at: 32)
    unsafe block.put(batchNumber, at: 40)
    unsafe block.put(time, at: 48)
    unsafe block.put(journalEndOffset, at: 56)
    unsafe block.put(engineIDHigh, at: 64)
    unsafe block.put(engineIDLow, at: 72)
    unsafe block.put(batchHash, at: 80)
    unsafe block.put(chunkByteCountMax, at: 112)
    unsafe block.put(SnapshotFormat.blockChecksum(UnsafeRawPointer(block)), at: 8)
  }

  /// Reads the fields without judging them.
  ///
  /// - Parameter block: 4,096 bytes.
  public init(decoding block: UnsafeRawPointer) {
    version = unsafe block.word16(at: 12)
    identity = unsafe LogIdentity(
      shard: ShardID(block.word16(at: 14)), logID: block.word64(at: 16),
      epoch: block.word64(at: 32))
    position = unsafe block.word64(at: 24)
    batchNumber = unsafe block.word64(at: 40)
    time = unsafe block.word64(at: 48)
    journalEndOffset = unsafe block.word64(at: 56)
    engineIDHigh = unsafe block.word64(at: 64)
    engineIDLow = unsafe block.word64(at: 72)
    batchHash = unsafe block.digest(at: 80)
    chunkByteCountMax = unsafe block.word32(at: 112)
  }

  /// Judges the first block of a snapshot file.
  ///
  /// - Parameter block: 4,096 bytes.
  /// - Returns: The header, or nil if it is none or damaged.
  public static func inspect(_ block: UnsafeRawPointer) -> SnapshotFileHeader? {
    guard unsafe block.word64(at: 0) == SnapshotFormat.headerMagic,
      unsafe block.word32(at: 8) == SnapshotFormat.blockChecksum(block)
    else { return nil }
    let header = unsafe SnapshotFileHeader(decoding: block)
    let highest = max(header.position, header.batchNumber, header.identity.epoch)
    // Another version's numbers may stand elsewhere.
    return header.version != SnapshotFormat.version || highest < LogFormat.numberEnd
      ? header : nil
  }

  /// Whether the chunks can be read: whole blocks, room for a piece, no more than the ceiling.
  var hasPlausibleChunks: Bool {
    let byteCount = Int(chunkByteCountMax)
    return byteCount >= 2 * SnapshotFormat.blockByteCount
      && byteCount % SnapshotFormat.blockByteCount == 0
      && byteCount <= SnapshotFormat.chunkByteCountCeiling
  }
}
