internal import Primitives

/// One tier of an increment table.
struct PriceTier: Hashable {
  /// Prices below it take this tier's increment; nil = no limit.
  var below: Int64?
  /// What a bid must add.
  var step: Int64
}

/// An increment table as a list of tiers, looked through from its beginning.
struct PriceLadder: Hashable {
  /// Whether a seller gave it: such tables are counted, also one that equals a named one.
  var isSellers: Bool
  var tiers: [PriceTier]

  /// The table that a seller chose; nil when there is none such or its tiers are not in order.
  init?(number: UInt8, tiers: [PriceTier]) {
    if number == 255 {
      guard Self.isInOrder(tiers) else { return nil }
      self.init(isSellers: true, tiers: tiers)
      return
    }
    guard let rows = Self.named[number] else { return nil }
    var named = rows.map { PriceTier(below: $0.0, step: $0.1) }
    named.append(PriceTier(below: nil, step: 10_000))
    self.init(isSellers: false, tiers: named)
  }

  private init(isSellers: Bool, tiers: [PriceTier]) {
    self.isSellers = isSellers
    self.tiers = tiers
  }

  /// Limits strictly rise, increments are positive and never fall, only the last has no limit.
  private static func isInOrder(_ tiers: [PriceTier]) -> Bool {
    guard (1...16).contains(tiers.count), tiers.last?.below == nil else { return false }
    let limits = tiers.dropLast().map(\.below)
    let steps = tiers.map(\.step)
    guard limits.allSatisfy({ $0.map(Money.isInRange) ?? false }),
      steps.allSatisfy(Money.isInRange)
    else { return false }
    let known = limits.compactMap { $0 }
    return zip(known, known.dropFirst()).allSatisfy { $0 < $1 }
      && zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 }
  }

  /// The increment at a price.
  func step(at price: Int64) -> Int64 {
    for tier in tiers {
      guard let below = tier.below else { return tier.step }
      if price < below { return tier.step }
    }
    return 0
  }

  /// What tops an amount.
  func topping(_ amount: Int64) -> Int64 { amount + step(at: amount) }

  private static let named: [UInt8: [(Int64, Int64)]] = [
    1: [
      (100, 25), (500, 50), (2_500, 100), (10_000, 250), (50_000, 500), (100_000, 1_000),
      (500_000, 2_500), (2_500_000, 5_000),
    ],
    2: [
      (100, 5), (500, 25), (2_500, 50), (10_000, 100), (25_000, 250), (50_000, 500),
      (100_000, 1_000), (250_000, 2_500), (500_000, 5_000),
    ],
    3: [
      (100, 5), (500, 20), (1_500, 50), (6_000, 100), (15_000, 200), (30_000, 500),
      (60_000, 1_000), (150_000, 2_000), (300_000, 5_000),
    ],
  ]
}
