import Primitives
import Wire

@testable import Engine
@testable import Simulator

/// Random commands on an engine that takes a snapshot amid them, and the log of what came after.
struct SnapshotHistory: ~Copyable {
  struct Logged {
    var step: Step
    var time: UInt64
    var session: UInt32
    var roles: Roles
  }

  let limits: EngineLimits
  var driver: EngineDriver
  let model: BookModel
  var steps: RandomSteps
  /// Commands after the snapshot began, and what was said to them.
  var log: [Logged] = []
  var sent: [Sent] = []
  var isLogging = false

  init(seed: UInt64, limits: EngineLimits, bidderCount: Int = 8) {
    self.limits = limits
    driver = EngineDriver(limits: limits)
    model = BookModel(limits, beside: driver)
    steps = RandomSteps(seed: seed)
    steps.bidderCount = bidderCount
    steps.accountPercent = [0, 10, 50][Int(seed % 3)]
    steps.buyNowPercent = [5, 30][Int(seed % 2)]
  }

  mutating func step() {
    // Slower than in other histories, so that auctions live for longer and the tables get full.
    driver.time += steps.pause() / 8
    let step = steps.next(model)
    let session = UInt32(65_536 + steps.below(4))
    let isOperator = steps.chance(60)
    let roles: Roles = isOperator ? [.broker, .operator] : .broker
    _ = model.apply(step, on: driver, session: session, roles: roles)
    let said = driver.apply(step, session: session, roles: roles)
    guard isLogging else { return }
    log.append(Logged(step: step, time: driver.time, session: session, roles: roles))
    sent += said
  }

  /// Begins a snapshot, plays commands while it is written in pieces of random size, ends it.
  mutating func snapshotAmidCommands() -> SnapshotCopy {
    var copy = SnapshotCopy()
    driver.engine.beginSnapshot()
    isLogging = true
    let pause = [4, 20, 100][steps.below(3)]
    while !driver.engine.isSnapshotWritten {
      for _ in 0..<steps.below(pause) { step() }
      if steps.chance(60) {
        _ = copy.write(from: &driver.engine, room: 1_600 + steps.below(3_000))
      }
    }
    driver.engine.endSnapshot()
    return copy
  }

  /// A fresh engine of the same limits.
  func freshDriver() -> EngineDriver { EngineDriver(limits: limits) }

  /// Plays the logged commands on an engine that was loaded.
  func replay(on loaded: inout EngineDriver) -> [Sent] {
    var sent: [Sent] = []
    loaded.position = loaded.engine.position
    for one in log {
      loaded.time = one.time
      sent += loaded.apply(one.step, session: one.session, roles: one.roles)
    }
    return sent
  }
}

extension EngineLimits {
  /// So small that every table is full from time to time.
  static var crowded: EngineLimits {
    EngineLimits(
      auctionsMax: 12,
      bidsMax: 24,
      accountsMax: 12,
      linkGroupsMax: 2,
      sellerBlocksMax: 6,
      rateBucketsMax: 8,
      incrementTablesMax: 2,
      retention: 60_000_000_000,
      snapshotAreaByteCount: 1 << 18
    )
  }
}
