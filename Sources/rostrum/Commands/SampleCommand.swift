import ArgumentParser

/// Makes up recorded auctions, for those who have no file of real ones.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Make up recorded auctions for `rostrum replay`.",
    discussion: """
      The same seed gives the same auctions on every machine. The final prices come from a simple \
      model of the rules under the ebay-us increments, so that a replay matches all of them.

      Example:
        rostrum sample --seed 1 --auctions 300 --output sample.csv
      """
  )

  @Option(name: .long, help: "The same seed gives the same auctions.")
  var seed: UInt64

  @Option(name: .long, help: "How many auctions.")
  var auctions = 200

  @Option(name: .long, help: "The file to write; else the text goes to stdout.")
  var output: String?

  func validate() throws {
    guard auctions >= 1, auctions <= 1_000_000 else {
      throw ValidationError("--auctions must be 1 to 1000000.")
    }
  }

  func run() throws {
    try reportingFailures {
      let text = RecordedAuctionFile.text(of: Self.recordedAuctions(seed: seed, count: auctions))
      if let output {
        try TextFile.write(text, to: output)
      } else {
        try StandardOutput.write(text)
      }
    }
  }

  static func recordedAuctions(seed: UInt64, count: Int) -> [RecordedAuction] {
    var market = SampleMarket(seed: seed, auctionCount: count)
    return (1...count).map { market.auction(number: UInt64($0)) }
  }
}
