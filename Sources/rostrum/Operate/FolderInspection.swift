import Journal
import Primitives
import Runtime
import Uring
import WAL

/// What a data folder holds as a whole.
enum FolderInspection {
  /// Every shard: segments, snapshots, journal and head.
  static func overview(
    _ path: String, _ shards: [ShardFolder]
  ) throws(CommandFailure) -> Inspected {
    var found = Inspected()
    let isServed = FolderUse.isServed(path)
    found.lines = [
      "\(path): " + Plural.text(shards.count, "shard")
        + (isServed ? ", a server has it" : "")
    ]
    var objects: [JSONObject] = []
    for shard in shards {
      let one = try overview(shard)
      found.lines += one.lines
      objects.append(one.json)
    }
    found.json.add("folder", path)
    found.json.add("served", isServed)
    found.json.add("shards", objects: objects)
    return found
  }

  private static func overview(_ shard: ShardFolder) throws(CommandFailure) -> Inspected {
    var log = try LogReader(shard)
    let segments = try log.segments()
    let head = try log.head()
    let oldest = segments.first { $0.role == .used }?.header?.firstPosition ?? 1
    var found = Inspected()
    found.json.add("shard", shard.shard.number)
    found.json.add("log_id", hexadecimal(head.identity.logID))
    found.json.add("oldest_position", oldest)
    found.json.add("position", head.lastPosition)
    found.json.add("time", head.lastTime)
    found.json.add("batch", head.lastBatchNumber)
    found.json.add("head", head.head.hexadecimal)
    found.json.add("closed_in_order", head.isClosedInOrder)
    found.json.add("end_case", String(head.tailCase.letter))
    found.lines = lines(shard, head, oldest: oldest)
    found.lines.append("  segments:")
    found.lines += table(segments).map { "    " + $0 }
    found.json.add("segments", objects: segments.map(LogInspection.json))
    let snapshots = try entries(shard)
    found.lines.append(snapshots.isEmpty ? "  no snapshots" : "  snapshots:")
    found.lines += snapshots.map { "    " + line($0) }
    found.json.add("snapshots", objects: snapshots.map(json))
    let journal = try JournalInspection(shard, logID: head.identity.logID)
    found.lines.append("  " + journal.line)
    found.json.add("journal", journal.json)
    return found
  }

  private static func lines(
    _ shard: ShardFolder, _ head: RecoveredLog, oldest: UInt64
  ) -> [String] {
    let number = shard.shard.number
    guard head.lastBatchNumber > 0 else { return ["shard \(number): an empty log"] }
    let records =
      head.lastPosition < oldest ? "no records" : "records \(oldest) to \(head.lastPosition)"
    let end = head.isClosedInOrder ? "closed in order" : head.tailCase.summary
    return [
      "shard \(number): \(records), log \(hexadecimal(head.identity.logID))",
      "  head: batch \(head.lastBatchNumber), \(head.head.hexadecimal)",
      "  last record \(head.lastTime == 0 ? "never" : Moment.text(head.lastTime)); \(end)"
        + " (\(head.tailFile) at byte \(head.tailOffset))",
    ]
  }

  static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func table(_ segments: [InspectedSegment]) -> [String] {
    let rows = segments.map { segment -> [String] in
      let header = segment.role == .used ? segment.header : nil
      return [
        segment.name, segment.role.rawValue, JSONObject.number(mebibytes(segment.byteCount)),
        header.map { String($0.firstPosition) } ?? "",
        header.map { String($0.firstBatchNumber) } ?? "",
        header.map { String($0.identity.epoch) } ?? "",
        header.map { Moment.text($0.createdTime) } ?? "",
      ]
    }
    let heads = ["file", "role", "MiB", "record", "batch", "epoch", "put to use"]
    return TextTable.lines([heads] + rows, rightAligned: [2, 3, 4, 5])
  }

  private static func mebibytes(_ byteCount: UInt64) -> Double { Double(byteCount) / 1_048_576 }
}

// Snapshots, without reading them through.
extension FolderInspection {
  /// The snapshots of shards, newest first.
  static func snapshots(_ shards: [ShardFolder]) throws(CommandFailure) -> Inspected {
    var found = Inspected()
    var objects: [JSONObject] = []
    for shard in shards {
      let entries = try entries(shard)
      let count = entries.isEmpty ? "no snapshots" : Plural.text(entries.count, "snapshot")
      found.lines.append("shard \(shard.shard.number): \(count)")
      found.lines += entries.map { "  " + line($0) }
      var object = JSONObject()
      object.add("shard", shard.shard.number)
      object.add("snapshots", objects: entries.map(json))
      objects.append(object)
    }
    found.json.add("shards", objects: objects)
    return found
  }

