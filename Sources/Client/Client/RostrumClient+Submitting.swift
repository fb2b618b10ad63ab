public import Primitives
public import Wire

extension RostrumClient {
  /// Sends a request without waiting; `poll` calls the closure with its outcome, exactly once.
  ///
  /// With a timeout the outcome may be `unknown`: the request may still stand, and `resolve` asks
  /// for its outcome again.
  ///
  /// - Parameters:
  ///   - message: Any request without repeating groups; the client sets its `clientRef`.
  ///   - shard: Where it goes.
  ///   - timeout: When to give up waiting, in nanoseconds from now; nil = never.
  ///   - completion: Called with the outcome, from `poll` or a blocking call.
  /// - Returns: The request's name, or nil when too many have no outcome: `poll` first.
  @discardableResult
  public func submit<Message: WireMessage>(
    _ message: Message,
    to shard: ShardID,
    timeout: Nanoseconds? = nil,
    completion: @escaping (Outcome<Reply>) -> Void
  ) -> Ticket? {
    guard let link = link(of: shard) ?? links.first else { return nil }
    return submit(over: link, timeout: timeout, completion: completion) { session, tag in
      session.submit(message, tag: tag)
    }
  }

  func submit(
    over link: ShardLink,
    timeout: Nanoseconds?,
    completion: @escaping (Outcome<Reply>) -> Void,
    submission: @escaping PendingRequests.Submission
  ) -> Ticket? {
    let number = pending.upcoming
    guard submission(&link.connection.session, number) != nil else { return nil }
    let deadline = timeout.map { SystemTime.monotonic() &+ $0 } ?? .max
    let added = pending.add(deadline: deadline, submission: submission, completion: completion)
    invariant(added == number, "requests are numbered one after the other")
    return Ticket(number: number)
  }

  /// Bids without waiting.
  ///
  /// - Parameters:
  ///   - bid: What is bid.
  ///   - timeout: When to give up waiting, in nanoseconds from now; nil = never.
  ///   - completion: Called with the outcome, exactly once.
  /// - Returns: The request's name, or nil when too many have no outcome: `poll` first.
  @discardableResult
  public func submit(
    _ bid: Bid,
    timeout: Nanoseconds? = nil,
    completion: @escaping (Outcome<BidAck>) -> Void
  ) -> Ticket? {
    submit(message(of: bid), to: bid.auction.shard, timeout: timeout) { outcome in
      completion(Self.bidOutcome(outcome))
    }
  }

  /// Creates an auction without waiting.
  ///
  /// - Parameters:
  ///   - auction: What is offered.
  ///   - shard: Which shard owns it; nil = the next one in turn.
  ///   - timeout: When to give up waiting, in nanoseconds from now; nil = never.
  ///   - completion: Called with the outcome, exactly once.
  /// - Returns: The request's name, or nil when too many have no outcome: `poll` first.
  @discardableResult
  public func submit(
    _ auction: AuctionDraft,
    on shard: ShardID? = nil,
    timeout: Nanoseconds? = nil,
    completion: @escaping (Outcome<AuctionAck>) -> Void
  ) -> Ticket? {
    guard let link = link(of: shard ?? shardForCreation()) else { return nil }
    return submit(
      over: link,
      timeout: timeout,
      completion: { completion(Self.auctionOutcome($0)) },
      submission: { session, tag in session.submit(auction, tag: tag) }
    )
  }

  func message(of bid: Bid) -> PlaceBid {
    PlaceBid(
      clientRef: 0,
      auctionId: bid.auction.raw,
      bidderId: bid.bidder ?? configuration.credentials.account,
      amount: bid.amount,
      ifRevision: bid.ifRevision,
      clientTime: SystemTime.wall(),
      deviceTag: 0,
      kind: bid.kind.rawValue,
      flags: 0,
      currency: bid.currency
    )
  }

  static func bidOutcome(_ outcome: Outcome<Reply>) -> Outcome<BidAck> {
    outcome.map { if case .bid(let ack) = $0 { ack } else { nil } } ?? .answerLost
  }

  static func auctionOutcome(_ outcome: Outcome<Reply>) -> Outcome<AuctionAck> {
    outcome.map { if case .auction(let ack) = $0 { ack } else { nil } } ?? .answerLost
  }
}

/// A bid that a client places.
public struct Bid: Equatable, Sendable {
  /// On which auction.
  public var auction: AuctionID
  /// A maximum (proxy), a price (exact) or the buy-now price, in minor units.
  public var amount: Int64
  /// Who bids; nil = the account of the client.
  public var bidder: UInt64?
  /// How the amount is meant.
  public var kind: BidKind
  /// The ISO 4217 number of the currency.
  public var currency: UInt16
  /// The revision of the auction that the bid is based on; 0 = any.
  public var ifRevision: UInt64

  /// Describes a bid.
  ///
  /// - Parameters:
  ///   - auction: On which auction.
  ///   - amount: In minor units.
  ///   - bidder: Who bids; nil = the account of the client.
  ///   - kind: How the amount is meant.
  ///   - currency: The ISO 4217 number of the currency.
  ///   - ifRevision: The revision that the bid is based on; 0 = any.
  public init(
    on auction: AuctionID,
    amount: Int64,
    as bidder: UInt64? = nil,
    kind: BidKind = .proxy,
    currency: UInt16 = 840,
    ifRevision: UInt64 = 0
  ) {
    self.auction = auction
    self.amount = amount
    self.bidder = bidder
    self.kind = kind
    self.currency = currency
    self.ifRevision = ifRevision
  }
}
