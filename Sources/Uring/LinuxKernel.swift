public import Kernel
public import Primitives
public import WAL

/// The machine that a shard really runs on.
public struct LinuxKernel: ShardKernel, Sendable {
  private let clock = MachineClock()
  private let populatesTables: Bool

  /// The machine.
  ///
  /// - Parameter populatesTables: Whether the tables' memory is there before anything touches it.
  public init(populatesTables: Bool = false) { self.populatesTables = populatesTables }

  /// See `ShardKernel`.
  public func openRing(sizes: RingSizes, memory: MemorySource) throws(KernelError) -> KernelRing {
    try KernelRing(sizes: sizes, memory: memory)
  }

  /// See `ShardKernel`.
  public func openFolder(
    _ path: String, access: FolderAccess, memory: MemorySource
  ) throws(StorageError) -> DirectStorage {
    try DirectStorage(path: path, access: access, memory: memory)
  }

  /// See `ShardKernel`.
  @_noLocks public func wallTime() -> Nanoseconds { clock.wallTime() }
  /// See `ShardKernel`.
  @_noLocks public func monotonicTime() -> Nanoseconds { clock.monotonicTime() }
  /// See `ShardKernel`.
  public func randomBits() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }

  /// See `ShardKernel`.
  public var pages: MemorySource { Machine.pages }
  /// See `ShardKernel`.
  public var hugePages: MemorySource {
    populatesTables ? Machine.populatedHugePages : Machine.hugePages
  }
  /// See `ShardKernel`.
  public var threadAllocatedBytes: UInt64 { Machine.threadAllocatedBytes }
  /// See `ShardKernel`.
  @_noLocks public func yield() { Machine.yield() }
}
