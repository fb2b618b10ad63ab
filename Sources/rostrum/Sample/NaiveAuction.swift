/// One auction under the ebay-us increments, written as simply as can be: everybody's best maximum
/// in a list, and after each competing bid the price is found anew from the two best.
struct NaiveAuction {
  let startPrice: Int64
  private(set) var price: Int64?
  /// Everybody's best maximum, in the order in which it was reached.
  private var best: [(bidder: UInt64, maximum: Int64)] = []

  static let tiers: [(limit: Int64, increment: Int64)] = [
    (100, 5), (500, 25), (2_500, 50), (10_000, 100), (25_000, 250), (50_000, 500),
    (100_000, 1_000), (250_000, 2_500), (500_000, 5_000), (.max, 10_000),
  ]

  init(startPrice: Int64) { self.startPrice = startPrice }

  static func increment(_ price: Int64) -> Int64 {
    tiers.first { price < $0.limit }?.increment ?? 10_000
  }

  /// The bidder with the greatest maximum, the earlier one of equals.
  var leader: UInt64? { ranked.first?.bidder }

  /// The least amount that another bidder may bid.
  var leastNext: Int64 { price.map { $0 + Self.increment($0) } ?? startPrice }

  private var ranked: [(bidder: UInt64, maximum: Int64)] {
    best.enumerated().sorted { left, right in
      (left.element.maximum, right.offset) > (right.element.maximum, left.offset)
    }.map(\.element)
  }

  /// Bids; false when the rules refuse it.
  mutating func bid(_ bidder: UInt64, _ maximum: Int64) -> Bool {
    let isLeader = leader == bidder
    guard maximum >= (isLeader ? (ranked.first?.maximum ?? 0) + 1 : leastNext) else { return false }
    best.removeAll { $0.bidder == bidder }
    best.append((bidder, maximum))
    if isLeader { return true }
    let order = ranked
    guard order.count > 1 else {
      price = startPrice
      return true
    }
    price = min(order[0].maximum, order[1].maximum + Self.increment(order[1].maximum))
    return true
  }
}
