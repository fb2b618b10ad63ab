import Primitives
import Testing

@testable import WAL

/// The power fails, or the process dies, at every call of archiving, and of a shard that takes
/// snapshots, archives its log and releases what both cover.
@Suite struct ArchiveCrashTests {
  enum Return: CaseIterable {
    case process, mixed, bare
  }

  private func comeBack(_ disks: [FaultyDisk], _ how: Return) {
    for disk in disks {
      switch how {
      case .process: disk.restartProcess()
      case .mixed: disk.reboot()
      case .bare: disk.rebootLosingAll()
      }
    }
  }

  @Test(arguments: Return.allCases)
  func whatCountsAsArchivedIsWhole(_ how: Return) throws {
    let log = try reopenedLog(4)
    for step in 1...80 {
      let folder = FaultyDisk(seed: UInt64(step))
      folder.faults[step] = .crash
      let isThrough = (try? ArchiveHarness(log, folder).archiveAll()) != nil
      comeBack([folder], how)
      let again = ArchiveHarness(log, folder)
      for entry in try again.open() { try again.verify(try entry.finding.get()) }
      _ = try again.archiveAll()
      comeBack([folder], how)
      let entries = try again.open()
      for entry in entries { try again.verify(try entry.finding.get()) }
      #expect(try entries.count == 3 && again.archivedThrough() == 8, "step \(step)")
      if isThrough { return }
    }
    Issue.record("archiving has more than 80 steps")
  }

  /// A shard's folders.
  private struct Shard {
    let log: FaultyDisk
    let snapshots: FaultyDisk
    let archive: FaultyDisk
    var acknowledged = 0
    var released: UInt64 = 0

    var disks: [FaultyDisk] { [log, snapshots, archive] }

    init(seed: UInt64) {
      log = FaultyDisk(seed: seed)
      snapshots = FaultyDisk(seed: seed + 1)
      archive = FaultyDisk(seed: seed + 2)
    }

    /// Logs, takes snapshots, archives and releases until something fails or all is done.
    mutating func live() throws {
      var storage = FaultyStorage(disk: snapshots)
      try SnapshotStore.removeUnfinished(&storage)
      while acknowledged < 15 {
        var set = SnapshotSet(try snapshotList(snapshots).compactMap(\.info))
        var options = testOptions()
        options.fromPosition = (set.newest?.position ?? 0) + 1
        let opened = try openLog(log, options)
        try opened.trim(upTo: released)
        for _ in 0..<3 {
          let outcome = try opened.append([testRecord(UInt64(acknowledged) + 1)])
          guard case .committed = outcome else { throw NothingToWrite() }
          acknowledged += 1
        }
        set.add(try writeSnapshot(snapshots, UInt64(acknowledged), []))
        if let name = set.takeRemovable() { try storage.remove(name.text) }
        let archiving = ArchiveHarness(log, archive)
        _ = try archiving.archiveAll()
        released = set.trimPosition(archivedThrough: try archiving.archivedThrough())
      }
    }
  }

  @Test(arguments: Return.allCases)
  func everyRecordIsThereWhereverItStops(_ how: Return) throws {
    var releasedMax: UInt64 = 0
    var isDone = [false, false, false]
    for step in 1...400 {
      for place in 0..<3 where !isDone[place] {
        var shard = Shard(seed: UInt64(step * 3 + place))
        shard.disks[place].faults[step] = .crash
        if (try? shard.live()) != nil { isDone[place] = true }
        releasedMax = max(releasedMax, shard.released)
        comeBack(shard.disks, how)
        try check(shard, "step \(step) of disk \(place)")
      }
      if isDone == [true, true, true] { break }
    }
    #expect(isDone == [true, true, true] && releasedMax > 8)
  }

  @Test func whatBothCoverIsReleasedFromTheLog() throws {
    var shard = Shard(seed: 1)
    try shard.live()
    _ = try openLog(shard.log, releasedOptions(shard)).append([testRecord(16)])
    #expect(throws: LogError.self) { try readLog(shard.log) }
    #expect(try readArchivedLog(shard.log, shard.archive).positions == Array(1...16))
  }

  private func releasedOptions(_ shard: Shard) -> LogOptions {
    var options = testOptions()
    options.fromPosition = shard.released + 1
    return options
  }

  /// The snapshots that count are followed by all of the log, and with the archive nothing is
  /// missing from the first record on.
  private func check(_ shard: Shard, _ label: String) throws {
    let expected = (1...15).map { testRecord($0) }
    let complete = try snapshotList(shard.snapshots).compactMap(\.info)
    // A third one may come back whose deletion was not durable: nothing is promised of it.
    for info in complete.prefix(2) {
      let held = try readLog(shard.log, from: info.position + 1).1
      let tail = Array(expected.prefix(Int(held.positions.last ?? info.position)))
      #expect(held.records == Array(tail.dropFirst(Int(info.position))), "\(label)")
      #expect((held.positions.last ?? info.position) >= UInt64(shard.acknowledged), "\(label)")
    }
    let all = try readArchivedLog(shard.log, shard.archive)
    #expect(all.records.count >= shard.acknowledged, "\(label)")
    #expect(all.records == Array(expected.prefix(all.records.count)), "\(label)")
    let snapshotCount = shard.acknowledged / 3
    #expect(complete.count >= min(2, max(0, snapshotCount - 1)), "\(label)")
  }
}
