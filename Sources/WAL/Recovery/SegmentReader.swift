internal import Primitives

/// A window on a segment file that moves forward; holds at least one whole batch.
@safe
struct SegmentReader: ~Copyable {
  private let source: MemorySource
  private let readByteCountMax: Int
  private var memory: Region
  private var file: StorageFile?
  private var windowOffset: UInt64 = 0
  private var windowByteCount = 0
  private var isAtEnd = false
  /// The name of the open file.
  private(set) var name = ""

  init(limits: LogLimits, memory source: MemorySource) {
    self.source = source
    readByteCountMax = limits.readByteCountMax
    memory = Region(byteCount: limits.readByteCountMax + limits.batchByteCountMax, from: source)
  }

  /// Opens a segment; the one before is closed.
  mutating func open<S: Storage & ~Copyable>(
    _ storage: inout S,
    number: UInt64
  ) throws(LogError) {
    close(&storage)
    name = SegmentName(number: number).text
    do { file = try storage.open(name) } catch { throw .storage(error) }
    windowOffset = 0
    windowByteCount = 0
    isAtEnd = false
  }

  mutating func close<S: Storage & ~Copyable>(_ storage: inout S) {
    if let file { storage.close(file) }
    file = nil
  }

  /// Brings bytes into the window.
  ///
  /// Returns how many of them the file has; `bytes(at:)` gives their address until the next load.
  mutating func load<S: Storage & ~Copyable>(
    _ storage: inout S,
    at offset: UInt64,
    byteCount: Int
  ) throws(LogError) -> Int {
    if !holds(offset, byteCount) {
      moveWindow(to: offset, byteCount: byteCount)
      try fill(&storage, byteCount: byteCount)
    }
    let end = windowOffset + UInt64(windowByteCount)
    return end <= offset ? 0 : Int(min(UInt64(byteCount), end - offset))
  }

  /// The address of bytes that were loaded.
  func bytes(at offset: UInt64) -> UnsafeRawPointer {
    invariant(offset >= windowOffset, "bytes are looked at where they were loaded")
    return unsafe UnsafeRawPointer(memory.base) + Int(offset - windowOffset)
  }

  private func holds(_ offset: UInt64, _ byteCount: Int) -> Bool {
    guard offset >= windowOffset else { return false }
    return isAtEnd || offset + UInt64(byteCount) <= windowOffset + UInt64(windowByteCount)
  }

  /// Keeps what the window already has from the offset on, and makes room for the rest.
  private mutating func moveWindow(to offset: UInt64, byteCount: Int) {
    let end = windowOffset + UInt64(windowByteCount)
    let kept = offset >= windowOffset && offset < end ? Int(end - offset) : 0
    let start = kept > 0 ? Int(offset - windowOffset) : 0
    if byteCount > memory.byteCount {
      let larger = Region(byteCount: byteCount + readByteCountMax, from: source)
      unsafe larger.base.copyMemory(from: memory.base + start, byteCount: kept)
      memory = larger
    } else if kept > 0 {
      unsafe memory.base.copyMemory(from: memory.base + start, byteCount: kept)
    }
    windowOffset = offset
    windowByteCount = kept
    if kept == 0 { isAtEnd = false }
  }

  private mutating func fill<S: Storage & ~Copyable>(
    _ storage: inout S,
    byteCount: Int
  ) throws(LogError) {
    while windowByteCount < byteCount && !isAtEnd {
      let room = min(readByteCountMax, memory.byteCount - windowByteCount)
      let count = try read(&storage, byteCount: room & ~(LogFormat.blockByteCount - 1))
      windowByteCount += count
      // Files are read by whole blocks: anything less is where the file ends.
      if count == 0 || count % LogFormat.blockByteCount != 0 {
        if count > 0 { probe(.recoveryShortRead) }
        isAtEnd = true
      }
    }
  }

  private mutating func read<S: Storage & ~Copyable>(
    _ storage: inout S,
    byteCount: Int
  ) throws(LogError) -> Int {
    guard let file else { return 0 }
    do {
      return unsafe try storage.read(
        file,
        into: memory.base + windowByteCount,
        byteCount: byteCount,
        at: windowOffset + UInt64(windowByteCount)
      )
    } catch {
      RecoveryCase.readFailed.mark()
      throw .storage(error)
    }
  }
}
