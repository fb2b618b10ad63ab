public import Primitives

/// The numbers of the log's bytes on disk; `docs/log-format.md` draws them.
public enum LogFormat {
  /// The version that this code writes, and the only one that it reads.
  @inlinable public static var version: UInt16 { @_noLocks get { 2 } }
  /// What every write and every batch is a multiple of, in bytes.
  @inlinable public static var blockByteCount: Int { @_noLocks get { 4096 } }
  /// The bytes of a batch header and of a segment header.
  @inlinable public static var headerByteCount: Int { @_noLocks get { 160 } }
  /// Where the bytes of a batch header begin that its own hash covers.
  @inlinable public static var hashedFieldOffset: Int { @_noLocks get { 24 } }
  /// How many they are: they end where the hash stands.
  ///
  /// The log number before them is not hashed: a receipt shows what is, and who knows the number
  /// could send bytes that pass for a batch header.
  @inlinable public static var hashedFieldByteCount: Int { @_noLocks get { 88 } }
  /// The bytes that stand before each frame: time, session, roles.
  @inlinable public static var recordPrefixByteCount: Int { @_noLocks get { 16 } }
  /// `RSTSEGMT`: the first eight bytes of a segment.
  @inlinable public static var segmentMagic: UInt64 { @_noLocks get { 0x544D_4745_5354_5352 } }
  /// `RSTBATCH`: the first eight bytes of a batch.
  @inlinable public static var batchMagic: UInt64 { @_noLocks get { 0x4843_5441_4254_5352 } }
  /// `RSTCLAIM`: the first eight bytes of the file that says which epoch may write.
  @inlinable public static var claimMagic: UInt64 { @_noLocks get { 0x4D49_414C_4354_5352 } }

  /// What no position, number or epoch of a log ever reaches, so that one may be added to each.
  @inlinable public static var numberEnd: UInt64 { @_noLocks get { 1 << 62 } }

  /// The bytes of a batch on disk: header, payload, zeros to the end of the block.
  ///
  /// - Parameter payloadByteCount: The bytes of its records.
  /// - Returns: The bytes, a multiple of 4,096.
  @inlinable @_noLocks
  public static func batchByteCount(payloadByteCount: Int) -> Int {
    let byteCount = headerByteCount + payloadByteCount
    return (byteCount + blockByteCount - 1) & ~(blockByteCount - 1)
  }

  /// The checksum of a header: all its bytes but the checksum itself, which is at byte 8.
  ///
  /// - Parameter header: The first byte of the header.
  /// - Returns: CRC-32C.
  @_noLocks
  static func headerChecksum(_ header: UnsafeRawPointer) -> UInt32 {
    let front = unsafe CRC32C.checksum(header, byteCount: 8)
    return unsafe CRC32C.checksum(header + 12, byteCount: headerByteCount - 12, continuing: front)
  }
}

/// What marks a log and its writer; stands in every header.
public struct LogIdentity: Equatable, Sendable, BitwiseCopyable {
  /// The shard that owns the log.
  public let shard: ShardID
  /// A number drawn once when the log was made, not 0.
  ///
  /// No client can guess it, so no bytes of a client can pass for a header in a recycled segment.
  public let logID: UInt64
  /// Which opening of the log writes; each is greater than the one before.
  public let epoch: UInt64

  /// Names a log and its writer.
  ///
  /// - Parameters:
  ///   - shard: The shard that owns the log.
  ///   - logID: The number that was drawn when the log was made, not 0.
  ///   - epoch: Which opening of the log writes, from 1.
  public init(shard: ShardID, logID: UInt64, epoch: UInt64) {
    self.shard = shard
    self.logID = logID
    self.epoch = epoch
  }
}

/// What only the log's owner knows: bytes that are to pass for the log's own need both.
public struct LogSecret: Equatable, Sendable, BitwiseCopyable {
  /// The log's number, drawn once when the log was made, not 0.
  public let logID: UInt64
  /// What blinds the hashes of the log's records, drawn once when the log was made.
  public let blindingKey: Digest

  /// Takes both.
  ///
  /// - Parameters:
  ///   - logID: The log's number, not 0.
  ///   - blindingKey: 32 random bytes.
  public init(logID: UInt64, blindingKey: Digest) {
    self.logID = logID
    self.blindingKey = blindingKey
  }
}

/// Names the state after a batch: what a snapshot was taken after, what a log must continue.
public struct LogAnchor: Equatable, Sendable, BitwiseCopyable {
  /// The batch's number.
  public let batchNumber: UInt64
  /// The position of its last record, or of the last one before it if it has none.
  public let position: UInt64
  /// The batch's hash.
  public let hash: Digest

  /// Names the state after a batch.
  ///
  /// - Parameters:
  ///   - batchNumber: The batch's number.
  ///   - position: The position of the last record up to its end.
  ///   - hash: The batch's hash.
  @_noLocks
  public init(batchNumber: UInt64, position: UInt64, hash: Digest) {
    self.batchNumber = batchNumber
    self.position = position
    self.hash = hash
  }
}

// Little-endian loads and stores at a byte offset: Swift's own layouts never reach the disk.
extension UnsafeMutableRawPointer {
  @_noLocks @inline(__always)
  func put(_ value: UInt16, at offset: Int) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt16.self)
  }

  @_noLocks @inline(__always)
  func put(_ value: UInt32, at offset: Int) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  @_noLocks @inline(__always)
  func put(_ value: UInt64, at offset: Int) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  @_noLocks @inline(__always)
  func put(_ digest: Digest, at offset: Int) {
    unsafe put(digest.word0, at: offset)
    unsafe put(digest.word1, at: offset + 8)
    unsafe put(digest.word2, at: offset + 16)
    unsafe put(digest.word3, at: offset + 24)
  }

  @_noLocks @inline(__always)
  func putZeros(at offset: Int, byteCount: Int) {
    unsafe (self + offset).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }
}

extension UnsafeRawPointer {
  @_noLocks @inline(__always)
  func word16(at offset: Int) -> UInt16 {
    unsafe UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @_noLocks @inline(__always)
  func word32(at offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @_noLocks @inline(__always)
  func word64(at offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @_noLocks @inline(__always)
  func digest(at offset: Int) -> Digest {
    unsafe Digest(
      word64(at: offset),
      word64(at: offset + 8),
      word64(at: offset + 16),
      word64(at: offset + 24)
    )
  }

  /// Whether all of some bytes are zero.
  func isZero(byteCount: Int) -> Bool {
    for offset in 0..<byteCount {
      if unsafe load(fromByteOffset: offset, as: UInt8.self) != 0 { return false }
    }
    return true
  }
}
