import Primitives
import Runtime
import Uring
import WAL

/// Copies a data folder, or a backup, as it was at its end or at a moment before.
struct FolderCopy {
  private let source: DataFolder
  private let target: PartialFolder
  /// How many snapshots of a shard are copied.
  private let snapshotCountMax: Int
  /// The archive's folder; nil = none.
  private let archive: String?

  /// Names the folders.
  ///
  /// - Parameters:
  ///   - path: The data folder or the backup.
  ///   - target: The new folder; missing or empty.
  ///   - snapshotCountMax: How many snapshots of a shard are copied.
  ///   - archive: The archive's folder, whose segments count as the log's; nil = none.
  /// - Throws: One line when the source is none or there is something at the target.
  init(_ path: String, to target: String, snapshotCountMax: Int, archive: String?) throws {
    source = try FilesFailure.told { try DataFolder(path: path) }
    for shard in source.shards {
      for folder in [shard.logPath, shard.snapshotsPath, shard.journalPath] {
        try FolderTree.refuseWhatIsNoFile(in: folder)
      }
    }
    self.snapshotCountMax = snapshotCountMax
    self.archive = archive
    self.target = try PartialFolder(target)
  }

  /// Copies every shard and proves the copies; leaves nothing behind when it fails.
  ///
  /// - Parameter end: Where each shard ends.
  /// - Returns: What the new folder holds.
  /// - Throws: One line that says what to do.
  func run(until end: FolderEnd) throws -> [ShardReport] {
    defer { StandardError.endProgress() }
    return try target.fill {
      var reports: [ShardReport] = []
      // The shard that a position is of comes first: its time is the others' end.
      for shard in try end.ordered(source.shards) {
        let until = end.end(of: shard.shard, after: reports)
        reports.append(try copy(shard, until: until))
      }
      return reports.sorted { $0.shard.number < $1.shard.number }
    }
  }

  private func copy(_ shard: ShardFolder, until end: ReplayEnd) throws -> ShardReport {
    let progress = ReplayProgressLine("shard \(shard.shard.number)")
    var copy = ShardCopy(
      shard, to: ShardFolder(dataPath: target.path, shard: shard.shard), until: end,
      snapshotCountMax: snapshotCountMax, progress: { progress.show($0) })
    guard let archive else {
      var log = try ShardLog.open(shard)
      return try copy.run(&log)
    }
    var log = try ShardLog.withArchive(shard, archive)
    return try copy.run(&log)
  }
}

/// Where the copy of a data folder ends.
enum FolderEnd {
  /// With all that there is.
  case end
  /// With a record of a shard; the other shards end with the time of that record.
  case position(UInt64, of: ShardID)
  /// With a time.
  case time(Nanoseconds)

  /// The shards in the order in which they must be copied.
  func ordered(_ shards: [ShardFolder]) throws(CommandFailure) -> [ShardFolder] {
    guard case .position(_, let shard) = self else { return shards }
    guard let first = shards.first(where: { $0.shard == shard }) else {
      throw CommandFailure("the folder has no shard \(shard.number)")
    }
    return [first] + shards.filter { $0.shard != shard }
  }

  /// Where a shard ends.
  func end(of shard: ShardID, after reports: [ShardReport]) -> ReplayEnd {
    switch self {
    case .end: .end
    case .time(let time): .time(time)
    case .position(let position, let chosen):
      shard == chosen ? .position(position) : .time(reports.first?.time ?? 0)
    }
  }
}
