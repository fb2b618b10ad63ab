public import Primitives

/// How long the stages of a shard's work take: a histogram each, in fixed memory.
///
/// Eight buckets an octave, so that a value is known to an eighth. Owner: the shard's thread; a
/// record costs a few additions.
@safe
public struct StageTimes: ~Copyable {
  private let memory: Region
  private let words: UnsafeMutablePointer<UInt64>

  /// Takes memory, all zero.
  ///
  /// - Parameter source: Where from.
  public init(memory source: MemorySource) {
    let count = Stage.allCases.count * StageBuckets.count
    memory = Region(byteCount: count * 8, from: source)
    unsafe words = memory.base.bindMemory(to: UInt64.self, capacity: count)
  }

  /// Takes a time.
  ///
  /// - Parameters:
  ///   - stage: Of which stage.
  ///   - nanoseconds: How long it took.
  /// - Complexity: O(1).
  @_noLocks
  public mutating func record(_ stage: Stage, _ nanoseconds: Nanoseconds) {
    let place = stage.index &* StageBuckets.count &+ StageBuckets.index(of: nanoseconds)
    unsafe words[place] &+= 1
  }

  /// Copies all.
  public var values: StageValues {
    let count = Stage.allCases.count * StageBuckets.count
    return StageValues((0..<count).map { unsafe words[$0] })
  }
}

/// A copy of a shard's times, or of those of several shards joined.
public struct StageValues: Equatable, Sendable {
  private var words: [UInt64]

  init(_ words: [UInt64]) { self.words = words }

  /// No time at all.
  public static let zero = StageValues(
    Array(repeating: 0, count: Stage.allCases.count * StageBuckets.count))

  /// Joins with another shard's.
  ///
  /// - Parameter other: The other shard's.
  /// - Returns: Both together.
  public func joined(with other: StageValues) -> StageValues {
    StageValues(zip(words, other.words).map { $0 &+ $1 })
  }

  private func buckets(of stage: Stage) -> ArraySlice<UInt64> {
    words[stage.index * StageBuckets.count..<(stage.index + 1) * StageBuckets.count]
  }

  /// How many times were taken.
  ///
  /// - Parameter stage: Of which stage.
  /// - Returns: The count.
  public func count(of stage: Stage) -> UInt64 { buckets(of: stage).reduce(0, &+) }

  /// The time below which a part of all lies.
  ///
  /// - Parameters:
  ///   - stage: Of which stage.
  ///   - perMille: The part, 500 for the median, 1,000 for the greatest.
  /// - Returns: The upper end of its bucket, in nanoseconds; 0 when there is none.
  public func time(of stage: Stage, perMille: UInt64) -> Nanoseconds {
    let total = count(of: stage)
    let wanted = max(1, (total * perMille + 999) / 1_000)
    var seen: UInt64 = 0
    for (place, count) in buckets(of: stage).enumerated() {
      seen &+= count
      if seen >= wanted, count > 0 { return StageBuckets.upperEnd(of: place) }
    }
    return 0
  }
}

/// Which times share a bucket.
enum StageBuckets {
  /// The exponent of the longest time that is told apart: eighteen minutes.
  private static var exponentMax: Int { @_noLocks get { 40 } }
  /// Buckets of a histogram.
  static var count: Int { @_noLocks get { (exponentMax - 2) &* 8 &+ 8 } }

  /// The bucket of a time.
  @_noLocks
  static func index(of nanoseconds: Nanoseconds) -> Int {
    if nanoseconds < 8 { return Int(truncatingIfNeeded: nanoseconds) }
    let exponent = 63 &- nanoseconds.leadingZeroBitCount
    if exponent > exponentMax { return count &- 1 }
    let eighth = Int(truncatingIfNeeded: nanoseconds >> UInt64(exponent &- 3)) & 7
    return (exponent &- 2) &* 8 &+ eighth
  }

  /// The longest time of a bucket.
  static func upperEnd(of index: Int) -> Nanoseconds {
    if index < 8 { return Nanoseconds(index) }
    let exponent = index / 8 + 2
    return (Nanoseconds(8 + index % 8 + 1) << UInt64(exponent - 3)) - 1
  }
}
