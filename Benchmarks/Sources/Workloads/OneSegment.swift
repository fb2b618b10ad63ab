import Glibc
import WAL

/// A folder for reading alone, whose only file is in memory.
struct OneSegment: Storage {
  private static let name = SegmentName(number: 1).text
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func readOnly(_ operation: StorageError.Operation) -> StorageError {
    StorageError(operation: operation, file: Self.name, errno: EROFS)
  }

  mutating func list() throws(StorageError) -> [StorageEntry] {
    [StorageEntry(name: Self.name, byteCount: UInt64(bytes.count))]
  }

  mutating func open(_ name: String) throws(StorageError) -> StorageFile { StorageFile(id: 0) }

  mutating func close(_ file: StorageFile) {}

  mutating func read(
    _ file: StorageFile, into target: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int {
    let count = min(byteCount, max(0, bytes.count - Int(offset)))
    guard count > 0 else { return 0 }
    bytes.withUnsafeBytes { source in
      if let base = source.baseAddress {
        target.copyMemory(from: base + Int(offset), byteCount: count)
      }
    }
    return count
  }

  mutating func freeByteCount() throws(StorageError) -> UInt64 { 0 }

  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    throw readOnly(.create)
  }
  mutating func write(
    _ file: StorageFile, from source: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) throws(StorageError) -> Int { throw readOnly(.write) }
  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError) {
    throw readOnly(.write)
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    throw readOnly(.truncate)
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) { throw readOnly(.syncData) }
  mutating func syncFolder() throws(StorageError) { throw readOnly(.syncFolder) }
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    throw readOnly(.rename)
  }
  mutating func remove(_ name: String) throws(StorageError) { throw readOnly(.remove) }
}
