import ArgumentParser
import Client
import Primitives

/// The increment tables by the names that people use.
enum IncrementName: String, ExpressibleByArgument, CaseIterable {
  case standard
  case ebayUS = "ebay-us"
  case ebayUK = "ebay-uk"

  var increments: AuctionDraft.Increments {
    switch self {
    case .standard: .standard
    case .ebayUS: .ebayUS
    case .ebayUK: .ebayUK
    }
  }
}

/// Holds recorded auctions once more and compares the final prices.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Hold recorded auctions again and compare the final prices.",
    discussion: """
      Creates each auction of the file, places its bids in their order as maxima and compares the \
      price at the end with the recorded one. A server that dies in the middle may come back: what \
      has no answer yet is sent again, and nothing is bid twice.

      The file has one bid a line and these columns, named in its first line:
        \(RecordedAuctionFile.columns.joined(separator: ","))

      Examples:
        rostrum sample --seed 1 --output sample.csv
        rostrum replay sample.csv --increments ebay-us
        rostrum replay sample.csv --scale 86400 --json
      """
  )

  @Argument(help: "The file of recorded auctions.", completion: .file())
  var file: String

  @OptionGroup var server: ConnectOptions

  @Option(name: .long, help: "The increments of the auctions.")
  var increments = IncrementName.ebayUS

  @Option(
    name: .long,
    help: "Keep the recorded times, so many times faster; else as fast as the order allows."
  )
  var scale: Double?

  @Option(name: .long, help: "How long the server may stay away, in seconds.")
  var patience = 60.0

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if let scale, !(scale > 0 && scale.isFinite) {
      throw ValidationError("--scale must be greater than 0, for example 86400.")
    }
    guard patience > 0, patience <= 86_400 else {
      throw ValidationError("--patience must be between 0 and 86400 seconds.")
    }
  }

  func run() throws {
    try reportingFailures {
      let recorded = try RecordedAuctionFile.parse(try TextFile.read(file), name: file)
      let client = try server.client(account: ReplayPlan.firstSeller, roles: .broker)
      var plan = ReplayPlan()
      plan.increments = increments.increments
      plan.speed = scale
      plan.patience = Nanoseconds(patience * 1e9)
      let replay = ReplayRun(recorded, plan, client: client)
      let start = SystemTime.monotonic()
      try replay.run()
      let report = ReplayReport(
        replay.auctions,
        seconds: Double(SystemTime.monotonic() - start) / 1e9,
        lostConnections: client.lostConnectionCount,
        lostAnswers: replay.lostAnswerCount
      )
      client.close()
      print(json ? report.json : report.table)
    }
  }
}

/// The result of a replay.
struct ReplayReport {
  let auctions: [ReplayedAuction]
  let seconds: Double
  let lostConnections: UInt64
  let lostAnswers: Int

  init(_ auctions: [ReplayedAuction], seconds: Double, lostConnections: UInt64, lostAnswers: Int) {
    self.auctions = auctions
    self.seconds = seconds
    self.lostConnections = lostConnections
    self.lostAnswers = lostAnswers
  }

  var bidCount: Int { auctions.reduce(0) { $0 + $1.recorded.bids.count } }
  var acceptedCount: Int { auctions.reduce(0) { $0 + $1.acceptedCount } }
  var matchCount: Int { auctions.filter { Self.difference($0) == 0 }.count }
  var lowerCount: Int { auctions.filter { Self.difference($0) < 0 }.count }
  var higherCount: Int { auctions.filter { Self.difference($0) > 0 }.count }

  /// This server's price less the recorded one; an auction without bids counts as price 0.
  private static func difference(_ auction: ReplayedAuction) -> Int64 {
    let price = auction.price ?? Money.absent
    return (price == Money.absent ? 0 : price) - auction.recorded.finalPrice
  }

  var json: String {
    var object = JSONObject()
    object.add("auctions", auctions.count)
    object.add("bids", bidCount)
    object.add("accepted", acceptedCount)
    object.add("price_matches", matchCount)
    object.add("price_lower", lowerCount)
    object.add("price_higher", higherCount)
    object.add("seconds", seconds)
    object.add("lost_connections", lostConnections)
    object.add("lost_answers", lostAnswers)
    return object.text
  }

  var table: String {
    let heads = ["auction", "item", "bids", "start", "recorded", "here", ""]
    var rows = [heads]
    for auction in auctions.prefix(12) { rows.append(Self.row(auction)) }
    var lines = TextTable.lines(rows, rightAligned: [0, 2, 3, 4, 5])
    if auctions.count > 12 { lines.append("... and \(auctions.count - 12) more") }
    lines.append("")
    lines.append(
      "\(auctions.count) auctions, \(bidCount) bids, \(acceptedCount) accepted, in "
        + "\(JSONObject.number(seconds)) s"
    )
    lines.append(
      "final price as recorded: \(matchCount), lower: \(lowerCount), higher: \(higherCount)"
    )
    if lostConnections > 0 { lines.append("connections lost and made again: \(lostConnections)") }
    return lines.joined(separator: "\n")
  }

  private static func row(_ auction: ReplayedAuction) -> [String] {
    let currency = Currency.usDollar
    let difference = difference(auction)
    let verdict = difference == 0 ? "same" : difference < 0 ? "lower" : "higher"
    return [
      String(auction.recorded.number), auction.recorded.item, String(auction.recorded.bids.count),
      currency.plainText(auction.recorded.startPrice),
      currency.plainText(auction.recorded.finalPrice),
      auction.price.map { $0 == Money.absent ? "none" : currency.plainText($0) } ?? "none",
      verdict,
    ]
  }
}
