internal import Primitives

/// Compressed bytes on their way to a file, in whole blocks.
@safe
struct ArchiveOutput: ~Copyable {
  private let memory: Region
  private var filledByteCount = 0
  private var fileOffset = UInt64(ArchiveFormat.blockByteCount)
  private var hash = SHA256State()
  /// The bytes of the frame so far.
  private(set) var frameByteCount: UInt64 = 0

  init(byteCount: Int, memory source: MemorySource) {
    memory = Region(byteCount: byteCount, from: source)
  }

  /// Begins another file.
  mutating func begin() {
    filledByteCount = 0
    fileOffset = UInt64(ArchiveFormat.blockByteCount)
    hash = SHA256State()
    frameByteCount = 0
  }

  /// Where the next bytes go; never empty after `flush`.
  var room: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(
      start: memory.base + filledByteCount, count: memory.byteCount - filledByteCount)
  }

  mutating func advance(_ byteCount: Int) {
    filledByteCount += byteCount
    frameByteCount += UInt64(byteCount)
  }

  /// Writes the whole blocks that are filled if little room is left.
  mutating func flushIfFull<A: Storage & ~Copyable>(
    _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) {
    if memory.byteCount - filledByteCount < ArchiveFormat.blockByteCount {
      try flush(&archive, file, name)
    }
  }

  private mutating func flush<A: Storage & ~Copyable>(
    _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) {
    let byteCount = filledByteCount & ~(ArchiveFormat.blockByteCount - 1)
    if byteCount == 0 { return }
    unsafe hash.update(UnsafeRawPointer(memory.base), byteCount: byteCount)
    do {
      unsafe try archive.writeAll(
        file, named: name, from: memory.base, byteCount: byteCount, at: fileOffset)
    } catch { throw .storage(error) }
    fileOffset += UInt64(byteCount)
    filledByteCount -= byteCount
    unsafe memory.base.copyMemory(from: memory.base + byteCount, byteCount: filledByteCount)
  }

  /// Fills up the last block and writes all that is left; gives the hash of everything written.
  mutating func finish<A: Storage & ~Copyable>(
    _ archive: inout A, _ file: StorageFile, _ name: String
  ) throws(ArchiveError) -> Digest {
    try flush(&archive, file, name)
    let padding = ArchiveFormat.paddingByteCount(frameByteCount: frameByteCount)
    if padding > 0 {
      unsafe memory.base.putZeros(at: filledByteCount, byteCount: padding)
      unsafe memory.base.put(ArchiveFormat.skippableMagic, at: filledByteCount)
      unsafe memory.base.put(UInt32(padding - 8), at: filledByteCount + 4)
      filledByteCount += padding
      try flush(&archive, file, name)
    }
    return hash.finish()
  }
}
