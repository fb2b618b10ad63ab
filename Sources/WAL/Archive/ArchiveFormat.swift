public import Primitives

/// The numbers of an archive file's bytes; `docs/snapshot-format.md` draws them.
public enum ArchiveFormat {
  /// The version that this code writes, and the newest that it reads.
  public static var version: UInt16 { 1 }
  /// What every write and every file is a multiple of, in bytes.
  public static var blockByteCount: Int { 4096 }
  /// `RSTARCHV`: the bytes 8 ..< 16 of an archive file.
  public static var magic: UInt64 { 0x5648_4352_4154_5352 }
  /// What begins bytes that zstd skips: so header and padding do not keep its tool from reading.
  public static var skippableMagic: UInt32 { 0x184D_2A50 }

  /// The bytes that fill up the last block: none, or a skippable frame of at least 8.
  ///
  /// - Parameter frameByteCount: The bytes of the compressed frame.
  /// - Returns: How many bytes follow the frame.
  public static func paddingByteCount(frameByteCount: UInt64) -> Int {
    let rest = Int(frameByteCount % UInt64(blockByteCount))
    if rest == 0 { return 0 }
    let padding = blockByteCount - rest
    return padding < 8 ? padding + blockByteCount : padding
  }
}

/// The first block of an archive file: which segment it holds, where that stands in the log, and
/// what proves its bytes.
public struct ArchiveHeader: Equatable, Sendable, BitwiseCopyable {
  /// The format's version.
  public var version: UInt16
  /// The log, and the epoch of the opening that wrote the segment.
  public var identity: LogIdentity
  /// The number of the segment.
  public var segmentNumber: UInt64
  /// The number of its first batch.
  public var firstBatchNumber: UInt64
  /// The position of its first record.
  public var firstPosition: UInt64
  /// The number of the first batch that the segment after it has.
  public var nextBatchNumber: UInt64
  /// The position of the first record that the segment after it has.
  public var nextPosition: UInt64
  /// The bytes of the segment's file.
  public var segmentByteCount: UInt64
  /// The bytes of the compressed frame, from byte 4,096 of the file on.
  public var frameByteCount: UInt64
  /// The hash of the batch before the first.
  public var previousHash: Digest
  /// The hash that the segment after it gives for the batch before its first.
  public var nextPreviousHash: Digest
  /// SHA-256 of the segment's file.
  public var segmentHash: Digest
  /// SHA-256 of the archive file from byte 4,096 on.
  public var storedHash: Digest

  /// Describes a segment whose bytes are not known yet.
  init(_ segment: ClosedSegment) {
    version = ArchiveFormat.version
    identity = segment.header.identity
    segmentNumber = segment.header.segmentNumber
    firstBatchNumber = segment.header.firstBatchNumber
    firstPosition = segment.header.firstPosition
    nextBatchNumber = segment.next.firstBatchNumber
    nextPosition = segment.next.firstPosition
    segmentByteCount = segment.byteCount
    frameByteCount = 0
    previousHash = segment.header.previousHash
    nextPreviousHash = segment.next.previousHash
    segmentHash = .zero
    storedHash = .zero
  }

  /// The bytes of the whole file.
  public var fileByteCount: UInt64 {
    let padding = ArchiveFormat.paddingByteCount(frameByteCount: frameByteCount)
    return UInt64(ArchiveFormat.blockByteCount) + frameByteCount + UInt64(padding)
  }

  /// Whether it is the archive of this segment, and not of one with its number in another history.
  func describes(_ segment: ClosedSegment) -> Bool {
    let header = segment.header
    return identity == header.identity && segmentNumber == header.segmentNumber
      && firstBatchNumber == header.firstBatchNumber && firstPosition == header.firstPosition
      && previousHash == header.previousHash
  }

