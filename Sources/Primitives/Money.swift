/// Amounts of money: minor units (cents) of the auction's currency, in 64 bits.
public enum Money {
  /// An absent amount: no reserve, no buy-now price, no price yet.
  public static let absent = Int64.min
  /// The least amount a client may name, in minor units.
  public static let least: Int64 = 1
  /// The greatest amount a client may name, in minor units; fits in 40 bits.
  public static let greatest: Int64 = 999_999_999_999

  /// Whether a client may name this amount.
  ///
  /// - Parameter amount: The amount in minor units.
  /// - Returns: Whether it lies within `least` and `greatest`.
  @inlinable @inline(__always) @_noLocks
  public static func isInRange(_ amount: Int64) -> Bool { amount >= 1 && amount <= 999_999_999_999 }
}
