import Client
import Primitives
import Wire

/// What a replay does.
struct ReplayPlan {
  var increments = AuctionDraft.Increments.ebayUS
  /// How many times faster than recorded; nil = as fast as the order of each auction's bids allows.
  var speed: Double?
  /// How long the server may stay away.
  var patience: Nanoseconds = 60 * TimeSpan.second
  /// Bids of a file's bidder come from its number plus this account.
  static let firstBidder: UInt64 = 1_000_000
  /// An auction of the file is sold by its number plus this account.
  static let firstSeller: UInt64 = 3_000_000_000
}

/// What became of one auction.
struct ReplayedAuction {
  let recorded: RecordedAuction
  var id: AuctionID?
  var nextBid = 0
  var acceptedCount = 0
  /// The price at the end, in minor units; nil until it is known.
  var price: Int64?
  /// Whether a request of it is under way: bids of one auction go one after the other.
  var isBusy = false
  var isDone = false
}

/// A replay under way: auctions side by side, the bids of each in their order.
///
/// When the server dies the client connects again and sends what has no outcome yet; the server
/// applies a request once, so that the result is the same.
final class ReplayRun {
  private let client: RostrumClient
  private let plan: ReplayPlan
  private(set) var auctions: [ReplayedAuction]
  private(set) var lostAnswerCount = 0
  private var doneCount = 0
  private var failure: CommandFailure?
  private let start = SystemTime.monotonic()
  private var firstOpen = 0

  init(_ recorded: [RecordedAuction], _ plan: ReplayPlan, client: RostrumClient) {
    self.client = client
    self.plan = plan
    auctions = recorded.map { ReplayedAuction(recorded: $0) }
  }

  /// Does everything; returns when the last price is known.
  ///
  /// - Throws: Why it cannot go on.
  func run() throws {
    var lastSign = SystemTime.monotonic()
    var nextProgress = lastSign + TimeSpan.second
    while doneCount < auctions.count {
      submitReady()
      let taken = client.poll(timeout: TimeSpan.millisecond)
      if let failure { throw failure }
      if let refusal = client.refusal { throw refusal }
      let now = SystemTime.monotonic()
      if taken > 0 || client.pendingCount == 0 { lastSign = now }
      guard now < lastSign + plan.patience else {
        throw CommandFailure(
          "the server gave no answer for \(Duration.text(plan.patience)); see --patience"
        )
      }
      if now >= nextProgress {
        nextProgress += TimeSpan.second
        StandardError.progress("\(doneCount) of \(auctions.count) auctions")
      }
    }
    StandardError.endProgress()
  }

  /// Starts whatever may start: each auction's next request, as far as the session has room.
  private func submitReady() {
    while firstOpen < auctions.count, auctions[firstOpen].isDone { firstOpen += 1 }
    for index in firstOpen..<auctions.count
    where !auctions[index].isBusy && !auctions[index].isDone {
      guard submitNext(index) else { return }
    }
  }

  /// Whether there was room.
  private func submitNext(_ index: Int) -> Bool {
    guard let id = auctions[index].id else { return create(index) }
    let auction = auctions[index]
    guard auction.nextBid < auction.recorded.bids.count else { return view(index, id) }
    let bid = auction.recorded.bids[auction.nextBid]
    guard isDue(bid) else { return true }
    let request = Bid(
      on: id,
      amount: bid.maximum,
      as: ReplayPlan.firstBidder + bid.bidder
    )
    let ticket = client.submit(request) { [unowned self] outcome in
      bidAnswered(index, outcome)
    }
    auctions[index].isBusy = ticket != nil
    return ticket != nil
  }

  private func isDue(_ bid: RecordedBid) -> Bool {
    guard let speed = plan.speed else { return true }
    let scaled = Nanoseconds(Double(bid.timeMicroseconds) * 1_000 / speed)
    return SystemTime.monotonic() >= start + scaled
  }

  private func create(_ index: Int) -> Bool {
    let recorded = auctions[index].recorded
    var draft = AuctionDraft(
      startPrice: recorded.startPrice,
      endTime: SystemTime.wall() + 30 * 86_400 * TimeSpan.second,
      seller: ReplayPlan.firstSeller + recorded.number
    )
    draft.increments = plan.increments
    draft.title = recorded.item
    let ticket = client.submit(draft) { [unowned self] outcome in
      auctions[index].isBusy = false
      switch outcome {
      case .accepted(let ack): auctions[index].id = AuctionID(raw: ack.auctionId)
      case .notApplied, .unknown: break
      case .rejected(let rejection):
        if !LoadRun.isPassing(rejection.code) { fail("auction \(recorded.number)", rejection) }
      case .answerLost:
        failure = CommandFailure("the answer to the creation of an auction is lost; start again")
      }
    }
    auctions[index].isBusy = ticket != nil
    return ticket != nil
  }

  private func bidAnswered(_ index: Int, _ outcome: Outcome<BidAck>) {
    auctions[index].isBusy = false
    switch outcome {
    case .accepted: auctions[index].acceptedCount += 1
    case .rejected(let rejection):
      // The session refused it for now: the same bid goes again, before the next one.
      if rejection.logPosition == 0, LoadRun.isPassing(rejection.code) { return }
    case .notApplied, .unknown: return
    case .answerLost: lostAnswerCount += 1
    }
    auctions[index].nextBid += 1
  }

  private func view(_ index: Int, _ id: AuctionID) -> Bool {
    let question = QueryAuction(clientRef: 0, auctionId: id.raw)
    let ticket = client.submit(question, to: id.shard) { [unowned self] outcome in
      auctions[index].isBusy = false
      switch outcome {
      case .accepted(.state(let state)):
        auctions[index].price = state.price
        auctions[index].isDone = true
        doneCount += 1
      case .rejected(let rejection):
        if !LoadRun.isPassing(rejection.code) { fail("the view of an auction", rejection) }
      case .accepted, .notApplied, .unknown, .answerLost: break
      }
    }
    auctions[index].isBusy = ticket != nil
    return ticket != nil
  }

  private func fail(_ what: String, _ rejection: Rejection) {
    failure = CommandFailure("\(what) was refused: \(rejection.description)")
  }
}
