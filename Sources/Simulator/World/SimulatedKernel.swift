public import Kernel
public import Primitives
public import WAL

/// The machine that a shard runs on in a simulation: everything it does follows from a seed.
public struct SimulatedKernel: ShardKernel {
  /// The machine's place, its time and its events.
  public let world: World
  /// Its disk.
  public let disk: SimulatedDisk
  /// Its network.
  public let network: any RingNetwork
  private let state: MachineState
  private let memory: MemorySource

  /// Puts a machine together.
  ///
  /// - Parameters:
  ///   - world: The machine's place.
  ///   - disk: Its disk, of the same world; for judges, a copy.
  ///   - network: Its network.
  ///   - memory: Where a shard's tables come from; zeroed, and best touched lazily.
  public init(
    world: World, disk: SimulatedDisk, network: any RingNetwork = SilentNetwork(),
    memory: MemorySource = .heap
  ) {
    self.memory = memory
    self.world = world
    self.disk = disk
    self.network = network
    state = MachineState(keys: world.generator(.keys))
    arm()
  }

  /// The machine is switched on again, or the process started again.
  public func beginNextLife() {
    world.beginNextLife()
    disk.beginNextLife()
    arm()
  }

  /// The process is killed: the kernel lives on, and with it what was written and not flushed.
  public func killProcess() {
    if world.isPowerOff { return }
    disk.keepCacheAtNextFailure()
    state.isKilled = true
    world.failPower()
  }

  private func arm() {
    guard !state.isArmed, !disk.isOffline else { return }
    state.isArmed = true
    world.onPowerFailure.append { [weak network, weak state] in
      guard let state else { return }
      state.isArmed = false
      state.isKilled ? network?.ringClosed() : network?.powerFailed()
      state.isKilled = false
    }
  }

  /// See `ShardKernel`; the network begins a new life with each ring.
  public func openRing(
    sizes: RingSizes, memory: MemorySource
  ) throws(KernelError) -> SimulatedRing {
    network.beginNextLife(sizes: sizes)
    return SimulatedRing(world: world, disk: disk, network: network, sizes: sizes)
  }

  /// See `ShardKernel`.
  public func openFolder(
    _ path: String, access: FolderAccess, memory: MemorySource
  ) throws(StorageError) -> SimulatedFolder {
    if disk.isOffline { return disk.folder(path) }
    if world.isPowerOff {
      throw StorageError(
        operation: .open, file: path, errno: SimulatedDisk.errnoInputOutput)
    }
    if access != .readable { try makeFolders(path) }
    guard let directory = disk.directories[path] else {
      throw StorageError(operation: .open, file: path, errno: SimulatedDisk.errnoMissing)
    }
    return SimulatedFolder(disk: disk, directory: directory, use: .access(access))
  }

  /// See `ShardKernel`.
  public func wallTime() -> Nanoseconds { world.wallTime }
  /// See `ShardKernel`.
  public func monotonicTime() -> Nanoseconds { world.now - World.epoch + TimeSpan.second }
  /// See `ShardKernel`.
  public func randomBits() -> UInt64 { state.keys.next() }

  /// See `ShardKernel`.
  public var pages: MemorySource { memory }
  /// See `ShardKernel`.
  public var hugePages: MemorySource { memory }
  /// See `ShardKernel`; the simulation itself asks for memory all the time.
  public var threadAllocatedBytes: UInt64 { 0 }
  /// See `ShardKernel`; somebody who waits for others lets a microsecond pass.
  public func yield() { world.pass(TimeSpan.microsecond, stopsAtCompletion: true) }
}

extension SimulatedKernel: FolderMaking {
  /// See `FolderMaking`.
  public func hasFolder(_ path: String) -> Bool { disk.hasFolder(path) }

  /// See `FolderMaking`.
  public func makeFolder(_ path: String) -> Int32 { disk.makeFolder(path) }

  /// See `FolderMaking`.
  public func flushFolder(holding path: String) -> Int32 { disk.flushFolder(holding: path) }
}

/// What a machine remembers besides its parts.
private final class MachineState {
  var keys: SeededGenerator
  var isArmed = false
  var isKilled = false

  init(keys: SeededGenerator) { self.keys = keys }
}
