import Primitives
import Runtime
import Uring
import WAL

/// Something that is wrong with a file of a data folder.
struct FolderFinding: Equatable {
  let shard: ShardID
  /// The file or folder, below the data folder.
  let file: String
  /// Where in the file, in bytes, as far as that is known.
  let offset: UInt64?
  /// What is wrong and what to do.
  let text: String

  var json: JSONObject {
    var object = JSONObject()
    object.add("shard", shard.number)
    object.add("file", file)
    if let offset { object.add("offset", offset) } else { object.addNull("offset") }
    object.add("finding", text)
    return object
  }
}

/// What was checked of a shard, and what was found.
struct ShardReport {
  let shard: ShardID
  /// Whether the log was read to its end; what is said of it means nothing else.
  var isLogRead = false
  /// The position of the oldest record that is held.
  var oldestPosition: UInt64 = 0
  /// The position of the last record.
  var position: UInt64 = 0
  /// The time of the last record, in nanoseconds since the Unix epoch.
  var time: Nanoseconds = 0
  /// The hash of the state there; nil when it could not be had.
  var stateHash: Digest?
  /// The hash of the last batch: the head of the chain.
  var head = Digest.zero
  /// The records whose batches were proven.
  var recordCount: UInt64 = 0
  /// The positions of the snapshots that are sound and equal the replay, oldest first.
  var snapshots: [UInt64] = []
  /// Where the journal ends as the replay gives it, in logical bytes; nil when that is not known.
  var journalEnd: UInt64?
  /// The events of the journal that were proven.
  var eventCount: UInt64 = 0
  var findings: [FolderFinding] = []
  /// What is worth saying and no damage.
  var notes: [String] = []

  var isSound: Bool { findings.isEmpty }

  init(_ shard: ShardID) { self.shard = shard }

  mutating func add(_ file: String, at offset: UInt64? = nil, _ text: String) {
    let finding = FolderFinding(
      shard: shard, file: "\(ShardFolder.name(shard))/\(file)", offset: offset, text: text)
    if !findings.contains(finding) { findings.append(finding) }
  }

  /// Adds a file of the archive.
  mutating func add(archive file: String, _ text: String) {
    findings.append(
      FolderFinding(
        shard: shard, file: "archive/\(ShardFolder.name(shard))/\(file)", offset: nil,
        text: text))
  }

  /// The report's members as one object.
  var json: JSONObject {
    var object = JSONObject()
    object.add("shard", shard.number)
    object.add("sound", isSound)
    addLog(to: &object)
    if let stateHash {
      object.add("state_hash", stateHash.hexadecimal)
    } else {
      object.addNull("state_hash")
    }
    object.add("snapshots", numbers: snapshots)
    object.add("events", eventCount)
    object.add("findings", objects: findings.map(\.json))
    object.add("notes", strings: notes)
    return object
  }

  private func addLog(to object: inout JSONObject) {
    guard isLogRead else {
      for name in ["oldest_position", "position", "time", "head", "records"] {
        object.addNull(name)
      }
      return
    }
    object.add("oldest_position", oldestPosition)
    object.add("position", position)
    object.add("time", time)
    object.add("head", head.hexadecimal)
    object.add("records", recordCount)
  }
}

/// Checks everything that a data folder holds; nothing is written, and a server may have it.
///
/// The log from its oldest record by checksum and hash chain; each snapshot by its own checksums
/// and against the replay of what is before it; the journal by checksums, back pointers and its end
/// as the replay gives it. A file that a server deletes meanwhile is no finding.
enum FolderCheck {
  /// Checks the shards of a folder.
  ///
  /// - Parameters:
  ///   - folder: The data folder, or a backup.
  ///   - shards: Which; nil = all.
  ///   - archive: The archive's folder: proven, and read where the log lacks segments; nil = none.
  ///   - progress: Told which shard is looked at, and how far its replay is.
  /// - Returns: One report a shard, in order.
  /// - Throws: When a folder cannot be read at all.
  static func run(
    _ folder: DataFolder, shards: [ShardFolder]? = nil, archive: String? = nil,
    progress: @escaping (ShardID, ReplayProgress) -> Void = { _, _ in }
  ) throws -> [ShardReport] {
    let isServed = FolderUse.isServed(folder.path)
    return try (shards ?? folder.shards).map { shard in
      try check(shard, isServed: isServed, archive) { progress(shard.shard, $0) }
    }
  }

  private static func check(
    _ folder: ShardFolder, isServed: Bool, _ archive: String?,
    progress: @escaping (ReplayProgress) -> Void
  ) throws -> ShardReport {
    var check = ShardCheck(folder, isServed: isServed, progress: progress)
    guard let archive else {
      var log = try ShardLog.open(folder)
      try check.run(&log)
      return check.report
    }
    var log = try ShardLog.withArchive(folder, archive)
    try check.run(&log)
    var report = check.report
    try ShardLog.proveArchive(archive, folder.shard) { report.add(archive: $0, "\($1)") }
    return report
  }
}
