internal import Primitives

/// A window on a snapshot file that moves forward, chunk by chunk.
@safe
struct SnapshotReader: ~Copyable {
  private let memory: Region
  private let file: StorageFile
  private let name: String
  private let readByteCountMax: Int
  /// Where in the file the window's memory begins, and what of it holds bytes that are wanted.
  private var readOffset: UInt64 = 0
  private var start = 0
  private var end = 0

  init(
    _ file: StorageFile, name: String, chunkByteCountMax: Int, limits: SnapshotLimits,
    memory source: MemorySource
  ) {
    self.file = file
    self.name = name
    readByteCountMax = limits.readByteCountMax
    memory = Region(byteCount: chunkByteCountMax + limits.readByteCountMax, from: source)
  }

  /// Brings the next bytes into one run; nil if the file ends before.
  mutating func peek<S: Storage & ~Copyable>(
    _ storage: inout S, byteCount: Int
  ) throws(SnapshotError) -> UnsafeRawPointer? {
    if end - start < byteCount {
      unsafe memory.base.copyMemory(from: memory.base + start, byteCount: end - start)
      end -= start
      start = 0
      while end < byteCount {
        let count = try read(&storage)
        if count == 0 { return nil }
        end += count
        readOffset += UInt64(count)
      }
    }
    return unsafe UnsafeRawPointer(memory.base) + start
  }

  private mutating func read<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(SnapshotError) -> Int {
    let room = min(readByteCountMax, memory.byteCount - end)
    do {
      let count = unsafe try storage.read(
        file, into: memory.base + end, byteCount: room, at: readOffset)
      // A file that does not end at a block's boundary is none of ours; its rest is not wanted.
      return count & ~(SnapshotFormat.blockByteCount - 1)
    } catch { throw .storage(error) }
  }

  /// Steps over bytes that were looked at.
  mutating func skip(_ byteCount: Int) { start += byteCount }
}
