import Primitives
import Testing
import Wire

@testable import Engine
@testable import Simulator

/// Random histories: the engine against the model after every command, and the invariants.
struct HistoryTests {
  static let seedCount = 240
  static let stepCount = 300

  @Test(arguments: 0..<8)
  func engineEqualsModelAfterEveryCommand(part: Int) {
    let perPart = HistoryTests.seedCount / 8
    for seed in part * perPart..<(part + 1) * perPart {
      var history = History(seed: UInt64(seed), checksHash: seed % 10 == 0)
      for step in 0..<HistoryTests.stepCount {
        guard history.step() else {
          Issue.record("seed \(seed), step \(step): \(history.problem)")
          return
        }
      }
    }
  }

  @Test func historiesReachEveryKindOfAnswer() {
    var codes: Set<UInt16> = []
    var outcomes: Set<UInt8> = []
    var ends: Set<UInt8> = []
    for seed in 1_000..<1_040 {
      var history = History(seed: UInt64(seed), checksHash: false)
      for _ in 0..<300 where history.step() {
        for one in history.last {
          switch one.said {
          case .reject(_, _, _, _, _, _, let code, _): codes.insert(code)
          case .ack(_, _, _, _, _, _, _, _, _, let outcome, _, _, _, _): outcomes.insert(outcome)
          case .ended(_, _, _, _, _, let outcome, _): ends.insert(outcome)
          default: break
          }
        }
      }
    }
    let expected: Set<UInt16> = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 32, 33,
    ]
    #expect(expected.subtracting(codes).isEmpty)
    #expect(outcomes == [0, 1, 2, 3, 4])
    #expect(ends == [0, 1, 2, 3])
  }
}

/// An auction as it stood before a step.
struct LotBefore {
  let id: UInt64
  let leader: Offer?
  let price: Int64?
  let reserve: Int64?
  let minNext: Int64
  let ends: UInt64

  init(_ lot: Lot) {
    id = lot.id
    leader = lot.leader
    price = lot.standing.price
    reserve = lot.terms.reserve
    minNext = lot.story.minNext
    ends = lot.terms.ends
  }
}

/// One random history, played on both.
struct History: ~Copyable {
  var driver = EngineDriver()
  let model: BookModel
  var steps: RandomSteps
  let checksHash: Bool
  var problem = ""
  var last: [Sent] = []

  init(seed: UInt64, checksHash: Bool) {
    steps = RandomSteps(seed: seed)
    self.checksHash = checksHash
    model = BookModel(.tiny, beside: driver)
  }

  /// Plays one step; false with `problem` when something is wrong.
  mutating func step() -> Bool {
    driver.time += steps.pause()
    let step = steps.next(model)
    let session = UInt32(65_536 + steps.below(4))
    let isOperator = steps.chance(needsOperator(step) ? 85 : 5)
    let roles: Roles = isOperator ? [.broker, .operator] : .broker
    let before = Dictionary(
      uniqueKeysWithValues: model.lots.all.map { ($0.id, LotBefore($0)) })
    let hash = checksHash ? hashAfterTimers() : .zero
    let expected = model.apply(step, on: driver, session: session, roles: roles)
    last = driver.apply(step, session: session, roles: roles)
    guard last == expected else { return fail("\(step)\n said \(last)\n want \(expected)") }
    if checksHash, isRefusal(step) {
      guard driver.engine.stateHash() == hash else { return fail("a refusal changed the state") }
    }
    return statesAgree() && invariantsHold(step, before)
  }

  /// The hash after what is due has fired, which is not the next command's doing.
  private mutating func hashAfterTimers() -> Digest {
    let sentByModel = model.apply(.tick, on: driver, session: 0, roles: [])
    let sent = driver.apply(.tick, session: 0)
    if sent != sentByModel { problem = "a tick said \(sent)\n want \(sentByModel)" }
    return driver.engine.stateHash()
  }

  /// Whether all that was said is one refusal by something else than the rate limit's gate.
  private func isRefusal(_ step: Step) -> Bool {
    guard last.count == 1, case .reject(_, let auction, _, _, _, _, _, _) = last[0].said else {
      return false
    }
    // A token of the rate limit is spent by a bid that the price rules then refuse.
    return (model.lots[auction]?.terms.refill ?? 0) == 0
  }

  private func needsOperator(_ step: Step) -> Bool {
    switch step {
    case .remove, .account, .cancel: true
    default: false
    }
  }

  private mutating func fail(_ text: String) -> Bool {
    problem += text
    return false
  }

  private mutating func statesAgree() -> Bool {
    guard problem.isEmpty else { return false }
    let engine = driver.engine.counts
    guard engine.auctions == model.lots.all.count else { return fail("count of auctions") }
    guard engine.activeAuctions == model.openCount else {
      return fail("count of active auctions")
    }
    for lot in model.lots.all {
      guard let view = driver.view(lot.id) else { return fail("\(lot.id) is unknown") }
      let state = model.view(lot)
      guard view.message(clientRef: 0, logPosition: model.position) == state else {
        return fail("view \(view)\n want \(state)")
      }
      guard driver.maximum(lot.id) == lot.leader?.amount ?? .min else {
        return fail("maximum \(lot.standing)")
      }
    }
    for account in 1...8
    where driver.engine.exposure(of: UInt64(account)) != model.exposure(of: UInt64(account)) {
      return fail("exposure of \(account)")
    }
    let due = model.nextDue
    return driver.engine.nextDue == due || fail("next due \(driver.engine.nextDue), want \(due)")
  }

  /// The invariants of the rules, on what the engine shows and hides.
  private mutating func invariantsHold(
    _ step: Step,
    _ before: [UInt64: LotBefore]
  ) -> Bool {
    for lot in model.lots.all {
      guard let view = driver.view(lot.id), let old = before[lot.id] else { continue }
      let maximum = driver.maximum(lot.id)
      guard view.price <= maximum else { return fail("P > M") }
      if case .remove = step {
      } else if view.price < old.price ?? .min {
        return fail("the price fell")
      }
      if case .remove = step, view.price > old.price ?? .min { return fail("a removal raised P") }
      if case .update = step {
      } else if view.endTime < old.ends {
        return fail("end came earlier")
      }
      if view.leader != 0 {
        for offer in lot.standing.offers
        where offer.bidder != view.leader && lot.status == .active {
          guard view.price >= offer.amount else { return fail("P below another's maximum") }
        }
        let isMet = view.reserveState != .unmet
        if let reserve = lot.terms.reserve, maximum >= reserve, !isMet { return fail("M >= R > P") }
      }
      guard competingBidMovesEnough(step, view, old) else {
        return fail("the price moved too little")
      }
    }
    return true
  }

  private func competingBidMovesEnough(
    _ step: Step,
    _ view: AuctionView,
    _ old: LotBefore
  ) -> Bool {
    guard case .bid(let bid) = step, bid.auctionId == old.id, let leader = old.leader,
      bid.bidderId != leader.bidder,
      last.contains(where: { if case .ack = $0.said { true } else { false } })
    else { return true }
    return view.price >= old.minNext || view.price == old.reserve
      || view.price == leader.amount
  }
}
