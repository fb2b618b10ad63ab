internal import Primitives

/// Completions taken out of a ring together, so that acting on one never disturbs the ring.
@safe
public struct CompletionBatch: ~Copyable {
  /// The memory that a ring fills from its start.
  public let storage: UnsafeMutablePointer<Completion>
  /// The most completions taken at once.
  public let capacity: Int
  /// How many are in it.
  public private(set) var count = 0

  /// Makes room.
  ///
  /// - Parameter capacity: The most completions taken at once.
  public init(capacity: Int) {
    unsafe storage = UnsafeMutablePointer<Completion>.allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { unsafe storage.deallocate() }

  /// Empties it, for the next reaping.
  @_noLocks public mutating func removeAll() { count = 0 }

  /// Whether no more fit.
  @inlinable public var isFull: Bool { @inline(__always) @_noLocks get { count == capacity } }

  /// Puts one in; there must be room.
  ///
  /// - Parameter completion: What became of a request.
  @inline(__always) @_noLocks
  public mutating func append(_ completion: Completion) {
    let hasRoom = count < capacity
    invariant(hasRoom, "a batch of completions has room")
    unsafe storage[count] = completion
    count += 1
  }

  /// One of them.
  ///
  /// - Parameter index: 0 ..< count.
  @_noLocks
  public subscript(index: Int) -> Completion {
    let isInside = index >= 0 && index < count
    invariant(isInside, "a completion of the batch")
    return unsafe storage[index]
  }
}
