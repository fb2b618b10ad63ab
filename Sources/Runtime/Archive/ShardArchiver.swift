internal import Compression
internal import Kernel
public import Primitives
internal import Uring
internal import WAL

/// Archives the closed segments of a running shard, one at a time, on the thread that made it.
///
/// It only reads the shard's files; what it tells the shard is up to which record the archive has
/// everything, and not before that does the shard use a segment again. When the power fails in
/// between, the next start looks at what the archive has and goes on there.
public final class ShardArchiver {
  /// Where an archive keeps a shard's segments.
  ///
  /// - Parameters:
  ///   - path: The archive's folder.
  ///   - shard: Which shard.
  /// - Returns: The folder of that shard.
  public static func folder(_ path: String, _ shard: ShardID) -> String {
    "\(path)/\(ShardFolder.name(shard))"
  }

  private static let retryNs = 10 * TimeSpan.second

  private let status: ShardStatus
  private let shard: ShardID
  private var log: DirectStorage
  private var archive: DirectStorage
  private var keeper: LogArchive<Zstandard>
  private var seenSegment: UInt64 = 0
  private var retryTime: Nanoseconds = 0

  /// Opens both folders; makes the archive's when it is missing.
  ///
  /// - Parameters:
  ///   - path: The archive's folder, of all shards.
  ///   - folder: The shard's folder.
  ///   - status: What the shard says and is told.
  /// - Throws: `ShardError` when a folder cannot be used.
  public init(path: String, folder: ShardFolder, status: ShardStatus) throws(ShardError) {
    self.status = status
    shard = folder.shard
    do throws(StorageError) {
      log = try DirectStorage(path: folder.logPath, access: .readable, memory: Machine.pages)
      archive = try DirectStorage(path: Self.folder(path, folder.shard), memory: Machine.pages)
    } catch { throw .storage(error) }
    do throws(CodecError) {
      keeper = LogArchive(shard: folder.shard, codec: try Zstandard(), memory: Machine.pages)
    } catch { throw .archive("\(error)") }
    do { _ = try keeper.open(&archive) } catch { throw .archive("\(error)") }
  }

  /// Archives the next closed segment, if there is one.
  ///
  /// - Parameter now: The time.
  /// - Returns: What went wrong, to be told; nil when nothing did.
  public func step(now: Nanoseconds) -> String? {
    let active = status.activeSegmentNumber
    guard active != seenSegment, now >= retryTime else { return nil }
    do {
      if try keeper.archiveNext(log: &log, archive: &archive) == nil { seenSegment = active }
      status.noteArchived(through: try keeper.archivedThrough(log: &log))
      return nil
    } catch {
      retryTime = now + Self.retryNs
      return "shard \(shard.number): the log cannot be archived: \(error); the log is kept as it is"
        + " and grows meanwhile"
    }
  }
}
