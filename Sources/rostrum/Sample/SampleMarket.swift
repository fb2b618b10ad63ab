import Primitives

/// Makes up auctions as a market might have recorded them: the same ones for a seed everywhere,
/// since only whole numbers are used.
struct SampleMarket {
  private var random: SeededGenerator
  private let bidderPool: UInt64

  /// Starts a market.
  ///
  /// - Parameters:
  ///   - seed: The same seed gives the same auctions.
  ///   - auctionCount: Decides how many people there are.
  init(seed: UInt64, auctionCount: Int) {
    random = SeededGenerator(seed: mix64(seed ^ 0x5AE3_7D11_09C4_B2F7))
    bidderPool = UInt64(max(20, auctionCount * 5))
  }

  /// What is sold, and what it is usually worth, in cents.
  private static let items: [(name: String, worth: Int64)] = [
    ("Steel wristwatch", 45_000), ("Handheld organiser", 22_000), ("Games console", 14_500),
    ("Folding camera, 1950s", 8_500), ("Jazz record, first pressing", 3_200),
    ("Fountain pen", 6_000), ("Mountain bike", 61_000), ("Oak writing desk", 120_000),
    ("Signed first edition", 27_500), ("Teapot", 1_800), ("Trading card", 450),
    ("Viola, about 1900", 380_000),
  ]

  private mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(random.below(UInt64(range.upperBound - range.lowerBound + 1)))
  }

  /// The next auction.
  ///
  /// - Parameter index: Its number in the file.
  /// - Returns: The auction, its bids and its final price.
  mutating func auction(number index: UInt64) -> RecordedAuction {
    let item = Self.items[Int(random.below(UInt64(Self.items.count)))]
    let days = UInt64([3, 5, 7, 7][Int(random.below(4))])
    let worth = max(100, item.worth * number(60...140) / 100)
    let share = [1, 5, 10, 40, 70][Int(random.below(5))]
    let start = max(1, roundedPrice(worth * Int64(share) / 100))
    var recorded = RecordedAuction(
      number: index,
      item: item.name,
      durationDays: days,
      startPrice: start,
      finalPrice: 0
    )
    let market = hold(&recorded, worth: worth)
    recorded.finalPrice = market.price ?? 0
    return recorded
  }

  /// Prices people write: ending in 99, 95 or 00 cents.
  private mutating func roundedPrice(_ amount: Int64) -> Int64 {
    guard amount >= 100 else { return amount }
    let ending: Int64 = [99, 95, 100, 100][Int(random.below(4))]
    return amount / 100 * 100 - 100 + ending
  }

  /// Lets people come and bid until the time is over.
  private mutating func hold(_ recorded: inout RecordedAuction, worth: Int64) -> NaiveAuction {
    var auction = NaiveAuction(startPrice: recorded.startPrice)
    let people = makePeople(worth: worth, startPrice: recorded.startPrice)
    let times = visitTimes(days: recorded.durationDays)
    for (visit, time) in times.enumerated() {
      let person = visit == 0 ? people[0] : people[Int(random.below(UInt64(people.count)))]
      guard let maximum = decide(person, auction) else { continue }
      guard auction.bid(person.bidder, maximum) else { continue }
      recorded.bids.append(
        RecordedBid(timeMicroseconds: time, bidder: person.bidder, maximum: maximum)
      )
    }
    return auction
  }

  private mutating func makePeople(
    worth: Int64,
    startPrice: Int64
  ) -> [(bidder: UInt64, limit: Int64)] {
    var people: [(bidder: UInt64, limit: Int64)] = []
    let count = number(1...12)
    while people.count < Int(count) {
      let bidder = 1 + random.below(bidderPool)
      if people.contains(where: { $0.bidder == bidder }) { continue }
      // The sum of three draws: most people agree on the worth, a few do not.
      let share = number(15...50) + number(15...45) + number(15...45)
      people.append((bidder, max(1, worth * share / 100)))
    }
    people[0].limit = max(people[0].limit, startPrice)
    return people
  }

  /// When people look in, in microseconds: all the time, and many of them at the very end.
  private mutating func visitTimes(days: UInt64) -> [UInt64] {
    let duration = days * 86_400_000_000
    let count = number(2...30)
    return (0..<count).map { _ in
      if random.below(10) < 6 { return random.below(duration) }
      return duration - 1 - random.below(duration / 50)
    }.sorted()
  }

  /// What a person bids now; nil = nothing.
  private mutating func decide(
    _ person: (bidder: UInt64, limit: Int64),
    _ auction: NaiveAuction
  ) -> Int64? {
    if auction.leader == person.bidder {
      return random.below(8) == 0 ? person.limit : nil
    }
    let least = auction.leastNext
    guard person.limit >= least else { return nil }
    switch random.below(4) {
    case 0: return least
    case 1: return number(least...person.limit)
    default: return person.limit
    }
  }
}
