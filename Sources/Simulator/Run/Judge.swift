internal import Primitives
internal import Runtime
internal import WAL

/// Compares what clients were told, the log, the histories and the state with one another and with
/// the model, after each life of the shard.
final class Judge {
  private let options: SimulationOptions
  private let shard: ShardOptions
  private let memory: MemorySource
  let engine: EngineOracle
  private var conditions: ShardConditions
  private var clientOracle: ClientOracle
  private var leakOracle = LeakOracle()
  /// Which replay of the log the two have seen.
  private var engineStartCount = 0
  /// Every record that the log ever held when a life was over.
  private(set) var records: [LoggedRecord] = []
  /// The hash of the state at the end.
  private(set) var stateHash = Digest.zero
  /// Snapshots that were there at the end.
  private(set) var snapshotCount = 0
  /// A number that follows from all records.
  private(set) var trace: UInt64 = 0
  /// What the disk broke its promise of.
  private var damage = DiskDamage()
  private var logID: UInt64 = 0
  /// The oldest record that the log still holds.
  private var oldestHeld: UInt64 = 1
  /// The record of the newest snapshot; 0 = there is none.
  private var snapshotPosition: UInt64 = 0

  init(_ options: SimulationOptions, shard: ShardOptions, memory: MemorySource) {
    self.options = options
    self.shard = shard
    self.memory = memory
    engine = EngineOracle(shard: shard.shard, memory: memory)
    conditions = ShardConditions(shard)
    clientOracle = ClientOracle(conditions)
  }

  /// The last record that no power failure can take any more.
  private var flushedPosition: UInt64 = 0

  /// The last record that was seen.
  var lastPosition: UInt64 { records.last?.position ?? 0 }

  /// Looks at a life that is over.
  ///
  /// - Parameters:
  ///   - disk: The disk as the life left it.
  ///   - clients: What clients were told.
  ///   - stopped: The last position and the state's hash, where the shard stopped in order.
  ///   - isLast: Whether nothing was to go wrong in this life.
  /// - Returns: What is wrong; nil when nothing is.
  func look(
    _ disk: SimulatedDisk, _ clients: SimulatedClients,
    _ stopped: (position: UInt64, hash: Digest)?, isLast: Bool
  ) -> String? {
    damage = DiskDamage(disk, shard.folder)
    conditions.hasDiskFaults = disk.counts.reportedErrors > 0 || !disk.mediaFaults.isEmpty
    let copy = disk.copy()
    if let difference = readLog(copy) ?? judgeFlushed(disk, clients) ?? judgeRecords()
      ?? judgeClients(clients)
    {
      return difference
    }
    guard let stopped else { return nil }
    if records.isEmpty, !damage.isInLog {
      return "a shard has stopped in order and its log holds no record"
    }
    return compareReplays(copy, live: stopped) ?? judgeJournal(copy, isLast: isLast)
  }

  /// Says that nothing goes wrong with the disk from now on.
  func endFaults(at time: Nanoseconds) { conditions.faultFreeSinceTime = time }

  /// Says that the shard is asked to stop now.
  func noteStop(at wallTime: Nanoseconds) { conditions.stopAskedTime = wallTime }

  /// Looks at everything once more when nothing goes wrong any more.
  func finish(_ disk: SimulatedDisk, _ clients: SimulatedClients) -> String? {
    judgeClients(clients) ?? (isWhole ? clientOracle.finish(clients.ledger) : nil)
  }

  /// Whether the log implies all that clients were to be told.
  private var isWhole: Bool { !damage.isInLog && engine.effects.count == records.count }

  private func readLog(_ disk: SimulatedDisk) -> String? {
    do throws(LogError) {
      guard let reading = try reading(disk) else {
        return flushedPosition == 0 || damage.isInLog ? nil : "the folder of the log is gone"
      }
      if let difference = reading.difference { return "\(difference)" }
      logID = reading.log.identity.logID
      return extend(reading.records)
    } catch {
      return damage.isInLog ? nil : "the log is refused though the disk kept its promise: \(error)"
    }
  }

  private func reading(_ disk: SimulatedDisk) throws(LogError) -> LogReading? {
    let path = shard.folder.logPath
    guard disk.hasFolder(path) else { return nil }
    var folder = disk.folder(path)
    return try LogOracle.read(&folder, shard: shard.shard, limits: shard.logLimits, memory: memory)
  }

  private func lastPosition(_ disk: SimulatedDisk) throws(LogError) -> UInt64 {
    try reading(disk)?.records.last?.position ?? 0
  }

  /// What a client was told must be there even if all that is not flushed is lost now.
  private func judgeFlushed(_ disk: SimulatedDisk, _ clients: SimulatedClients) -> String? {
    guard !damage.isInLog else { return nil }
    let told = clients.ledger.highestPosition
    do throws(LogError) {
      flushedPosition = try lastPosition(disk.copyOfFlushed())
      // What a power failure left by luck does not count.
      let certain = try disk.flushedAtFailure.map(lastPosition) ?? flushedPosition
      return told <= certain
        ? nil : "a client was told of record \(told) and \(certain) are flushed"
    } catch { return "what is flushed of the log is refused: \(error)" }
  }

