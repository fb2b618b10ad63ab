public import Primitives

/// A shard's counters: plain words that one thread writes.
///
/// Owner: the shard's thread. Nothing is locked or atomic, so counting costs one addition.
@safe
public struct CounterBlock: ~Copyable {
  private let memory: Region
  private let words: UnsafeMutablePointer<UInt64>

  /// Takes memory, all zero.
  ///
  /// - Parameter source: Where from.
  public init(memory source: MemorySource) {
    memory = Region(byteCount: Counter.allCases.count * 8, from: source)
    unsafe words = memory.base.bindMemory(to: UInt64.self, capacity: Counter.allCases.count)
  }

  /// Counts.
  ///
  /// - Parameters:
  ///   - counter: Which.
  ///   - amount: How much more.
  /// - Complexity: O(1).
  @_noLocks
  public mutating func add(_ counter: Counter, _ amount: UInt64 = 1) {
    unsafe words[counter.index] &+= amount
  }

  /// Keeps the greatest.
  ///
  /// - Parameters:
  ///   - counter: Which.
  ///   - value: What was seen now.
  @_noLocks
  public mutating func raise(_ counter: Counter, to value: UInt64) {
    if unsafe words[counter.index] < value { unsafe words[counter.index] = value }
  }

  /// Reads one.
  ///
  /// - Parameter counter: Which.
  /// - Returns: Its value.
  public func value(_ counter: Counter) -> UInt64 { unsafe words[counter.index] }

  /// Copies all, in the catalogue's order.
  public var values: CounterValues {
    CounterValues(Counter.allCases.map { value($0) })
  }
}

/// A copy of a shard's counters, or of those of several shards joined.
public struct CounterValues: Equatable, Sendable {
  private var words: [UInt64]

  init(_ words: [UInt64]) { self.words = words }

  /// All zero.
  public static let zero = CounterValues(Array(repeating: 0, count: Counter.allCases.count))

  /// One counter.
  ///
  /// - Parameter counter: Which.
  public subscript(counter: Counter) -> UInt64 { words[counter.index] }

  /// Joins with another shard's: sums, or the greater where that is what is counted.
  ///
  /// - Parameter other: The other shard's.
  /// - Returns: Both together.
  public func joined(with other: CounterValues) -> CounterValues {
    CounterValues(
      Counter.allCases.map { counter in
        counter.isMaximum
          ? max(self[counter], other[counter]) : self[counter] &+ other[counter]
      })
  }
}
