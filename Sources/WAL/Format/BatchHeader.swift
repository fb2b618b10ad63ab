public import Primitives

/// What a batch is for beyond carrying records.
public struct BatchFlags: OptionSet, Equatable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on disk.
  public let rawValue: UInt32

  /// Takes the bits as they stand on disk.
  ///
  /// - Parameter rawValue: The bits.
  @_noLocks
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The first batch of an epoch: it carries no record.
  public static var opens: BatchFlags { @_noLocks get { BatchFlags(rawValue: 1) } }
  /// The last batch of a process that stopped in order: it carries no record.
  public static var closes: BatchFlags { @_noLocks get { BatchFlags(rawValue: 2) } }
  /// A batch that carries records and is for nothing else.
  public static var none: BatchFlags { @_noLocks get { BatchFlags(rawValue: 0) } }
}

/// The first 160 bytes of a batch; they lie in one sector, so a torn write never splits them.
public struct BatchHeader: Equatable, Sendable, BitwiseCopyable {
  /// The format's version.
  public var version: UInt16
  /// The log and the epoch of the opening that wrote the batch.
  public var identity: LogIdentity
  /// What the batch is for beyond carrying records.
  public var flags: BatchFlags
  /// The batch's number in the log, from 1, without a gap.
  public var batchNumber: UInt64
  /// The position of the first record, or of the next one if there is none.
  public var firstPosition: UInt64
  /// The time of the last record up to the end of the batch, in nanoseconds since the Unix epoch.
  public var stampedTime: UInt64
  /// How many records.
  public var recordCount: UInt32
  /// The bytes of the records.
  public var payloadByteCount: UInt32
  /// CRC-32C of all bytes after the header, padding included.
  public var payloadChecksum: UInt32
  /// The hash of the batch before.
  public var previousHash: Digest
  /// SHA-256 of the root of the tree over the records, followed by header bytes 24 ..< 112.
  public var hash: Digest

  /// Makes a header whose checksum and hash are still zero.
  ///
  /// - Parameters:
  ///   - identity: The log and the epoch.
  ///   - flags: What the batch is for beyond carrying records.
  ///   - batchNumber: The batch's number in the log, from 1.
  ///   - firstPosition: The position of the first record.
  ///   - stampedTime: The time of the last record, in nanoseconds since the Unix epoch.
  ///   - recordCount: How many records.
  ///   - payloadByteCount: The bytes of the records.
  ///   - previousHash: The hash of the batch before.
  @_noLocks
  public init(
    identity: LogIdentity,
    flags: BatchFlags,
    batchNumber: UInt64,
    firstPosition: UInt64,
    stampedTime: UInt64,
    recordCount: UInt32,
    payloadByteCount: UInt32,
    previousHash: Digest
  ) {
    version = LogFormat.version
    self.identity = identity
    self.flags = flags
    self.batchNumber = batchNumber
    self.firstPosition = firstPosition
    self.stampedTime = stampedTime
    self.recordCount = recordCount
    self.payloadByteCount = payloadByteCount
    payloadChecksum = 0
    self.previousHash = previousHash
    hash = Digest(0, 0, 0, 0)
  }

  /// The bytes of the batch on disk.
  public var batchByteCount: Int {
    LogFormat.batchByteCount(payloadByteCount: Int(payloadByteCount))
  }

  /// The position of the last record; one less than the first when there is none.
  public var lastPosition: UInt64 { firstPosition + UInt64(recordCount) - 1 }

  /// Writes everything but the own hash and the header's checksum.
  @_noLocks
  func encodeFields(_ bytes: UnsafeMutableRawPointer) {
    unsafe bytes.putZeros(at: 0, byteCount: LogFormat.headerByteCount)
    unsafe bytes.put(LogFormat.batchMagic, at: 0)
    unsafe bytes.put(payloadChecksum, at: 12)
    unsafe bytes.put(identity.logID, at: 16)
    unsafe bytes.put(version, at: 24)
    unsafe bytes.put(identity.shard.number, at: 26)
    unsafe bytes.put(flags.rawValue, at: 28)
    unsafe bytes.put(identity.epoch, at: 32)
    unsafe bytes.put(batchNumber, at: 40)
    unsafe bytes.put(firstPosition, at: 48)
    unsafe bytes.put(stampedTime, at: 56)
    unsafe bytes.put(recordCount, at: 64)
    unsafe bytes.put(payloadByteCount, at: 68)
    unsafe bytes.put(previousHash, at: 80)
  }

  /// Writes the header and makes it complete: own hash and header checksum.
  ///
  /// - Parameters:
  ///   - bytes: 160 bytes, where to.
  ///   - root: The root of the tree over the records.
  @_noLocks
  public mutating func seal(_ bytes: UnsafeMutableRawPointer, root: Digest) {
    unsafe encodeFields(bytes)
    let fields = unsafe UnsafeRawPointer(bytes) + LogFormat.hashedFieldOffset
    hash = unsafe ProofHash.batch(root: root, fields: fields)
    unsafe bytes.put(hash, at: 112)
    unsafe bytes.put(LogFormat.headerChecksum(UnsafeRawPointer(bytes)), at: 8)
  }

  /// Reads the fields without judging them.
  ///
  /// - Parameter bytes: 160 bytes.
  public init(decoding bytes: UnsafeRawPointer) {
    payloadChecksum = unsafe bytes.word32(at: 12)
    version = unsafe bytes.word16(at: 24)
    identity = unsafe LogIdentity(
      shard: ShardID(bytes.word16(at: 26)),
      logID: bytes.word64(at: 16),
      epoch: bytes.word64(at: 32)
    )
    flags = unsafe BatchFlags(rawValue: bytes.word32(at: 28))
    batchNumber = unsafe bytes.word64(at: 40)
    firstPosition = unsafe bytes.word64(at: 48)
    stampedTime = unsafe bytes.word64(at: 56)
    recordCount = unsafe bytes.word32(at: 64)
    payloadByteCount = unsafe bytes.word32(at: 68)
    previousHash = unsafe bytes.digest(at: 80)
    hash = unsafe bytes.digest(at: 112)
  }
}
