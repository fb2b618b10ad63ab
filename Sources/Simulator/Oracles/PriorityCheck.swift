internal import Primitives
internal import Wire

/// What always holds, looked at from outside: from requests, replies and what is hidden, by none
/// of the rules that give a price.
///
/// Of the accepted maxima the highest leads, and the earliest of equal ones; the price lies between
/// everybody else's maximum and the leader's; it falls by a removal alone; rows are numbered by
/// one; no bid moves an end earlier.
struct PriorityCheck {
  private struct Maximum {
    var bidder: UInt64
    var amount: Int64
  }

  private struct Course {
    var maxima: [Maximum] = []
    var price: Int64 = Money.absent
    var ends: Nanoseconds = 0
    var rows: UInt32 = 0
  }

  private var courses: [UInt64: Course] = [:]

  init() {}

  /// Follows a record and what was said to it; the first thing that does not hold.
  mutating func follow(
    _ record: LoggedRecord, _ told: [Told], _ secrets: [(UInt64, HiddenTerms?)]
  ) -> OracleDifference? {
    for one in told {
      if let fault = take(one, record) {
        return OracleDifference(
          position: record.position, "what always holds", found: fault, expected: one.description)
      }
    }
    for (id, secret) in secrets {
      if let secret, let fault = fault(of: id, secret) {
        return OracleDifference(
          position: record.position, "what always holds of auction \(id)", found: fault,
          expected: "\(secret)")
      }
    }
    return nil
  }

  private mutating func take(_ told: Told, _ record: LoggedRecord) -> String? {
    if let ack = told.message(BidAck.self) { return take(ack) }
    if let row = told.message(BidEntry.self) { return take(row) }
    if let ack = told.message(RemoveAck.self), case .remove(let request) = record.request {
      courses[ack.auctionId]?.maxima.removeAll { $0.bidder == request.bidderId }
      courses[ack.auctionId]?.rows = ack.bidCount
      return move(ack.auctionId, to: ack.price, mayFall: true)
    }
    if let update = told.message(PriceUpdate.self) {
      let fault = move(update.auctionId, to: update.price, mayFall: false)
      let rows = courses[update.auctionId]?.rows ?? 0
      return fault ?? (rows == update.bidCount ? nil : "\(rows) rows were shown")
    }
    if let state = told.message(AuctionState.self) {
      // A raise that moves the price says so in its own frames; the seller's changes say it here.
      courses[state.auctionId, default: Course()].ends = state.endTime
      return move(state.auctionId, to: state.price, mayFall: false)
    }
    if let end = told.message(AuctionEnded.self) { courses[end.auctionId] = nil }
    return nil
  }

  private mutating func take(_ ack: BidAck) -> String? {
    var course = courses[ack.auctionId, default: Course()]
    let before = course.ends
    course.ends = ack.endTime
    let outcome = BidOutcome(rawValue: ack.outcome)
    if outcome == .maximumLowered {
      Self.cap(&course, ack.bidderId, ack.yourMaximum)
    } else if outcome != .bought {
      course.maxima.append(Maximum(bidder: ack.bidderId, amount: ack.yourMaximum))
    }
    courses[ack.auctionId] = course
    if ack.endTime < before { return "a bid moved the end from \(before) to \(ack.endTime)" }
    return move(ack.auctionId, to: ack.price, mayFall: false)
  }

  private static func cap(_ course: inout Course, _ bidder: UInt64, _ amount: Int64) {
    for index in course.maxima.indices where course.maxima[index].bidder == bidder {
      course.maxima[index].amount = min(course.maxima[index].amount, amount)
    }
  }

  private mutating func take(_ row: BidEntry) -> String? {
    let rows = courses[row.auctionId]?.rows ?? 0
    courses[row.auctionId, default: Course()].rows = row.rowNumber
    return row.rowNumber == rows + 1 ? nil : "row \(row.rowNumber) follows row \(rows)"
  }

  private mutating func move(_ id: UInt64, to price: Int64, mayFall: Bool) -> String? {
    let before = courses[id]?.price ?? Money.absent
    courses[id, default: Course()].price = price
    if mayFall {
      return price > before ? "a removal moved the price from \(before) to \(price)" : nil
    }
    return price < before ? "the price fell from \(before) to \(price)" : nil
  }

  private mutating func fault(of id: UInt64, _ secret: HiddenTerms) -> String? {
    guard var course = courses[id] else { return nil }
    guard secret.leader != 0 else {
      return course.maxima.isEmpty ? nil : "nobody leads over \(course.maxima.count) bids"
    }
    // A reserve that was lowered onto the leader's maximum cuts it, and nobody is told.
    Self.cap(&course, secret.leader, secret.maximum)
    courses[id] = course
    guard let highest = course.maxima.map(\.amount).max(),
      let first = course.maxima.first(where: { $0.amount == highest })
    else { return "somebody leads without a bid" }
    if first.bidder != secret.leader {
      return "account \(secret.leader) leads and not \(first.bidder) with \(first.amount)"
    }
    if secret.maximum != highest { return "the highest accepted maximum is \(highest)" }
    if course.price > secret.maximum { return "the price \(course.price) is above the maximum" }
    let others = course.maxima.filter { $0.bidder != secret.leader }.map(\.amount).max()
    if let others, others > course.price {
      return "another's maximum \(others) is above the price \(course.price)"
    }
    if secret.reserve != Money.absent, secret.maximum >= secret.reserve,
      course.price < secret.reserve
    {
      return "the maximum meets the reserve and the price \(course.price) does not"
    }
    return nil
  }
}
