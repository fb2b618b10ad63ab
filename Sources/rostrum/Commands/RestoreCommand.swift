import ArgumentParser
import Primitives
import Runtime

/// Makes a data folder of a backup, as it was at its end or at a moment before.
struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a data folder of a backup, up to a moment if wanted.",
    discussion: """
      Reads a backup or a data folder and writes a new data folder, which `rostrum serve` takes as
      it is. The log is cut behind the last record wanted; snapshots behind it are left out. The
      copy is checked as `rostrum verify` does before it gets its name.

      A position belongs to one shard: the other shards end with the time of that record. A time
      keeps every record stamped at or before it.

      Exit status: 0 when the folder is there, 1 when it is not; nothing is left behind then.

      Examples:
        rostrum restore --from /mnt/backup/2026-03-01 --to /var/lib/rostrum
        rostrum restore --from ./backup --to ./data --to-time 2026-03-01T11:59:59Z
        rostrum restore --from ./backup --to ./data --to-position 1042 --shard 1
      """)

  @Option(
    name: .long, help: ArgumentHelp("The backup, or a data folder.", valueName: "dir"))
  var from: String

  @Option(
    name: .long, help: ArgumentHelp("The new data folder; missing or empty.", valueName: "dir"))
  var to: String

  @Option(name: .long, help: ArgumentHelp("The last record wanted.", valueName: "n"))
  var toPosition: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The latest time wanted: RFC 3339, or nanoseconds since 1970.", valueName: "time"))
  var toTime: TimeArgument?

  @Option(name: .long, help: ArgumentHelp("The shard of --to-position.", valueName: "n"))
  var shard: UInt16?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The archive of the log: its segments count as the log's own.", valueName: "dir"))
  var archive: String?

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if toPosition != nil, toTime != nil {
      throw ValidationError("Give --to-position or --to-time, not both.")
    }
    if toPosition == 0 { throw ValidationError("--to-position counts from 1.") }
    if shard != nil, toPosition == nil {
      throw ValidationError("--shard says which shard --to-position is of.")
    }
  }

  private var end: FolderEnd {
    if let toPosition { return .position(toPosition, of: ShardID(shard ?? 0)) }
    if let toTime { return .time(toTime.time) }
    return .end
  }

  func run() throws {
    try reportingFailures {
      let source = try FilesFailure.told { try DataFolder(path: from) }
      if toPosition != nil, shard == nil, source.shards.count > 1 {
        throw CommandFailure(
          "the folder has \(source.shards.count) shards: say with --shard of which one record"
            + " \(toPosition ?? 0) is, or give --to-time")
      }
      let copy = try FolderCopy(from, to: to, snapshotCountMax: .max, archive: archive)
      let reports = try copy.run(until: end)
      if json { return StandardOutput.print(CopyReport.json(to, reports)) }
      for line in CopyReport.lines("restored to", to, reports) { StandardOutput.print(line) }
    }
  }
}
