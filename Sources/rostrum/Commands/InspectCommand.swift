import ArgumentParser
import Primitives
import Runtime

/// What `rostrum inspect` is asked about.
enum InspectSubject: String, ExpressibleByArgument, CaseIterable {
  case segment
  case batch
  case record
  case snapshot
  case auction
  case journal
}

/// Shows what a data folder holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a data folder holds.",
    discussion: """
      Without a subject: shards, segments, snapshots, the event journal and the head of the log.
      Reads alone, also while a server has the folder. Maxima and reserves are not shown unless \
      --show-hidden is given.

      Examples:
        rostrum inspect ./data
        rostrum inspect ./data segment 3
        rostrum inspect ./data batch 120 --json
        rostrum inspect ./data record 4711 --show-hidden
        rostrum inspect ./data snapshot
        rostrum inspect ./data snapshot 90000
        rostrum inspect ./data auction 4294967296 --records
        rostrum inspect ./data journal
      """
  )

  @Argument(help: "The data folder.")
  var folder: String

  @Argument(help: "segment, batch, record, snapshot, auction or journal.")
  var subject: InspectSubject?

  @Argument(
    help: "Its number: of a segment's file, a batch, a record, a snapshot's position, an auction.")
  var number: UInt64?

  @OptionGroup var selection: ShardSelection

  @Flag(name: .long, help: "Show maxima and reserves too.")
  var showHidden = false

  @Flag(name: .long, help: "Of an auction: every record of the log that names it.")
  var records = false

  @Option(name: .long, help: "The most batches or records to list.")
  var limit = 100

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    if records, subject != .auction {
      throw ValidationError("--records goes with `auction`.")
    }
    switch subject {
    case nil, .journal:
      if number != nil { throw ValidationError("`journal` takes no number.") }
    case .snapshot: break
    case .segment, .batch, .record, .auction:
      if number == nil || number == 0 {
        throw ValidationError("Give the number of the \(subject?.rawValue ?? ""), from 1.")
      }
    }
  }

  func run() throws {
    try reportingFailures {
      let answer = try answer()
      try StandardOutput.write(
        (json ? answer.json.text : answer.lines.joined(separator: "\n")) + "\n")
    }
  }

  private func answer() throws(CommandFailure) -> Inspected {
    let text = FrameText(showsHidden: showHidden)
    let number = number ?? 0
    switch subject {
    case nil:
      return try FolderInspection.overview(folder, selection.shards(of: folder))
    case .journal:
      return try FolderInspection.journals(selection.shards(of: folder))
    case .snapshot where self.number == nil:
      return try FolderInspection.snapshots(selection.shards(of: folder))
    case .snapshot:
      let shard = try selection.oneShard(of: folder, for: "a snapshot's position")
      return try SnapshotInspection.inspect(shard, position: number)
    case .segment:
      let shard = try selection.oneShard(of: folder, for: "a segment's number")
      return try LogInspection(text, limit: limit).segment(number, of: shard)
    case .batch:
      let shard = try selection.oneShard(of: folder, for: "a batch's number")
      return try LogInspection(text, limit: limit).batch(number, of: shard)
    case .record:
      let shard = try selection.oneShard(of: folder, for: "a record's number")
      return try LogInspection(text, limit: limit).record(number, of: shard)
    case .auction:
      let id = AuctionID(raw: number)
      let data = try FilesFailure.told { try DataFolder(path: folder) }
      let shard = try ShardSelection.shard(id.shard.number, of: data)
      let inspection = AuctionInspection(text: text, recordLimit: records ? limit : nil)
      return try inspection.inspect(id, of: shard)
    }
  }
}

/// What an inspection found, for people and for programs.
struct Inspected {
  var lines: [String] = []
  var json = JSONObject()
}
