internal import Primitives

/// A file that a `Storage` has open.
public struct StorageFile: Equatable, Sendable, BitwiseCopyable {
  /// The storage's own number for it, for example a file descriptor.
  public let id: Int32

  /// Names an open file.
  ///
  /// - Parameter id: The storage's own number for it.
  public init(id: Int32) { self.id = id }
}

/// A file of the log's folder.
public struct StorageEntry: Equatable, Sendable {
  /// The name, without the folder.
  public let name: String
  /// The length in bytes.
  public let byteCount: UInt64

  /// Describes a file.
  ///
  /// - Parameters:
  ///   - name: The name, without the folder.
  ///   - byteCount: The length in bytes.
  public init(name: String, byteCount: UInt64) {
    self.name = name
    self.byteCount = byteCount
  }
}

/// One shard's log folder, as opening and recovery see it: simple, blocking, never on the hot path.
///
/// Files are read and written past the page cache (O_DIRECT), because after a failed flush the
/// cache shows bytes that the disk does not hold. So addresses, offsets and counts that are given
/// to `read` and `write` are multiples of 4,096. Nothing is durable before `syncData` (bytes and
/// length of a file) or `syncFolder` (names) has returned.
public protocol Storage: ~Copyable {
  /// The files of the folder, in any order.
  ///
  /// - Returns: Names and lengths.
  /// - Throws: `StorageError` if the folder cannot be read.
  mutating func list() throws(StorageError) -> [StorageEntry]

  /// Makes a file, or empties it if there is one, and opens it.
  ///
  /// - Parameter name: The name, without the folder.
  /// - Returns: The open file.
  /// - Throws: `StorageError` if it cannot be made.
  mutating func create(_ name: String) throws(StorageError) -> StorageFile

  /// Opens a file for reading and writing.
  ///
  /// - Parameter name: The name, without the folder.
  /// - Returns: The open file.
  /// - Throws: `StorageError` if it cannot be opened.
  mutating func open(_ name: String) throws(StorageError) -> StorageFile

  /// Closes a file.
  ///
  /// - Parameter file: The open file.
  mutating func close(_ file: StorageFile)

  /// Reads bytes; fewer than asked where the file ends, and then 0.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: Where to.
  ///   - byteCount: How many bytes.
  ///   - offset: Where in the file, in bytes.
  /// - Returns: How many bytes were read.
  /// - Throws: `StorageError` if the disk cannot read them.
  mutating func read(
    _ file: StorageFile,
    into bytes: UnsafeMutableRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int

  /// Writes bytes; may write fewer than asked.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: Where from.
  ///   - byteCount: How many bytes.
  ///   - offset: Where in the file, in bytes.
  /// - Returns: How many bytes were written.
  /// - Throws: `StorageError` if the disk cannot write them.
  mutating func write(
    _ file: StorageFile,
    from bytes: UnsafeRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int

  /// Writes zeros, all of them, with real writes.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - offset: Where in the file, in bytes; a multiple of 4,096.
  ///   - byteCount: How many bytes; a multiple of 4,096.
  /// - Throws: `StorageError` if the disk cannot write them.
  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError)

  /// Cuts a file off; what it held behind the cut is gone.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - byteCount: The length that it gets, in bytes.
  /// - Throws: `StorageError` if its length cannot be changed.
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError)

  /// Makes the bytes and the length of a file durable.
  ///
  /// - Parameter file: The open file.
  /// - Throws: `StorageError` if the flush fails.
  mutating func syncData(_ file: StorageFile) throws(StorageError)

  /// Makes the names of the folder durable.
  ///
  /// - Throws: `StorageError` if the flush fails.
  mutating func syncFolder() throws(StorageError)

  /// Renames a file, over another if there is one.
  ///
  /// - Parameters:
  ///   - name: The name that it has.
  ///   - newName: The name that it gets.
  /// - Throws: `StorageError` if it cannot be renamed.
  mutating func rename(_ name: String, to newName: String) throws(StorageError)

  /// Deletes a file.
  ///
  /// - Parameter name: The name, without the folder.
  /// - Throws: `StorageError` if it cannot be deleted.
  mutating func remove(_ name: String) throws(StorageError)

  /// The free bytes of the file system.
  ///
  /// - Returns: How many bytes a process without privileges may still write.
  /// - Throws: `StorageError` if the system does not say.
  mutating func freeByteCount() throws(StorageError) -> UInt64
}

extension Storage where Self: ~Copyable {
  /// Writes all bytes, in as many writes as it takes, each from a whole block on.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - name: Its name, for errors.
  ///   - bytes: Where from.
  ///   - byteCount: How many bytes; a multiple of 4,096.
  ///   - offset: Where in the file, in bytes; a multiple of 4,096.
  /// - Throws: `StorageError` if the disk cannot write them.
  public mutating func writeAll(
    _ file: StorageFile,
    named name: String,
    from bytes: UnsafeRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) {
    var done = 0
    var stuckCount = 0
    while done < byteCount {
      let written = unsafe try write(
        file,
        from: bytes + done,
        byteCount: byteCount - done,
        at: offset + UInt64(done)
      )
      let progress = written & ~(LogFormat.blockByteCount - 1)
      // Less than a block may be written once in a while; again and again it is an error.
      stuckCount = progress > 0 ? 0 : stuckCount + 1
      if stuckCount == LogLimits().stuckWriteCountMax {
        let errnoInputOutput: Int32 = 5
        throw StorageError(
          operation: .write,
          file: name,
          offset: offset + UInt64(done),
          errno: errnoInputOutput
        )
      }
      if written < byteCount - done { probe(.storageShortWrite) }
      done += max(0, progress)
    }
  }
}
