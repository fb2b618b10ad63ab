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
    shard.gatewayLimits = gatewayLimits
    shard.logLimits = logLimits(options)
    shard.wait = .sleeping
    if options.isPolling { shard.wait.flushPollNs = 300 * TimeSpan.microsecond }
    shard.connectionsMax = 24
    shard.receiveBufferCount = 32
    shard.retentionSeconds = options.retentionSeconds
    shard.snapshots.everyNs = options.snapshotEveryNs
    shard.snapshots.logByteCount = 0
    shard.snapshots.retryNs = 200 * TimeSpan.millisecond
    shard.outage.isExtending = options.isExtending
    shard.outage.graceNs = 2 * TimeSpan.second
    shard.journal.fileByteCount = 1 << 20
    // What nobody has read yet stays in the log: the oracles are its archive.
    shard.isArchived = true
    return shard
  }

  private static func engineLimits(_ options: SimulationOptions) -> EngineLimits {
    EngineLimits(
      auctionsMax: options.auctionsMax, bidsMax: 16 * options.auctionsMax, accountsMax: 64,
      linkGroupsMax: 8, sellerBlocksMax: 16, rateBucketsMax: 16, incrementTablesMax: 4,
      snapshotAreaByteCount: 1 << 20)
  }

  private static var gatewayLimits: GatewayLimits {
    var limits = GatewayLimits()
    limits.sessionsMax = 48
    limits.sessionsPerAccountMax = 16
    limits.replayRingBytes = 32_768
    limits.inFlightMax = 64
    limits.snapshotAreaByteCount = 1 << 20
    return limits
  }

  private static func logLimits(_ options: SimulationOptions) -> LogLimits {
    var limits = LogLimits()
    limits.batchByteCountMax = 81_920
    limits.segmentByteCount = options.segmentByteCount
    limits.zeroPieceByteCount = 65_536
    limits.freeByteCountReserve = 1 << 20
    limits.readByteCountMax = 262_144
    return limits
  }
}
