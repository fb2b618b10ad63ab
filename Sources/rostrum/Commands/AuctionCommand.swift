import ArgumentParser
import Client
import Primitives
import Wire

/// Runs an auction by hand.
struct AuctionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auction",
    abstract: "Create, show or cancel an auction.",
    subcommands: [
      AuctionCreateCommand.self, AuctionShowCommand.self, AuctionCancelCommand.self,
    ]
  )
}

/// Creates an auction and prints its number.
struct AuctionCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create an auction.",
    discussion: """
      Prints the auction's number, which the other commands take.

      Examples:
        rostrum auction create --as 5 --start 10.00 --ends-in 10m --title "Fountain pen"
        rostrum auction create --as 5 --start 1.00 --reserve 40.00 --ends-in 2h --soft-close 2m
      """
  )

  @Option(name: .customLong("as"), help: "The account that sells.")
  var account: UInt64

  @Option(name: .long, help: "The least first bid, for example 10.00.")
  var start: DecimalAmount

  @Option(name: .long, help: "How long it runs from now: 90s, 10m, 36h, 7d.")
  var endsIn: Duration

  @Option(name: .long, help: "How long until it opens; else at once.")
  var startsIn: Duration?

  @Option(name: .long, help: "The hidden reserve.")
  var reserve: DecimalAmount?

  @Option(name: .long, help: "The buy-now price.")
  var buyNow: DecimalAmount?

  @Option(name: .long, help: "The currency: letters or ISO 4217 number.")
  var currency = Currency.usDollar

  @Option(name: .long, help: "The increments.")
  var increments = IncrementName.standard

  @Option(name: .long, help: "A bid so near to the end moves the end.")
  var softClose: Duration?

  @Option(name: .long, help: "How far a bid moves the end; else as far as --soft-close.")
  var extendBy: Duration?

  @Option(name: .long, help: "The title, at most 80 bytes.")
  var title = ""

  @Option(name: .long, help: "The description, at most 4096 bytes.")
  var text = ""

  @Option(name: .long, help: "The shard that owns it; else one at random.")
  var shard: UInt16?

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func validate() throws {
    if account == 0 { throw ValidationError("--as must be an account's number, from 1.") }
    if title.utf8.count > 80 { throw ValidationError("--title is longer than 80 bytes.") }
    if text.utf8.count > 4_096 { throw ValidationError("--text is longer than 4096 bytes.") }
    if let startsIn, startsIn.nanoseconds >= endsIn.nanoseconds {
      throw ValidationError("--starts-in must be shorter than --ends-in.")
    }
    if extendBy != nil, softClose == nil {
      throw ValidationError("--extend-by needs --soft-close.")
    }
    _ = try currency.minorUnits(start)
    if let reserve { _ = try currency.minorUnits(reserve) }
    if let buyNow { _ = try currency.minorUnits(buyNow) }
  }

  func draft(now: Nanoseconds) throws(ValidationError) -> AuctionDraft {
    var draft = AuctionDraft(
      startPrice: try currency.minorUnits(start),
      endTime: now + endsIn.nanoseconds,
      seller: account
    )
    if let startsIn { draft.startTime = now + startsIn.nanoseconds }
    if let reserve { draft.reserve = try currency.minorUnits(reserve) }
    if let buyNow { draft.buyNow = try currency.minorUnits(buyNow) }
    draft.currency = currency.number
    draft.increments = increments.increments
    draft.softCloseWindowMs = milliseconds(softClose)
    draft.softCloseExtensionMs = milliseconds(extendBy ?? softClose)
    draft.title = title
    draft.text = text
    return draft
  }

  private func milliseconds(_ duration: Duration?) -> UInt32 {
    UInt32(clamping: (duration?.nanoseconds ?? 0) / TimeSpan.millisecond)
  }

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: account)
      let outcome = try client.createAuction(
        try draft(now: SystemTime.wall()),
        on: shard.map { ShardID($0) } ?? Self.anyShard(of: client)
      )
      let ack = try client.accepted(outcome, "the auction") {
        if case .auction(let ack) = $0 { ack } else { nil }
      }
      client.close()
      print(json ? Self.json(ack).text : "\(ack.auctionId)")
    }
  }

  /// Each call is a client of its own, so only chance spreads auctions over the shards.
  private static func anyShard(of client: RostrumClient) -> ShardID? {
    guard client.shardCount > 1 else { return nil }
    return ShardID(UInt16.random(in: 0..<UInt16(clamping: client.shardCount)))
  }

  static func json(_ ack: AuctionAck) -> JSONObject {
    var object = JSONObject()
    object.add("auction", ack.auctionId)
    object.add("status", AuctionText.status(ack.status))
    object.add("revision", ack.revision)
    object.add("log_position", ack.logPosition)
    object.add("time", ack.time)
    return object
  }
}

/// Shows an auction.
struct AuctionShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show an auction.",
    discussion: """
      Example:
        rostrum auction show 4294967296
      """
  )

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: nil)
      let state = try client.viewed(auction.id)
      if json {
        print(AuctionText.json(state).text)
      } else {
        for line in AuctionText.lines(state, now: SystemTime.wall()) { print(line) }
      }
      client.close()
    }
  }
}

/// Calls an auction off.
struct AuctionCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Call an auction off.",
    discussion: """
      The seller may do so until the first bid, an operator with a reason also afterwards.

      Example:
        rostrum auction cancel 4294967296 --as 5
      """
  )

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @Option(name: .customLong("as"), help: "The account that cancels.")
  var account: UInt64

  @Option(name: .long, help: "Your own code for the reason; needed once there are bids.")
  var reason: UInt32 = 0

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func run() throws {
    try reportingFailures {
      // A reason is what an operator gives: without one the seller cancels.
      let client = try server.client(account: account, roles: reason > 0 ? .operator : [])
      let outcome = try client.cancel(auction.id, by: account, reason: reason)
      let ack = try client.accepted(outcome, "the cancellation") {
        if case .auction(let ack) = $0 { ack } else { nil }
      }
      client.close()
      print(
        json ? AuctionCreateCommand.json(ack).text : "Auction \(ack.auctionId) is called off."
      )
    }
  }
}
