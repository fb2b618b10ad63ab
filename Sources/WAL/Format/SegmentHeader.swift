public import Primitives

/// The first 160 bytes of a segment, which say where in the log it stands.
///
/// It is written together with the segment's first batch, in one write: a segment whose header
/// stands but whose first batch does not was never acknowledged and counts as unused.
public struct SegmentHeader: Equatable, Sendable, BitwiseCopyable {
  /// The format's version.
  public var version: UInt16
  /// The log and the epoch of the opening that wrote the segment.
  public var identity: LogIdentity
  /// The number in the file's name; a recycled file shows an older one until it is used again.
  public var segmentNumber: UInt64
  /// The number of the first batch.
  public var firstBatchNumber: UInt64
  /// The position of the first record of the first batch.
  public var firstPosition: UInt64
  /// The bytes that the file was made for.
  public var segmentByteCount: UInt64
  /// When the segment was put to use, in nanoseconds since the Unix epoch.
  public var createdTime: UInt64
  /// How many of the first batches are copies of an earlier epoch's last ones: 0 or 1.
  public var copiedBatchCount: UInt32
  /// The hash of the batch before the first.
  public var previousHash: Digest
  /// What blinds the hashes of the log's records; the same in every segment of a log.
  public var blindingKey: Digest

  /// Makes a header.
  ///
  /// - Parameters:
  ///   - identity: The log and the epoch.
  ///   - segmentNumber: The number in the file's name.
  ///   - firstBatchNumber: The number of the first batch.
  ///   - firstPosition: The position of its first record.
  ///   - segmentByteCount: The bytes of the file.
  ///   - createdTime: Now, in nanoseconds since the Unix epoch.
  ///   - copiedBatchCount: How many of the first batches an earlier epoch wrote.
  ///   - previousHash: The hash of the batch before the first.
  ///   - blindingKey: What blinds the hashes of the log's records.
  @_noLocks
  public init(
    identity: LogIdentity,
    segmentNumber: UInt64,
    firstBatchNumber: UInt64,
    firstPosition: UInt64,
    segmentByteCount: UInt64,
    createdTime: UInt64,
    copiedBatchCount: UInt32,
    previousHash: Digest,
    blindingKey: Digest
  ) {
    version = LogFormat.version
    self.identity = identity
    self.segmentNumber = segmentNumber
    self.firstBatchNumber = firstBatchNumber
    self.firstPosition = firstPosition
    self.segmentByteCount = segmentByteCount
    self.createdTime = createdTime
    self.copiedBatchCount = copiedBatchCount
    self.previousHash = previousHash
    self.blindingKey = blindingKey
  }

  /// Writes the whole header block of 4,096 bytes.
  ///
  /// - Parameter block: Where to.
  @_noLocks
  public func encode(_ block: UnsafeMutableRawPointer) {
    unsafe block.putZeros(at: 0, byteCount: LogFormat.blockByteCount)
    unsafe block.put(LogFormat.segmentMagic, at: 0)
    unsafe block.put(version, at: 12)
    unsafe block.put(identity.shard.number, at: 14)
    unsafe block.put(identity.logID, at: 16)
    unsafe block.put(segmentNumber, at: 24)
    unsafe block.put(identity.epoch, at: 32)
    unsafe block.put(firstBatchNumber, at: 40)
    unsafe block.put(firstPosition, at: 48)
    unsafe block.put(segmentByteCount, at: 56)
    unsafe block.put(createdTime, at: 64)
    unsafe block.put(copiedBatchCount, at: 72)
    unsafe block.put(previousHash, at: 80)
    unsafe block.put(blindingKey, at: 112)
    unsafe block.put(LogFormat.headerChecksum(UnsafeRawPointer(block)), at: 8)
  }

  /// Reads the fields without judging them.
  ///
  /// - Parameter bytes: 160 bytes.
  public init(decoding bytes: UnsafeRawPointer) {
    version = unsafe bytes.word16(at: 12)
    identity = unsafe LogIdentity(
      shard: ShardID(bytes.word16(at: 14)),
      logID: bytes.word64(at: 16),
      epoch: bytes.word64(at: 32)
    )
    segmentNumber = unsafe bytes.word64(at: 24)
    firstBatchNumber = unsafe bytes.word64(at: 40)
    firstPosition = unsafe bytes.word64(at: 48)
    segmentByteCount = unsafe bytes.word64(at: 56)
    createdTime = unsafe bytes.word64(at: 64)
    copiedBatchCount = unsafe bytes.word32(at: 72)
    previousHash = unsafe bytes.digest(at: 80)
    blindingKey = unsafe bytes.digest(at: 112)
  }

  /// The log's number and key.
  public var secret: LogSecret {
    LogSecret(logID: identity.logID, blindingKey: blindingKey)
  }

  /// What the first block of a segment file holds.
  public enum Finding: Equatable, Sendable {
    /// A header whose checksum is right.
    case valid(SegmentHeader)
    /// Nothing but zeros: the file was prepared and never used.
    case blank
    /// Anything else: only headers and zeros are ever written there.
    case damaged
  }

  /// Judges the first block of a segment file.
  ///
  /// - Parameter bytes: 160 bytes.
  /// - Returns: What they are.
  public static func inspect(_ bytes: UnsafeRawPointer) -> Finding {
    if unsafe bytes.isZero(byteCount: LogFormat.headerByteCount) { return .blank }
    let magic = unsafe bytes.word64(at: 0)
    let checksum = unsafe bytes.word32(at: 8)
    guard magic == LogFormat.segmentMagic, unsafe checksum == LogFormat.headerChecksum(bytes) else {
      return .damaged
    }
    let header = unsafe SegmentHeader(decoding: bytes)
    // Another version's numbers may stand elsewhere.
    return header.version != LogFormat.version || header.hasReachableNumbers
      ? .valid(header) : .damaged
  }

  /// Whether the numbers are ones that a log can have come to.
  private var hasReachableNumbers: Bool {
    min(firstBatchNumber, firstPosition) > 0
      && max(segmentNumber, firstBatchNumber, firstPosition, identity.epoch) < LogFormat.numberEnd
  }
}
