import Engine
import Primitives
import WAL
import Wire

/// Records on their way into the log: copied, hashed, sealed in batches.
struct LogStageWorkload: ~Copyable, Workload {
  static var name: String { "log-stage" }
  static var operation: String { "a bid's record, staged and sealed in a batch of 125" }

  private let frames: Frames
  private var log = LogRig(keepsFile: false)

  init() {
    var random = SeededGenerator(seed: 3)
    let auctions = (1...100).map { UInt64($0) }
    frames = .bidding(
      Passes.operationCount, after: 0, on: auctions, accountCount: 1_000, &random)
  }

  mutating func run(pass: Int) {
    for index in 0..<Passes.operationCount {
      log.stage(frames.frame(index), byteCount: frames.byteCount)
    }
  }

  mutating func result() -> UInt64 { log.head.word0 }
}

/// Forty new auctions and 960 bids on them, as a log.
private func makeLog() -> OneSegment {
  let auctionCount = 40
  var random = SeededGenerator(seed: 17)
  var log = LogRig(keepsFile: true)
  let ends = [UInt64](repeating: EngineRig.farEnd, count: auctionCount)
  var rig = EngineRig(auctionsMax: auctionCount)
  let ids = rig.create(endTimes: ends)
  let creations = Frames.creating(endTimes: ends)
  for index in 0..<auctionCount {
    log.stage(creations.frame(index), byteCount: creations.byteCount)
  }
  let bidCount = Passes.operationCount - auctionCount
  let bids = Frames.bidding(
    bidCount, after: 0, on: ids, accountCount: EngineRig.accountCount, &random)
  for index in 0..<bidCount { log.stage(bids.frame(index), byteCount: bids.byteCount) }
  return OneSegment(log.bytes())
}

private func read<V: RecordVisitor & ~Copyable>(
  _ storage: inout OneSegment,
  _ visitor: inout V
) -> RecoveredLog {
  do {
    return try Recovery.read(
      &storage, shard: LogRig.shard, limits: readingLimits, memory: .heap, visitor: &visitor)
  } catch { fatalError("the log is refused: \(error)") }
}

/// Smaller buffers than a server's: taking them counts as work.
private let readingLimits: LogLimits = {
  var limits = LogLimits()
  limits.batchByteCountMax = 128 << 10
  limits.readByteCountMax = 64 << 10
  return limits
}()

/// A log that is read and proven.
struct LogVerifyWorkload: ~Copyable, Workload {
  static var name: String { "log-verify" }
  static var operation: String { "a record of a log that is read, checked and hashed" }

  private var storage = makeLog()
  private var sum: UInt64 = 0

  init() {}

  mutating func run(pass: Int) {
    var visitor = IgnoringVisitor()
    let found = read(&storage, &visitor)
    sum = mix64(sum ^ found.head.word0 ^ found.lastPosition)
  }

  mutating func result() -> UInt64 { sum }
}

/// Applies each record to an engine.
private struct ReplayVisitor: RecordVisitor, ~Copyable {
  var rig = EngineRig(auctionsMax: 64)

  mutating func willVisit(_ frame: UnsafeRawPointer) { rig.engine.prefetch(frame) }

  mutating func visit(_ record: LogRecord) {
    rig.time = record.time
    rig.apply(record.frame)
    rig.outbox.clear()
  }
}

/// A log that is proven and replayed into an empty engine.
struct LogReplayWorkload: ~Copyable, Workload {
  static var name: String { "log-replay" }
  static var operation: String { "a record of a log that is proven and applied by an engine" }

  private var storage = makeLog()
  private let visitors = UnsafeMutablePointer<ReplayVisitor>.allocate(capacity: Passes.count)
  private var sum: UInt64 = 0

  init() {
    for index in 0..<Passes.count { (visitors + index).initialize(to: ReplayVisitor()) }
  }

  deinit {
    visitors.deinitialize(count: Passes.count)
    visitors.deallocate()
  }

  mutating func run(pass: Int) {
    sum = mix64(sum ^ read(&storage, &visitors[pass]).visitedCount)
  }

  mutating func result() -> UInt64 { mix64(sum ^ visitors[0].rig.result()) }
}
