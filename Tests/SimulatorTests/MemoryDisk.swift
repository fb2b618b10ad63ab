import Foundation
import Primitives
import WAL

let testMemory = MemorySource.heap

extension LogLimits {
  /// Small sizes, so that a few records fill a segment.
  static var small: LogLimits {
    var limits = LogLimits()
    limits.batchByteCountMax = 69_632
    limits.segmentByteCount = 4_096 + 4 * 69_632
    limits.zeroPieceByteCount = 65_536
    limits.freeByteCountReserve = 4_096
    limits.readByteCountMax = 65_536
    return limits
  }
}

/// Files in memory that outlive the storages that open them.
final class MemoryDisk {
  fileprivate(set) var files: [String: [UInt8]] = [:]
  fileprivate var open: [String] = []

  var names: [String] { files.keys.sorted() }

  /// Changes the bytes of a file.
  func change(_ name: String, _ body: (inout [UInt8]) -> Void) {
    var bytes = files[name] ?? []
    body(&bytes)
    files[name] = bytes
  }
}

/// A folder in memory.
struct MemoryFiles: Storage {
  let disk: MemoryDisk

  private func name(_ file: StorageFile) -> String { disk.open[Int(file.id)] }

  mutating func list() throws(StorageError) -> [StorageEntry] {
    disk.files.map { StorageEntry(name: $0.key, byteCount: UInt64($0.value.count)) }
  }
  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    disk.files[name] = []
    return try open(name)
  }
  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    guard disk.files[name] != nil else {
      throw StorageError(operation: .open, file: name, errno: ENOENT)
    }
    disk.open.append(name)
    return StorageFile(id: Int32(disk.open.count - 1))
  }
  mutating func close(_ file: StorageFile) {}
  mutating func read(
    _ file: StorageFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let held = disk.files[name(file)] ?? []
    let count = min(byteCount, max(0, held.count - Int(offset)))
    guard count > 0 else { return 0 }
    held.withUnsafeBytes { raw in
      if let base = raw.baseAddress { memcpy(bytes, base + Int(offset), count) }
    }
    return count
  }
  mutating func write(
    _ file: StorageFile, from bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    grow(name(file), to: Int(offset) + byteCount)
    disk.files[name(file)]?.withUnsafeMutableBytes { raw in
      if let base = raw.baseAddress { memcpy(base + Int(offset), bytes, byteCount) }
    }
    return byteCount
  }
  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError) {
    grow(name(file), to: Int(offset) + byteCount)
    disk.files[name(file)]?.withUnsafeMutableBytes { raw in
      if let base = raw.baseAddress { memset(base + Int(offset), 0, byteCount) }
    }
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    disk.change(name(file)) { $0 = Array($0.prefix(Int(byteCount))) }
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) {}
  mutating func syncFolder() throws(StorageError) {}
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    disk.files[newName] = disk.files.removeValue(forKey: name)
    disk.open = disk.open.map { $0 == name ? newName : $0 }
  }
  mutating func remove(_ name: String) throws(StorageError) { disk.files[name] = nil }
  mutating func freeByteCount() throws(StorageError) -> UInt64 { 1 << 40 }

  private func grow(_ name: String, to byteCount: Int) {
    let held = disk.files[name]?.count ?? 0
    if held < byteCount {
      disk.files[name]? += [UInt8](repeating: 0, count: byteCount - held)
    }
  }
}
