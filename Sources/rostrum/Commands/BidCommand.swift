import ArgumentParser
import Client
import Primitives
import Wire

/// Places one bid.
struct BidCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bid",
    abstract: "Bid on an auction.",
    discussion: """
      The amount is a maximum that stays hidden: the exchange bids for you, no more than it takes. \
      With --exact it is the price itself.

      Examples:
        rostrum bid 4294967296 50.00 --as 7
        rostrum bid 4294967296 21.50 --exact --as 8
        rostrum bid 4294967296 99.00 --buy-now --as 9 --key-file key.txt
      """
  )

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @Argument(help: "The amount, for example 12.50, in the auction's currency.")
  var amount: DecimalAmount

  @Flag(name: .long, help: "The amount is the price now, not a maximum.")
  var exact = false

  @Flag(name: .long, help: "Buy at the buy-now price, which the amount repeats.")
  var buyNow = false

  @Option(name: .customLong("as"), help: "The account that bids.")
  var account: UInt64

  @Option(name: .long, help: "Bid only if the auction still has this revision; 0 = any.")
  var ifRevision: UInt64 = 0

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func validate() throws {
    if exact, buyNow { throw ValidationError("Give --exact or --buy-now, not both.") }
    if account == 0 { throw ValidationError("--as must be an account's number, from 1.") }
  }

  private var kind: BidKind { buyNow ? .buyNow : exact ? .exact : .proxy }

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: account)
      let state = try client.viewed(auction.id)
      let currency = Currency(number: state.currency)
      let outcome = try client.bid(
        on: auction.id,
        amount: try currency.minorUnits(amount),
        as: account,
        kind: kind,
        currency: state.currency,
        ifRevision: ifRevision
      )
      let ack = try client.accepted(outcome, "the bid", currency: currency) {
        if case .bid(let ack) = $0 { ack } else { nil }
      }
      client.close()
      print(json ? Self.json(ack, currency).text : Self.text(ack, currency))
    }
  }

  static func text(_ ack: BidAck, _ currency: Currency) -> String {
    let price = currency.text(ack.price)
    let next =
      ack.minNext == Money.absent
      ? "" : " The next bid must be at least \(currency.text(ack.minNext))."
    switch BidOutcome(rawValue: ack.outcome) {
    case .leading:
      return "You lead at \(price); your maximum is \(currency.text(ack.yourMaximum)).\(next)"
    case .outbidImmediately:
      return "Accepted, but an earlier maximum is higher: the price is \(price).\(next)"
    case .maximumRaised:
      return "You lead at \(price); your maximum is now \(currency.text(ack.yourMaximum))."
    case .maximumLowered:
      return "Your maximum is now \(currency.text(ack.yourMaximum)); the price is \(price)."
    case .bought: return "Bought for \(price)."
    case nil: return "Accepted; the price is \(price).\(next)"
    }
  }

  static func json(_ ack: BidAck, _ currency: Currency) -> JSONObject {
    var object = JSONObject()
    object.add("auction", ack.auctionId)
    object.add("bid", ack.bidId)
    object.add("outcome", BidOutcome(rawValue: ack.outcome).map { "\($0)" } ?? "unknown")
    object.add("your_maximum", amount: ack.yourMaximum)
    object.add("price", amount: ack.price)
    object.add("min_next", amount: ack.minNext)
    object.add("leader", ack.leaderId)
    object.add("currency", currency.code)
    object.add("rows", ack.bidCount)
    object.add("revision", ack.revision)
    object.add("log_position", ack.logPosition)
    object.add("accepted_time", ack.acceptedTime)
    object.add("end_time", ack.endTime)
    return object
  }
}
