public import Primitives

/// Cuts a damaged log off before the damage, for an operator who has no copy to restore from.
///
/// Nothing is deleted: what is cut off is kept in files that end with `.damaged`. The log must not
/// be served meanwhile.
public enum LogRepair {
  /// Says what a repair would keep, cut off and change; changes nothing.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffers come from.
  /// - Returns: The plan, without a step if the log is sound.
  /// - Throws: `LogError` if the log is refused for a reason that cutting does not cure: cases L,
  ///   O, Q, R and S, and damage before which nothing stands.
  public static func plan<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> RepairPlan {
    guard let damage = try damage(&storage, shard, limits, memory) else { return RepairPlan() }
    let isCurable = "IJKMNP".contains(damage.recoveryCase.letter)
    guard isCurable else { throw .damaged(damage) }
    let files = try LogInspector.segments(&storage, limits: limits, memory: memory)
    let names: [String]
    do { names = try storage.list().map(\.name) } catch { throw .storage(error) }
    var planner = RepairPlanner(damage: damage, files: files, names: Set(names))
    return try planner.plan(&storage, shard: shard, limits: limits, memory: memory)
  }

  /// Why the log is refused, nil if it is not.
  private static func damage<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ shard: ShardID,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) -> LogDamage? {
    var visitor = IgnoringVisitor()
    do {
      _ = try Recovery.read(
        &storage,
        shard: shard,
        range: LogRange(from: try oldestPosition(&storage, limits, memory)),
        limits: limits,
        memory: memory,
        visitor: &visitor
      )
      return nil
    } catch {
      if case .damaged(let damage) = error { return damage }
      throw error
    }
  }

  private static func oldestPosition<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) -> UInt64 {
    let files = try LogInspector.segments(&storage, limits: limits, memory: memory)
    return files.first { $0.role == .used }?.header?.firstPosition ?? 1
  }

  /// Does what a plan says, and reads the log that is left.
  ///
  /// If power fails in between, the folder is refused as before or already holds what the plan
  /// keeps: plan again and apply that.
  ///
  /// - Parameters:
  ///   - plan: The plan; it must still be what `plan` gives.
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - limits: The sizes.
  ///   - memory: Where the buffers come from.
  /// - Returns: What is left.
  /// - Throws: `LogError` if the folder has changed since, or a system call fails.
  public static func apply<S: Storage & ~Copyable>(
    _ plan: RepairPlan,
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> RecoveredLog {
    let current = try self.plan(&storage, shard: shard, limits: limits, memory: memory)
    guard current == plan else {
      throw .notRepairable(reason: "the folder has changed since the repair was planned")
    }
    for step in plan.steps { try execute(step, &storage, limits, memory) }
    var visitor = IgnoringVisitor()
    return try Recovery.read(
      &storage,
      shard: shard,
      range: LogRange(from: try oldestPosition(&storage, limits, memory)),
      limits: limits,
      memory: memory,
      visitor: &visitor
    )
  }

  private static func execute<S: Storage & ~Copyable>(
    _ step: RepairStep,
    _ storage: inout S,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) {
    switch step {
    case .moveAside(let file, let aside):
      do {
        try storage.rename(file, to: aside)
        try storage.syncFolder()
      } catch { throw .storage(error) }
    case .copyAsideAndCut(let file, let aside, let byteCount):
      try copy(&storage, file, to: aside, limits, memory)
      do {
        try storage.syncFolder()
        let opened = try storage.open(file)
        defer { storage.close(opened) }
        try storage.truncate(opened, to: byteCount)
        try storage.syncData(opened)
      } catch { throw .storage(error) }
    }
  }

  private static func copy<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ name: String,
    to newName: String,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) {
    guard let number = SegmentName(name)?.number else { return }
    let block = LogFormat.blockByteCount
    var reader = SegmentReader(limits: limits, memory: memory)
    try reader.open(&storage, number: number)
    defer { reader.close(&storage) }
    var writer = try SegmentWriter(&storage, name: newName, limits: limits, memory: memory)
    var offset: UInt64 = 0
    do throws(LogError) {
      // A file that ends inside a block loses that rest: no batch ends there.
      while try reader.load(&storage, at: offset, byteCount: block) == block {
        try unsafe writer.append(&storage, reader.bytes(at: offset), byteCount: block)
        offset += UInt64(block)
      }
    } catch {
      writer.abandon(&storage)
      throw error
    }
    try writer.finish(&storage)
  }
}
