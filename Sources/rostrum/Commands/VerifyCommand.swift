import ArgumentParser
import Primitives
import Runtime

/// Checks everything that a data folder holds.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check everything that a data folder holds.",
    discussion: """
      Every checksum and the hash chain of the log; every snapshot by its own checksums and \
      against the replay of what is before it; the event journal by its checksums, back pointers \
      and the end that the replay gives it. Reads alone, also while a server has the folder. \
      Ends with status 0 when nothing is wrong, 1 when something is.

      Examples:
        rostrum verify ./data
        rostrum verify ./data --shard 1 --json
      """
  )

  @Argument(help: "The data folder, or a backup of one.")
  var folder: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The archive of the log: proven too, and read where the log lacks segments.",
      valueName: "dir"))
  var archive: String?

  @OptionGroup var selection: ShardSelection

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func run() throws {
    var isSound = true
    try reportingFailures {
      let data = try FilesFailure.told { try DataFolder(path: folder) }
      let shards = try selection.shards(of: folder)
      let progress = ReplayProgressLine("checking")
      let reports = try FilesFailure.told {
        try FolderCheck.run(data, shards: shards, archive: archive) { _, state in
          progress.show(state)
        }
      }
      progress.end()
      isSound = reports.allSatisfy(\.isSound)
      try StandardOutput.write((json ? Self.json(reports).text : Self.text(reports)) + "\n")
    }
    if !isSound { throw ExitCode(1) }
  }

  private static func json(_ reports: [ShardReport]) -> JSONObject {
    var object = JSONObject()
    object.add("sound", reports.allSatisfy(\.isSound))
    object.add("shards", objects: reports.map(\.json))
    return object
  }

  private static func text(_ reports: [ShardReport]) -> String {
    let lines = reports.flatMap { report in
      let number = report.shard.number
      let state = report.isSound ? "sound" : Plural.text(report.findings.count, "finding")
      let snapshots =
        report.snapshots.isEmpty
        ? "none" : report.snapshots.map(String.init).joined(separator: ", ")
      var lines = [
        "shard \(number): \(state)",
        report.isLogRead
          ? "  log: records \(report.oldestPosition) to \(report.position), head "
            + report.head.hexadecimal : "  log: cannot be read to its end",
        "  state: hash \(report.stateHash?.hexadecimal ?? "not known")",
        "  snapshots that equal the replay: \(snapshots)",
        "  journal: \(report.eventCount) events",
      ]
      lines += report.notes.map { "  note: \($0)" }
      lines += report.findings.map { finding in
        let place = finding.offset.map { " at byte \($0)" } ?? ""
        return "  WRONG: \(finding.file)\(place): \(finding.text)"
      }
      return lines
    }
    return lines.joined(separator: "\n")
  }
}
