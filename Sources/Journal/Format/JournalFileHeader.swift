public import Primitives
internal import Wire

/// The first 64 bytes of a file: whose it is, and which part of the journal it holds.
///
/// It takes its place in the offsets like an event, and follows from the log like one: its position
/// and time are those of the event that opened the file.
public struct JournalFileHeader: Equatable, Sendable, BitwiseCopyable {
  /// The format's version.
  public var version: UInt16
  /// Whose journal it is, and how large its files are.
  public var layout: JournalLayout
  /// The offset of the file's first byte.
  public var fileOffset: UInt64
  /// The position in the log of the file's first event.
  public var logPosition: UInt64
  /// The time of the file's first event, as the log says.
  public var time: Nanoseconds

  /// Makes a header.
  ///
  /// - Parameters:
  ///   - layout: Whose journal it is, and how large its files are.
  ///   - fileOffset: The offset of the file's first byte.
  ///   - logPosition: The position in the log of the file's first event.
  ///   - time: The time of the file's first event.
  @_noLocks
  public init(
    layout: JournalLayout, fileOffset: UInt64, logPosition: UInt64, time: Nanoseconds
  ) {
    version = JournalFormat.version
    self.layout = layout
    self.fileOffset = fileOffset
    self.logPosition = logPosition
    self.time = time
  }

  /// Writes the header.
  ///
  /// - Parameter bytes: Where to; 64 bytes.
  @_noLocks
  public func encode(_ bytes: UnsafeMutableRawPointer) {
    let byteCount = JournalFormat.fileHeaderByteCount
    unsafe LittleEndian.store(UInt32(byteCount), bytes, at: 0)
    unsafe LittleEndian.store(logPosition, bytes, at: 8)
    unsafe LittleEndian.store(time, bytes, at: 16)
    unsafe LittleEndian.store(JournalFormat.magic, bytes, at: 24)
    unsafe LittleEndian.store(fileOffset, bytes, at: 32)
    unsafe LittleEndian.store(JournalFormat.fileHeaderTemplate, bytes, at: 40)
    unsafe LittleEndian.store(version, bytes, at: 42)
    unsafe LittleEndian.store(layout.shard.number, bytes, at: 44)
    unsafe LittleEndian.store(UInt16(0), bytes, at: 46)
    unsafe LittleEndian.store(layout.logID, bytes, at: 48)
    unsafe LittleEndian.store(layout.fileByteCount, bytes, at: 56)
    let sum = unsafe layout.checksum(bytes, byteCount: byteCount, at: fileOffset)
    unsafe LittleEndian.store(sum, bytes, at: 4)
  }

  /// What the first bytes of a file are.
  public enum Finding: Equatable, Sendable {
    /// A header whose checksum is right; it may be another log's or a newer version's.
    case valid(JournalFileHeader)
    /// Anything else.
    case damaged
  }

  /// Judges the first bytes of a file by themselves.
  ///
  /// - Parameters:
  ///   - bytes: 64 bytes.
  ///   - offset: The offset that the file's name says.
  /// - Returns: What they are.
  @_noLocks
  public static func inspect(_ bytes: UnsafeRawPointer, at offset: UInt64) -> Finding {
    let byteCount = JournalFormat.fileHeaderByteCount
    let fileByteCount = unsafe LittleEndian.uint64(bytes, at: 56)
    guard unsafe LittleEndian.uint32(bytes, at: 0) == UInt32(byteCount),
      unsafe LittleEndian.uint64(bytes, at: 24) == JournalFormat.magic,
      unsafe LittleEndian.uint64(bytes, at: 32) == offset,
      unsafe LittleEndian.uint16(bytes, at: 40) == JournalFormat.fileHeaderTemplate,
      fileByteCount >= 8192, fileByteCount < 1 << 32, fileByteCount & (fileByteCount - 1) == 0
    else { return .damaged }
    let layout = unsafe JournalLayout(
      shard: ShardID(LittleEndian.uint16(bytes, at: 44)),
      logID: LittleEndian.uint64(bytes, at: 48), fileByteCount: Int(fileByteCount))
    let sum = unsafe layout.checksum(bytes, byteCount: byteCount, at: offset)
    guard unsafe LittleEndian.uint32(bytes, at: 4) == sum else { return .damaged }
    var header = unsafe JournalFileHeader(
      layout: layout, fileOffset: offset, logPosition: LittleEndian.uint64(bytes, at: 8),
      time: LittleEndian.uint64(bytes, at: 16))
    header.version = unsafe LittleEndian.uint16(bytes, at: 42)
    return .valid(header)
  }
}
