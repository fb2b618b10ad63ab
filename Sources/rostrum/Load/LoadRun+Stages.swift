import Client
import Primitives
import Wire

extension LoadRun {
  /// Connects all lanes and waits until each was logged on.
  mutating func connect() throws(CommandFailure) {
    let start = SystemTime.monotonic()
    var openCount = 0
    while openCount < lanes.count {
      let now = SystemTime.monotonic()
      flush(now: now)
      receive(now: now)
      try advance(now: now)
      while openCount < lanes.count, lanes[openCount].connection.isOpen { openCount += 1 }
    }
    connectTime = SystemTime.monotonic() - start
  }

  /// Creates the auctions on all lanes and waits until each has its name.
  mutating func createAuctions() throws(CommandFailure) {
    stage = .creating
    var draft = AuctionDraft(
      startPrice: LoadPlan.startPrice,
      endTime: SystemTime.wall() + 365 * 86_400 * TimeSpan.second,
      seller: LoadPlan.seller
    )
    if plan.increments == .oneCent {
      draft.increments = .custom([AuctionDraft.Tier(limit: Money.absent, increment: 1)])
    }
    let template = draft
    try forEachAuction { session, index, _ in session.submit(template, tag: UInt64(index)) }
    for index in 0..<plan.auctionCount where auctionIDs[index] == 0 {
      throw CommandFailure("auction \(index) was not created: \(totals.firstError ?? "no answer")")
    }
    for index in 0..<lanes.count { lanes[index].reached = orders[lanes[index].shardIndex].newest }
  }

  /// Asks for every auction and compares it with the model.
  mutating func verifyAuctions() throws(CommandFailure) {
    stage = .verifying
    try forEachAuction { session, index, auction in
      session.submit(QueryAuction(clientRef: 0, auctionId: auction), tag: UInt64(index))
    }
  }

  /// Sends one request an auction over the lanes of its shard and takes all answers; a request
  /// that was not applied goes again.
  private mutating func forEachAuction(
    _ submit: (inout ClientSession, Int, UInt64) -> UInt64?
  ) throws(CommandFailure) {
    var next = 0
    var now = SystemTime.monotonic()
    unfinished.removeAll()
    while true {
      while next < plan.auctionCount || !unfinished.isEmpty {
        let index = unfinished.last ?? next
        let lane = laneOf(auctionIndex: index)
        guard lanes[lane].connection.isOpen, lanes[lane].inFlight < plan.windowMax,
          submit(&lanes[lane].connection.session, index, auctionIDs[index]) != nil
        else { break }
        settle(lane: lane)
        if unfinished.popLast() == nil { next += 1 }
      }
      flush(now: now)
      receive(now: now)
      now = SystemTime.monotonic()
      try advance(now: now)
      if next == plan.auctionCount, unfinished.isEmpty, isIdle { return }
    }
  }

  /// Whether no lane has a request without an answer.
  var isIdle: Bool { inFlightNow == 0 }

  /// Auctions are dealt to the shards in turn, and within a shard to its lanes in turn.
  private func laneOf(auctionIndex: Int) -> Int {
    let shard = auctionIndex % shardCount
    let laneCount = (lanes.count - shard + shardCount - 1) / shardCount
    return shard + shardCount * (auctionIndex / shardCount % laneCount)
  }

  mutating func created(lane index: Int, _ request: SessionRequest, _ ack: AuctionAck) {
    auctionIDs[Int(request.tag)] = ack.auctionId
    orders[lanes[index].shardIndex].start(after: ack.logPosition)
  }

  mutating func verify(_ request: SessionRequest, _ state: AuctionState) {
    let auction = model[Int(request.tag)]
    let isSame =
      state.price == auction.price && state.leaderId == auction.leader
      && state.bidCount == auction.rowCount
    if isSame { return }
    mismatchedAuctions += 1
    if firstMismatch == nil {
      firstMismatch =
        "auction \(state.auctionId) has price \(state.price), leader \(state.leaderId), "
        + "\(state.bidCount) rows; the model says \(auction.price), \(auction.leader), "
        + "\(auction.rowCount)"
    }
  }
}

extension LoadRun {
  /// Takes the answers whose turn it is in the log and compares each with the model.
  mutating func compareAnswers() {
    for shard in 0..<shardCount {
      let position = completeThrough(shard)
      while let bid = orders[shard].next(through: position) { compare(bid) }
    }
  }

  /// Every position up to the result has its answer: busy lanes get only later ones.
  private func completeThrough(_ shard: Int) -> UInt64 {
    var position = orders[shard].newest
    var index = shard
    while index < lanes.count {
      position = min(position, floors[index])
      index += shardCount
    }
    return position
  }

  private mutating func compare(_ bid: AnsweredBid) {
    let index = Int(bid.auctionIndex)
    var auction = model[index]
    let verdict = LoadModel.apply(
      to: &auction,
      bidder: bid.bidder,
      amount: bid.amount,
      isExact: bid.isExact,
      startPrice: LoadPlan.startPrice,
      increments: plan.increments
    )
    let expectedCode = verdict.code?.rawValue ?? 0
    if bid.code == 0, expectedCode == 0 {
      model[index] = auction
      let isSame =
        bid.price == auction.price && bid.leader == auction.leader
        && bid.rowCount == auction.rowCount && bid.outcome == verdict.outcome.rawValue
      if isSame { return }
    } else if bid.code == expectedCode {
      return
    }
    totals.mismatchedReplies += 1
    totals.fail(Self.difference(bid, auction, expectedCode))
  }

  private static func difference(
    _ bid: AnsweredBid,
    _ auction: ModelAuction,
    _ expectedCode: UInt16
  ) -> String {
    "the bid at log position \(bid.position) got code \(bid.code), price \(bid.price), "
      + "leader \(bid.leader), \(bid.rowCount) rows; the model says code \(expectedCode), "
      + "price \(auction.price), leader \(auction.leader), \(auction.rowCount) rows"
  }
}
