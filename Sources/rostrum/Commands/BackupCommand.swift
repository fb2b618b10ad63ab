import ArgumentParser

/// Copies a data folder that may be in use.
struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy a data folder, also while it is served.",
    discussion: """
      Copies the newest two sound snapshots, the log from the older of them on (all of it where the
      log still has its first record) and the event journal, checks the copy as `rostrum verify`
      does, and only then gives it its name. The server goes on meanwhile; nothing of the data
      folder is changed. Prints up to which record the backup goes, and the hash of that state.

      Exit status: 0 when the backup is there, 1 when it is not; nothing is left behind then.

      Examples:
        rostrum backup --data /var/lib/rostrum --to /mnt/backup/2026-03-01
        rostrum backup --data ./data --to ./backup --json
      """)

  @Option(name: .long, help: ArgumentHelp("The data folder.", valueName: "dir"))
  var data: String

  @Option(
    name: .long, help: ArgumentHelp("The new folder; missing or empty.", valueName: "dir"))
  var to: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The archive of the log: its segments count as the log's own.", valueName: "dir"))
  var archive: String?

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func run() throws {
    try reportingFailures {
      let copy = try FolderCopy(data, to: to, snapshotCountMax: 2, archive: archive)
      let reports = try copy.run(until: .end)
      if json { return StandardOutput.print(CopyReport.json(to, reports)) }
      for line in CopyReport.lines("backed up to", to, reports) { StandardOutput.print(line) }
    }
  }
}
