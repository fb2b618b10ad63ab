import Journal
import Kernel
import Primitives
import Runtime
import Testing
import WAL

@testable import Simulator

/// What a shard may give up over, and what it may not.
@Suite struct FailureExcuseTests {
  private static let folder = ShardFolder(dataPath: "data", shard: ShardID(0))

  private func disk(
    _ refusals: [(path: String, step: DiskStep?, errno: Int32)] = []
  )
    -> SimulatedDisk
  {
    let disk = SimulatedDisk(world: World(seed: 1))
    for refusal in refusals {
      disk.refuse(refusal.step, in: disk.directory(refusal.path), refusal.errno)
    }
    return disk
  }

  private func damaged(_ path: String) -> SimulatedDisk {
    let disk = disk()
    disk.mediaFaults = [
      MediaFault(kind: .rot, folder: path, file: "a", offset: 0, byteCount: 4_096)
    ]
    return disk
  }

  private func excuse(
    _ error: ShardError, _ disk: SimulatedDisk, hasServed: Bool = false
  ) -> Excuse {
    FailureExcuse(disk, Self.folder, hasServed: hasServed).judge(error)
  }

  private static func storage(_ errno: Int32) -> StorageError {
    StorageError(operation: .write, file: "a", errno: errno)
  }

  @Test func aRefusalIsAnExcuseForItsOwnFolderAndErrnoAlone() {
    let inLog = disk([(Self.folder.logPath, .write, 5)])
    #expect(excuse(.log(.storage(Self.storage(5))), inLog) == .refusal)
    #expect(excuse(.log(.storage(Self.storage(9))), inLog) == .none)
    #expect(excuse(.log(.storageFull), inLog) == .none)
    let inJournal = disk([(Self.folder.journalPath, .write, 5)])
    #expect(excuse(.log(.storage(Self.storage(5))), inJournal) == .none)
    let journal = JournalError.file(name: "a", offset: 0, errno: 5)
    #expect(excuse(.journal(journal), inJournal) == .refusal)
    #expect(excuse(.log(.storage(Self.storage(5))), disk()) == .none)
  }

  @Test func onlyTheLogStopsAShardThatServes() {
    let inLog = disk([(Self.folder.logPath, .syncData, 5)])
    #expect(excuse(.log(.storage(Self.storage(5))), inLog, hasServed: true) == .refusal)
    let inJournal = disk([(Self.folder.journalPath, .syncData, 5)])
    #expect(excuse(.storage(Self.storage(5)), inJournal) == .refusal)
    #expect(excuse(.storage(Self.storage(5)), inJournal, hasServed: true) == .none)
    let held = LogError.positionNotHeld(wanted: 1, oldest: 2, last: 3)
    #expect(excuse(.log(held), damaged(Self.folder.logPath), hasServed: true) == .none)
  }

  @Test func damageIsAnExcuseForWhatWasDamaged() {
    let held = LogError.positionNotHeld(wanted: 1, oldest: 2, last: 3)
    let log = damaged(Self.folder.logPath)
    #expect(excuse(.log(held), log) == .damage)
    #expect(excuse(.log(.changedWhileRead), log) == .damage)
    let snapshots = damaged(Self.folder.snapshotsPath)
    #expect(excuse(.log(held), snapshots) == .damage)
    #expect(excuse(.snapshotMissing(7), snapshots) == .damage)
    #expect(excuse(.log(.changedWhileRead), snapshots) == .none)
    let journal = damaged(Self.folder.journalPath)
    #expect(excuse(.log(held), journal) == .none)
    #expect(excuse(.journal(.foreign(file: "a")), journal) == .damage)
    #expect(excuse(.capacity(found: 1, asked: 2), log) == .none)
  }
}
