import Primitives
import Testing
import Wire

@testable import rostrum

/// The examples of the auction rules, told to the load's model and to the sample's naive one.
@Suite struct LoadModelTests {
  /// A bid, and the price and leader after it; nil = refused.
  struct Step {
    var bidder: UInt64
    var amount: Int64
    var price: Int64?
    var leader: UInt64 = 0
  }

  static let standard: [[Step]] = [
    [Step(bidder: 1, amount: 5_000, price: 100, leader: 1)],
    [
      Step(bidder: 1, amount: 5_000, price: 100, leader: 1),
      Step(bidder: 2, amount: 2_000, price: 2_100, leader: 1),
    ],
    [
      Step(bidder: 1, amount: 5_000, price: 100, leader: 1),
      Step(bidder: 2, amount: 4_990, price: 5_000, leader: 1),
      Step(bidder: 3, amount: 5_249, price: nil),
      Step(bidder: 3, amount: 5_250, price: 5_250, leader: 3),
    ],
    [
      Step(bidder: 1, amount: 5_000, price: 100, leader: 1),
      Step(bidder: 2, amount: 5_000, price: 5_000, leader: 1),
      Step(bidder: 3, amount: 5_000, price: nil),
    ],
    [
      Step(bidder: 1, amount: 2_000, price: 100, leader: 1),
      Step(bidder: 2, amount: 900, price: 1_000, leader: 1),
      Step(bidder: 3, amount: 2_001, price: 2_001, leader: 3),
    ],
    [
      Step(bidder: 1, amount: 5_000, price: 100, leader: 1),
      Step(bidder: 2, amount: 5_000, price: 5_000, leader: 1),
      Step(bidder: 1, amount: 8_000, price: 5_000, leader: 1),
      Step(bidder: 2, amount: 6_000, price: 6_250, leader: 1),
      Step(bidder: 1, amount: 8_000, price: nil),
    ],
  ]

  @Test(arguments: 0..<6)
  func examplesOfTheRules(index: Int) {
    var auction = ModelAuction()
    for step in Self.standard[index] {
      let before = auction
      let verdict = LoadModel.apply(
        to: &auction,
        bidder: step.bidder,
        amount: step.amount,
        isExact: false,
        startPrice: 100,
        increments: .standard
      )
      #expect((verdict.code == nil) == (step.price != nil))
      if let price = step.price {
        #expect(auction.price == price)
        #expect(auction.leader == step.leader)
      } else {
        #expect(auction == before)
      }
    }
  }

  @Test func exactBids() {
    var auction = ModelAuction()
    func bid(_ bidder: UInt64, _ amount: Int64) -> ModelVerdict {
      LoadModel.apply(
        to: &auction,
        bidder: bidder,
        amount: amount,
        isExact: true,
        startPrice: 100,
        increments: .standard
      )
    }
    #expect(bid(1, 99).code == .bidTooLow)
    #expect(bid(1, 300).code == nil)
    #expect(auction.price == 300)
    #expect(bid(1, 400).code == .alreadyLeading)
    #expect(bid(2, 349).code == .bidTooLow)
    #expect(bid(2, 400) == ModelVerdict())
    #expect(auction.price == 400)
    #expect(auction.rowCount == 2)
  }

  @Test func rowsOfTheHistory() {
    var auction = ModelAuction()
    for (bidder, amount, rows) in [(1, 5_000, 1), (2, 2_000, 3), (1, 6_000, 3), (3, 9_000, 4)] {
      _ = LoadModel.apply(
        to: &auction,
        bidder: UInt64(bidder),
        amount: Int64(amount),
        isExact: false,
        startPrice: 100,
        increments: .standard
      )
      #expect(auction.rowCount == UInt32(rows))
    }
  }

  @Test func theTierTestIsBelowTheLimit() {
    for (price, step) in [
      (1, 25), (99, 25), (100, 50), (499, 50), (500, 100), (2_499, 100), (2_500, 250),
      (9_999, 250), (10_000, 500), (49_999, 500), (50_000, 1_000), (99_999, 1_000),
      (100_000, 2_500), (499_999, 2_500), (500_000, 5_000), (2_499_999, 5_000),
      (2_500_000, 10_000), (999_999_999_999, 10_000),
    ] {
      #expect(LoadIncrements.standard.increment(at: Int64(price)) == Int64(step))
    }
    #expect(LoadIncrements.oneCent.increment(at: 12_345) == 1)
  }

