import ArgumentParser
import Client
import Primitives
import Wire

/// Follows an auction until it is over.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow an auction until it is over.",
    discussion: """
      Prints a line for every change, and goes on by itself after a lost connection.

      Examples:
        rostrum watch 4294967296
        rostrum watch 4294967296 --json --for 30s
      """
  )

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @Option(name: .customLong("for"), help: "Stop after this time: 30s, 10m, 2h.")
  var duration: Duration?

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print one JSON object a line.")
  var json = false

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: nil)
      let watcher = Watcher(client, auction.id, json: json)
      let end = duration.map { SystemTime.monotonic() + $0.nanoseconds } ?? .max
      try watcher.begin()
      while !watcher.isOver, SystemTime.monotonic() < end {
        client.poll(timeout: 20 * TimeSpan.millisecond)
        try watcher.renew()
        if let refusal = client.refusal { throw refusal }
      }
      client.close()
    }
  }
}

/// Prints what happens to one auction.
final class Watcher {
  private let client: RostrumClient
  private let auction: AuctionID
  private let json: Bool
  private var currency = Currency.usDollar
  private var needsRenewal = false
  private var hasState = false
  private(set) var isOver = false

  init(_ client: RostrumClient, _ auction: AuctionID, json: Bool) {
    self.client = client
    self.auction = auction
    self.json = json
  }

  /// Shows the auction as it is and subscribes.
  func begin() throws {
    client.onNotice = { [unowned self] notice in take(notice) }
    try subscribe()
  }

  /// Subscribes again after a lost connection: a subscription ends with its connection.
  func renew() throws {
    guard needsRenewal, client.isConnected else { return }
    needsRenewal = false
    try subscribe()
  }

  private func subscribe() throws {
    let outcome = try client.watch(auction)
    if case .unknown = outcome {
      needsRenewal = true
      return
    }
    _ = try client.accepted(outcome, "the subscription") {
      if case .subscription(let ack) = $0 { ack } else { nil }
    }
    // The state of now follows the answer; also a very short --for shows it.
    let limit = SystemTime.monotonic() + TimeSpan.second
    while !hasState, SystemTime.monotonic() < limit { client.poll(timeout: TimeSpan.millisecond) }
  }

  private func take(_ notice: Notice) {
    guard !isOver else { return }
    switch notice {
    case .price(let update) where update.auctionId == auction.raw: show(update)
    case .ended(let ended) where ended.auctionId == auction.raw: show(ended)
    case .state(let state) where state.auctionId == auction.raw: show(state)
    case .connectionLost(_, let reason):
      StandardError.print("rostrum: connection lost (\(reason)); connecting again")
    case .sessionOpened(_, false): needsRenewal = true
    default: break
    }
  }

  private func show(_ state: AuctionState) {
    hasState = true
    currency = Currency(number: state.currency)
    if json {
      var object = JSONObject()
      object.add("event", "state")
      object.add("state", AuctionText.json(state))
      StandardOutput.print(object.text)
    } else {
      for line in AuctionText.lines(state, now: SystemTime.wall()) { StandardOutput.print(line) }
    }
    guard let outcome = AuctionEnding.outcome(of: state) else { return }
    // It was over before: the server sends no message about its end any more.
    let winner = outcome == .sold ? state.leaderId : 0
    showEnd(outcome, price: state.price, winner: winner, rows: state.bidCount, time: nil)
  }

  private func show(_ update: PriceUpdate) {
    guard json else {
      let isExtended = update.flags & AckFlags.extended.rawValue != 0
      StandardOutput.print(
        "price \(currency.text(update.price)), led by \(update.leaderId), "
          + "\(update.bidCount) rows, next at least \(currency.text(update.minNext))"
          + (isExtended ? ", end moved" : "")
      )
      return
    }
    var object = JSONObject()
    object.add("event", "price")
    object.add("auction", update.auctionId)
    object.add("price", amount: update.price)
    object.add("min_next", amount: update.minNext)
    object.add("leader", update.leaderId)
    object.add("rows", update.bidCount)
    object.add("revision", update.revision)
    object.add("end_time", update.endTime)
    object.add("time", update.time)
    StandardOutput.print(object.text)
  }

  private func show(_ ended: AuctionEnded) {
    showEnd(
      EndOutcome(rawValue: ended.outcome),
      price: ended.price,
      winner: ended.winnerId,
      rows: ended.bidCount,
      time: ended.time
    )
  }

  private func showEnd(
    _ outcome: EndOutcome?,
    price: Int64,
    winner: UInt64,
    rows: UInt32,
    time: Nanoseconds?
  ) {
    isOver = true
    guard json else {
      let text = currency.text(price)
      return StandardOutput.print(AuctionEnding.line(outcome, winner: winner, price: text))
    }
    var object = JSONObject()
    object.add("event", "ended")
    object.add("auction", auction.raw)
    object.add("outcome", outcome.map { "\($0)" } ?? "unknown")
    object.add("price", amount: price)
    object.add("winner", winner)
    object.add("rows", rows)
    if let time { object.add("time", time) } else { object.addNull("time") }
    StandardOutput.print(object.text)
  }
}
