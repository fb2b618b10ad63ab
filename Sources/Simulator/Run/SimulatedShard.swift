public import Gateway
internal import Primitives
public import Runtime
internal import Engine
internal import Kernel
internal import WAL

/// How a simulated shard is started: the production options, with tables small enough to fill up.
public enum SimulatedShard {
  /// The data folder of every simulation.
  public static let dataPath = "data"

  /// The options of a shard of a simulation.
  ///
  /// - Parameters:
  ///   - options: What the simulation is made with.
  ///   - credentials: Who may log on.
  /// - Returns: What the shard is started with.
  public static func options(
    _ options: SimulationOptions, credentials: Credentials
  ) -> ShardOptions {
    var shard = ShardOptions(
      shard: ShardID(0), shardCount: 1, dataPath: dataPath,
      newEngineID: (high: mix64(options.seed), low: mix64(options.seed &+ 1)),
      credentials: credentials)
    shard.engineLimits = engineLimits(options)
    shard.gatewayLimits = gatewayLimits(options.limits)
    shard.logLimits = logLimits(options.limits)
    shard.wait = .sleeping
    if options.isPolling { shard.wait.flushPollNs = 300 * TimeSpan.microsecond }
    shard.connectionsMax = 24
    shard.receiveBufferCount = options.limits.receiveBufferCount
    shard.retentionSeconds = options.retentionSeconds
    shard.snapshots.everyNs = options.snapshotEveryNs
    shard.snapshots.logByteCount = 0
    shard.snapshots.retryNs = 200 * TimeSpan.millisecond
    shard.outage.isExtending = options.isExtending
    shard.outage.graceNs = 2 * TimeSpan.second
    shard.journal.fileByteCount = options.limits.journalFileByteCount
    // What nobody has read yet stays in the log: the oracles are its archive.
    shard.isArchived = true
    return shard
  }

  private static func engineLimits(_ options: SimulationOptions) -> EngineLimits {
    let limits = options.limits
    return EngineLimits(
      auctionsMax: options.auctionsMax, bidsMax: 16 * options.auctionsMax,
      accountsMax: limits.accountsMax, linkGroupsMax: limits.groupsMax,
      sellerBlocksMax: limits.pairsMax, rateBucketsMax: limits.pairsMax,
      incrementTablesMax: limits.groupsMax, snapshotAreaByteCount: limits.snapshotAreaByteCount)
  }

  private static func gatewayLimits(_ limits: SimulatedLimits) -> GatewayLimits {
    var gateway = GatewayLimits()
    gateway.sessionsMax = 48
    gateway.sessionPlaces = 48
    gateway.sessionsPerAccountMax = 16
    gateway.replayRingBytes = limits.replayRingByteCount
    gateway.inFlightMax = 64
    gateway.snapshotAreaByteCount = limits.snapshotAreaByteCount
    gateway.ratePerSecond = limits.ratePerSecond
    gateway.burst = 64
    gateway.refusalsInRowMax = limits.refusalsInRowMax
    return gateway
  }

  private static func logLimits(_ limits: SimulatedLimits) -> LogLimits {
    var log = LogLimits()
    log.batchByteCountMax = limits.batchByteCountMax
    log.segmentByteCount = limits.segmentByteCount
    log.preparedSegmentCount = limits.preparedSegmentCount
    log.reserveSegmentCount = limits.preparedSegmentCount - 1
    log.allowsUnwrittenSegments = limits.allowsUnwrittenSegments
    log.zeroPieceByteCount = 65_536
    log.freeByteCountReserve = 1 << 20
    log.readByteCountMax = 262_144
    return log
  }
}
