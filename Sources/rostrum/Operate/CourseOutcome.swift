import Engine
import Primitives
import Wire

/// How an auction ended in a replay, or where it stands.
struct CourseOutcome {
  private let currency: Currency
  private let rows: [BidEntry]
  /// Nil while it is open.
  private let outcome: EndOutcome?
  private let price: Int64
  /// Who leads, or bought; 0 = nobody.
  private let leader: UInt64
  private let endTime: Nanoseconds?

  init(_ run: Counterfactual.Run, _ currency: Currency) {
    self.currency = currency
    rows = run.course.rows
    if let ended = run.course.ended {
      outcome = EndOutcome(rawValue: ended.outcome)
      price = ended.price
      leader = ended.winnerId
      endTime = ended.time
    } else {
      let state = run.view?.message(clientRef: 0, logPosition: run.position) ?? run.course.state
      outcome = state.flatMap { AuctionEnding.outcome(of: $0) }
      price = state?.price ?? Money.absent
      leader = state?.leaderId ?? 0
      endTime = nil
    }
  }

  /// Who pays what; nil when nobody does, or not yet.
  private var payer: (account: UInt64, price: Int64)? {
    outcome == .sold && leader != 0 ? (leader, price) : nil
  }

  var text: String {
    let count = Plural.text(rows.count, "row")
    let amount = currency.text(price)
    switch outcome {
    case .sold: return "sold to \(leader) for \(amount), \(count)"
    case .some(let outcome):
      let last = price == Money.absent ? "" : " at \(amount)"
      return "\(AuctionEnding.text(outcome))\(last), \(count)"
    case nil:
      return leader == 0
        ? "open, no bid, \(count)" : "open, led by \(leader) at \(amount), \(count)"
    }
  }

  var rowLines: [String] {
    rows.map { row in
      let kind = BidKind(rawValue: row.kind).map { "\($0)" } ?? "\(row.kind)"
      let amount = currency.text(row.amount)
      return "    row \(row.rowNumber): \(row.bidderId) \(kind) \(amount), price "
        + "\(currency.text(row.priceAfter)), led by \(row.leaderAfter), record \(row.logPosition)"
    }
  }

  /// One line about who pays more or less.
  static func difference(
    _ went: CourseOutcome, _ would: CourseOutcome, _ currency: Currency
  ) -> String {
    switch (went.payer, would.payer) {
    case (nil, nil):
      return went.price == would.price && went.leader == would.leader
        ? "the price and the leader are the same" : "nobody pays in either"
    case (let payer?, nil): return "\(payer.account) would have paid nothing"
    case (nil, let payer?):
      return "\(payer.account) would have paid \(currency.text(payer.price)), and nobody paid"
    case (let payer?, let other?):
      guard payer.account == other.account else {
        return "\(other.account) would have paid \(currency.text(other.price)) instead of "
          + "\(payer.account) \(currency.text(payer.price))"
      }
      if payer.price == other.price { return "\(payer.account) would have paid the same" }
      let word = other.price < payer.price ? "less" : "more"
      let amount = Int64((other.price - payer.price).magnitude)
      return "\(payer.account) would have paid \(currency.text(amount)) \(word)"
    }
  }

  func json(showsRows: Bool) -> JSONObject {
    var object = JSONObject()
    if let outcome { object.add("outcome", "\(outcome)") } else { object.addNull("outcome") }
    object.add("price", amount: price)
    object.add("leader", leader)
    object.add("winner", payer?.account ?? 0)
    object.add("pays", amount: payer?.price ?? Money.absent)
    object.add("currency", currency.code)
    object.add("rows", rows.count)
    if let endTime { object.add("end_time", endTime) } else { object.addNull("end_time") }
    if showsRows { object.add("history", objects: rows.map { HistoryRow($0).json }) }
    return object
  }
}

/// A public row of a history.
struct HistoryRow {
  private let row: BidEntry

  init(_ row: BidEntry) { self.row = row }

  var json: JSONObject {
    var object = JSONObject()
    object.add("row", row.rowNumber)
    object.add("bidder", row.bidderId)
    object.add("kind", BidKind(rawValue: row.kind).map { "\($0)" } ?? "\(row.kind)")
    object.add("amount", amount: row.amount)
    object.add("price_after", amount: row.priceAfter)
    object.add("leader_after", row.leaderAfter)
    object.add("time", row.time)
    object.add("log_position", row.logPosition)
    return object
  }

  /// The row as one line; amounts in minor units when the currency is not known.
  func line(_ currency: Currency?) -> String {
    let amount = { (value: Int64) in currency?.text(value) ?? "\(value)" }
    let kind = BidKind(rawValue: row.kind).map { "\($0)" } ?? "\(row.kind)"
    return "\(row.rowNumber)  \(Moment.text(row.time))  \(row.bidderId) \(kind) "
      + "\(amount(row.amount)), price \(amount(row.priceAfter)), led by \(row.leaderAfter)"
  }
}
