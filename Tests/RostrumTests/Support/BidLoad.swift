import Client
import Foundation
import Primitives
import Wire

/// What became of a bid, as its client was told.
enum ClientOutcome {
  case decided(position: UInt64, BookVerdict)
  /// Not applied, the answer lost, or refused without a record: never right in these tests.
  case other(String)
}

/// A bid that a client sent, and the one outcome that it must get.
struct SentBid {
  let message: PlaceBid
  var outcome: ClientOutcome?

  /// Where the log holds it, as far as its client was told.
  var position: UInt64? {
    guard case .decided(let position, _) = outcome else { return nil }
    return position
  }
}

/// One bidding session of a load: keeps its window full, remembers everything.
final class Bidder {
  let lane: Lane
  private(set) var sent: [SentBid] = []
  /// Outcomes beyond the first that some bid got.
  private(set) var repeatedOutcomes = 0
  private var random: SeededGenerator
  private let auctions: [UInt64]
  private let window: Int
  /// What this client believes the next bid must be.
  private var minNext: [UInt64: Int64]

  init(lane: Lane, auctions: [UInt64], startPrices: [Int64], window: Int, seed: UInt64) {
    self.lane = lane
    self.auctions = auctions
    self.window = window
    random = SeededGenerator(seed: seed)
    minNext = Dictionary(uniqueKeysWithValues: zip(auctions, startPrices))
    lane.onEvent = { [unowned self] event in take(event) }
  }

  var unansweredCount: Int { lane.inFlight }

  /// Fills the window.
  func submit() {
    while lane.inFlight < window {
      let auction = auctions[Int(random.below(UInt64(auctions.count)))]
      let base = minNext[auction] ?? 100
      // Mostly on top of what was last seen, sometimes below it, sometimes far above.
      let share = Int64(random.below(16))
      let amount = max(1, base - 200 + share * 60)
      let kind: BidKind = random.below(4) == 0 ? .exact : .proxy
      let message = placeBid(auction, by: lane.account, amount, kind: kind)
      guard lane.connection.session.submit(message, tag: UInt64(sent.count)) != nil else { return }
      sent.append(SentBid(message: message))
    }
  }

  private func take(_ event: SessionEvent) {
    switch event {
    case .answered(let request, let frame): record(request.tag, outcome(of: frame))
    case .notApplied(let request): record(request.tag, .other("not applied"))
    case .answerLost(let request): record(request.tag, .other("answer lost"))
    case .opened, .notice, .ended: break
    }
  }

  private func record(_ tag: UInt64, _ outcome: ClientOutcome) {
    if sent[Int(tag)].outcome != nil { repeatedOutcomes += 1 }
    sent[Int(tag)].outcome = outcome
  }

  private func outcome(of frame: ServerFrame) -> ClientOutcome {
    if let ack = frame.decode(as: BidAck.self) {
      minNext[ack.auctionId] = ack.minNext
      let verdict = BookVerdict(
        outcome: ack.outcome, price: ack.price, leader: ack.leaderId, rowCount: ack.bidCount)
      return ack.bidId == ack.logPosition
        ? .decided(position: ack.logPosition, verdict) : .other("a bid's id is its position")
    }
    guard let reject = frame.decode(as: Reject.self), reject.logPosition > 0 else {
      return .other("template \(frame.templateID)")
    }
    minNext[reject.auctionId] = reject.minNext
    let verdict = BookVerdict(code: reject.code, price: reject.price)
    return .decided(position: reject.logPosition, verdict)
  }
}

/// Bidders at work on one server.
final class BidLoad {
  let bidders: [Bidder]

  init(_ bidders: [Bidder]) { self.bidders = bidders }

  var sentCount: Int { bidders.reduce(0) { $0 + $1.sent.count } }

  /// Bids as fast as the answers come until a moment.
  func run(until end: Date) {
    repeat {
      var taken = 0
      for bidder in bidders {
        bidder.submit()
        taken += bidder.lane.pump()
      }
      if taken == 0 { Lane.waitForSockets(bidders.map(\.lane), milliseconds: 1) }
    } while Date() < end
  }

  /// Takes answers until nobody waits for one.
  func settle(seconds: Double) throws {
    for bidder in bidders {
      try bidder.lane.wait(seconds, "unanswered: \(bidder.unansweredCount)") {
        bidder.lane.isOpen && bidder.unansweredCount == 0
      }
    }
  }

  /// The first of everything that was answered and does not stand in the log as it was told.
  func firstContradiction(to audit: LogAudit) -> String? {
    for bidder in bidders {
      if bidder.repeatedOutcomes > 0 { return "\(bidder.repeatedOutcomes) outcomes came twice" }
      for bid in bidder.sent {
        guard let outcome = bid.outcome else { continue }
        if let text = Self.contradiction(bid, outcome, audit) { return text }
      }
    }
    return nil
  }

  private static func contradiction(
    _ bid: SentBid, _ outcome: ClientOutcome, _ audit: LogAudit
  ) -> String? {
    guard case .decided(let position, let told) = outcome else { return "\(outcome)" }
    guard let logged = audit.bid(at: position) else { return "no bid at \(position) of the log" }
    let isSame =
      logged.message.auctionId == bid.message.auctionId
      && logged.message.bidderId == bid.message.bidderId
      && logged.message.amount == bid.message.amount && logged.message.kind == bid.message.kind
    guard isSame else { return "another bid stands at \(position) of the log" }
    var expected = logged.verdict
    if expected.code != 0 {
      (expected.outcome, expected.leader, expected.rowCount) = (0, 0, 0)
    }
    return told == expected ? nil : "at \(position): told \(told), the rules say \(expected)"
  }
}
