internal import Journal
internal import Kernel
internal import Runtime
internal import WAL

/// Why a shard may refuse to start, or give up.
enum Excuse {
  /// It may not.
  case none
  /// The disk refused a step in this life, and said so with the errno that the shard names.
  case refusal
  /// The disk spoilt what a start needs.
  case damage
}

/// Judges whether what the disk did is reason enough for what a shard says.
struct FailureExcuse {
  private let refusals: [DiskRefusal]
  private let damage: DiskDamage
  private let folder: ShardFolder
  private let hasServed: Bool

  /// - Parameters:
  ///   - disk: The disk as the life left it.
  ///   - folder: The shard's folder.
  ///   - hasServed: Whether the shard had begun to serve.
  init(_ disk: SimulatedDisk, _ folder: ShardFolder, hasServed: Bool) {
    refusals = disk.refusals
    damage = DiskDamage(disk, folder)
    self.folder = folder
    self.hasServed = hasServed
  }

  func judge(_ failure: ShardError) -> Excuse {
    switch failure {
    case .logFailed(let failure), .log(.poisoned(let failure)):
      excuse(in: folder.logPath, failure.errno, false)
    case .log(.storage(let error)):
      excuse(in: folder.logPath, error.errno, damage.isInLog)
    case .log(.storageFull):
      excuse(in: folder.logPath, SimulatedDisk.errnoNoSpace, false)
    case .log(.positionNotHeld), .log(.anchorMismatch), .snapshotMissing, .baseMissing:
      atStart(damage.isInLog || damage.isInSnapshots)
    case .log, .notConfigured: atStart(damage.isInLog)
    case .snapshot(.storage(let error)):
      excuse(in: folder.snapshotsPath, error.errno, damage.isInSnapshots)
    case .snapshot: atStart(damage.isInSnapshots)
    case .journal(.file(name: _, offset: _, errno: let errno)),
      .journal(.folder(errno: let errno)):
      excuse(in: folder.journalPath, errno, damage.isInJournal)
    case .journal: atStart(damage.isInJournal)
    case .storage(let error): excuse(in: nil, error.errno, false)
    case .kernel(let error): excuse(in: nil, error.errno, false)
    case .archive, .shardCount, .capacity, .notADataFolder: .none
    }
  }

  /// Only a log that the disk refuses stops a shard that serves; no damage at rest does.
  private func atStart(_ isDamaged: Bool) -> Excuse {
    isDamaged && !hasServed ? .damage : .none
  }

  /// A step that was refused in a folder, or in any when `path` is nil.
  private func excuse(in path: String?, _ errno: Int32, _ isDamaged: Bool) -> Excuse {
    let isRefused = refusals.contains {
      $0.errno == errno && (path == nil || $0.folder == path)
    }
    if isRefused, !hasServed || path == folder.logPath { return .refusal }
    return atStart(isDamaged)
  }
}
