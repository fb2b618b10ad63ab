internal import Runtime

/// Which of a shard's folders hold bytes that the disk did not keep as it had promised.
struct DiskDamage {
  /// What was acknowledged may be gone, and a start may refuse the log.
  private(set) var isInLog = false
  /// A start may go back to an older snapshot, or find none.
  private(set) var isInSnapshots = false
  /// Histories may be gone, until the journal is written again from the log.
  private(set) var isInJournal = false

  /// No damage.
  init() {}

  init(_ disk: SimulatedDisk, _ folder: ShardFolder) {
    let damaged = Set(disk.mediaFaults.map(\.folder))
    isInLog = damaged.contains(folder.logPath)
    isInSnapshots = damaged.contains(folder.snapshotsPath)
    isInJournal = damaged.contains(folder.journalPath)
  }
}
