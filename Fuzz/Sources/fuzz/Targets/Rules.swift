import Engine
import Primitives
import Wire

/// The rules: any commands in any order, and after each what the rules say always holds.
///
/// Script: a byte of choices (bit 0 compares the state's hash around every refusal, bit 1 leaves out
/// the comparison with the model of the rules), then steps; see `RulesRun.step`.
enum Rules {
  static func run(_ script: inout Script) {
    let choices = script.byte()
    var run = RulesRun(
      memory: Arena.shared.memory, comparesHashes: choices & 1 != 0,
      comparesModel: choices & 2 == 0)
    script.steps(atMost: 48) { run.step(&$0) }
    run.finish()
  }

  static func seeds() -> [[UInt8]] {
    let plain: [[UInt8]] = [
      [1] + create(0, 100) + bid(0, 1, 200) + bid(0, 2, 100) + bid(0, 2, 200) + later(5),
      [1] + create(0, 100, reserve: 40, policies: 1) + bid(0, 1, 20) + bid(0, 1, 90) + later(7),
      [0] + create(1, 50) + bid(0, 1, 9) + bid(0, 3, 30) + [9, 0, 3, 0] + bid(0, 4, 80) + [15],
      [0] + create(2, 10) + [15] + bid(0, 1, 9) + bid(0, 3, 30) + later(9) + [15],
    ]
    return plain + SeedWriter.random(stepByteCount: 600)
  }

  private static func create(
    _ seller: UInt8, _ start: UInt8, reserve: UInt8 = 0, policies: UInt8 = 0
  ) -> [UInt8] {
    [6, seller, start, 0, reserve, 0, 0, 30, 0, 0, 0, policies]
  }

  private static func bid(_ lot: UInt8, _ bidder: UInt8, _ amount: UInt8) -> [UInt8] {
    [0, lot, bidder, 0, 0, amount]
  }

  private static func later(_ step: UInt8) -> [UInt8] { [13, step] }
}

/// An auction as the harness knows it.
struct Lot {
  let id: AuctionID
  var tiers: [(limit: Int64, increment: Int64)]
  /// The rows published so far; nil when bids were removed, which counts rows anew.
  var rowCount: UInt32? = 0
  var view: AuctionView?

  /// What a bid must add at a price.
  func increment(at price: Int64) -> Int64 {
    for tier in tiers where price < tier.limit { return tier.increment }
    return tiers.last?.increment ?? 0
  }
}

/// The increment tables as the rules print them.
enum Increments {
  static func table(_ id: UInt8) -> [(limit: Int64, increment: Int64)] {
    switch id {
    case 2:
      [
        (100, 5), (500, 25), (2_500, 50), (10_000, 100), (25_000, 250), (50_000, 500),
        (100_000, 1_000), (250_000, 2_500), (500_000, 5_000), (.max, 10_000),
      ]
    case 3:
      [
        (100, 5), (500, 20), (1_500, 50), (6_000, 100), (15_000, 200), (30_000, 500),
        (60_000, 1_000), (150_000, 2_000), (300_000, 5_000), (.max, 10_000),
      ]
    default:
      [
        (100, 25), (500, 50), (2_500, 100), (10_000, 250), (50_000, 500), (100_000, 1_000),
        (500_000, 2_500), (2_500_000, 5_000), (.max, 10_000),
      ]
    }
  }
}
