import Wire

extension BidLoad {
  /// What the rules say to all bids that were sent, in the order of their positions.
  ///
  /// - Parameter before: What they said to all bids before.
  /// - Returns: The book after the bids.
  /// - Throws: When a bid was lost, or done twice, or decided otherwise.
  func book(after before: BidBook) throws -> BidBook {
    var book = before
    guard bidders.allSatisfy({ $0.repeatedOutcomes == 0 }) else {
      throw TestFailure("an outcome came twice")
    }
    let sent = bidders.flatMap(\.sent).map { (bid: $0, position: $0.position ?? 0) }
    var last: UInt64 = 0
    for (bid, position) in sent.sorted(by: { $0.position < $1.position }) {
      guard case .decided(_, let told) = bid.outcome else {
        throw TestFailure("no outcome, or none of the rules: \(bid)")
      }
      guard position > last else { throw TestFailure("two bids at position \(position)") }
      last = position
      var said = book.place(bid.message)
      if said.code != 0 { (said.outcome, said.leader, said.rowCount) = (0, 0, 0) }
      guard told == said else {
        throw TestFailure("at \(position): told \(told), the rules say \(said)")
      }
    }
    return book
  }
}
