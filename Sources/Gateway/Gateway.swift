public import Primitives
internal import Wire

/// A shard's gateway: untrusted bytes in, validated commands out, replies back as frames.
///
/// It knows no kernel, no clock and no log: the shard's thread, its only user, gives it bytes and
/// times and does what it answers. All memory is taken when it is made; nothing a client does makes
/// it grow. One turn of the shard:
///
/// 1. `receive` what came, then `next` until it needs input: `command` is logged, applied and
///    answered with `deliver`, then `applied`; `query` is answered; `logon` is decided by `logon`.
/// 2. `sealTurn` when the log has sealed a batch, `released` when that batch is durable.
/// 3. `takeSendable` and `nextSend` give one send a connection; `sent` when it is done.
/// 4. `takeResumable` names connections to receive from again, `takeClosure` those to close.
///
/// A power failure takes the connections, the answer queues and what was not durable; replaying the
/// log through `sessionOpened`, `replayed` and `deliver` gives the same sessions, windows,
/// sequences and rings, so that a client that logs on again gets every reply it missed.
@safe
public struct Gateway: ~Copyable {
  /// The limits it was made with.
  public let limits: GatewayLimits
  /// Whom it speaks for.
  public let identity: EngineIdentity
  /// What happened so far.
  public internal(set) var counters = GatewayCounters()

  let verifier: LogonVerifier
  let rate: TokenRate
  let connections: ConnectionTable
  var sessions: SessionTable
  let endpoints: Region
  let scratch: Region
  let memory: MemorySource

  var sendable: ConnectionSet
  var resumable: ConnectionSet
  var closures: ConnectionSet
  var snapshot: SessionSnapshot
  var release = ReleaseState()
  var time: Nanoseconds = 0
  var tickPosition = 0
  var isDraining = false
  private let inPlace = InPlace()

  /// Takes memory for everything.
  ///
  /// - Parameters:
  ///   - limits: The limits; their relations are checked.
  ///   - identity: Whom it speaks for.
  ///   - credentials: Who may log on.
  ///   - memory: Where from; big tables are touched when they are used.
  public init(
    limits: GatewayLimits,
    identity: EngineIdentity,
    credentials: Credentials,
    memory: MemorySource
  ) {
    let areSound = limits.firstBrokenRelation() == nil
    invariant(areSound, "the gateway's limits contradict one another")
    self.limits = limits
    self.identity = identity
    verifier = LogonVerifier(
      credentials: credentials,
      clockSkewNs: UInt64(limits.clockSkewMs) * TimeSpan.millisecond
    )
    rate = TokenRate(perSecond: limits.ratePerSecond, burst: limits.burst)
    connections = ConnectionTable(limits: limits, memory: memory)
    sessions = SessionTable(limits: limits, memory: memory)
    endpoints = Region(byteCount: Int(identity.shards) * 8, alignment: 64, from: memory)
    scratch = Region(byteCount: 4_096, from: memory)
    snapshot = SessionSnapshot(limits: limits, memory: memory)
    self.memory = memory
    sendable = ConnectionSet(connectionsMax: limits.connectionsMax, memory: memory)
    resumable = ConnectionSet(connectionsMax: limits.connectionsMax, memory: memory)
    closures = ConnectionSet(connectionsMax: limits.connectionsMax, memory: memory)
    for shard in 0..<identity.shards { setEndpoint(shard: ShardID(shard), address: 0, port: 0) }
  }

  /// Says where a shard listens, for `wrongShard` and for the topology.
  ///
  /// - Parameters:
  ///   - shard: Which shard, below the count of the identity.
  ///   - address: Its IPv4 address, most significant byte first; 0 = the host of the connection.
  ///   - port: Its TCP port.
  public func setEndpoint(shard: ShardID, address: UInt32, port: UInt16) {
    invariant(shard.number < identity.shards, "a shard's number is below their count")
    let endpoint = Topology.Endpoint(address: address, shard: shard.number, port: port)
    unsafe endpoint.write(body: endpoints.base + Int(shard.number) * 8)
  }

  /// Takes over a time; it never steps back here.
  @_noLocks @inline(__always)
  mutating func advance(to now: Nanoseconds) {
    if now > time { time = now }
  }
}