  @Test func theNaiveModelGivesTheExamplesUnderEbay() {
    let examples: [(start: Int64, bids: [(UInt64, Int64, Bool)], price: Int64)] = [
      (100, [(1, 5_000, true), (2, 2_000, true)], 2_050),
      (100, [(1, 5_000, true), (2, 4_990, true), (3, 5_099, false)], 5_000),
      (100, [(1, 5_000, true), (2, 5_000, true), (3, 5_000, false)], 5_000),
      (100, [(1, 2_000, true), (2, 900, true), (3, 2_001, true)], 2_001),
      (100, [(1, 5_000, true), (2, 5_000, true), (1, 8_000, true), (2, 6_000, true)], 6_100),
      (2_000, [(1, 20_000, true), (2, 9_999, true), (3, 10_500, true)], 10_750),
    ]
    for example in examples {
      var auction = NaiveAuction(startPrice: example.start)
      for (bidder, amount, isTaken) in example.bids {
        #expect(auction.bid(bidder, amount) == isTaken)
      }
      #expect(auction.price == example.price)
    }
  }
}

@Suite struct LoadOrderTests {
  private static func bid(_ position: UInt64) -> AnsweredBid {
    var bid = AnsweredBid()
    bid.position = position
    return bid
  }

  @Test func givesAnswersInTheOrderOfTheLog() {
    var order = LoadOrder(inFlightMax: 8)
    order.start(after: 10)
    for position in [14, 11, 13] as [UInt64] { order.add(Self.bid(position)) }
    var taken: [UInt64] = []
    while let bid = order.next(through: 12) { taken.append(bid.position) }
    #expect(taken == [11])
    order.add(Self.bid(15))
    while let bid = order.next(through: 15) { taken.append(bid.position) }
    #expect(taken == [11, 13, 14, 15])
    #expect(order.hasOverflowed == false)
  }

  @Test func saysWhenAnswersCannotBeKept() {
    var order = LoadOrder(inFlightMax: 8)
    order.add(Self.bid(1))
    let first = order.next(through: 1)
    #expect(first?.position == 1)
    order.add(Self.bid(1))
    #expect(order.hasOverflowed == true)
    var wide = LoadOrder(inFlightMax: 8)
    #expect(wide.hasRoom == true)
    wide.add(Self.bid(20_000))
    #expect(wide.hasRoom == false)
    wide.add(Self.bid(1 << 40))
    #expect(wide.hasOverflowed == true)
  }

  @Test func manyAnswersFromLanesAreMergedWithoutLoss() {
    var generator = SeededGenerator(seed: 3)
    var order = LoadOrder(inFlightMax: 64)
    var lanes: [[UInt64]] = [[], [], [], []]
    for position in 1...50_000 as ClosedRange<UInt64> {
      lanes[Int(generator.below(4))].append(position)
    }
    var heads = [0, 0, 0, 0]
    var taken: UInt64 = 0
    while taken < 50_000 {
      let lane = Int(generator.below(4))
      for _ in 0..<Int(generator.below(50)) where heads[lane] < lanes[lane].count {
        // No lane may run further ahead than its window.
        let slowest = (0..<4).map { heads[$0] < lanes[$0].count ? lanes[$0][heads[$0]] : .max }
          .min()
        guard lanes[lane][heads[lane]] - (slowest ?? 0) < 20_000 else { break }
        order.add(Self.bid(lanes[lane][heads[lane]]))
        heads[lane] += 1
      }
      let reached =
        (0..<4).map { index -> UInt64 in
          if heads[index] == lanes[index].count { return .max }
          return heads[index] == 0 ? 0 : lanes[index][heads[index] - 1]
        }.min() ?? 0
      while let bid = order.next(through: min(reached, order.newest)) {
        taken += 1
        #expect(bid.position == taken)
      }
    }
    #expect(order.hasOverflowed == false)
  }
}
