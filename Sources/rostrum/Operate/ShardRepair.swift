import Primitives
import Runtime
import Uring
import WAL

/// What a repair of a shard would do, or did.
struct ShardRepair {
  let shard: ShardID
  /// What is cut off and moved; nil where the log is left alone.
  let plan: RepairPlan?
  /// Snapshots that speak of records that are cut off: they are moved aside too.
  let snapshots: [SnapshotName]
  /// The last record that is left.
  let keptPosition: UInt64
  /// The snapshot from which the shard starts although its log is damaged before it.
  let startsFrom: UInt64?

  var isNeeded: Bool { plan?.steps.isEmpty == false || !snapshots.isEmpty }

  /// Looks at a shard; changes nothing.
  ///
  /// A log that is damaged only before a sound snapshot is not cut: the shard starts from there,
  /// and cutting would lose what came after.
  ///
  /// - Parameter folder: The shard's folder, which nobody serves.
  /// - Returns: What a repair would do.
  /// - Throws: One line when the damage is none that cutting cures.
  static func plan(_ folder: ShardFolder) throws -> ShardRepair {
    var log = try ShardLog.open(folder)
    if let start = try startingPoint(folder, &log) {
      let isWhole = try isWhole(folder, &log)
      return ShardRepair(
        shard: folder.shard, plan: nil, snapshots: [], keptPosition: start,
        startsFrom: isWhole ? nil : start)
    }
    let plan: RepairPlan
    do {
      plan = try LogRepair.plan(
        &log, shard: folder.shard, limits: LogLimits(), memory: Machine.pages)
    } catch { throw CommandFailure("shard \(folder.shard.number): \(error)") }
    let kept = try keptPosition(plan, folder, &log)
    let behind = try snapshots(folder).map(\.name).filter {
      $0.kind == .snapshot && $0.position > kept
    }
    return ShardRepair(
      shard: folder.shard, plan: plan, snapshots: behind, keptPosition: kept,
      startsFrom: nil)
  }

  /// Moves snapshots and files aside and cuts the log.
  ///
  /// The snapshots go first: if the power fails in between, the log is refused as before and the
  /// same repair can be run again.
  ///
  /// - Parameter folder: The shard's folder, which nobody serves.
  /// - Returns: The position of the last record that is left.
  /// - Throws: One line when a file cannot be changed.
  func apply(_ folder: ShardFolder) throws -> UInt64 {
    do {
      if !snapshots.isEmpty {
        var storage = try DirectStorage(path: folder.snapshotsPath, memory: Machine.pages)
        for name in snapshots {
          try storage.rename(name.text, to: Self.asideName(name.text, folder.snapshotsPath))
        }
        try storage.syncFolder()
      }
      var log = try DirectStorage(path: folder.logPath, memory: Machine.pages)
      guard let plan, !plan.steps.isEmpty else { return keptPosition }
      return try LogRepair.apply(
        plan, &log, shard: folder.shard, limits: LogLimits(), memory: Machine.pages
      ).lastPosition
    } catch let error as StorageError {
      throw CommandFailure("shard \(folder.shard.number): \(error)")
    } catch let error as LogError {
      throw CommandFailure("shard \(folder.shard.number): \(error)")
    }
  }

  /// A name beside a file's own that nothing has.
  static func asideName(_ name: String, _ path: String) -> String {
    var count = 1
    while true {
      let aside = name + (count == 1 ? ".damaged" : ".damaged-\(count)")
      if !FolderTree.isThere("\(path)/\(aside)") { return aside }
      count += 1
    }
  }
}

// What a start would find.
extension ShardRepair {
  private static func snapshots(_ folder: ShardFolder) throws -> [SnapshotEntry] {
    guard var storage = try ShardLog.snapshots(folder) else { return [] }
    do {
      return try SnapshotStore.list(&storage, shard: folder.shard, memory: Machine.pages)
    } catch { throw CommandFailure("\(error)") }
  }

  /// The newest sound snapshot, if a server would start from it (0 = from the first record); nil
  /// when it would refuse.
  private static func startingPoint(
    _ folder: ShardFolder, _ log: inout DirectStorage
  ) throws -> UInt64? {
    guard var storage = try ShardLog.snapshots(folder) else {
      return reads(&log, folder, LogRange()) ? 0 : nil
    }
    for info in try snapshots(folder).compactMap(\.info) {
      do { try SnapshotStore.verify(&storage, info, memory: Machine.pages) } catch { continue }
      let anchor = LogAnchor(
        batchNumber: info.header.batchNumber, position: info.position,
        hash: info.header.batchHash)
      return reads(&log, folder, LogRange(after: anchor)) ? info.position : nil
    }
    return reads(&log, folder, LogRange()) ? 0 : nil
  }

  private static func isWhole(
    _ folder: ShardFolder, _ log: inout DirectStorage
  ) throws -> Bool {
    do throws(LogError) {
      let extent = try LogExtent.take(
        &log, shard: folder.shard, limits: LogLimits(), memory: Machine.pages)
      return reads(&log, folder, LogRange(from: extent.oldestPosition))
    } catch { return false }
  }

  private static func reads(
    _ log: inout DirectStorage, _ folder: ShardFolder, _ range: LogRange
  ) -> Bool {
    var visitor = IgnoringVisitor()
    let found = try? Recovery.read(
      &log, shard: folder.shard, range: range, limits: LogLimits(), memory: Machine.pages,
      visitor: &visitor)
    return found != nil
  }

  /// Where the log will end: what the plan keeps, or where it ends when the log itself is sound.
  private static func keptPosition(
    _ plan: RepairPlan, _ folder: ShardFolder, _ log: inout DirectStorage
  ) throws -> UInt64 {
    if !plan.steps.isEmpty { return plan.keptPosition }
    var visitor = IgnoringVisitor()
    do throws(LogError) {
      let extent = try LogExtent.take(
        &log, shard: folder.shard, limits: LogLimits(), memory: Machine.pages)
      return try Recovery.read(
        &log, shard: folder.shard, range: LogRange(from: extent.oldestPosition),
        limits: LogLimits(), memory: Machine.pages, visitor: &visitor
      ).lastPosition
    } catch { throw CommandFailure("shard \(folder.shard.number): \(error)") }
  }
}
