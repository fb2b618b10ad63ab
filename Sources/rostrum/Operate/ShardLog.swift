import Compression
internal import Kernel
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

  /// The folder of a shard's log together with its archive, as one log.
  typealias Archived = ArchivedLog<DirectStorage, DirectStorage, Zstandard>

  /// Opens the folder of a shard's log together with its archive.
  ///
  /// - Parameters:
  ///   - folder: The shard's folder.
  ///   - archive: The archive's folder, of all shards.
  /// - Returns: One log of both.
  /// - Throws: One line when one of them cannot be opened.
  static func withArchive(
    _ folder: ShardFolder, _ archive: String
  ) throws(CommandFailure) -> Archived {
    let log = try open(folder)
    let kept = try self.archive(archive, folder.shard)
    do throws(ArchiveError) {
      return try ArchivedLog(
        log: log, archive: kept, codec: try codec(), memory: Machine.pages)
    } catch { throw CommandFailure("\(error)") }
  }

  private static func codec() throws(ArchiveError) -> Zstandard {
    do { return try Zstandard() } catch {
      throw .notTheSame(file: "the archive", reason: error.reason)
    }
  }

  private static func archive(
    _ path: String, _ shard: ShardID
  ) throws(CommandFailure) -> DirectStorage {
    let folder = ShardArchiver.folder(path, shard)
    guard Machine.isFolder(folder) else {
      throw CommandFailure(
        "'\(path)' is no archive of shard \(shard.number): it has no folder"
          + " \(ShardFolder.name(shard)); give the folder of `rostrum serve --archive`")
    }
    return try open(folder)
  }

  /// Proves every file of a shard's archive.
  ///
  /// - Parameters:
  ///   - path: The archive's folder, of all shards.
  ///   - shard: Which shard.
  ///   - tell: Gets the name of each file that is not as it was written, and why.
  /// - Throws: One line when the archive cannot be read.
  static func proveArchive(
    _ path: String, _ shard: ShardID, tell: (String, ArchiveError) -> Void
  ) throws(CommandFailure) {
    var storage = try archive(path, shard)
    do throws(ArchiveError) {
      var keeper = LogArchive(shard: shard, codec: try codec(), memory: Machine.pages)
      for entry in try ArchiveList.read(&storage, memory: Machine.pages) {
        do throws(ArchiveError) {
          try keeper.verify(&storage, try entry.finding.get())
        } catch { tell(entry.name, error) }
      }
    } catch { throw CommandFailure("\(error)") }
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
