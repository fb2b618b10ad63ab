import Glibc
internal import Kernel
import Uring

/// Whether somebody serves a data folder, and keeping others from it.
enum FolderUse {
  /// Whether a server has the folder now; nothing is made or changed.
  ///
  /// - Parameter path: The data folder.
  /// - Returns: Whether its lock is taken.
  static func isServed(_ path: String) -> Bool {
    guard Machine.fileMode(path + "/lock") != nil else { return false }
    switch Machine.lockFolder(path) {
    case .success(let descriptor):
      Machine.unlockFolder(descriptor)
      return false
    case .failure(let error): return error.errno == EAGAIN
    }
  }

  /// Takes the folder's only lock for a command that changes it.
  ///
  /// - Parameters:
  ///   - path: The data folder; it must be there.
  ///   - hint: What to do instead while a server has it.
  /// - Returns: The lock; release it when done.
  /// - Throws: One line when a server has the folder.
  static func lock(_ path: String, otherwise hint: String) throws(CommandFailure) -> Int32 {
    switch Machine.lockFolder(path) {
    case .success(let descriptor): return descriptor
    case .failure(let error):
      guard error.errno == EAGAIN else {
        throw CommandFailure("the data folder '\(path)' cannot be used: \(error)")
      }
      throw CommandFailure("a server has the data folder '\(path)': \(hint)")
    }
  }

  /// Gives the lock back.
  ///
  /// - Parameter lock: What `lock` gave.
  static func unlock(_ lock: Int32) { Machine.unlockFolder(lock) }
}
