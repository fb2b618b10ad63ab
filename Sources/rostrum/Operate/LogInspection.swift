import Primitives
import Runtime
import WAL

/// Segments, batches and records, one at a time.
struct LogInspection {
  private let text: FrameText
  private let limit: Int

  init(_ text: FrameText, limit: Int) {
    self.text = text
    self.limit = limit
  }

  /// A segment: its header and what stands in it.
  func segment(_ number: UInt64, of shard: ShardFolder) throws(CommandFailure) -> Inspected {
    var log = try LogReader(shard)
    guard let segment = try log.segments().first(where: { $0.number == number }) else {
      throw CommandFailure(
        "shard \(shard.shard.number) has no segment \(number): `rostrum inspect DIR` lists them")
    }
    let batches = try log.batches(of: segment)
    var found = Inspected()
    found.lines = Self.lines(segment) + batches.prefix(limit).map(Self.line)
    if batches.count > limit {
      found.lines.append("\(batches.count - limit) more; see --limit")
    }
    found.json = Self.json(segment)
    found.json.add("batches", objects: batches.prefix(limit).map(Self.json))
    found.json.add("batch_count", batches.count)
    return found
  }

  /// A batch: its header and its records.
  func batch(_ number: UInt64, of shard: ShardFolder) throws(CommandFailure) -> Inspected {
    var log = try LogReader(shard)
    let batch = try log.batch(number: number)
    var records = RecordCollector(limit: limit)
    try log.records(of: batch, &records)
    var found = Inspected()
    found.lines = Self.lines(batch) + records.records.map { "  " + $0.line(text) }
    if records.count > limit {
      found.lines.append("  \(records.count - limit) more; see --limit")
    }
    found.json = Self.json(batch)
    found.json.add("records", objects: records.records.map { $0.json(text) })
    return found
  }

  /// A record.
  func record(_ position: UInt64, of shard: ShardFolder) throws(CommandFailure) -> Inspected {
    var log = try LogReader(shard)
    let batch = try log.batch(ofRecord: position)
    var collector = RecordCollector(limit: 1) { $0.position == position }
    try log.records(of: batch, &collector)
    guard let record = collector.records.first else {
      throw CommandFailure("record \(position) could not be read; ask again")
    }
    var found = Inspected()
    found.lines = [
      record.line(text),
      "in batch \(batch.header.batchNumber), \(batch.segment.name) at byte \(batch.batch.offset)",
    ]
    found.json = record.json(text)
    found.json.add("batch", batch.header.batchNumber)
    found.json.add("file", batch.segment.name)
    found.json.add("batch_offset", batch.batch.offset)
    return found
  }
}

// How headers are shown.
extension LogInspection {
  static func lines(_ segment: InspectedSegment) -> [String] {
    var lines = ["\(segment.name): \(segment.role.rawValue), \(segment.byteCount) bytes"]
    guard let header = segment.header else { return lines }
    if segment.role == .spare { lines.append("  of an earlier life of the file:") }
    lines += [
      "  segment \(header.segmentNumber), format \(header.version), shard "
        + "\(header.identity.shard.number), epoch \(header.identity.epoch)",
      "  from batch \(header.firstBatchNumber), record \(header.firstPosition)"
        + (header.copiedBatchCount > 0 ? "; the first batch is a copy" : ""),
      "  put to use \(Moment.text(header.createdTime))",
      "  previous hash \(header.previousHash.hexadecimal)",
    ]
    return lines
  }

  static func json(_ segment: InspectedSegment) -> JSONObject {
    var object = JSONObject()
    object.add("file", segment.name)
    object.add("segment", segment.number)
    object.add("bytes", segment.byteCount)
    object.add("role", segment.role.rawValue)
    guard let header = segment.header, segment.role == .used else { return object }
    object.add("format", header.version)
    object.add("epoch", header.identity.epoch)
    object.add("first_batch", header.firstBatchNumber)
    object.add("first_position", header.firstPosition)
    object.add("created_time", header.createdTime)
    object.add("copied_batches", header.copiedBatchCount)
    object.add("previous_hash", header.previousHash.hexadecimal)
    return object
  }

  static func line(_ batch: InspectedBatch) -> String {
    guard let header = batch.header else {
      return "  at byte \(batch.offset): \(batch.verdict.summary) (case \(batch.verdict.letter))"
    }
    let verdict = batch.verdict == .proven ? "" : ": \(batch.verdict.summary)"
    return "  at byte \(batch.offset): batch \(header.batchNumber), \(records(header)), "
      + "epoch \(header.identity.epoch)\(flags(header))\(verdict)"
  }

  static func json(_ batch: InspectedBatch) -> JSONObject {
    var object = JSONObject()
    object.add("offset", batch.offset)
    object.add("case", String(batch.verdict.letter))
    object.add("finding", batch.verdict.summary)
    if let header = batch.header { add(header, to: &object) }
    return object
  }

  static func lines(_ found: FoundBatch) -> [String] {
    let header = found.header
    return [
      "batch \(header.batchNumber): \(records(header)), epoch \(header.identity.epoch)"
        + flags(header),
      "  in \(found.segment.name) at byte \(found.batch.offset), \(header.batchByteCount) bytes",
      "  last time \(Moment.text(header.stampedTime))",
      "  hash \(header.hash.hexadecimal)",
      "  previous hash \(header.previousHash.hexadecimal)",
    ]
  }

  static func json(_ found: FoundBatch) -> JSONObject {
    var object = JSONObject()
    object.add("file", found.segment.name)
    object.add("offset", found.batch.offset)
    add(found.header, to: &object)
    return object
  }

  private static func add(_ header: BatchHeader, to object: inout JSONObject) {
    object.add("batch", header.batchNumber)
    object.add("first_position", header.firstPosition)
    object.add("record_count", header.recordCount)
    object.add("epoch", header.identity.epoch)
    object.add("opens", header.flags.contains(.opens))
    object.add("closes", header.flags.contains(.closes))
    object.add("time", header.stampedTime)
    object.add("bytes", header.batchByteCount)
    object.add("hash", header.hash.hexadecimal)
    object.add("previous_hash", header.previousHash.hexadecimal)
  }

  private static func records(_ header: BatchHeader) -> String {
    switch header.recordCount {
    case 0: "no record"
    case 1: "record \(header.firstPosition)"
    default: "records \(header.firstPosition) to \(header.lastPosition)"
    }
  }

  private static func flags(_ header: BatchHeader) -> String {
    if header.flags.contains(.opens) { return ", opens the epoch" }
    return header.flags.contains(.closes) ? ", closes the log in order" : ""
  }
}
