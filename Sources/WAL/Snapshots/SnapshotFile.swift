/// Executes a writer's steps over a `Storage`, one after the other.
///
/// Tools and tests use it; a serving shard does the same with its ring.
public struct SnapshotFile: Sendable {
  private var file: StorageFile?

  /// Makes one without an open file.
  public init() {}

  /// Executes a step.
  ///
  /// - Parameters:
  ///   - storage: The snapshots' folder.
  ///   - step: The step.
  /// - Returns: How it ended.
  public mutating func execute<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ step: SnapshotStep
  ) -> SnapshotStepResult {
    do { return try perform(&storage, step) } catch { return .failed(errno: error.errno) }
  }

  private mutating func perform<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ step: SnapshotStep
  ) throws(StorageError) -> SnapshotStepResult {
    switch step {
    case .measureFreeBytes: return .freeByteCount(try storage.freeByteCount())
    case .create(let name):
      close(&storage)
      file = try storage.create(name.text)
    case .write(let order): return try write(&storage, order)
    case .syncData: if let file { try storage.syncData(file) }
    case .close: close(&storage)
    case .rename(let old, let new): try storage.rename(old.text, to: new.text)
    case .syncFolder: try storage.syncFolder()
    case .remove(let name): try storage.remove(name.text)
    }
    return .done
  }

  private func write<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ order: SnapshotWrite
  ) throws(StorageError) -> SnapshotStepResult {
    let errnoBadFile: Int32 = 9
    guard let file else { return .failed(errno: errnoBadFile) }
    let byteCount = unsafe try storage.write(
      file, from: order.pointer, byteCount: order.byteCount, at: order.fileOffset)
    return .written(byteCount: byteCount)
  }

  /// Closes the file that is open, if one is.
  ///
  /// - Parameter storage: The snapshots' folder.
  public mutating func close<S: Storage & ~Copyable>(_ storage: inout S) {
    if let file { storage.close(file) }
    file = nil
  }
}
