import ArgumentParser
import Primitives
import Runtime

/// Cuts a damaged log off, or builds the event journal again.
struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Cut a damaged log off before the damage, or rebuild the event journal.",
    discussion: """
      For an operator who has no copy to restore from. What is cut off may have been acknowledged:
      look with --dry-run first, which says exactly what would be lost and changes nothing. Nothing
      is deleted: files are moved aside, with names that end in .damaged.

      --rebuild-journal moves the event journal aside and writes it again from the log. Where the
      log no longer has its first record, histories begin with the oldest snapshot that is held.

      The folder must not be served.

      Exit status: 0 when nothing is damaged or it was repaired, 1 when something is damaged and
      nothing was done (also after --dry-run).

      Examples:
        rostrum repair ./data --truncate-torn-tail --dry-run
        rostrum repair ./data --truncate-torn-tail
        rostrum repair ./data --rebuild-journal
      """)

  @Argument(help: ArgumentHelp("The data folder.", valueName: "dir"))
  var folder: String

  @Flag(name: .long, help: "Cut the log off where it is damaged.")
  var truncateTornTail = false

  @Flag(name: .long, help: "Move the event journal aside and write it again from the log.")
  var rebuildJournal = false

  @Flag(name: .long, help: "Say what would be done and lost, and change nothing.")
  var dryRun = false

  @OptionGroup var selection: ShardSelection

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    guard truncateTornTail != rebuildJournal else {
      throw ValidationError("Say what to repair: --truncate-torn-tail or --rebuild-journal.")
    }
  }

  func run() throws {
    try reportingFailures {
      let shards = try selection.shards(of: folder)
      let lock = try FolderUse.lock(folder, otherwise: "stop it first")
      defer { FolderUse.unlock(lock) }
      let isLeft = truncateTornTail ? try truncate(shards) : try rebuild(shards)
      if isLeft { throw ExitCode(1) }
    }
  }

  /// Repairs the logs; whether damage is left.
  private func truncate(_ shards: [ShardFolder]) throws -> Bool {
    var reports: [RepairReport] = []
    // All plans first: one shard that cannot be repaired must not leave others cut.
    let repairs = try shards.map { ($0, try ShardRepair.plan($0)) }
    for (shard, repair) in repairs {
      let isDone = repair.isNeeded && !dryRun
      let position = isDone ? try repair.apply(shard) : nil
      reports.append(RepairReport(repair: repair, isDone: isDone, position: position))
    }
    if json {
      var object = JSONObject()
      object.add("shards", objects: reports.map(\.json))
      StandardOutput.print(object.text)
    } else {
      for line in reports.flatMap(\.lines) { StandardOutput.print(line) }
    }
    return reports.contains { $0.repair.startsFrom != nil || $0.repair.isNeeded && !$0.isDone }
  }

  /// Rebuilds the journals; whether they are still to be rebuilt.
  private func rebuild(_ shards: [ShardFolder]) throws -> Bool {
    var objects: [JSONObject] = []
    for shard in shards {
      let rebuilt = try JournalRebuild.run(shard, dataPath: folder, dryRun: dryRun)
      objects.append(rebuilt.json)
      if !json { StandardOutput.print(rebuilt.text) }
    }
    StandardError.endProgress()
    if json {
      var object = JSONObject()
      object.add("shards", objects: objects)
      StandardOutput.print(object.text)
    }
    return dryRun
  }
}