  /// What was flushed when a life was over stays, and the rest follows it.
  private func extend(_ found: [LoggedRecord]) -> String? {
    oldestHeld = found.first?.position ?? 1
    guard let first = found.first else {
      return flushedPosition == 0 || damage.isInLog
        ? nil : "the log is empty and \(flushedPosition) records were flushed"
    }
    guard options.isTrimming || first.position == 1 || damage.isInLog else {
      return "the log begins with record \(first.position) and nobody trims it"
    }
    guard first.position <= flushedPosition + 1 else {
      return damage.isInLog ? nil : "the log begins behind record \(flushedPosition)"
    }
    let kept = Array(records.prefix(while: { $0.position < first.position }))
    let whole = kept + found
    let flushed = records.prefix { $0.position <= flushedPosition }
    if !damage.isInLog, !whole.starts(with: flushed) {
      let place = zip(whole, flushed).first { $0 != $1 }?.1.position ?? flushedPosition
      return "record \(place) was flushed in an earlier life and is not the same any more"
    }
    records = whole
    for record in found { trace = mix64(trace ^ record.position ^ mix64(record.time)) }
    return nil
  }

  private func judgeRecords() -> String? {
    switch engine.check(records) {
    case .agreed: nil
    case .differs(let difference): "engine and model differ: \(difference)"
    case .notChecked(let reason): damage.isInLog ? nil : "the records are not checked: \(reason)"
    }
  }

  /// The journal is what the log implies; what it lacks a start writes again.
  private func judgeJournal(_ disk: SimulatedDisk, isLast: Bool) -> String? {
    guard !damage.isInLog, !damage.isInJournal else { return nil }
    guard disk.hasFolder(shard.folder.journalPath) else { return "the journal's folder is gone" }
    var expected = ExpectedJournal(
      shard: shard.shard, logID: logID, fileByteCount: shard.journal.fileByteCount)
    expected.append(engine.published)
    var folder = disk.folder(shard.folder.journalPath)
    do throws(StorageError) {
      let verdict = try JournalOracle.check(
        &folder, expected: expected, reach: journalReach(expected, isLast), memory: memory)
      return verdict.difference.map { "the journal is not what the log implies: \($0)" }
    } catch { return "the journal cannot be read: \(error)" }
  }

  /// A stop in order leaves all of it, unless the disk may have refused some: then it holds what
  /// the newest snapshot relies on.
  private func journalReach(_ expected: ExpectedJournal, _ isLast: Bool) -> JournalReach {
    isLast || options.faults <= .crash
      ? .all : .offset(expected.endOffset(after: snapshotPosition))
  }

  private func judgeClients(_ clients: SimulatedClients) -> String? {
    if let finding = clients.intruderFindings.first { return "a stranger learned: \(finding)" }
    // What was acknowledged may be gone with what the disk had promised to keep.
    guard !damage.isInLog else { return nil }
    if engine.startCount != engineStartCount {
      engineStartCount = engine.startCount
      clientOracle = ClientOracle(conditions)
      leakOracle = LeakOracle()
    }
    clientOracle.conditions = conditions
    return clientOracle.check(clients.ledger, records, engine)
      ?? leakOracle.check(clients.ledger, engine)
  }

  /// The live state equals a full replay, and a snapshot with the log behind it.
  private func compareReplays(
    _ disk: SimulatedDisk, live: (position: UInt64, hash: Digest)
  ) -> String? {
    guard disk.hasFolder(shard.folder.snapshotsPath) else { return "the snapshots' folder is gone" }
    stateHash = live.hash
    if oldestHeld == 1, let difference = replay(disk, from: .beginning, live) {
      return difference
    }
    return replay(disk, from: .newestSnapshot, live)
  }

  private func replay(
    _ disk: SimulatedDisk, from start: ReplayStart, _ live: (position: UInt64, hash: Digest)
  ) -> String? {
    var log = disk.folder(shard.folder.logPath)
    var snapshots = disk.folder(shard.folder.snapshotsPath)
    do throws(ShardError) {
      let replayed = try ReplayedShard.replay(
        shard.shard, &log, &snapshots, from: start, .end, nil, nil)
      if let snapshot = replayed.snapshot {
        snapshotCount += 1
        snapshotPosition = snapshot.position
      }
      guard replayed.position == live.position else {
        return "a replay from \(start) ends with record \(replayed.position) and the shard"
          + " stopped at \(live.position)"
      }
      return replayed.stateHash == live.hash
        ? nil : "a replay from \(start) gives another state than the shard had"
    } catch {
      let isExplained = damage.isInLog || start != .beginning && damage.isInSnapshots
      return isExplained ? nil : "a replay from \(start) is refused: \(error)"
    }
  }
}
