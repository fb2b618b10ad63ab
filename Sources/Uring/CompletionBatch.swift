internal import CLinux
internal import Primitives

/// Completions taken out of the ring together, so that acting on one never disturbs the ring.
@safe
public struct CompletionBatch: ~Copyable {
  private let storage: UnsafeMutablePointer<rl_completion>
  private let capacity: UInt32
  /// How many are in it.
  public private(set) var count = 0

  /// Makes room.
  ///
  /// - Parameter capacity: The most completions taken at once.
  public init(capacity: Int) {
    unsafe storage = UnsafeMutablePointer<rl_completion>.allocate(capacity: capacity)
    self.capacity = UInt32(capacity)
  }

  deinit { unsafe storage.deallocate() }

  @_noLocks
  mutating func fill(from ring: OpaquePointer) {
    count = Int(unsafe rl_reap(ring, storage, capacity))
  }

  /// One of them.
  ///
  /// - Parameter index: 0 ..< count.
  @_noLocks
  public subscript(index: Int) -> Completion {
    let isInside = index >= 0 && index < count
    invariant(isInside, "a completion of the batch")
    let raw = unsafe storage[index]
    return Completion(
      token: Token(raw: raw.token), result: raw.result, hasMore: raw.has_more != 0,
      bufferIndex: raw.has_buffer != 0 ? raw.buffer : nil)
  }
}
