import Primitives
import Runtime

/// The data folder that a command is given.
enum OperateFolder {
  /// Opens a folder.
  ///
  /// - Parameter path: The data folder, or a backup.
  /// - Returns: Its shards.
  /// - Throws: One line when it is none.
  static func open(_ path: String) throws(CommandFailure) -> DataFolder {
    do { return try DataFolder(path: path) } catch { throw CommandFailure("\(error)") }
  }

  /// The shards that a command is for.
  ///
  /// - Parameters:
  ///   - folder: The data folder.
  ///   - shard: The one that was asked for; nil = all.
  /// - Returns: The shards.
  /// - Throws: One line when there is no such shard.
  static func shards(
    _ folder: DataFolder, _ shard: UInt16?
  ) throws(CommandFailure) -> [ShardFolder] {
    guard let shard else { return folder.shards }
    guard let found = folder.shards.first(where: { $0.shard == ShardID(shard) }) else {
      throw CommandFailure("'\(folder.path)' has no shard \(shard)")
    }
    return [found]
  }
}
