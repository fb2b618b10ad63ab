import Primitives
import WAL

/// The reader of the log, its inspector and its repair, over files made of the input.
///
/// Script: a byte of choices (bit 0 opens the log for writing too, bit 1 inspects and repairs it,
/// bit 2 begins behind the first record), then what `LogFiles` reads.
enum Logs {
  static let shard = ShardID(3)
  static let logID: UInt64 = 0x9F3A_5C71_D2E8_4B06
  static let key = Digest(0x0123_4567_89AB_CDEF, 0x1111, 0xFEDC_BA98_7654_3210, 0x2222)
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let folder = InputFolder()

  static var limits: LogLimits {
    var limits = smallLimits() as LogLimits
    limits.zeroPieceByteCount = 69_632
    limits.preparedSegmentCount = 1
    limits.reserveSegmentCount = 0
    limits.readByteCountMax = 16_384
    return limits
  }

  static func options(time: UInt64 = 1_000) -> LogOptions {
    var options = LogOptions(shard: shard, newLogID: logID, newBlindingKey: key, time: time)
    options.limits = limits
    return options
  }

  static func run(_ script: inout Script) {
    let choices = script.byte()
    folder.clear()
    var files = LogFiles(folder)
    files.build(&script)
    let found = read(from: choices & 4 == 0 ? 1 : 2)
    if choices & 2 != 0 { inspect() }
    if choices & 1 != 0 { reopen(found, isWhole: choices & 6 == 0) }
  }

  /// Reads as a tool does; gives what was found when the log is sound.
  @discardableResult
  private static func read(from position: UInt64) -> LogWitness? {
    var storage = FolderStorage(folder: folder)
    var witness = LogWitness(from: position, key: blindingKey)
    do throws(LogError) {
      let found = try Recovery.read(
        &storage, shard: shard, range: LogRange(from: position), limits: limits,
        memory: Arena.shared.memory, visitor: &witness)
      witness.finish(found)
      return witness
    } catch {
      check(!error.description.isEmpty, "an error says what to do")
      return nil
    }
  }

  private static func inspect() {
    var storage = FolderStorage(folder: folder)
    let memory = Arena.shared.memory
    do throws(LogError) {
      for segment in try LogInspector.segments(&storage, limits: limits, memory: memory) {
        for batch in try LogInspector.batches(
          &storage, of: segment, showsStale: true, limits: limits, memory: memory)
        {
          var visitor = IgnoringVisitor()
          _ = try LogInspector.records(
            of: batch, in: segment, &storage, limits: limits, memory: memory, visitor: &visitor)
        }
      }
      let plan = try LogRepair.plan(&storage, shard: shard, limits: limits, memory: memory)
      guard !plan.steps.isEmpty else { return }
      _ = try LogRepair.apply(plan, &storage, shard: shard, limits: limits, memory: memory)
      check(read(from: 1) != nil || hasTrimmedStart, "a repaired log is not sound")
    } catch { check(!error.description.isEmpty, "an error says what to do") }
  }

  /// The key of the log in the folder: every sound segment has the same.
  private static var blindingKey: Digest {
    for file in folder.files where file.byteCount >= LogFormat.headerByteCount {
      if case .valid(let header) = SegmentHeader.inspect(file.base) { return header.blindingKey }
    }
    return key
  }

  /// Whether the log's first records are not there: then it cannot be read from position 1.
  private static var hasTrimmedStart: Bool {
    var storage = FolderStorage(folder: folder)
    let files = try? LogInspector.segments(&storage, limits: limits, memory: Arena.shared.memory)
    let first = files?.first { $0.role == .used }?.header?.firstPosition ?? 1
    return first != 1
  }

  /// Opens the log, appends a record, and opens it again: nothing may be lost or added.
  private static func reopen(_ before: LogWitness?, isWhole: Bool) {
    var options = options()
    if let time = before?.lastTime { options.time = time }
    var witness = LogWitness(from: 1, key: blindingKey)
    var log = LocalLog(
      storage: FolderStorage(folder: folder), options: options, memory: Arena.shared.memory)
    do throws(LogError) {
      _ = try log.open(epoch: nil, visitor: &witness)
    } catch {
      check(!error.description.isEmpty, "an error says what to do")
      return
    }
    if isWhole, let before {
      check(witness.count == before.count, "opening reads what reading does")
    }
    guard appendOne(&log, time: witness.lastTime) else { return }
    var again = LogWitness(from: 1, key: blindingKey)
    var second = LocalLog(
      storage: FolderStorage(folder: folder), options: options, memory: Arena.shared.memory)
    do throws(LogError) {
      _ = try second.open(epoch: nil, visitor: &again)
    } catch { wrong("a log that was opened cannot be opened again: \(error)") }
    check(again.count == witness.count + 1, "a record was lost or added")
  }

  private static func appendOne(_ log: inout LocalLog<FolderStorage>, time: UInt64) -> Bool {
    let record = LogSeeds.record(9, time: time)
    let expect = log.tailPosition
    return record.withUnsafeBytes { raw in
      do throws(LogError) {
        let outcome = try log.append(LogBatch(bytes: raw), expect: expect)
        return outcome == .committed(position: expect + 1)
      } catch { return false }
    }
  }

  static func seeds() -> [[UInt8]] { LogSeeds.all() }
}
