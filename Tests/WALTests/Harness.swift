import Primitives
import WAL

struct NothingToWrite: Error {}

/// A group commit with one segment in use.
///
/// A class, because the macros of Testing do not take values that cannot be copied.
final class Harness {
  var commit: GroupCommit
  var time: UInt64 = 5_000

  init(limits: LogLimits = smallLimits(), opens: Bool = true) {
    let segment = PreparedSegment(
      slot: SegmentSlot(0),
      number: 1,
      byteCount: UInt64(limits.segmentByteCount),
      isPrewritten: true
    )
    commit = GroupCommit(
      limits: limits,
      identity: LogIdentity(shard: testShard, logID: testLogID, epoch: 1),
      blindingKey: testKey,
      start: CommitStart(
        segment: segment,
        fileOffset: 4096,
        batchNumber: 0,
        position: 0,
        head: .zero,
        time: 0
      ),
      memory: testMemory
    )
    if opens, let order = commit.nextWrite() {
      _ = commit.completed(order, .written(byteCount: order.byteCount))
    }
  }

  func stage(frameByteCount: Int = 64) -> StageResult {
    time += 1
    let record = testRecord(time, frameByteCount: frameByteCount)
    return withFrame(record) { frame in
      commit.stage(
        time: time,
        session: SessionHandle(raw: 7),
        roles: [],
        frame: frame,
        byteCount: frameByteCount
      )
    }
  }

  func nextWrite() -> WriteOrder? { commit.nextWrite() }
  func hasRoom(byteCount: Int) -> Bool { commit.hasRoom(byteCount: byteCount) }
  func completed(_ order: WriteOrder, _ result: WriteResult) -> CommitOutcome {
    commit.completed(order, result)
  }

  /// The next write, which must be due.
  func next() throws -> WriteOrder {
    guard let order = commit.nextWrite() else { throw NothingToWrite() }
    return order
  }

  /// Writes the next batch; true if there was one and it became durable.
  func flush() -> Bool {
    guard let order = commit.nextWrite() else { return false }
    if case .durable = commit.completed(order, .written(byteCount: order.byteCount)) { return true }
    return false
  }

  func offer(_ number: UInt64) {
    commit.offer(
      PreparedSegment(
        slot: SegmentSlot(Int(number)),
        number: number,
        byteCount: UInt64(commit.limits.segmentByteCount),
        isPrewritten: true
      )
    )
  }
}
