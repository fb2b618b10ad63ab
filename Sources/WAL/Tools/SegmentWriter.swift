internal import Primitives

/// Writes a segment's file front to back, in pieces of whole blocks.
@safe
struct SegmentWriter: ~Copyable {
  private let name: String
  private let file: StorageFile
  private let buffer: Region
  private var filled = 0
  private var offset: UInt64 = 0

  /// Makes the file, or empties it.
  init<S: Storage & ~Copyable>(
    _ storage: inout S,
    name: String,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) {
    self.name = name
    do { file = try storage.create(name) } catch { throw .storage(error) }
    buffer = Region(byteCount: max(1 << 20, limits.readByteCountMax), from: memory)
  }

  /// Adds whole blocks.
  mutating func append<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ bytes: UnsafeRawPointer,
    byteCount: Int
  ) throws(LogError) {
    var done = 0
    while done < byteCount {
      let count = min(byteCount - done, buffer.byteCount - filled)
      unsafe (buffer.base + filled).copyMemory(from: bytes + done, byteCount: count)
      filled += count
      done += count
      if filled == buffer.byteCount { try flush(&storage) }
    }
  }

  private mutating func flush<S: Storage & ~Copyable>(_ storage: inout S) throws(LogError) {
    guard filled > 0 else { return }
    do {
      unsafe try storage.writeAll(
        file,
        named: name,
        from: buffer.base,
        byteCount: filled,
        at: offset
      )
    } catch { throw .storage(error) }
    offset += UInt64(filled)
    filled = 0
  }

  /// Writes what is left, makes it durable and closes the file; its name is the caller's to flush.
  consuming func finish<S: Storage & ~Copyable>(_ storage: inout S) throws(LogError) {
    defer { storage.close(file) }
    try flush(&storage)
    do { try storage.syncData(file) } catch { throw .storage(error) }
  }

  /// Closes the file as it is, after a failure.
  consuming func abandon<S: Storage & ~Copyable>(_ storage: inout S) { storage.close(file) }
}
