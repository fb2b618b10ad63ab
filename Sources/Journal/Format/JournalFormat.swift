public import Primitives

/// The numbers of the journal's bytes on disk; `docs/journal-format.md` draws them.
public enum JournalFormat {
  /// The version that this code writes, and the newest that it reads.
  @inlinable public static var version: UInt16 { @_noLocks get { 1 } }
  /// The bytes before an event's frame.
  @inlinable public static var headerByteCount: Int { @_noLocks get { 48 } }
  /// The bytes of a file's header.
  @inlinable public static var fileHeaderByteCount: Int { @_noLocks get { 64 } }
  /// The most bytes of an event, its frame included.
  @inlinable public static var eventByteCountMax: Int { @_noLocks get { 4096 } }
  /// What a write past the page cache begins and ends at.
  @inlinable public static var blockByteCount: Int { @_noLocks get { 4096 } }
  /// The least bytes of a frame.
  @inlinable public static var frameByteCountMin: Int { @_noLocks get { 24 } }
  /// The most bytes of a frame.
  @inlinable public static var frameByteCountMax: Int {
    @_noLocks get { eventByteCountMax - headerByteCount }
  }
  /// `RSTJOURN`: what a file's header carries where an event has its auction.
  @inlinable public static var magic: UInt64 { @_noLocks get { 0x4E52_554F_4A54_5352 } }

  /// What stands in place of a template's number in a file's header.
  static var fileHeaderTemplate: UInt16 { @_noLocks get { 0xFFFF } }
  /// The same in what fills a file up.
  static var fillerTemplate: UInt16 { @_noLocks get { 0xFFFE } }
  /// The same in what stands for events that are not held.
  static var gapTemplate: UInt16 { @_noLocks get { 0xFFFD } }
}

/// Where in a journal everything stands, and whose journal it is.
///
/// An offset counts the bytes of the whole journal from 0, over all its files. The files' size
/// is a part of the function from the log to the offsets: it stays the same for a log's whole life.
public struct JournalLayout: Equatable, Sendable, BitwiseCopyable {
  /// The shard whose events these are.
  public let shard: ShardID
  /// The number that was drawn when the shard's log was made.
  public let logID: UInt64
  /// The bytes of a file, a power of two.
  public let fileByteCount: UInt64
  /// CRC-32C of the log's number: what every checksum continues from.
  let logSum: UInt32

  /// Describes a journal.
  ///
  /// - Parameters:
  ///   - shard: The shard whose events these are.
  ///   - logID: The number of the shard's log.
  ///   - fileByteCount: The bytes of a file, a power of two, at least 8,192 and below 4 GiB.
  @_noLocks
  public init(shard: ShardID, logID: UInt64, fileByteCount: Int) {
    invariant(
      fileByteCount >= 8192 && fileByteCount & (fileByteCount - 1) == 0
        && fileByteCount < 1 << 32, "a journal's files are a power of two, 8 KiB to 2 GiB")
    self.shard = shard
    self.logID = logID
    self.fileByteCount = UInt64(fileByteCount)
    var word = logID.littleEndian
    logSum = unsafe withUnsafePointer(to: &word) { pointer in
      unsafe CRC32C.checksum(UnsafeRawPointer(pointer), byteCount: 8)
    }
  }

  /// Where the file begins that holds an offset.
  ///
  /// - Parameter offset: An offset in the journal.
  /// - Returns: The offset of the file's first byte.
  @_noLocks
  public func fileOffset(of offset: UInt64) -> UInt64 { offset & ~(fileByteCount &- 1) }

  /// Where in its file an offset lies.
  ///
  /// - Parameter offset: An offset in the journal.
  /// - Returns: Bytes from the file's beginning.
  @_noLocks
  public func offsetInFile(of offset: UInt64) -> UInt64 { offset & (fileByteCount &- 1) }

  /// Whether two journals are the same; spelled out for the proof that hot functions do not lock.
  @_noLocks
  func isSame(as other: JournalLayout) -> Bool {
    shard.number == other.shard.number && logID == other.logID
      && fileByteCount == other.fileByteCount
  }

  /// The checksum of what begins at an offset.
  ///
  /// It continues from the log's number and the offset, so that bytes of another log, of another
  /// place, or inside a frame of a client never pass for an event.
  ///
  /// - Parameters:
  ///   - bytes: The first byte.
  ///   - byteCount: How many bytes; the first eight do not count.
  ///   - offset: Where in the journal they stand.
  /// - Returns: CRC-32C.
  @_noLocks @inline(__always)
  func checksum(_ bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64) -> UInt32 {
    let place = UInt32(truncatingIfNeeded: offset) ^ UInt32(truncatingIfNeeded: offset &>> 32)
    return unsafe CRC32C.checksum(bytes + 8, byteCount: byteCount &- 8, continuing: logSum ^ place)
  }
}
