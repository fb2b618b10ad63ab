/// Executes orders and steps over a `Storage`, one after the other, with a file for each slot.
///
/// Opening a log, `LocalLog` and simulations use it; a serving shard does the same with its ring.
public struct SegmentFiles: Sendable {
  private var files: [StorageFile?]

  /// Makes a table without open files.
  public init() {
    files = Array(repeating: nil, count: LogLimits.slotCount)
  }

  /// The file that is open in a slot.
  ///
  /// - Parameter slot: The slot.
  /// - Returns: The file, or nil if the slot is empty.
  public func file(_ slot: SegmentSlot) -> StorageFile? { files[slot.index] }

  /// All files that are open, with their slots.
  public var open: [(slot: SegmentSlot, file: StorageFile)] {
    files.indices.compactMap { index in
      files[index].map { (slot: SegmentSlot(index), file: $0) }
    }
  }

  /// Opens a file in a slot.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - slot: The slot.
  ///   - name: The file's name.
  /// - Throws: `StorageError` if it cannot be opened.
  public mutating func open<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ slot: SegmentSlot,
    _ name: SegmentName
  ) throws(StorageError) {
    files[slot.index] = try storage.open(name.text)
  }

  /// Closes all files.
  ///
  /// - Parameter storage: The log's folder.
  public mutating func closeAll<S: Storage & ~Copyable>(_ storage: inout S) {
    for index in files.indices { close(&storage, SegmentSlot(index)) }
  }

  private mutating func close<S: Storage & ~Copyable>(_ storage: inout S, _ slot: SegmentSlot) {
    if let file = files[slot.index] { storage.close(file) }
    files[slot.index] = nil
  }

  /// Writes a batch and flushes it.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - order: The write.
  /// - Returns: How both ended.
  public func execute<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ order: WriteOrder
  ) -> WriteResult {
    let errnoBadFile: Int32 = 9
    guard let file = files[order.slot.index] else { return .writeFailed(errno: errnoBadFile) }
    let byteCount: Int
    do {
      byteCount = unsafe try storage.write(
        file,
        from: order.pointer,
        byteCount: order.byteCount,
        at: order.fileOffset
      )
    } catch { return .writeFailed(errno: error.errno) }
    if byteCount < order.byteCount { return .written(byteCount: byteCount) }
    do { try storage.syncData(file) } catch { return .flushFailed(errno: error.errno) }
    return .written(byteCount: byteCount)
  }

  /// Executes a step of preparing segments.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - step: The step.
  /// - Returns: How it ended.
  public mutating func execute<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ step: PrepareStep
  ) -> PrepareResult {
    do { return try perform(&storage, step) } catch { return .failed(errno: error.errno) }
  }

  private mutating func perform<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ step: PrepareStep
  ) throws(StorageError) -> PrepareResult {
    switch step {
    case .measureFreeBytes: return .freeByteCount(try storage.freeByteCount())
    case .createFile(let slot, let name):
      close(&storage, slot)
      files[slot.index] = try storage.create(name.text)
    case .openFile(let slot, let name): try open(&storage, slot, name)
    case .writeZeros(let slot, let offset, let byteCount):
      if let file = files[slot.index] {
        try storage.zero(file, at: offset, byteCount: byteCount)
      }
    case .syncData(let slot): if let file = files[slot.index] { try storage.syncData(file) }
    case .rename(let old, let new): try storage.rename(old.text, to: new.text)
    case .syncFolder: try storage.syncFolder()
    case .closeFile(let slot): close(&storage, slot)
    case .removeFile(let name): try storage.remove(name.text)
    }
    return .done
  }
}
