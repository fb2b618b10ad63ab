import Primitives
import Testing
import Wire

@testable import rostrum

@Suite struct LoadGeneratorTests {
  /// Places planned bids one after the other and counts what the rules say to them.
  private static func outcomes(_ plan: LoadPlan, bidCount: Int) -> [String: Int] {
    var generator = LoadGenerator(plan, shardCount: 1)
    var auctions = [ModelAuction](repeating: ModelAuction(), count: plan.auctionCount)
    var counts: [String: Int] = [:]
    for number in 0..<bidCount {
      let bid = generator.next(laneIndex: number % plan.connectionCount)
      let verdict = LoadModel.apply(
        to: &auctions[bid.auctionIndex],
        bidder: bid.bidder,
        amount: bid.amount,
        isExact: bid.isExact,
        startPrice: LoadPlan.startPrice,
        increments: plan.increments
      )
      let minNext = LoadModel.minNext(
        auctions[bid.auctionIndex],
        startPrice: LoadPlan.startPrice,
        increments: plan.increments
      )
      generator.learn(auctionIndex: bid.auctionIndex, minNext: minNext)
      counts[verdict.code.map { "\($0)" } ?? "\(verdict.outcome)", default: 0] += 1
    }
    return counts
  }

  @Test(arguments: [nil, 0.99])
  func mostBidsTakeTheLead(zipfSkew: Double?) {
    var plan = LoadPlan()
    plan.auctionCount = 500
    plan.zipfSkew = zipfSkew
    let counts = Self.outcomes(plan, bidCount: 50_000)
    #expect((counts["leading"] ?? 0) > 44_000)
    #expect((counts["outbidImmediately"] ?? 0) > 1_000)
    #expect((counts["maximumRaised"] ?? 0) > 10)
    #expect((500...2_000).contains(counts["bidTooLow"] ?? 0))
    #expect((counts["alreadyLeading"] ?? 0) < 50)
  }

  @Test func allBiddersTakePart() {
    var plan = LoadPlan()
    plan.bidderCount = 1_000
    var generator = LoadGenerator(plan, shardCount: 1)
    var bidders: Set<UInt64> = []
    for _ in 0..<20_000 { bidders.insert(generator.next(laneIndex: 0).bidder) }
    #expect(bidders.count == 1_000)
    #expect(bidders.min() == LoadPlan.firstBidder)
    #expect(bidders.max() == LoadPlan.firstBidder + 999)
    #expect(!bidders.contains(LoadPlan.seller))
  }

  @Test func bidsStayOnTheLanesShard() {
    var plan = LoadPlan()
    plan.auctionCount = 103
    plan.connectionCount = 7
    var generator = LoadGenerator(plan, shardCount: 3)
    var seen: Set<Int> = []
    for number in 0..<20_000 {
      let lane = number % plan.connectionCount
      let index = generator.next(laneIndex: lane).auctionIndex
      #expect(index >= 0 && index < 103 && index % 3 == lane % 3)
      seen.insert(index)
    }
    #expect(seen.count == 103)
  }

  /// Few connections have full windows; many share what an open loop may have without an answer.
  @Test(arguments: [
    (1, 1_024, 1_024), (8, 1_024, 8_192), (64, 1_024, 65_536), (100, 655, 65_500),
    (2_048, 32, 65_536), (10_000, 32, 65_536),
  ])
  func anOpenLoopSharesItsWindowOut(connections: Int, window: Int, inFlight: Int) {
    var plan = LoadPlan()
    plan.connectionCount = connections
    plan.pace = .rate(20_000)
    #expect(plan.windowMax == window)
    #expect(plan.inFlightMax == inFlight)
    plan.pace = .window(1_024)
    #expect(plan.windowMax == 1_024)
    #expect(plan.inFlightMax == 1_024 * connections)
  }

  @Test func aHotAuctionGetsEverything() {
    var plan = LoadPlan()
    plan.isHotAuction = true
    var generator = LoadGenerator(plan, shardCount: 2)
    for lane in 0..<8 {
      #expect(generator.next(laneIndex: lane).auctionIndex == lane % 2)
    }
    #expect(plan.increments == .oneCent)
  }
}
