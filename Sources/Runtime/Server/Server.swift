internal import CLinux
internal import Counters
internal import Primitives
internal import Uring

/// A running exchange: one pinned thread a shard.
///
/// Owner: the thread that made it. It shares nothing with the shards but `ShardStatus`.
public final class Server {
  /// How the shards listen.
  public struct Address: Sendable {
    /// IPv4, most significant byte first; 0 = every address of the machine.
    public var host: UInt32
    /// The port of the first shard; the others follow; 0 = any free ones.
    public var port: UInt16

    /// Names an address.
    ///
    /// - Parameters:
    ///   - host: IPv4, most significant byte first.
    ///   - port: The port of the first shard.
    public init(host: UInt32, port: UInt16) {
      self.host = host
      self.port = port
    }
  }

  private let launches: [ShardLaunch]
  private var threads: [UInt64] = []
  /// The port of each shard.
  public let ports: [UInt16]

  /// Takes the ports; nothing is recovered and nobody is answered yet.
  ///
  /// - Parameters:
  ///   - shards: How each shard starts.
  ///   - address: Where to listen.
  /// - Throws: `ShardError` when a port cannot be had.
  public init(shards: [ShardOptions], address: Address) throws(ShardError) {
    var launches: [ShardLaunch] = []
    do {
      for (index, options) in shards.enumerated() {
        let port = address.port == 0 ? 0 : address.port + UInt16(index)
        launches.append(
          ShardLaunch(
            options: options, listener: try Listener(address: address.host, port: port),
            wakeUp: try WakeUp()))
      }
    } catch { throw .kernel(error) }
    ports = launches.map(\.port)
    for launch in launches { launch.ports = ports }
    self.launches = launches
  }

  /// Starts the shards' threads; they recover and then serve.
  public func start() {
    rl_signals_block()
    for launch in launches { threads.append(launch.startThread()) }
  }

  /// What the shards say of themselves.
  public var statuses: [ShardStatus] { launches.map(\.status) }

  /// Waits for SIGTERM or SIGINT.
  ///
  /// - Parameter milliseconds: How long at most.
  /// - Returns: Whether one came.
  public func waitForSignal(milliseconds: UInt32) -> Bool { rl_signals_wait(milliseconds) != 0 }

  /// Asks every shard to tell its clients and to stop.
  public func stop() {
    for launch in launches {
      launch.status.askToStop()
      launch.wakeUp.signal()
    }
  }

  /// Waits until every shard's thread has ended.
  public func join() {
    for thread in threads { _ = rl_thread_join(thread) }
    threads = []
  }
}

/// What a shard's thread is given.
///
/// SENDABLE: written before the thread starts, only read after; the status has its own atomics.
final class ShardLaunch: @unchecked Sendable {
  let options: ShardOptions
  let listener: Listener
  let wakeUp: WakeUp
  let status = ShardStatus()
  var ports: [UInt16] = []

  init(options: ShardOptions, listener: consuming Listener, wakeUp: consuming WakeUp) {
    self.options = options
    self.listener = listener
    self.wakeUp = wakeUp
  }

  var port: UInt16 { listener.port }

  func startThread() -> UInt64 {
    var thread = UInt64(0)
    let core = Int32(options.core ?? -1)
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let status = unsafe rl_thread_start(&thread, core, runShardThread, argument)
    invariant(status == 0, "the machine has room for a thread a shard")
    return thread
  }

  func run() {
    unsafe rl_thread_name("shard-\(options.shard.number)")
    rl_thread_slice(100)
    do throws(ShardError) {
      let sockets = ShardSockets(listener: listener.descriptor, wakeUp: wakeUp.descriptor)
      try ShardLife.run(
        LinuxKernel(populatesTables: options.populatesTables), options: options, sockets: sockets,
        ports: ports, status: status)
    } catch { status.fail("shard \(options.shard.number): \(error)") }
    status.enter(.stopped)
  }
}

private func runShardThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<ShardLaunch>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
