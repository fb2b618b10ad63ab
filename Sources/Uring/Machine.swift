internal import CLinux
public import Kernel
public import Primitives
internal import WAL

/// The machine's clocks.
public struct MachineClock: Clock, Sendable {
  /// The machine's clocks.
  public init() {}

  /// The wall time in nanoseconds since the Unix epoch; may step backwards.
  @_noLocks public func wallTime() -> Nanoseconds { rl_wall_time_ns() }

  /// A time that never steps backwards, in nanoseconds since some moment.
  @_noLocks public func monotonicTime() -> Nanoseconds { rl_monotonic_time_ns() }
}

/// What the process can ask of the machine it runs on.
public enum Machine {
  /// Memory from the kernel by the ordinary page; untouched pages cost nothing.
  ///
  /// For tables of which many clients use a little each: a huge page for each would be a waste.
  public static let pages = mapped(.ordinary)

  /// Memory from the kernel on huge pages where they can be had; untouched pages cost nothing.
  ///
  /// For the tables that every bid touches somewhere at random: fewer pages are fewer misses.
  public static let hugePages = mapped(.huge)

  /// The same, and all of it is there at once, as far as the machine has memory.
  ///
  /// A huge page is made and zeroed when it is first touched: a tenth of a millisecond, and
  /// several where a hypervisor has to give it first, during which a shard does nothing else.
  public static let populatedHugePages = mapped(.populatedHuge)

  private enum Mapping { case ordinary, huge, populatedHuge }

  private static func mapped(_ mapping: Mapping) -> MemorySource {
    unsafe MemorySource(
      allocate: { byteCount, _ in
        guard
          let memory = unsafe rl_memory_map(
            byteCount, mapping == .ordinary ? 0 : 1, mapping == .populatedHuge ? 1 : 0)
        else {
          fatalError("the kernel has no \(byteCount) bytes of address space left")
        }
        return unsafe memory
      },
      release: { memory, byteCount in unsafe rl_memory_unmap(memory, byteCount) })
  }

  /// Lets another thread of this core run first: the kernel's own flush worker may need it.
  @_noLocks public static func yield() { rl_yield() }

  /// Permission bits of a file; nil when there is none.
  ///
  /// - Parameter path: The file.
  /// - Returns: The bits; nil when there is no such file.
  public static func fileMode(_ path: String) -> UInt32? {
    let mode = unsafe rl_file_mode(path)
    return mode < 0 ? nil : UInt32(mode)
  }

  /// Lets every other thread of the machine run before this one, from now on.
  public static func lowerThreadPriority() { rl_thread_nice() }

  /// Whether a path is a folder.
  ///
  /// - Parameter path: The path.
  /// - Returns: Whether it can be opened as one.
  public static func isFolder(_ path: String) -> Bool {
    let descriptor = unsafe rl_open_directory(path)
    if descriptor < 0 { return false }
    _ = rl_close(descriptor)
    return true
  }

  /// Takes the only lock on a folder; makes the folder, durably, when it is missing.
  ///
  /// - Parameter path: The folder.
  /// - Returns: What `unlockFolder` wants; errno 11 when another process has the lock.
  public static func lockFolder(_ path: String) -> Result<Int32, KernelError> {
    do { try LinuxFolders().makeFolders(path) } catch {
      return .failure(KernelError("it cannot be made", errno: error.errno))
    }
    let descriptor = unsafe rl_lock_file(path + "/lock")
    if descriptor < 0 { return .failure(KernelError("it cannot be locked", errno: -descriptor)) }
    return .success(descriptor)
  }

  /// Gives the lock on a folder back.
  ///
  /// - Parameter descriptor: What `lockFolder` gave.
  public static func unlockFolder(_ descriptor: Int32) { _ = rl_close(descriptor) }

  /// The most descriptors that this process may have now.
  public static var descriptorLimit: UInt64 { rl_descriptor_limit() }

  /// Lets this process have as many descriptors as its hard limit says.
  ///
  /// - Returns: How many it may have then.
  @discardableResult
  public static func raiseDescriptorLimit() -> UInt64 { rl_raise_descriptor_limit() }

  /// Cores that this process may use.
  public static var coreCount: Int { Int(rl_core_count()) }

  /// The allocator's version; empty when malloc is not jemalloc's.
  public static var allocatorVersion: String { unsafe String(cString: rl_allocator_version()) }

  /// Bytes that this thread has asked the allocator for, ever.
  public static var threadAllocatedBytes: UInt64 { rl_thread_allocated_bytes() }
}