  /// Writes the whole block of 4,096 bytes.
  ///
  /// - Parameter block: Where to.
  public func encode(_ block: UnsafeMutableRawPointer) {
    unsafe block.putZeros(at: 0, byteCount: ArchiveFormat.blockByteCount)
    unsafe block.put(ArchiveFormat.skippableMagic, at: 0)
    unsafe block.put(UInt32(ArchiveFormat.blockByteCount - 8), at: 4)
    unsafe block.put(ArchiveFormat.magic, at: 8)
    unsafe block.put(version, at: 20)
    unsafe block.put(identity.shard.number, at: 22)
    unsafe block.put(identity.logID, at: 24)
    unsafe block.put(segmentNumber, at: 32)
    unsafe block.put(identity.epoch, at: 40)
    unsafe block.put(firstBatchNumber, at: 48)
    unsafe block.put(firstPosition, at: 56)
    unsafe block.put(nextBatchNumber, at: 64)
    unsafe block.put(nextPosition, at: 72)
    unsafe block.put(segmentByteCount, at: 80)
    unsafe block.put(frameByteCount, at: 88)
    unsafe block.put(previousHash, at: 96)
    unsafe block.put(nextPreviousHash, at: 128)
    unsafe block.put(segmentHash, at: 160)
    unsafe block.put(storedHash, at: 192)
    unsafe block.put(Self.checksum(UnsafeRawPointer(block)), at: 16)
  }

  /// Reads the fields without judging them.
  ///
  /// - Parameter block: 4,096 bytes.
  public init(decoding block: UnsafeRawPointer) {
    version = unsafe block.word16(at: 20)
    identity = unsafe LogIdentity(
      shard: ShardID(block.word16(at: 22)), logID: block.word64(at: 24),
      epoch: block.word64(at: 40))
    segmentNumber = unsafe block.word64(at: 32)
    firstBatchNumber = unsafe block.word64(at: 48)
    firstPosition = unsafe block.word64(at: 56)
    nextBatchNumber = unsafe block.word64(at: 64)
    nextPosition = unsafe block.word64(at: 72)
    segmentByteCount = unsafe block.word64(at: 80)
    frameByteCount = unsafe block.word64(at: 88)
    previousHash = unsafe block.digest(at: 96)
    nextPreviousHash = unsafe block.digest(at: 128)
    segmentHash = unsafe block.digest(at: 160)
    storedHash = unsafe block.digest(at: 192)
  }

  /// Judges the first block of an archive file.
  ///
  /// - Parameter block: 4,096 bytes.
  /// - Returns: The header, or nil if it is none or damaged.
  public static func inspect(_ block: UnsafeRawPointer) -> ArchiveHeader? {
    guard unsafe block.word64(at: 8) == ArchiveFormat.magic,
      unsafe block.word32(at: 16) == checksum(block)
    else { return nil }
    return unsafe ArchiveHeader(decoding: block)
  }

  private static func checksum(_ block: UnsafeRawPointer) -> UInt32 {
    let front = unsafe CRC32C.checksum(block, byteCount: 16)
    return unsafe CRC32C.checksum(
      block + 20, byteCount: ArchiveFormat.blockByteCount - 20, continuing: front)
  }
}

/// The names of an archive's files.
public enum ArchiveName {
  /// What follows a segment's name.
  public static let suffix = ".zst"
  /// What follows that while the file is being written.
  public static let unfinishedSuffix = ".archiving"

  /// The name of a segment's archive file.
  ///
  /// - Parameter number: The segment's number.
  /// - Returns: `<number, 20 digits>.segment.zst`.
  public static func text(_ number: UInt64) -> String { SegmentName(number: number).text + suffix }

  static func unfinished(_ number: UInt64) -> String {
    SegmentName(number: number).text + unfinishedSuffix
  }

  /// The number of the segment that a file holds.
  ///
  /// - Parameter text: The file's name, without a folder.
  /// - Returns: The number, or nil for a file that is none of the archive's.
  public static func number(_ text: String) -> UInt64? {
    guard text.hasSuffix(suffix),
      let name = SegmentName(String(text.dropLast(suffix.count))), name.kind == .segment
    else { return nil }
    return name.number
  }

  /// Whether a file was being written.
  static func isUnfinished(_ text: String) -> Bool {
    text.hasSuffix(unfinishedSuffix)
      && SegmentName(String(text.dropLast(unfinishedSuffix.count)))?.kind == .segment
  }
}
