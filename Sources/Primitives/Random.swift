/// A seeded generator (splitmix64, Steele, Lea and Flood 2014): the same numbers everywhere.
///
/// For tests, load and simulation. Nothing that is replayed draws a random number.
public struct SeededGenerator: RandomNumberGenerator, Sendable, BitwiseCopyable {
  @usableFromInline var state: UInt64

  /// Starts a sequence.
  ///
  /// - Parameter seed: Any number; the same one gives the same sequence.
  @inlinable public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  @inlinable public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mix64(state)
  }

  /// A number below a bound, without modulo bias worth the name (Lemire's multiplication).
  ///
  /// - Parameter bound: One more than the greatest result; not zero.
  /// - Returns: 0 ..< bound, each alike.
  @inlinable public mutating func below(_ bound: UInt64) -> UInt64 {
    next().multipliedFullWidth(by: bound).high
  }
}

/// Mixes 64 bits so that each bit of the result depends on each bit given; invertible.
///
/// - Parameter value: What to mix.
/// - Returns: The mixed bits.
@inlinable @inline(__always) @_noLocks
public func mix64(_ value: UInt64) -> UInt64 {
  var mixed = value
  mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
  mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
  return mixed ^ (mixed >> 31)
}
