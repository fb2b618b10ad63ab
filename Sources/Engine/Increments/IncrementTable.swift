internal import Primitives
internal import Wire

/// The tiers of one increment table, for looking up: 16 limits, then 16 increments.
///
/// A table with fewer tiers is filled up: absent limits hold `Int64.max` and the increments repeat
/// the last one, so that the lookup needs no count.
@safe
struct IncrementTiers {
  static var tierCountMax: Int { 16 }
  /// The bytes of a table.
  static var byteCount: Int { 256 }

  let words: UnsafePointer<Int64>

  @inline(always)
  init(_ words: UnsafePointer<Int64>) { unsafe self.words = words }

  /// The increment of the tier that holds a price; the tier test is `price < limit`.
  ///
  /// Four steps of a binary search over the sorted limits, without a branch to mispredict.
  @inline(always)
  func increment(at price: Int64) -> Int64 {
    var tier = unsafe words[7] <= price ? 8 : 0
    tier += unsafe words[tier + 3] <= price ? 4 : 0
    tier += unsafe words[tier + 1] <= price ? 2 : 0
    tier += unsafe words[tier] <= price ? 1 : 0
    return unsafe words[tier + 16]
  }
}

/// The increment tables that everybody may name.
enum NamedTable: UInt8, CaseIterable {
  case standard = 1
  case ebayUS = 2
  case ebayUK = 3

  /// What a seller writes instead, to give tiers of its own.
  static var custom: UInt8 { 255 }

  /// Whether a byte names a table.
  @inline(always)
  static func isNamed(_ number: UInt8) -> Bool { number >= 1 && number <= 3 }

  /// Limit and increment of each tier, in minor units; the last has no limit.
  var tiers: [(limit: Int64, increment: Int64)] {
    switch self {
    case .standard:
      [
        (100, 25), (500, 50), (2_500, 100), (10_000, 250), (50_000, 500), (100_000, 1_000),
        (500_000, 2_500), (2_500_000, 5_000), (.min, 10_000),
      ]
    case .ebayUS:
      [
        (100, 5), (500, 25), (2_500, 50), (10_000, 100), (25_000, 250), (50_000, 500),
        (100_000, 1_000), (250_000, 2_500), (500_000, 5_000), (.min, 10_000),
      ]
    case .ebayUK:
      [
        (100, 5), (500, 20), (1_500, 50), (6_000, 100), (15_000, 200), (30_000, 500),
        (60_000, 1_000), (150_000, 2_000), (300_000, 5_000), (.min, 10_000),
      ]
    }
  }
}

/// A seller's own tiers while they are checked and compared: the same layout as in the slab.
@safe
struct TierList: BitwiseCopyable {
  /// 16 limits, then 16 increments.
  var words = InlineArray<32, Int64>(repeating: 0)

  /// Reads and checks the tiers of a command.
  ///
  /// Limits strictly increase, increments are positive and never decrease, all but the last tier
  /// have a limit and the last has none.
  @inline(always)
  static func isValid(_ group: GroupSpan) -> Bool {
    let count = unsafe group.count
    guard count >= 1, count <= IncrementTiers.tierCountMax else { return false }
    var limit: Int64 = 0
    var increment: Int64 = 1
    for index in 0..<count {
      let tier = unsafe CreateAuction.Tier(body: group.entry(index))
      guard tier.increment >= increment, Money.isInRange(tier.increment) else { return false }
      increment = tier.increment
      // The last tier has no limit, and no other one.
      let isLast = index == count - 1
      guard isLast ? tier.limit == .min : tier.limit > limit && Money.isInRange(tier.limit) else {
        return false
      }
      limit = tier.limit
    }
    return true
  }

  /// No tiers yet.
  init() {}

  /// The tiers of a named table.
  init(_ table: NamedTable) {
    let tiers = table.tiers
    for index in 0..<IncrementTiers.tierCountMax {
      let tier = tiers[min(index, tiers.count - 1)]
      words[index] = index < tiers.count - 1 ? tier.limit : .max
      words[16 + index] = tier.increment
    }
  }

  /// Takes tiers that are valid.
  @inline(always)
  init(_ group: GroupSpan) {
    let count = unsafe group.count
    for index in 0..<IncrementTiers.tierCountMax {
      let tier = unsafe CreateAuction.Tier(body: group.entry(min(index, count - 1)))
      words[index] = index < count - 1 ? tier.limit : .max
      words[16 + index] = tier.increment
    }
  }

  /// A number that equal lists share.
  var fingerprint: UInt64 {
    var mixed: UInt64 = 0
    for index in 0..<32 { mixed = mix64(mixed ^ UInt64(bitPattern: words[index])) }
    return mixed
  }
}
