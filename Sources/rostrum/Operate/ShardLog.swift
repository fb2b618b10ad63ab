import Primitives
import Runtime
import Uring
import WAL

/// The folders of a shard, opened for reading alone.
enum ShardLog {
  /// Opens the folder of a shard's log.
  ///
  /// - Parameter folder: The shard's folder.
  /// - Returns: The log's files.
  /// - Throws: One line when it cannot be opened.
  static func open(_ folder: ShardFolder) throws(CommandFailure) -> DirectStorage {
    try open(folder.logPath)
  }

  /// Opens the folder of a shard's snapshots.
  ///
  /// - Parameter folder: The shard's folder.
  /// - Returns: The files; nil when there is no such folder.
  /// - Throws: One line when it cannot be opened.
  static func snapshots(_ folder: ShardFolder) throws(CommandFailure) -> DirectStorage? {
    guard Machine.isFolder(folder.snapshotsPath) else { return nil }
    return try open(folder.snapshotsPath)
  }

  private static func open(_ path: String) throws(CommandFailure) -> DirectStorage {
    do {
      return try DirectStorage(path: path, access: .readable, memory: Machine.pages)
    } catch { throw CommandFailure("\(error)") }
  }
}
