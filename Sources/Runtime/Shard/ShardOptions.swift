public import Engine
public import Gateway
internal import Kernel
public import Primitives
public import WAL

/// How a shard waits when it has nothing to do.
///
/// A flush that is slept through ends late: a halted core wakes on its timer tick, milliseconds
/// after the disk was done. So the shard polls for a bounded time, and then sleeps.
public struct WaitStrategy: Sendable {
  /// How long a flush is polled for, in nanoseconds.
  public var flushPollNs: Nanoseconds = 5 * TimeSpan.millisecond
  /// How long a shard that just had work polls for more, in nanoseconds.
  public var idlePollNs: Nanoseconds = 1 * TimeSpan.millisecond

  /// Polls for a bounded time, then sleeps: for machines whose cores have other work too.
  public static let adaptive = WaitStrategy()
  /// Never sleeps: for cores that nothing else runs on.
  public static let spinning = WaitStrategy(
    flushPollNs: .max / 2, idlePollNs: .max / 2)
  /// Sleeps at once: for trials on a laptop.
  public static let sleeping = WaitStrategy(flushPollNs: 0, idlePollNs: 0)
}

/// Everything that a shard is started with.
public struct ShardOptions: Sendable {
  /// Which shard.
  public var shard: ShardID
  /// How many shards the data folder has.
  public var shardCount: UInt16
  /// The data folder of all shards.
  public var dataPath: String
  /// The name that a new data folder gets, 128 random bits.
  public var newEngineID: (high: UInt64, low: UInt64)
  /// Who may log on.
  public var credentials: Credentials
  /// How much the engine of a new data folder can hold.
  public var engineLimits = EngineLimits.standard
  /// The number of auctions asked for; nil = what the data folder was made for.
  public var auctionsMax: Int?
  /// How much the gateway can hold.
  public var gatewayLimits = GatewayLimits()
  /// The sizes of the log.
  public var logLimits = LogLimits()
  /// How the shard waits.
  public var wait = WaitStrategy.adaptive
  /// Whether the engine's tables have all their memory at the start, and no bid waits for a page.
  public var populatesTables = false
  /// The core to run on; nil = any.
  public var core: Int?
  /// The most connections; more are refused with a reason.
  ///
  /// As many sessions are remembered, where that is more than `gatewayLimits` says.
  public var connectionsMax = 4_096
  /// Buffers for what clients send, a power of two; when none is free, what comes waits.
  public var receiveBufferCount: UInt32 = 1_024
  /// The descriptor of the data folder's lock; -1 = there is none.
  ///
  /// The ring keeps it locked: a ring outlives a killed process until the last write in it has
  /// ended, and nobody else may read the log before that.
  public var lockDescriptor: Int32 = -1
  /// How long an ended auction is remembered in a new data folder, in seconds.
  public var retentionSeconds: UInt64 = 7 * 86_400

  /// When snapshots are taken.
  public var snapshots = SnapshotPolicy()
  /// What happens to auctions whose end fell into an outage.
  public var outage = OutagePolicy()
  /// What is kept of the event journal.
  public var journal = JournalPolicy()
  /// Whether the log is only shortened by what an archive holds.
  public var isArchived = false

  /// Names the shard; the rest has defaults.
  ///
  /// - Parameters:
  ///   - shard: Which shard.
  ///   - shardCount: How many there are.
  ///   - dataPath: The data folder.
  ///   - newEngineID: The name that a new data folder gets.
  ///   - credentials: Who may log on.
  public init(
    shard: ShardID, shardCount: UInt16, dataPath: String,
    newEngineID: (high: UInt64, low: UInt64), credentials: Credentials
  ) {
    self.shard = shard
    self.shardCount = shardCount
    self.dataPath = dataPath
    self.newEngineID = newEngineID
    self.credentials = credentials
  }

  /// Where the shard keeps its files.
  public var folder: ShardFolder { ShardFolder(dataPath: dataPath, shard: shard) }
  /// The folder of the shard's log.
  public var logPath: String { folder.logPath }

  /// Connections beyond the cap that can be told why they are refused.
  private var refusalSlots = ShardOptions.refusalSlotsMax
  private static let refusalSlotsMax = 64

  /// The descriptors that a process must be allowed so that a shard takes so many connections.
  ///
  /// - Parameter connections: How many.
  /// - Returns: The limit that the kernel wants, although connections have no descriptors.
  public static func descriptorLimit(connections: Int) -> Int {
    connections + refusalSlotsMax + Int(RingSizes().fixedSlots)
  }

  /// Takes fewer connections where the process may have fewer files than they need: the kernel
  /// gives a ring no greater table of files than the process may have descriptors.
  ///
  /// - Parameter descriptorLimit: The most descriptors that the process may have.
  public mutating func fitConnections(descriptorLimit: UInt64) {
    let room = Int(clamping: descriptorLimit) - Int(RingSizes().fixedSlots)
    guard connectionsMax + refusalSlots > room else { return }
    refusalSlots = max(1, min(refusalSlots, room / 4))
    connectionsMax = max(1, min(connectionsMax, room - refusalSlots))
  }

  /// The ring's sizes: a place for each connection and for those that are being refused.
  var ringSizes: RingSizes {
    var sizes = RingSizes()
    sizes.connectionSlots = UInt32(connectionsMax + refusalSlots)
    sizes.receiveBuffers = receiveBufferCount
    return sizes
  }
}
