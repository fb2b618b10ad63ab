import Primitives
import Wire

@testable import Engine
@testable import Simulator

extension BookModel {
  /// The model of an empty shard that holds as much as an engine does.
  ///
  /// Steps are drawn as of the newest record, so it begins with one of the driver's time.
  convenience init(_ limits: EngineLimits, beside driver: borrowing EngineDriver) {
    let message = EngineConfigured(
      engineIdHigh: 1, engineIdLow: 2, shard: 0, shards: 1, formatVersion: 1,
      retentionSeconds: limits.retention / TimeSpan.second,
      auctionsMax: UInt64(limits.auctionsMax), bidsMax: UInt64(limits.bidsMax),
      accountsMax: UInt64(limits.accountsMax), linkGroupsMax: UInt32(limits.linkGroupsMax),
      sellerBlocksMax: UInt32(limits.sellerBlocksMax),
      rateBucketsMax: UInt32(limits.rateBucketsMax),
      incrementTablesMax: UInt32(limits.incrementTablesMax))
    self.init(shard: ShardID(0), limits: BookLimits(message), retention: limits.retention)
    _ = apply(.tick, on: driver, session: 0, roles: [])
  }

  /// What the rules say to a step at the driver's time, before the driver applies it.
  func apply(
    _ step: Step, on driver: borrowing EngineDriver, session: UInt32, roles: Roles
  ) -> [Sent] {
    driver.buffer.write(step)
    let record = LoggedRecord(
      position: driver.position + 1, time: driver.time, session: SessionHandle(raw: session),
      roles: roles, frame: driver.buffer.bytes)
    return apply(record).map(Sent.init)
  }
}

extension Sent {
  init(_ told: Told) {
    session = told.session.raw
    said = told.frame.withUnsafeBytes { raw in
      guard let frame = raw.baseAddress else { preconditionFailure("a frame has bytes") }
      return Said(frame: frame)
    }
  }
}