  static func entries(_ shard: ShardFolder) throws(CommandFailure) -> [SnapshotEntry] {
    guard var storage = try ShardLog.snapshots(shard) else { return [] }
    do {
      return try SnapshotStore.list(&storage, shard: shard.shard, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }

  private static func line(_ entry: SnapshotEntry) -> String {
    let size = JSONObject.number((mebibytes(entry.byteCount) * 10).rounded() / 10)
    switch entry.finding {
    case .complete(let info):
      return "\(entry.name.text): record \(info.position), \(Moment.text(info.header.time)), "
        + "\(size) MiB, \(info.pieceCount) pieces"
    case .unfinished: return "\(entry.name.text): unfinished, \(size) MiB"
    case .refused(let error): return "\(entry.name.text): \(error)"
    }
  }

  private static func json(_ entry: SnapshotEntry) -> JSONObject {
    var object = JSONObject()
    object.add("file", entry.name.text)
    object.add("bytes", entry.byteCount)
    switch entry.finding {
    case .complete(let info):
      object.add("complete", true)
      object.add("position", info.position)
      object.add("time", info.header.time)
      object.add("batch", info.header.batchNumber)
      object.add("pieces", info.pieceCount)
      object.add("journal_end", info.header.journalEndOffset)
      object.add("file_hash", info.hash.hexadecimal)
    case .unfinished: object.add("complete", false)
    case .refused(let error):
      object.add("complete", false)
      object.add("finding", "\(error)")
    }
    return object
  }
}

// The event journal.
extension FolderInspection {
  /// The journals of shards, every event of them checked.
  static func journals(_ shards: [ShardFolder]) throws(CommandFailure) -> Inspected {
    var found = Inspected()
    var objects: [JSONObject] = []
    for shard in shards {
      var log = try LogReader(shard)
      let journal = try JournalInspection(shard, logID: log.head().identity.logID)
      let report = try journal.verify()
      found.lines += ["shard \(shard.shard.number): \(journal.line)"]
      found.lines += journal.files.map { "  \($0.name.text): \($0.byteCount) bytes" }
      found.lines.append(
        "  \(report.eventCount) events, offsets \(report.oldest) to \(report.end), through record "
          + "\(report.lastPosition)")
      if let fault = report.fault { found.lines.append("  then: \(fault)") }
      var object = journal.json
      object.add("shard", shard.shard.number)
      object.add("events", report.eventCount)
      object.add("oldest_offset", report.oldest)
      object.add("end_offset", report.end)
      object.add("last_position", report.lastPosition)
      if let fault = report.fault { object.add("finding", "\(fault)") }
      objects.append(object)
    }
    found.json.add("shards", objects: objects)
    return found
  }
}

/// The files of a shard's journal.
struct JournalInspection {
  let files: [JournalFile]
  private let reader: ReadableJournal
  private let layout: JournalLayout

  init(_ shard: ShardFolder, logID: UInt64) throws(CommandFailure) {
    reader = ReadableJournal(path: shard.journalPath)
    layout = JournalLayout(
      shard: shard.shard, logID: logID, fileByteCount: JournalPolicy.fileByteCount)
    var list = reader
    do {
      files = try list.list().sorted { $0.name.fileOffset < $1.name.fileOffset }
    } catch { throw FilesFailure.failure(error) }
  }

  /// The journal in a few words.
  var line: String {
    guard let first = files.first, let last = files.last else { return "no journal" }
    let end = last.name.fileOffset + last.byteCount
    return "journal: \(Plural.text(files.count, "file")), offsets "
      + "\(first.name.fileOffset) to \(end)"
  }

  var json: JSONObject {
    var object = JSONObject()
    object.add(
      "files",
      objects: files.map { file in
        var object = JSONObject()
        object.add("file", file.name.text)
        object.add("bytes", file.byteCount)
        return object
      })
    return object
  }

  /// Checks every event.
  func verify() throws(CommandFailure) -> JournalReport {
    var files = reader
    do {
      return try JournalSurvey.verify(&files, layout: layout, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }
}
