import Primitives
import Wire

/// How an auction that is over ended, as far as its public view tells.
enum AuctionEnding {
  /// How it ended; nil while it is not over.
  static func outcome(of state: AuctionState) -> EndOutcome? {
    switch AuctionStatus(rawValue: state.status) {
    case .cancelled: .cancelled
    case .ended:
      if state.leaderId == 0 {
        .noBids
      } else {
        state.reserveState == ReserveState.unmet.rawValue ? .reserveNotMet : .sold
      }
    default: nil
    }
  }

  /// An outcome as a person reads it.
  static func text(_ outcome: EndOutcome) -> String {
    switch outcome {
    case .noBids: "no bids"
    case .reserveNotMet: "reserve not met"
    case .sold: "sold"
    case .cancelled: "cancelled"
    }
  }

  /// What `rostrum watch` says last.
  ///
  /// - Parameters:
  ///   - outcome: How the auction ended; nil when this build does not know the number.
  ///   - winner: Who bought; 0 = nobody.
  ///   - price: What the buyer pays, for example `21.00 USD`.
  /// - Returns: The line.
  static func line(_ outcome: EndOutcome?, winner: UInt64, price: String) -> String {
    let word = outcome.map { text($0) } ?? "unknown outcome"
    return winner == 0 ? "over: \(word)" : "over: \(word) to \(winner) for \(price)"
  }

  /// Lines about an auction that is over.
  static func lines(_ state: AuctionState, _ outcome: EndOutcome) -> [String] {
    let price = Currency(number: state.currency).text(state.price)
    switch outcome {
    case .sold: return ["  sold to \(state.leaderId) for \(price)"]
    case .noBids, .reserveNotMet: return ["  ended without a sale: \(text(outcome))"]
    case .cancelled: return []
    }
  }
}
