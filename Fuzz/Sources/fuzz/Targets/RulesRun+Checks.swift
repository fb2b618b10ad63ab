import Engine
import Primitives
import Wire

@testable import Model

/// What decides a bid's price, before the bid.
struct BidStanding {
  var lot: Lot
  var view: AuctionView
  var secrets: AuctionSecrets
}

extension RulesRun {
  /// What stands before a bid on an auction that is open; the timers that are due come first.
  mutating func standing(_ id: AuctionID) -> BidStanding? {
    guard engine.nextDue > time, let lot = lots.first(where: { $0.id == id }),
      let view = engine.view(of: id), let secrets = engine.secrets(of: id),
      view.status == .active
    else { return nil }
    return BidStanding(lot: lot, view: view, secrets: secrets)
  }

  /// Compares what a bid did with what the price rules say.
  mutating func judge(_ before: BidStanding, _ bid: PlaceBid) {
    let codes = [
      RejectCode.bidTooLow, .notHigherThanOwnMaximum, .alreadyLeading,
    ].map(\.rawValue)
    let expected = BidRule.outcome(before, bid)
    if code != 0 {
      guard codes.contains(code) else { return }
      check(expected == nil, "refused with \(code) what the rules accept")
      return
    }
    guard let expected else { wrong("accepted what the rules refuse") }
    guard let view = engine.view(of: before.lot.id), let now = engine.secrets(of: before.lot.id)
    else { wrong("a bid's auction is gone") }
    check(now.leader == expected.leader, "\(now.leader) leads and not \(expected.leader)")
    check(now.maximum == expected.maximum, "a maximum of \(now.maximum)")
    let isPrice = expected.prices.contains(view.price)
    check(isPrice, "a price of \(view.price) and not \(expected.prices)")
  }

  /// What holds after every command.
  mutating func checkAll() {
    var exposures: [UInt64: Int64] = [:]
    var last: UInt32?
    while let (slot, id) = engine.nextAuction(after: last) {
      last = slot
      guard let view = engine.view(of: id), let secrets = engine.secrets(of: id) else {
        wrong("a walk finds an auction that there is not")
      }
      if view.status == .active, view.leader != 0 {
        exposures[view.leader, default: 0] += secrets.maximum
      }
      checkAuction(id, view, secrets)
    }
    for account in Array(0...8) + Array(100...103) as [UInt64] {
      check(
        engine.exposure(of: account) == exposures[account, default: 0],
        "account \(account)'s exposure is not the sum of its leading maxima")
    }
    lots.removeAll { engine.view(of: $0.id) == nil }
    compareModel(exposures)
  }

  /// What the model knows of each auction, of what is hidden, and of when something happens next.
  private func compareModel(_ exposures: [UInt64: Int64]) {
    guard let model else { return }
    let ids = model.auctionIDs
    check(ids == lots.map(\.id.raw).sorted(), "the model has other auctions")
    for id in lots.map(\.id) {
      let state = engine.view(of: id)?.message(clientRef: 0, logPosition: position)
      check(state == model.state(of: id.raw), "the model has another \(id)")
      let secrets = engine.secrets(of: id).map {
        HiddenTerms(
          maximum: $0.maximum, reserve: $0.reserve, leader: $0.leader, hardEnd: $0.hardEnd)
      }
      check(secrets == model.hidden(of: id.raw), "the model hides something else of \(id)")
    }
    for (account, sum) in exposures {
      check(model.exposure(of: account) == sum, "the model has \(account) in for another sum")
    }
    check(engine.nextDue == model.nextDue, "the model has something due at \(model.nextDue)")
  }

  private mutating func checkAuction(
    _ id: AuctionID, _ view: AuctionView, _ secrets: AuctionSecrets
  ) {
    switch view.status {
    // An auction that was bought is over before its end.
    case .draft, .ended, .cancelled: break
    case .scheduled: check(view.startTime > engine.time, "\(id) has not opened")
    case .active: check(view.endTime > engine.time, "\(id) has not ended")
    }
    check((view.leader == 0) == (view.price == .min), "a price without a leader")
    guard let index = lots.firstIndex(where: { $0.id == id }) else { wrong("an unknown auction") }
    if view.status == .active, view.leader != 0 {
      let price = view.price
      check(price <= secrets.maximum, "the price is above the leader's maximum")
      check(secrets.maximum < secrets.reserve || price >= secrets.reserve, "an unmet reserve")
      check(view.minNext == price + lots[index].increment(at: price), "a wrong least next bid")
    }
    if let count = lots[index].rowCount { check(view.bidCount == count, "a wrong count of rows") }
    if let before = lots[index].view, view.status == .active {
      check(view.price >= before.price, "the price fell")
      check(view.endTime >= before.endTime, "the end moved earlier")
      check(view.revision >= before.revision, "the revision fell")
    }
    lots[index].view = view
  }
}

/// The price rules of the specification, for one bid.
enum BidRule {
  struct Outcome {
    var leader: UInt64
    var maximum: Int64
    /// More than one where a policy that cannot be seen from outside decides.
    var prices: [Int64]
  }

  /// What a bid that passes the gates leads to; nil when the rules refuse it.
  static func outcome(_ before: BidStanding, _ bid: PlaceBid) -> Outcome? {
    let reserve = before.secrets.reserve
    let leader = before.view.leader
    let maximum = before.secrets.maximum
    let amount = bid.amount
    if leader == 0 { return opening(before, bid) }
    if leader == bid.bidderId {
      guard bid.kind == 0, amount > maximum else { return nil }
      let meets = before.view.price < reserve && amount >= reserve
      return Outcome(
        leader: leader, maximum: amount, prices: [meets ? reserve : before.view.price])
    }
    guard amount >= before.view.minNext else { return nil }
    // Planted: of two equal maxima the later one leads.
    if amount > maximum || (isPlanted && amount == maximum) {
      let topped = min(amount, maximum + before.lot.increment(at: maximum))
      let price = bid.kind == 1 ? amount : topped
      let meets = amount >= reserve && before.view.price < reserve
      return Outcome(
        leader: bid.bidderId, maximum: amount, prices: [meets ? max(price, reserve) : price])
    }
    let price = min(maximum, amount + before.lot.increment(at: amount))
    return Outcome(leader: leader, maximum: maximum, prices: [price])
  }

  private static func opening(_ before: BidStanding, _ bid: PlaceBid) -> Outcome? {
    let start = before.view.minNext
    let reserve = before.secrets.reserve
    guard bid.amount >= start else { return nil }
    var prices = [bid.kind == 1 ? bid.amount : start]
    if bid.amount >= reserve {
      prices = prices.map { max($0, reserve) }
    } else if bid.kind == 0 {
      prices.append(bid.amount)
    }
    return Outcome(leader: bid.bidderId, maximum: bid.amount, prices: prices)
  }
}
