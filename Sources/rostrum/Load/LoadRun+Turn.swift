import Client
import Primitives
import Wire

extension LoadRun {
  /// Receives what came on all lanes; answers go to their stage.
  ///
  /// - Parameter now: The monotonic clock, in nanoseconds.
  /// - Returns: Whether anything came.
  @discardableResult
  mutating func receive(now: Nanoseconds) -> Bool {
    var hasReceived = false
    if pollSet != nil {
      let readyCount = pollSet?.wait() ?? 0
      for position in 0..<readyCount {
        if receive(lane: pollSet?.lane(position) ?? 0, now: now) { hasReceived = true }
      }
      return hasReceived
    }
    for index in 0..<lanes.count where lanes[index].connection.descriptor >= 0 {
      if receive(lane: index, now: now) { hasReceived = true }
    }
    return hasReceived
  }

  private mutating func receive(lane index: Int, now: Nanoseconds) -> Bool {
    guard lanes[index].connection.receive(now: now) > 0 else { return false }
    let arrived = SystemTime.monotonic()
    while let event = lanes[index].connection.session.nextEvent() {
      switch event {
      case .answered(let request, let frame):
        answered(lane: index, request, frame, arrived: arrived)
      case .notice: break
      case .notApplied(let request): notApplied(lane: index, request)
      case .answerLost(let request): answerLost(lane: index, request)
      case .opened, .ended: lanes[index].connection.note(event, now: now)
      }
    }
    settle(lane: index)
    return true
  }

  /// Lets time pass on the lanes whose turn it is: connects, heartbeats, gives up.
  ///
  /// A call is for a part of very many lanes; some turns later all had theirs.
  ///
  /// - Parameter now: The monotonic clock, in nanoseconds.
  /// - Throws: Why a connection that stayed lost ends the load.
  mutating func advance(now: Nanoseconds) throws(CommandFailure) {
    for _ in 0..<min(lanes.count, max(128, lanes.count / 64)) {
      let index = nextAdvanced
      nextAdvanced = index + 1 == lanes.count ? 0 : index + 1
      guard now >= lanes[index].lastAdvance + TimeSpan.millisecond else { continue }
      lanes[index].lastAdvance = now
      lanes[index].connection.advance(now: now)
      if lanes[index].connection.isOpen { lanes[index].lastOpen = now }
      watch(lane: index)
      noteUnsent(lane: index)
      try checkPatience(lane: index, now: now)
    }
  }

  private func watch(lane index: Int) {
    let descriptor = lanes[index].connection.descriptor
    let attempt = lanes[index].connection.attemptCount
    guard pollSet != nil, descriptor >= 0, attempt != lanes[index].watchedAttempt else { return }
    pollSet?.add(descriptor, index: index)
    lanes[index].watchedAttempt = attempt
  }

  /// Sends what waits; lanes whose sockets are full stay in the list.
  ///
  /// - Parameter now: The monotonic clock, in nanoseconds.
  mutating func flush(now: Nanoseconds) {
    var keptCount = 0
    for position in 0..<unsentCount {
      let index = Int(unsent[position])
      lanes[index].connection.flush(now: now)
      lanes[index].isUnsent = !lanes[index].connection.session.isFlushed
      guard lanes[index].isUnsent else { continue }
      unsent[keptCount] = UInt32(index)
      keptCount += 1
    }
    unsentCount = keptCount
  }

  private mutating func answered(
    lane index: Int,
    _ request: SessionRequest,
    _ frame: ServerFrame,
    arrived: Nanoseconds
  ) {
    switch frame.templateID {
    case BidAck.templateID:
      if let ack = frame.decode(as: BidAck.self) {
        bidAcknowledged(lane: index, request, ack, arrived: arrived)
      }
    case Reject.templateID:
      if let reject = frame.decode(as: Reject.self) {
        rejected(lane: index, request, reject, arrived: arrived)
      }
    case AuctionAck.templateID:
      if let ack = frame.decode(as: AuctionAck.self) { created(lane: index, request, ack) }
    case AuctionState.templateID:
      if let state = frame.decode(as: AuctionState.self) { verify(request, state) }
    default:
      totals.fail("an answer of template \(frame.templateID) to request \(request.ref)")
      if stage != .bidding { unfinished.append(Int(request.tag)) }
    }
  }

  private mutating func notApplied(lane index: Int, _ request: SessionRequest) {
    if stage == .bidding {
      if isCounted(lanes[index].sentBid(ref: request.ref)) { totals.notApplied += 1 }
    } else {
      unfinished.append(Int(request.tag))
    }
  }

  private mutating func answerLost(lane index: Int, _ request: SessionRequest) {
    totals.fail("the answer to request \(request.ref) of connection \(index) is lost")
    if stage != .bidding { unfinished.append(Int(request.tag)) }
  }
}

extension LoadRun {
  private mutating func bidAcknowledged(
    lane index: Int,
    _ request: SessionRequest,
    _ ack: BidAck,
    arrived: Nanoseconds
  ) {
    let sent = lanes[index].sentBid(ref: request.ref)
    totals.answered += 1
    if isCounted(sent) {
      totals.acknowledged += 1
      totals.record(latency: arrived &- sent.intended, arrived: arrived)
    }
    generator.learn(auctionIndex: Int(sent.auctionIndex), minNext: ack.minNext)
    keep(
      lane: index,
      AnsweredBid(
        position: ack.logPosition,
        amount: sent.amount,
        price: ack.price,
        bidder: sent.bidder,
        leader: ack.leaderId,
        auctionIndex: sent.auctionIndex,
        rowCount: ack.bidCount,
        outcome: ack.outcome,
        isExact: sent.isExact
      )
    )
  }

  private mutating func rejected(
    lane index: Int,
    _ request: SessionRequest,
    _ reject: Reject,
    arrived: Nanoseconds
  ) {
    guard stage == .bidding else {
      let text = refusalText(reject.code)
      totals.fail(text)
      if Self.isPassing(reject.code) { unfinished.append(Int(request.tag)) }
      return
    }
    let sent = lanes[index].sentBid(ref: request.ref)
    totals.answered += 1
    if isCounted(sent) { totals.rejected += 1 }
    guard reject.logPosition > 0 else { return }
    if isCounted(sent) { totals.record(latency: arrived &- sent.intended, arrived: arrived) }
    generator.learn(auctionIndex: Int(sent.auctionIndex), minNext: reject.minNext)
    keep(
      lane: index,
      AnsweredBid(
        position: reject.logPosition,
        amount: sent.amount,
        price: reject.price,
        bidder: sent.bidder,
        leader: 0,
        auctionIndex: sent.auctionIndex,
        code: reject.code,
        isExact: sent.isExact
      )
    )
  }

  /// Whether the answer belongs to the bids in `totals.sent`.
  private func isCounted(_ sent: SentBid) -> Bool { sent.isMeasured == totals.isMeasuring }

  private func refusalText(_ code: UInt16) -> String {
    if stage == .creating, code == RejectCode.notAuthorised.rawValue {
      return "the server does not let this key sell and bid for other accounts; give a key with "
        + "the role broker (--key-file)"
    }
    return "\(RejectCode.text(code)) (creating or asking for an auction)"
  }

  private func keep(lane index: Int, _ bid: AnsweredBid) {
    lanes[index].reached = bid.position
    orders[lanes[index].shardIndex].add(bid)
  }

  /// Whether the same request may be taken a little later.
  static func isPassing(_ code: UInt16) -> Bool {
    [30, 31, 40, 41].contains(code)
  }
}
