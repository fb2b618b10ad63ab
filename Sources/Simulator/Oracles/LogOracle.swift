public import Primitives
public import WAL
internal import Wire

/// What a log holds, and whether it is as a log must be.
public struct LogReading: Sendable {
  /// What recovery says of it.
  public let log: RecoveredLog
  /// Its records, from the oldest held on.
  public let records: [LoggedRecord]
  /// The first thing that is not as it must be; nil when all is.
  public let difference: OracleDifference?
}

/// Reads a log and checks what must hold of any log, by its bytes alone.
///
/// The hashes are proven by recovery itself; looked at again here, without its code: batches and
/// positions without gaps, each batch naming the one before, times that never fall, whole frames,
/// and one record for each number of a session, whose numbers rise.
public enum LogOracle {
  /// Reads a log without changing anything.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: The records from the oldest that is held on, and what is wrong with them.
  /// - Throws: `LogError` when the log is refused.
  public static func read<S: Storage & ~Copyable>(
    _ storage: inout S, shard: ShardID, limits: LogLimits, memory: MemorySource
  ) throws(LogError) -> LogReading {
    var keeper = RecordKeeper()
    let extent = try LogExtent.take(&storage, shard: shard, limits: limits, memory: memory)
    let log = try Recovery.read(
      &storage, shard: shard, range: LogRange(from: max(1, extent.oldestPosition)),
      limits: limits, memory: memory, visitor: &keeper)
    return LogReading(
      log: log, records: keeper.records,
      difference: keeper.difference ?? check(keeper.records) ?? checkEnd(log, keeper))
  }

  /// Checks what must hold of a run of records.
  ///
  /// - Parameter records: The records, in their order.
  /// - Returns: The first thing that is not as it must be; nil when all is.
  public static func check(_ records: [LoggedRecord]) -> OracleDifference? {
    var check = RecordCheck(isFromTheBeginning: records.first?.position == 1)
    for record in records {
      if let difference = check.next(record) { return difference }
    }
    return nil
  }

  private static func checkEnd(_ log: RecoveredLog, _ keeper: RecordKeeper) -> OracleDifference? {
    let last = keeper.records.last?.position ?? log.lastPosition
    guard last == log.lastPosition else {
      return OracleDifference(
        position: last, "the last record", found: "\(last)", expected: "\(log.lastPosition)")
    }
    return nil
  }
}

/// Keeps records, and looks at the batches that they come in.
private struct RecordKeeper: RecordVisitor {
  var records: [LoggedRecord] = []
  var difference: OracleDifference?
  private var last: BatchHeader?

  mutating func visit(_ record: LogRecord) {
    let frame = unsafe Array(
      UnsafeRawBufferPointer(start: record.frame, count: record.byteCount))
    records.append(
      LoggedRecord(
        position: record.position, time: record.time, session: record.session,
        roles: record.roles, frame: frame))
  }

  mutating func visitBatch(_ header: BatchHeader) {
    defer { last = header }
    guard difference == nil, let last else { return }
    let next = last.firstPosition + UInt64(last.recordCount)
    // The first batch of a segment may be the last one of the segment before, copied.
    if header.batchNumber != last.batchNumber + 1 {
      difference = OracleDifference(
        position: header.firstPosition, "the number of a batch", found: "\(header.batchNumber)",
        expected: "\(last.batchNumber + 1)")
    } else if header.firstPosition != next {
      difference = OracleDifference(
        position: header.firstPosition, "the first position of batch \(header.batchNumber)",
        found: "\(header.firstPosition)", expected: "\(next)")
    } else if header.previousHash != last.hash {
      difference = OracleDifference(
        position: header.firstPosition, "the hash that batch \(header.batchNumber) follows",
        found: "\(header.previousHash)", expected: "\(last.hash)")
    }
  }
}

/// What must hold of each record after those before it.
private struct RecordCheck {
  let isFromTheBeginning: Bool
  private var last: LoggedRecord?
  private var numbers: [UInt32: UInt64] = [:]
  private var opened: Set<UInt32> = []

  init(isFromTheBeginning: Bool) { self.isFromTheBeginning = isFromTheBeginning }

  mutating func next(_ record: LoggedRecord) -> OracleDifference? {
    defer { last = record }
    if let last {
      if record.position != last.position + 1 {
        return difference(record, "position", "\(record.position)", "\(last.position + 1)")
      }
      if record.time < last.time {
        return difference(record, "time", "\(record.time)", "not before \(last.time)")
      }
    }
    if let broken = brokenFrame(record) { return broken }
    if case .configured = record.request, record.position != 1 {
      return difference(record, "configuration", "again", "the first record alone")
    }
    if let handle = openedHandle(record) {
      opened.insert(handle)
      numbers[handle] = 0
    }
    return number(record)
  }

  private func brokenFrame(_ record: LoggedRecord) -> OracleDifference? {
    let isWhole = unsafe record.read { frame in
      unsafe FrameHeader.verify(frame, byteCount: record.frame.count)
    }
    return isWhole == true ? nil : difference(record, "frame", "damaged", "whole")
  }

  private func openedHandle(_ record: LoggedRecord) -> UInt32? {
    guard record.templateID == SessionOpened.templateID else { return nil }
    return unsafe record.read { frame in unsafe SessionOpened(frame: frame).handle }
  }

  /// A session's numbers rise: each is used once.
  private mutating func number(_ record: LoggedRecord) -> OracleDifference? {
    guard record.session != .none else {
      return record.sequence == 0
        ? nil : difference(record, "number of the server's record", "\(record.sequence)", "0")
    }
    let handle = record.session.raw
    if isFromTheBeginning, !opened.contains(handle) {
      return difference(record, "session", "\(handle)", "one that was opened before")
    }
    let before = numbers[handle] ?? 0
    guard record.sequence > before else {
      return difference(
        record, "number in session \(handle)", "\(record.sequence)", "above \(before)")
    }
    numbers[handle] = record.sequence
    return nil
  }

  private func difference(
    _ record: LoggedRecord, _ subject: String, _ found: String, _ expected: String
  ) -> OracleDifference {
    OracleDifference(position: record.position, subject, found: found, expected: expected)
  }
}
