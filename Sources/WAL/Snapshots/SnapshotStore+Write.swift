public import Primitives

/// Gives the pieces of a state that does not change meanwhile.
public protocol PieceSource: ~Copyable {
  /// Writes the next whole pieces, as many as fit.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there, always enough for one piece.
  /// - Returns: The bytes written; 0 when there are no more.
  mutating func writePieces(into target: UnsafeMutableRawPointer, room: Int) -> Int
}

extension SnapshotStore {
  /// Writes a snapshot from its first to its last step, for tools that serve nobody meanwhile.
  ///
  /// - Parameters:
  ///   - storage: The snapshots' folder.
  ///   - header: What it is a snapshot of; the log must be durable up to its position.
  ///   - expectedByteCount: About how many bytes it will have; must be free on the disk.
  ///   - limits: The sizes.
  ///   - memory: Where the buffers come from.
  ///   - source: Gives the pieces.
  /// - Returns: The snapshot, complete and durable.
  /// - Throws: `SnapshotError` if a system call fails; no file of it is left then.
  public static func write<S: Storage & ~Copyable, P: PieceSource & ~Copyable>(
    _ storage: inout S, _ header: SnapshotFileHeader, expectedByteCount: UInt64 = 0,
    limits: SnapshotLimits = SnapshotLimits(), memory: MemorySource, source: inout P
  ) throws(SnapshotError) -> SnapshotInfo {
    var writer = SnapshotWriter(limits: limits, memory: memory)
    var file = SnapshotFile()
    writer.begin(header, expectedByteCount: expectedByteCount)
    while writer.isBusy {
      if let (pointer, room) = unsafe writer.buffer() {
        let byteCount = unsafe source.writePieces(into: pointer, room: room)
        if byteCount == 0 { writer.finish() } else { writer.filled(byteCount: byteCount) }
      }
      if let step = writer.nextStep(durablePosition: header.position) {
        writer.completed(file.execute(&storage, step))
      }
    }
    file.close(&storage)
    switch writer.phase {
    case .done(let info): return info
    case .failed(let error): throw .storage(error)
    case .idle, .writing, .cancelled:
      throw .storage(StorageError(operation: .write, file: writer.headerName, errno: 5))
    }
  }

  /// Copies a snapshot to another folder, proving every byte on the way.
  ///
  /// - Parameters:
  ///   - storage: The folder that has it.
  ///   - info: The snapshot, from `list`.
  ///   - target: The folder that gets it, under the same name.
  ///   - limits: The sizes of reading.
  ///   - memory: Where the buffers come from.
  /// - Throws: `SnapshotError` if it is not as it was written, or a system call fails.
  public static func copy<S: Storage & ~Copyable, T: Storage & ~Copyable>(
    _ storage: inout S, _ info: SnapshotInfo, to target: inout T,
    limits: SnapshotLimits = SnapshotLimits(), memory: MemorySource
  ) throws(SnapshotError) {
    let file: StorageFile
    do { file = try storage.open(info.name.text) } catch { throw .storage(error) }
    defer { storage.close(file) }
    let name = SnapshotName(position: info.position, kind: .writing).text
    let copy: StorageFile
    do { copy = try target.create(name) } catch { throw .storage(error) }
    defer { target.close(copy) }
    var loading = SnapshotLoading(info, file, limits: limits, memory: memory)
    try loading.copy(&storage, to: &target, copy, named: name)
    do {
      try target.syncData(copy)
      try target.rename(name, to: info.name.text)
      try target.syncFolder()
    } catch { throw .storage(error) }
  }
}

extension SnapshotLoading {
  /// Proves the file from its first to its last byte and writes each to another one.
  fileprivate mutating func copy<S: Storage & ~Copyable, T: Storage & ~Copyable>(
    _ storage: inout S, to target: inout T, _ copy: StorageFile, named name: String
  ) throws(SnapshotError) {
    let block = SnapshotFormat.blockByteCount
    let header = unsafe try readHeader(&storage)
    unsafe try put(header, block, at: 0, &target, copy, name)
    while !isAtTrailer {
      let start = offset
      let bytes = unsafe try readChunk(&storage)
      unsafe try put(bytes, chunkByteCount, at: start, &target, copy, name)
    }
    let start = offset
    let trailer = unsafe try readTrailer(&storage)
    unsafe try put(trailer, block, at: start, &target, copy, name)
  }

  private func put<T: Storage & ~Copyable>(
    _ bytes: UnsafeRawPointer, _ byteCount: Int, at offset: UInt64, _ target: inout T,
    _ file: StorageFile, _ name: String
  ) throws(SnapshotError) {
    do {
      unsafe try target.writeAll(file, named: name, from: bytes, byteCount: byteCount, at: offset)
    } catch { throw .storage(error) }
  }
}

extension SnapshotWriter {
  fileprivate var headerName: String { SnapshotName(position: header.position).text }
}
