import Primitives
import Testing
import Wire

@testable import Simulator

/// The examples of the rules' page, by the model and the engine side by side.
@Suite struct ModelExamplesTests {
  /// One auction; a refused bid stands as the least next bid that it was told, below zero.
  private struct Example {
    var number: Int
    var start: Int64 = 100
    var reserve = Money.absent
    var bids: [(bidder: UInt64, amount: Int64)]
    /// The price after each bid, with the standard table.
    var standard: [Int64]
    /// The price after each bid, with ebay-us.
    var ebay: [Int64]
    var leader: UInt64
  }

  private static let examples = [
    Example(number: 1, bids: [(1, 5_000)], standard: [100], ebay: [100], leader: 1),
    Example(
      number: 2, bids: [(1, 5_000), (2, 2_000)], standard: [100, 2_100], ebay: [100, 2_050],
      leader: 1),
    Example(
      number: 3, bids: [(1, 5_000), (2, 4_990)], standard: [100, 5_000], ebay: [100, 5_000],
      leader: 1),
    Example(
      number: 4, bids: [(1, 5_000), (2, 5_000), (3, 5_000)], standard: [100, 5_000, -5_250],
      ebay: [100, 5_000, -5_100], leader: 1),
    Example(
      number: 5, bids: [(1, 2_000), (2, 900), (3, 2_001)], standard: [100, 1_000, 2_001],
      ebay: [100, 950, 2_001], leader: 3),
    Example(
      number: 6, bids: [(1, 5_000), (2, 5_000), (1, 8_000), (2, 6_000)],
      standard: [100, 5_000, 5_000, 6_250], ebay: [100, 5_000, 5_000, 6_100], leader: 1),
    Example(
      number: 7, reserve: 10_000, bids: [(1, 150), (2, 15_000), (3, 12_000)],
      standard: [100, 10_000, 12_500], ebay: [100, 10_000, 12_250], leader: 2),
    Example(
      number: 8, start: 1_000, reserve: 10_000, bids: [(1, 5_000), (1, 9_999), (1, 12_000)],
      standard: [1_000, 1_000, 10_000], ebay: [1_000, 1_000, 10_000], leader: 1),
    Example(
      number: 9, start: 2_000, bids: [(1, 20_000), (2, 9_999), (3, 10_500)],
      standard: [2_000, 10_249, -10_749], ebay: [2_000, 10_099, 10_750], leader: 1),
    Example(
      number: 10, bids: [(21, 100), (11, 150), (26, 17_000), (11, 17_000)],
      standard: [100, 150, 200, 17_000], ebay: [100, 125, 175, 17_000], leader: 26),
  ]

  private final class Scene {
    let sides = SideBySide(
      shard: ShardID(0), configured: MarketLimits().message, memory: testMemory)
    private var position: UInt64 = 0

    func apply(_ frame: [UInt8]) throws -> [Told] {
      position += 1
      let record = LoggedRecord(
        position: position, time: 1_000 * TimeSpan.second, session: SessionHandle(raw: 65_537),
        roles: .operator, frame: frame)
      let difference = sides.apply(record)
      #expect(difference == nil, "\(difference?.description ?? "")")
      return sides.told
    }
  }

  private func create(_ example: Example, table: UInt8) -> [UInt8] {
    FrameBytes.make(
      CreateAuction(
        clientRef: 1, sellerId: 100, startPrice: example.start, reserve: example.reserve,
        buyNow: Money.absent, startTime: 0, endTime: 2_000 * TimeSpan.second, hardEnd: 0,
        clientTime: 0, softCloseWindowMs: 0, softCloseExtensionMs: 0, rateRefillMs: 0,
        category: 0, rateBurst: 0, currency: 840, incrementTable: table, reservePolicy: 0,
        reserveLowering: 0, format: 0, flags: 0, title: FixedText80("A lot")),
      tiers: [], text: [], sequence: 1)
  }

  private func run(_ example: Example, table: UInt8, _ prices: [Int64]) throws {
    let scene = Scene()
    _ = try scene.apply(FrameBytes.make(MarketLimits().message))
    _ = try scene.apply(create(example, table: table))
    let id: UInt64 = 1 << 32
    for (bid, price) in zip(example.bids, prices) {
      let told = try scene.apply(
        FrameBytes.make(
          PlaceBid(
            clientRef: 2, auctionId: id, bidderId: bid.bidder, amount: bid.amount, ifRevision: 0,
            clientTime: 0, deviceTag: 0, kind: 0, flags: 0, currency: 840), sequence: 2))
      let reply = try #require(told.first)
      let found = reply.message(BidAck.self)?.price ?? -(reply.message(Reject.self)?.minNext ?? 0)
      #expect(found == price, "example \(example.number), table \(table)")
    }
    #expect(scene.sides.model.state(of: id)?.leaderId == example.leader)
    guard example.number == 10 else { return }
    let removal = RemoveBids(
      clientRef: 3, auctionId: id, bidderId: 26, accountId: 9, clientTime: 0, reason: 1)
    _ = try scene.apply(FrameBytes.make(removal, sequence: 3))
    let state = try #require(scene.sides.model.state(of: id))
    #expect(state.leaderId == 11)
    #expect(state.price == (table == 1 ? 150 : 125))
  }

  @Test(arguments: 0..<10) func theExamplesHold(index: Int) throws {
    let example = Self.examples[index]
    try run(example, table: 1, example.standard)
    try run(example, table: 2, example.ebay)
  }
}
