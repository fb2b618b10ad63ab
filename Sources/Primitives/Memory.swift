internal import CIntrinsics

/// Where the big tables' memory comes from: the kernel's huge pages, or the allocator in tests.
///
/// Tables are sized once, when a shard starts; nothing asks for memory on the way of a bid.
@safe
public struct MemorySource: Sendable {
  /// Gives zeroed memory: (bytes, alignment in bytes) -> address.
  public let allocate: @Sendable (Int, Int) -> UnsafeMutableRawPointer
  /// Takes memory back: (address, bytes).
  public let release: @Sendable (UnsafeMutableRawPointer, Int) -> Void

  /// Names a source.
  ///
  /// - Parameters:
  ///   - allocate: Gives zeroed memory: (bytes, alignment in bytes) -> address.
  ///   - release: Takes memory back: (address, bytes).
  public init(
    allocate: @escaping @Sendable (Int, Int) -> UnsafeMutableRawPointer,
    release: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Void
  ) {
    unsafe self.allocate = allocate
    unsafe self.release = release
  }

  /// The process's allocator; touches every page, so for small tables and tests.
  public static let heap = unsafe MemorySource(
    allocate: { byteCount, alignment in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
      unsafe rostrum_zero(memory, byteCount)
      return unsafe memory
    },
    release: { memory, _ in unsafe memory.deallocate() })
}

/// A fixed run of zeroed memory that its owner gives back when it goes.
@safe
public struct Region: ~Copyable {
  /// The first byte; aligned as asked.
  public let base: UnsafeMutableRawPointer
  /// How many bytes.
  public let byteCount: Int
  private let source: MemorySource

  /// Takes memory from a source.
  ///
  /// - Parameters:
  ///   - byteCount: How many bytes.
  ///   - alignment: The alignment in bytes, a power of two.
  ///   - source: Where from.
  public init(byteCount: Int, alignment: Int = 4096, from source: MemorySource) {
    invariant(byteCount > 0, "a region has at least one byte")
    unsafe base = source.allocate(byteCount, alignment)
    self.byteCount = byteCount
    self.source = source
  }

  deinit { unsafe source.release(base, byteCount) }
}
