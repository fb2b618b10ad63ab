import ArgumentParser
import Client
import Primitives
import Wire

/// Prints an auction's bids, newest first.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Print an auction's bids, newest first.",
    discussion: """
      Asks page by page, so that a history of any length comes without a wait.

      Examples:
        rostrum history 4294967296
        rostrum history 4294967296 --limit 500 --json
      """
  )

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @Option(name: .long, help: "The most rows; else all.")
  var limit: Int?

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print one JSON object a row.")
  var json = false

  /// The most rows that are asked for at once.
  private static var pageRowCount: Int { 300 }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: nil)
      defer { client.close() }
      // An auction that is no longer remembered may still have its history.
      let currency = json ? nil : try currency(client)
      var rest = limit ?? .max
      var before: UInt64 = 0
      repeat {
        let page = try page(client, before: before, limit: min(rest, Self.pageRowCount))
        for row in page.rows.prefix(rest) {
          let row = HistoryRow(row)
          try StandardOutput.write((json ? row.json.text : row.line(currency)) + "\n")
        }
        rest -= min(rest, page.rows.count)
        before = page.end.nextBeforeRow
      } while before > 0 && rest > 0
    }
  }

  private func currency(_ client: RostrumClient) throws -> Currency? {
    try client.view(auction.id).success.map { Currency(number: $0.currency) }
  }

  private func page(
    _ client: RostrumClient, before: UInt64, limit: Int
  ) throws -> BidPage {
    try PageQuestion.ask("the history of auction \(auction.id.raw)", client) {
      try client.bids(of: auction.id, before: before, limit: UInt32(limit))
    }
  }
}

/// Asks for a page until it comes whole.
enum PageQuestion {
  /// How long a server may stay away, in nanoseconds.
  private static var patience: Nanoseconds { 30 * TimeSpan.second }

  /// Asks, and asks again when the page was cut by a lost connection.
  ///
  /// - Parameters:
  ///   - what: What is asked for, for messages.
  ///   - client: Who asks.
  ///   - question: Asks once.
  /// - Returns: The page.
  /// - Throws: One line when the server refuses or stays away.
  static func ask<Page>(
    _ what: String, _ client: RostrumClient, _ question: () throws -> Outcome<Page>
  ) throws -> Page {
    let end = SystemTime.monotonic() + patience
    while true {
      switch try question() {
      case .accepted(let page): return page
      case .rejected(let rejection):
        guard LoadRun.isPassing(rejection.code), SystemTime.monotonic() < end else {
          throw AuctionText.refusal(what, rejection)
        }
        client.poll(timeout: 100 * TimeSpan.millisecond)
      case .notApplied, .answerLost, .unknown:
        if let refusal = client.refusal { throw refusal }
        guard SystemTime.monotonic() < end else {
          throw CommandFailure("the server gave no answer about \(what); try again later")
        }
        client.poll(timeout: 100 * TimeSpan.millisecond)
      }
    }
  }
}
