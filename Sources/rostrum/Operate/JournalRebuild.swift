import Primitives
import Runtime

/// The event journal of a shard, written again from the log.
struct JournalRebuild {
  let shard: ShardID
  /// Where the old one was moved; nil when there was none.
  let aside: String?
  /// What it holds now; nil when nothing was done.
  let rebuilt: RebuiltJournal?

  /// Moves the journal aside and writes it again.
  ///
  /// If power fails in between, the next start of a server builds it, as it builds any journal that
  /// is missing or short.
  ///
  /// - Parameters:
  ///   - folder: The shard's folder, which nobody serves.
  ///   - dataPath: The data folder.
  ///   - dryRun: Whether nothing is to be changed.
  /// - Returns: What was done.
  /// - Throws: One line when the log does not give it.
  static func run(
    _ folder: ShardFolder, dataPath: String, dryRun: Bool
  ) throws -> JournalRebuild {
    var aside: String?
    if FolderTree.isThere(folder.journalPath) {
      aside = "\(folder.path)/" + ShardRepair.asideName("journal", folder.path)
    }
    if dryRun { return JournalRebuild(shard: folder.shard, aside: aside, rebuilt: nil) }
    if let aside {
      try FolderTree.rename(folder.journalPath, to: aside)
      try FolderTree.sync(folder.path)
    }
    let progress = ReplayProgressLine("shard \(folder.shard.number)")
    do {
      let rebuilt = try OfflineShard.rebuildJournal(dataPath: dataPath, shard: folder.shard) {
        progress.show($0)
      }
      return JournalRebuild(shard: folder.shard, aside: aside, rebuilt: rebuilt)
    } catch { throw CommandFailure("shard \(folder.shard.number): \(error)") }
  }

  var text: String {
    let name = "shard \(shard.number): "
    let moved = aside.map { "the event journal is kept in \($0)" } ?? "there was no event journal"
    guard let rebuilt else {
      return name + "would move the event journal to \(aside ?? "nowhere") and write it again"
    }
    return name + "\(moved); the new one has events of records to \(rebuilt.position),"
      + " bytes \(rebuilt.oldestOffset) to \(rebuilt.endOffset)"
  }

  var json: JSONObject {
    var object = JSONObject()
    object.add("shard", shard.number)
    object.add("done", rebuilt != nil)
    if let aside { object.add("aside", aside) } else { object.addNull("aside") }
    if let rebuilt {
      object.add("position", rebuilt.position)
      object.add("oldest_offset", rebuilt.oldestOffset)
      object.add("end_offset", rebuilt.endOffset)
    }
    return object
  }
}
