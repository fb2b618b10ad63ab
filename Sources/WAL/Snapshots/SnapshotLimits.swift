/// The sizes of writing and reading snapshots.
///
/// None is part of the log: each file says how large its chunks are.
public struct SnapshotLimits: Sendable, BitwiseCopyable {
  /// The bytes of a chunk, and of each of the two buffers; a multiple of 4,096.
  public var chunkByteCountMax = 256 << 10
  /// The longest piece, its 16 bytes included; a buffer that is given out has room for one.
  public var pieceByteCountMax = 32 << 10
  /// The bytes of the file system that a snapshot must leave free: less than preparing a segment
  /// must, because on a disk that is nearly full a snapshot is what gives segments back.
  public var freeByteCountReserve: UInt64 = 128 << 20
  /// The bytes that loading reads at once; a multiple of 4,096.
  public var readByteCountMax = 4 << 20

  /// The limits that the server starts with.
  public init() {}

  /// Checks every relation between the limits.
  ///
  /// - Throws: `LogError.limits`, which names the first relation that does not hold.
  public func check() throws(LogError) {
    let block = SnapshotFormat.blockByteCount
    if chunkByteCountMax < 2 * block || chunkByteCountMax % block != 0
      || chunkByteCountMax > SnapshotFormat.chunkByteCountCeiling
    {
      throw .limits("a snapshot's chunkByteCountMax must be a multiple of 4096, 8 KiB to 16 MiB")
    }
    if pieceByteCountMax < 16
      || pieceByteCountMax > chunkByteCountMax - SnapshotFormat.chunkHeaderByteCount
    {
      throw .limits("pieceByteCountMax must be 16 to chunkByteCountMax - 64")
    }
    if readByteCountMax < block || readByteCountMax % block != 0 {
      throw .limits("a snapshot's readByteCountMax must be a multiple of 4096")
    }
  }
}
