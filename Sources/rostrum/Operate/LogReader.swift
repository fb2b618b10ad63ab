import Primitives
import Runtime
import Uring
import WAL
import Wire

/// Looks single segments, batches and records of a shard's log up; a server may have the folder.
struct LogReader: ~Copyable {
  let folder: ShardFolder
  private var storage: DirectStorage
  private let limits = LogLimits()

  init(_ folder: ShardFolder) throws(CommandFailure) {
    self.folder = folder
    storage = try ShardLog.open(folder)
  }

  /// Every file that is named like a segment, by number.
  mutating func segments() throws(CommandFailure) -> [InspectedSegment] {
    do {
      return try LogInspector.segments(&storage, limits: limits, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }

  /// What stands in a segment.
  mutating func batches(of segment: InspectedSegment) throws(CommandFailure) -> [InspectedBatch] {
    do {
      return try LogInspector.batches(&storage, of: segment, limits: limits, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }

  /// The end of the log: the newest segment is proven, all before it is taken as it is.
  mutating func head() throws(CommandFailure) -> RecoveredLog {
    let newest = try segments().last { $0.role == .used }
    // The newest segment may be one whose first write was torn: then the one before it counts.
    let before = try segments().last { $0.role == .used && $0.number < newest?.number ?? 0 }
    do {
      return try read(from: newest?.header?.firstPosition ?? 1)
    } catch {
      guard let start = before?.header?.firstPosition else { throw FilesFailure.failure(error) }
      do { return try read(from: start) } catch { throw FilesFailure.failure(error) }
    }
  }

  private mutating func read(from position: UInt64) throws(LogError) -> RecoveredLog {
    var visitor = IgnoringVisitor()
    return try Recovery.read(
      &storage, shard: folder.shard, range: LogRange(from: position), limits: limits,
      memory: Machine.pages, visitor: &visitor)
  }

  /// Gives every record that is held to a visitor.
  mutating func visitAll<V: RecordVisitor & ~Copyable>(
    _ visitor: inout V
  ) throws(CommandFailure) -> RecoveredLog {
    do {
      let extent = try LogExtent.take(
        &storage, shard: folder.shard, limits: limits, memory: Machine.pages)
      return try Recovery.read(
        &storage, shard: folder.shard, range: LogRange(from: extent.oldestPosition),
        limits: limits, memory: Machine.pages, visitor: &visitor)
    } catch { throw FilesFailure.failure(error) }
  }

  /// The batch with a number.
  mutating func batch(number: UInt64) throws(CommandFailure) -> FoundBatch {
    try find("batch \(number)") {
      $0.firstBatchNumber <= number
    } isWanted: {
      $0.batchNumber == number
    }
  }

  /// The batch that holds a record.
  mutating func batch(ofRecord position: UInt64) throws(CommandFailure) -> FoundBatch {
    try find("record \(position)") {
      $0.firstPosition <= position
    } isWanted: {
      $0.recordCount > 0 && $0.firstPosition <= position && position <= $0.lastPosition
    }
  }

  private mutating func find(
    _ what: String, mayHold: (SegmentHeader) -> Bool, isWanted: (BatchHeader) -> Bool
  ) throws(CommandFailure) -> FoundBatch {
    let used = try segments().filter { $0.role == .used }
    // A segment may begin with a copy of the last batch of the one before.
    for segment in used.reversed() where segment.header.map(mayHold) ?? false {
      for batch in try batches(of: segment) {
        guard let header = batch.header, isWanted(header), batch.verdict == .proven else {
          continue
        }
        return FoundBatch(segment: segment, batch: batch, header: header)
      }
      if let header = segment.header, header.copiedBatchCount == 0 { break }
    }
    throw CommandFailure(
      "shard \(folder.shard.number) does not hold \(what) any more or yet: "
        + "`rostrum inspect DIR` says what it holds, an archive or a backup may have the rest")
  }

  /// Gives the records of a batch to a visitor.
  mutating func records<V: RecordVisitor & ~Copyable>(
    of found: FoundBatch, _ visitor: inout V
  ) throws(CommandFailure) {
    do {
      let isWhole = try LogInspector.records(
        of: found.batch, in: found.segment, &storage, limits: limits, memory: Machine.pages,
        visitor: &visitor)
      if isWhole { return }
    } catch { throw FilesFailure.failure(error) }
    throw CommandFailure(
      "batch \(found.header.batchNumber) changed while it was read: the server put the segment to "
        + "another use; ask again")
  }

  /// Makes the receipt of a record.
  mutating func receipt(of position: UInt64) throws(CommandFailure) -> BidReceipt {
    do {
      return try BidReceipt.make(
        &storage, shard: folder.shard, position: position, limits: limits, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }

  /// Makes the proof that leads from a batch to the log's end.
  mutating func chain(from batch: UInt64) throws(CommandFailure) -> ChainProof {
    do {
      return try ChainProof.make(
        &storage, shard: folder.shard, from: batch, limits: limits, memory: Machine.pages)
    } catch { throw FilesFailure.failure(error) }
  }
}

/// A batch and where it stands.
struct FoundBatch {
  let segment: InspectedSegment
  let batch: InspectedBatch
  let header: BatchHeader
}

/// A record by itself: what it says and who sent it.
struct LoggedRecord {
  let position: UInt64
  let time: Nanoseconds
  let session: SessionHandle
  let roles: Roles
  let byteCount: Int
  let frame: DescribedFrame

  init(_ record: LogRecord) {
    position = record.position
    time = record.time
    session = record.session
    roles = record.roles
    byteCount = record.byteCount
    frame = unsafe DescribedFrame(
      UnsafeRawBufferPointer(start: record.frame, count: record.byteCount))
  }

  /// The record as one line.
  func line(_ text: FrameText) -> String {
    let sender = session == .none ? "server" : "session \(session.index).\(session.generation)"
    let number = frame.sequence > 0 ? " #\(frame.sequence)" : ""
    return "\(position) \(Moment.text(time)) \(sender)\(number): \(text.line(frame))"
  }

  /// The record as a JSON object.
  func json(_ text: FrameText) -> JSONObject {
    var object = JSONObject()
    object.add("position", position)
    object.add("time", time)
    object.add("session", session.raw)
    object.add("roles", roles.rawValue)
    object.add("bytes", byteCount)
    object.add("frame", text.json(frame))
    return object
  }
}

/// Keeps records that are wanted, up to a number.
struct RecordCollector: RecordVisitor {
  private let limit: Int
  private let isWanted: (LogRecord) -> Bool
  private(set) var records: [LoggedRecord] = []
  /// How many were wanted, also beyond the limit.
  private(set) var count = 0

  init(limit: Int, where isWanted: @escaping (LogRecord) -> Bool = { _ in true }) {
    self.limit = limit
    self.isWanted = isWanted
  }

  mutating func visit(_ record: LogRecord) {
    guard isWanted(record) else { return }
    count += 1
    if records.count < limit { records.append(LoggedRecord(record)) }
  }
}
