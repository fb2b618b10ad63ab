import ArgumentParser
import Client
import Primitives
import Wire

/// An auction's name as an argument: the number that `rostrum auction create` prints.
struct AuctionArgument: ExpressibleByArgument, Equatable {
  let id: AuctionID

  init?(argument: String) {
    guard let raw = UInt64(argument), raw > 0 else { return nil }
    id = AuctionID(raw: raw)
  }
}

/// Auctions, bids and refusals as a person or a program reads them.
enum AuctionText {
  /// Lines about an auction.
  ///
  /// - Parameters:
  ///   - state: Its public view.
  ///   - now: Nanoseconds since the Unix epoch.
  /// - Returns: The lines.
  static func lines(_ state: AuctionState, now: Nanoseconds) -> [String] {
    let currency = Currency(number: state.currency)
    var lines = ["auction \(state.auctionId), \(status(state.status)), seller \(state.sellerId)"]
    if let outcome = AuctionEnding.outcome(of: state) {
      return lines + AuctionEnding.lines(state, outcome)
    }
    if state.price == Money.absent {
      let first = currency.text(state.minNext)
      let hint = state.minNext == Money.absent ? "" : "; the first must be at least \(first)"
      lines.append("  no bid yet" + hint)
    } else {
      lines.append(
        "  price \(currency.text(state.price)), led by \(state.leaderId), "
          + "\(state.bidCount) rows of history"
      )
      if state.minNext != Money.absent {
        lines.append("  the next bid must be at least \(currency.text(state.minNext))")
      }
    }
    if state.reserveState == ReserveState.unmet.rawValue {
      lines.append("  the reserve is not met")
    } else if state.reserveState == ReserveState.met.rawValue {
      lines.append("  the reserve is met")
    }
    if state.buyNow != Money.absent { lines.append("  buy now for \(currency.text(state.buyNow))") }
    if let time = timeLine(state, now: now) { lines.append("  " + time) }
    return lines
  }

  private static func timeLine(_ state: AuctionState, now: Nanoseconds) -> String? {
    switch AuctionStatus(rawValue: state.status) {
    case .scheduled, .draft:
      return state.startTime > now ? "opens in \(Duration.text(state.startTime - now))" : nil
    case .active: return state.endTime > now ? "ends in \(Duration.text(state.endTime - now))" : nil
    default: return nil
    }
  }

  static func status(_ raw: UInt8) -> String {
    AuctionStatus(rawValue: raw).map { "\($0)" } ?? "status \(raw)"
  }

  static func json(_ state: AuctionState) -> JSONObject {
    var object = JSONObject()
    object.add("auction", state.auctionId)
    object.add("status", status(state.status))
    object.add("seller", state.sellerId)
    object.add("price", amount: state.price)
    object.add("min_next", amount: state.minNext)
    object.add("leader", state.leaderId)
    object.add("buy_now", amount: state.buyNow)
    object.add("currency", Currency(number: state.currency).code)
    object.add("rows", state.bidCount)
    object.add("revision", state.revision)
    object.add("start_time", state.startTime)
    object.add("end_time", state.endTime)
    object.add("reserve", ReserveState(rawValue: state.reserveState).map { "\($0)" } ?? "unknown")
    if let outcome = AuctionEnding.outcome(of: state) {
      object.add("outcome", "\(outcome)")
      object.add("winner", outcome == .sold ? state.leaderId : 0)
    } else {
      object.addNull("outcome")
      object.addNull("winner")
    }
    object.add("log_position", state.logPosition)
    return object
  }

  /// One line about a refusal.
  ///
  /// - Parameters:
  ///   - what: What was refused, for example `the bid`.
  ///   - rejection: Why.
  ///   - currency: For the least next bid; nil leaves it out.
  /// - Returns: The failure that ends the command.
  static func refusal(
    _ what: String,
    _ rejection: Rejection,
    currency: Currency? = nil
  ) -> CommandFailure {
    var text = "\(what) was refused: \(rejection.description)"
    if let currency, rejection.minNext != Money.absent, rejection.reason == .bidTooLow {
      text += " Bid at least \(currency.text(rejection.minNext))."
    }
    if rejection.retryAfterMicroseconds > 0 {
      text += " Try again in \(max(1, rejection.retryAfterMicroseconds / 1_000)) ms."
    }
    return CommandFailure(text)
  }
}

extension JSONObject {
  /// Adds an amount in minor units; null when it is absent.
  mutating func add(_ name: String, amount: Int64) {
    if amount == Money.absent { addNull(name) } else { add(name, amount) }
  }
}

extension RostrumClient {
  /// Waits on while an outcome is not known, and gives what was accepted or a clear failure.
  ///
  /// - Parameters:
  ///   - outcome: What the first wait gave.
  ///   - what: What was asked for, for example `the bid`.
  ///   - currency: For the least next bid of a refusal.
  ///   - unwrap: Takes the answer out of a reply that came late.
  /// - Returns: What was accepted.
  /// - Throws: One line that says what became of it and what to do.
  func accepted<Success>(
    _ outcome: Outcome<Success>,
    _ what: String,
    currency: Currency? = nil,
    _ unwrap: (Reply) -> Success?
  ) throws(CommandFailure) -> Success {
    switch outcome {
    case .accepted(let success): return success
    case .rejected(let rejection):
      throw AuctionText.refusal(what, rejection, currency: currency)
    case .notApplied:
      throw CommandFailure("\(what) was not applied and changed nothing; give the command again")
    case .answerLost:
      throw CommandFailure(
        "the answer to \(what) is lost: it may stand; look with `rostrum auction show`"
      )
    case .unknown(let ticket):
      switch resolve(ticket, timeout: 10 * TimeSpan.second) {
      case .accepted(let reply):
        if let success = unwrap(reply) { return success }
        throw CommandFailure("the server gave an answer of another kind to \(what)")
      case .rejected(let rejection):
        throw AuctionText.refusal(what, rejection, currency: currency)
      default:
        throw CommandFailure(
          "no answer to \(what) in time: it may stand; look with `rostrum auction show`"
        )
      }
    }
  }

  /// The view of an auction, or a clear failure.
  func viewed(_ auction: AuctionID) throws -> AuctionState {
    try accepted(try view(auction), "the question for auction \(auction.raw)") {
      if case .state(let state) = $0 { state } else { nil }
    }
  }
}
