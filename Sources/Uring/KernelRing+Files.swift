internal import CLinux
public import Kernel
internal import Primitives
public import WAL

/// Requests on files that come and go: snapshots and the event journal.
///
/// They take ordinary descriptors and memory, because they are rare; the caller keeps both until
/// the completion.
extension KernelRing {
  private func accepted(_ status: Int32) {
    invariant(status == 0, "the submission queue takes a request after it was handed over")
  }

  /// Writes memory to a file.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: The first byte.
  ///   - byteCount: How many.
  ///   - offset: Where in the file, in bytes.
  ///   - token: What comes back with the completion.
  @_noLocks public mutating func write(
    _ file: StorageFile, _ bytes: UnsafeRawPointer, byteCount: Int, offset: UInt64, token: Token
  ) {
    accepted(unsafe rl_file_write(ring, file.id, bytes, UInt32(byteCount), offset, token.raw))
  }

  /// Reads a part of a file into memory.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: Where to.
  ///   - byteCount: How many bytes at most.
  ///   - offset: Where in the file, in bytes.
  ///   - token: What comes back with the completion.
  @_noLocks public mutating func read(
    _ file: StorageFile, _ bytes: UnsafeMutableRawPointer, byteCount: Int, offset: UInt64,
    token: Token
  ) {
    accepted(unsafe rl_file_read(ring, file.id, bytes, UInt32(byteCount), offset, token.raw))
  }

  /// Flushes a file, or a folder's names.
  ///
  /// - Parameters:
  ///   - file: The open file or folder.
  ///   - dataOnly: Whether times and the like may be left out; not for a folder.
  ///   - token: What comes back with the completion.
  @_noLocks public mutating func sync(_ file: StorageFile, dataOnly: Bool, token: Token) {
    accepted(unsafe rl_file_sync(ring, file.id, dataOnly ? 1 : 0, token.raw))
  }
}
