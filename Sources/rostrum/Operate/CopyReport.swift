import Primitives

/// What a backup or a restore prints.
enum CopyReport {
  /// Lines for a person.
  ///
  /// - Parameters:
  ///   - what: What was done, for example `backed up to`.
  ///   - path: The new folder.
  ///   - reports: What it holds.
  /// - Returns: The lines.
  static func lines(_ what: String, _ path: String, _ reports: [ShardReport]) -> [String] {
    ["\(what) \(path), verified:"] + reports.flatMap { lines($0) }
  }

  private static func lines(_ report: ShardReport) -> [String] {
    let snapshots =
      report.snapshots.isEmpty
      ? "no snapshot"
      : "snapshots at " + report.snapshots.map { "\($0)" }.joined(separator: ", ")
    return [
      "  shard \(report.shard.number): records \(report.oldestPosition) to \(report.position)"
        + " (\(Moment.text(report.time))), \(snapshots), \(report.eventCount) events",
      "    state \(report.stateHash?.hexadecimal ?? "unknown")",
    ] + report.notes.map { "    note: \($0)" }
  }

  /// One object for a program.
  static func json(_ path: String, _ reports: [ShardReport]) -> String {
    var object = JSONObject()
    object.add("path", path)
    object.add("shards", objects: reports.map(\.json))
    return object.text
  }
}
