internal import Primitives

/// The numbers of a snapshot file's bytes; `docs/snapshot-format.md` draws them.
public enum SnapshotFormat {
  /// The version that this code writes, and the newest that it reads.
  @inlinable public static var version: UInt16 { @_noLocks get { 1 } }
  /// What every write, chunk and file is a multiple of, in bytes.
  @inlinable public static var blockByteCount: Int { @_noLocks get { 4096 } }
  /// The bytes before the pieces of a chunk.
  @inlinable public static var chunkHeaderByteCount: Int { @_noLocks get { 64 } }
  /// The most bytes of a chunk that any writer may choose and any reader must take.
  @inlinable public static var chunkByteCountCeiling: Int { @_noLocks get { 16 << 20 } }
  /// `RSTSNAPS`: the first eight bytes of a snapshot.
  @inlinable public static var headerMagic: UInt64 { @_noLocks get { 0x5350_414E_5354_5352 } }
  /// `RSTCHUNK`: the first eight bytes of a chunk.
  @inlinable public static var chunkMagic: UInt64 { @_noLocks get { 0x4B4E_5548_4354_5352 } }
  /// `RSTSNEND`: the first eight bytes of the last block.
  @inlinable public static var trailerMagic: UInt64 { @_noLocks get { 0x444E_454E_5354_5352 } }

  /// The bytes of a chunk on disk: header, pieces, zeros to the end of the block.
  ///
  /// - Parameter pieceByteCount: The bytes of its pieces.
  /// - Returns: The bytes, a multiple of 4,096.
  @inlinable @_noLocks
  public static func chunkByteCount(pieceByteCount: Int) -> Int {
    (chunkHeaderByteCount + pieceByteCount + blockByteCount - 1) & ~(blockByteCount - 1)
  }

  /// The checksum of a whole block but for the checksum itself, which is at byte 8.
  @_noLocks
  static func blockChecksum(_ block: UnsafeRawPointer) -> UInt32 {
    let front = unsafe CRC32C.checksum(block, byteCount: 8)
    return unsafe CRC32C.checksum(block + 12, byteCount: blockByteCount - 12, continuing: front)
  }
}

/// The name of a snapshot's file: the position, twenty digits, and a suffix, as bytes that end with
/// a zero.
public struct SnapshotName: Sendable, BitwiseCopyable {
  /// The file's state, which its suffix tells.
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// `.snapshot`: complete.
    case snapshot
    /// `.writing`: being written; deleted at the next start.
    case writing
  }

  /// The position of the last record that the snapshot covers.
  public let position: UInt64
  /// The file's state.
  public let kind: Kind
  /// The name in ASCII; zeros follow it.
  public let bytes: [32 of UInt8]

  private static let snapshotSuffix = ".snapshot"
  private static let writingSuffix = ".writing"

  /// Names a snapshot's file.
  ///
  /// - Parameters:
  ///   - position: The position of the last record that the snapshot covers.
  ///   - kind: The file's state.
  @_noLocks
  public init(position: UInt64, kind: Kind = .snapshot) {
    self.position = position
    self.kind = kind
    var bytes = [32 of UInt8](repeating: 0)
    var rest = position
    for index in 0..<20 {
      bytes[19 - index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    }
    let suffix: StaticString = kind == .snapshot ? ".snapshot" : ".writing"
    for index in 0..<suffix.utf8CodeUnitCount {
      bytes[20 + index] = unsafe suffix.utf8Start[index]
    }
    self.bytes = bytes
  }

  /// Reads a file's name.
  ///
  /// - Parameter text: The name, without a folder.
  public init?(_ text: String) {
    let kind: Kind
    if text.hasSuffix(Self.snapshotSuffix) {
      kind = .snapshot
    } else if text.hasSuffix(Self.writingSuffix) {
      kind = .writing
    } else {
      return nil
    }
    // No log comes so far; what follows may add to the position without thinking of an overflow.
    guard let position = UInt64(text.prefix(20)), position < 1 << 62 else { return nil }
    self.init(position: position, kind: kind)
    guard self.text == text else { return nil }
  }

  /// The name as text.
  public var text: String {
    let digits = String(position)
    return String(repeating: "0", count: 20 - digits.count) + digits
      + (kind == .snapshot ? Self.snapshotSuffix : Self.writingSuffix)
  }
}

extension SnapshotName: Equatable {
  /// Whether two names are the same.
  ///
  /// - Parameters:
  ///   - one: A name.
  ///   - other: Another.
  /// - Returns: Whether position and suffix are the same.
  public static func == (one: SnapshotName, other: SnapshotName) -> Bool {
    one.position == other.position && one.kind == other.kind
  }
}
