import Primitives
import Uring
import WAL

/// Tells one flipped bit in the last batch from a write that a crash tore.
///
/// Both fail the batch's checksum, and no later batch says that it had been durable. But a torn
/// write lacks whole sectors, and by the checksum one can tell where a single wrong bit stands.
enum FlippedBit {
  /// Looks for the bit that makes a batch whole.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - name: The segment.
  ///   - offset: Where the batch begins in it, in bytes; its header is sound.
  /// - Returns: Where the byte stands in the file; nil when no single bit explains it.
  /// - Throws: `StorageError` when it cannot be read.
  /// - Complexity: O(bytes of the batch).
  static func find<S: Storage & ~Copyable>(
    _ storage: inout S, segment name: String, at offset: UInt64
  ) throws(StorageError) -> UInt64? {
    let file = try storage.open(name)
    defer { storage.close(file) }
    let block = Region(byteCount: LogFormat.blockByteCount, from: Machine.pages)
    let held = try unsafe storage.read(
      file, into: block.base, byteCount: block.byteCount, at: offset)
    guard held == block.byteCount else { return nil }
    let header = unsafe BatchHeader(decoding: UnsafeRawPointer(block.base))
    guard header.version == LogFormat.version, header.isPlausible else { return nil }
    let batch = Region(byteCount: header.batchByteCount, from: Machine.pages)
    let count = try unsafe storage.read(
      file, into: batch.base, byteCount: batch.byteCount, at: offset)
    guard count == batch.byteCount else { return nil }
    let start = LogFormat.headerByteCount
    let byteCount = batch.byteCount - start
    let checksum = unsafe CRC32C.checksum(batch.base + start, byteCount: byteCount)
    return place(of: checksum ^ header.payloadChecksum, byteCount: byteCount).map {
      offset + UInt64(start + $0)
    }
  }

  /// The byte whose one flipped bit changes the checksum of so many bytes by a difference.
  ///
  /// A checksum is linear: what a bit changes depends on how many bytes come after it alone.
  static func place(of difference: UInt32, byteCount: Int) -> Int? {
    guard difference != 0 else { return nil }
    let table = (0..<256).map { entry(UInt32($0)) }
    var changes = (0..<8).map { table[1 << $0] }
    for place in stride(from: byteCount - 1, through: 0, by: -1) {
      for bit in 0..<8 {
        if changes[bit] == difference { return place }
        changes[bit] = table[Int(changes[bit] & 0xFF)] ^ (changes[bit] >> 8)
      }
    }
    return nil
  }

  private static func entry(_ byte: UInt32) -> UInt32 {
    (0..<8).reduce(byte) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
  }
}
