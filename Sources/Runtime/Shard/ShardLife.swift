internal import Counters
internal import Engine
internal import Gateway
public import Kernel
public import Primitives

/// The descriptors that a shard is given when it starts; the caller keeps them open.
public struct ShardSockets: Sendable, BitwiseCopyable {
  /// The listener's.
  public let listener: Int32
  /// The counter's by which other threads wake the shard.
  public let wakeUp: Int32

  /// Names the descriptors.
  ///
  /// - Parameters:
  ///   - listener: The listener's.
  ///   - wakeUp: The counter's by which other threads wake the shard.
  public init(listener: Int32, wakeUp: Int32) {
    self.listener = listener
    self.wakeUp = wakeUp
  }
}

/// One life of a shard: it recovers, serves and stops, on whatever machine it is given.
public enum ShardLife {
  /// Recovers the shard, serves until it is asked to stop or its log fails, and closes its log.
  ///
  /// - Parameters:
  ///   - kernel: The machine.
  ///   - options: How to start.
  ///   - sockets: Where clients come and how other threads wake the shard.
  ///   - ports: The ports of all shards, in order.
  ///   - status: Where to say how far it is.
  ///   - onStopped: Given the last record's position and the hash of the state when the shard has
  ///     stopped in order; nil = nobody asks, and the hash is not made.
  /// - Throws: Why it cannot serve or stopped, and what to do.
  public static func run<K: ShardKernel>(
    _ kernel: K, options: ShardOptions, sockets: ShardSockets, ports: [UInt16],
    status: ShardStatus, onStopped: ((UInt64, Digest) -> Void)? = nil
  ) throws(ShardError) {
    var shard = try Shard.start(
      kernel, options: options, sockets: sockets, ports: ports, status: status)
    status.enter(.serving)
    try shard.run()
    try shard.closeLog()
    status.finish(shard.counters.values, shard.stageTimes.values)
    onStopped?(
      shard.engine.position,
      StateDigest.combine(engine: shard.engine.stateHash(), ledger: shard.gateway.ledgerHash()))
  }
}
