public import Primitives
public import Wire

extension RostrumClient {
  /// Bids and waits for the outcome.
  ///
  /// - Parameters:
  ///   - auction: On which auction.
  ///   - amount: A maximum (proxy) or a price (exact), in minor units.
  ///   - bidder: Who bids; nil = the account of the client.
  ///   - kind: How the amount is meant.
  ///   - currency: The ISO 4217 number of the currency.
  ///   - ifRevision: The revision that the bid is based on; 0 = any.
  /// - Returns: What became of it; `unknown` after `requestTimeout`, for `resolve`.
  /// - Throws: Why it could not be sent at all; then it does not stand.
  public func bid(
    on auction: AuctionID,
    amount: Int64,
    as bidder: UInt64? = nil,
    kind: BidKind = .proxy,
    currency: UInt16 = 840,
    ifRevision: UInt64 = 0
  ) throws(ClientError) -> Outcome<BidAck> {
    let bid = Bid(
      on: auction,
      amount: amount,
      as: bidder,
      kind: kind,
      currency: currency,
      ifRevision: ifRevision
    )
    return Self.bidOutcome(try request(message(of: bid), to: auction.shard))
  }

  /// Creates an auction and waits for the outcome, which holds its name.
  ///
  /// - Parameters:
  ///   - draft: What is offered.
  ///   - shard: Which shard owns it; nil = the next one in turn.
  /// - Returns: What became of it.
  /// - Throws: Why it could not be sent at all.
  public func createAuction(
    _ draft: AuctionDraft,
    on shard: ShardID? = nil
  ) throws(ClientError) -> Outcome<AuctionAck> {
    guard let link = link(of: shard ?? shardForCreation()) else {
      throw .invalidRequest("the server has no such shard")
    }
    let outcome = try wait(over: link, timeout: configuration.requestTimeout) { session, tag in
      session.submit(draft, tag: tag)
    }
    return Self.auctionOutcome(outcome)
  }

  /// Calls an auction off and waits for the outcome.
  ///
  /// - Parameters:
  ///   - auction: Which auction.
  ///   - account: Who cancels; nil = the account of the client.
  ///   - reason: The canceller's own code; not 0 once there are bids.
  /// - Returns: What became of it.
  /// - Throws: Why it could not be sent at all.
  public func cancel(
    _ auction: AuctionID,
    by account: UInt64? = nil,
    reason: UInt32 = 0
  ) throws(ClientError) -> Outcome<AuctionAck> {
    let message = CancelAuction(
      clientRef: 0,
      auctionId: auction.raw,
      accountId: account ?? configuration.credentials.account,
      reason: reason
    )
    return Self.auctionOutcome(try request(message, to: auction.shard))
  }

  /// Asks for the public view of an auction.
  ///
  /// - Parameter auction: Which auction.
  /// - Returns: The view, or why there is none.
  /// - Throws: Why it could not be asked for.
  public func view(_ auction: AuctionID) throws(ClientError) -> Outcome<AuctionState> {
    let message = QueryAuction(clientRef: 0, auctionId: auction.raw)
    let outcome = try request(message, to: auction.shard)
    return outcome.map { if case .state(let state) = $0 { state } else { nil } } ?? .answerLost
  }

  /// Subscribes to the public updates of an auction, which `onNotice` then gets from `poll`.
  ///
  /// A subscription ends with its connection: subscribe again after `sessionOpened`.
  ///
  /// - Parameters:
  ///   - auction: Which auction.
  ///   - conflate: Only the newest price when this client is slow.
  /// - Returns: Whether it stands.
  /// - Throws: Why it could not be asked for.
  public func watch(
    _ auction: AuctionID,
    conflate: Bool = false
  ) throws(ClientError) -> Outcome<SubscribeAck> {
    let flags: SubscribeFlags = conflate ? .conflate : []
    let message = Subscribe(
      clientRef: 0,
      auctionId: auction.raw,
      fromRevision: 0,
      flags: flags.rawValue
    )
    return Self.subscription(try request(message, to: auction.shard))
  }

  /// Takes a subscription back.
  ///
  /// - Parameter auction: Which auction.
  /// - Returns: Whether it is over.
  /// - Throws: Why it could not be asked for.
  public func unwatch(_ auction: AuctionID) throws(ClientError) -> Outcome<SubscribeAck> {
    let message = Unsubscribe(clientRef: 0, auctionId: auction.raw)
    return Self.subscription(try request(message, to: auction.shard))
  }

  private static func subscription(_ outcome: Outcome<Reply>) -> Outcome<SubscribeAck> {
    outcome.map { if case .subscription(let ack) = $0 { ack } else { nil } } ?? .answerLost
  }
}

extension RostrumClient {
  /// Sends any request without repeating groups and waits for its outcome.
  ///
  /// - Parameters:
  ///   - message: The request; the client sets its `clientRef`.
  ///   - shard: Where it goes.
  /// - Returns: What became of it; `unknown` after `requestTimeout`, for `resolve`.
  /// - Throws: Why it could not be sent at all; then it does not stand.
  public func request<Message: WireMessage>(
    _ message: Message,
    to shard: ShardID
  ) throws(ClientError) -> Outcome<Reply> {
    guard let link = link(of: shard) ?? links.first else {
      throw .invalidRequest("the server has no such shard")
    }
    return try request(message, over: link, timeout: configuration.requestTimeout)
  }

  func request<Message: WireMessage>(
    _ message: Message,
    over link: ShardLink,
    timeout: Nanoseconds
  ) throws(ClientError) -> Outcome<Reply> {
    try wait(over: link, timeout: timeout) { session, tag in session.submit(message, tag: tag) }
  }

  func wait(
    over link: ShardLink,
    timeout: Nanoseconds,
    submission: @escaping PendingRequests.Submission
  ) throws(ClientError) -> Outcome<Reply> {
    let deadline = SystemTime.monotonic() &+ timeout
    let box = OutcomeBox()
    while submit(
      over: link,
      timeout: nil,
      completion: { box.outcome = $0 },
      submission: submission
    ) == nil {
      poll(timeout: TimeSpan.millisecond)
      if let refusal { throw refusal }
      guard SystemTime.monotonic() < deadline else {
        throw .timedOut("too many requests have no outcome yet; \(link.connection.lastFailure)")
      }
    }
    let ticket = Ticket(number: pending.upcoming - 1)
    pending.setDeadline(ticket.number, deadline)
    while true {
      if let outcome = box.outcome { return outcome }
      poll(timeout: TimeSpan.millisecond)
      if box.outcome == nil, let refusal { throw refusal }
    }
  }

  /// Waits on for a request whose outcome was `unknown`; it is not sent again as a new one.
  ///
  /// - Parameters:
  ///   - ticket: The request.
  ///   - timeout: How long to wait, in nanoseconds.
  /// - Returns: What became of it; `unknown` again at the timeout.
  public func resolve(_ ticket: Ticket, timeout: Nanoseconds) -> Outcome<Reply> {
    let deadline = SystemTime.monotonic() &+ timeout
    while true {
      if let outcome = pending.takeLateOutcome(ticket.number) { return outcome }
      guard pending.isPending(ticket.number) else { return .answerLost }
      guard SystemTime.monotonic() < deadline, refusal == nil else { return .unknown(ticket) }
      poll(timeout: TimeSpan.millisecond)
    }
  }

  private final class OutcomeBox {
    var outcome: Outcome<Reply>?
  }
}
