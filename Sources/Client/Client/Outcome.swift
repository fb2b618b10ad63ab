public import Primitives
public import Wire

/// What became of a request; every request gets exactly one that is not `unknown`.
public enum Outcome<Success: Sendable>: Sendable {
  /// It stands, and is durable.
  case accepted(Success)
  /// The rules or the session refused it: it changed nothing.
  case rejected(Rejection)
  /// It was not applied and never will be: it may be sent again as a new request.
  case notApplied
  /// Not known yet: it may stand. Ask again with `RostrumClient.resolve`.
  case unknown(Ticket)
  /// It reached the server, but the answer is no longer kept: look at the auction.
  case answerLost

  /// What was accepted, or nil.
  public var success: Success? {
    if case .accepted(let success) = self { return success }
    return nil
  }

  /// The same outcome with another success, or nil where the success cannot be changed.
  func map<Other: Sendable>(_ change: (Success) -> Other?) -> Outcome<Other>? {
    switch self {
    case .accepted(let success): change(success).map { .accepted($0) }
    case .rejected(let rejection): .rejected(rejection)
    case .notApplied: .notApplied
    case .unknown(let ticket): .unknown(ticket)
    case .answerLost: .answerLost
    }
  }
}

extension Outcome: Equatable where Success: Equatable {}

/// Names a request of a client whose outcome is not known yet.
public struct Ticket: Equatable, Hashable, Sendable {
  let number: UInt64
}

/// Why a request was refused.
public struct Rejection: Error, Equatable, Sendable, CustomStringConvertible {
  /// The code, as it came: newer servers may send codes that this build does not know.
  public var code: UInt16
  /// The auction's price in minor units; `Money.absent` when there is none.
  public var price: Int64 = Money.absent
  /// The least amount that a next bid may have, in minor units; `Money.absent` when unknown.
  public var minNext: Int64 = Money.absent
  /// The auction's revision.
  public var revision: UInt64 = 0
  /// The position in the shard's log; 0 when the session refused and nothing was logged.
  public var logPosition: UInt64 = 0
  /// When to try again, in microseconds from now; 0 = do not.
  public var retryAfterMicroseconds: UInt32 = 0

  /// The code by its name, when this build knows it.
  public var reason: RejectCode? { RejectCode(rawValue: code) }
  /// The meaning in one line.
  public var description: String { RejectCode.text(code) }

  init(_ reject: Reject) {
    code = reject.code
    price = reject.price
    minNext = reject.minNext
    revision = reject.revision
    logPosition = reject.logPosition
    retryAfterMicroseconds = reject.retryAfterMicroseconds
  }

  init(code: UInt16) { self.code = code }
}

/// What the server says to a request that it accepted.
public enum Reply: Equatable, Sendable {
  /// To a bid, or to a lower maximum.
  case bid(BidAck)
  /// To an auction created, changed or cancelled, and to a payment.
  case auction(AuctionAck)
  /// To a removal of bids.
  case removal(RemoveAck)
  /// To a change of an account.
  case account(AccountAck)
  /// To a question for an auction.
  case state(AuctionState)
  /// To a question for the history, after its rows.
  case bidsEnd(BidsEnd)
  /// To a question for events, after them.
  case eventsEnd(EventsEnd)
  /// To the wish for a snapshot.
  case snapshot(SnapshotTaken)
  /// To a subscription, also one taken back.
  case subscription(SubscribeAck)
  /// To a question for the shards.
  case topology(shards: Int)
  /// To a question for the newest durable position.
  case logHead(LogHead)
  /// To a question for the hash of the shard's state.
  case stateHash(StateHash)
}

/// A message of the server that answers no request.
public enum Notice: Equatable, Sendable {
  /// Private: another bidder leads.
  case outbid(Outbid)
  /// Private: the auction is won.
  case won(AuctionWon)
  /// Public: the state of an auction, at the start of a subscription and when it changes.
  case state(AuctionState)
  /// Public: the price, the leader or the end moved.
  case price(PriceUpdate)
  /// Public: the end moved without a bid.
  case extended(AuctionExtended)
  /// Public: the auction is over.
  case ended(AuctionEnded)
  /// Public: a row of the history.
  case bidEntry(BidEntry)
  /// The session was opened on a shard, again after a lost connection: subscribe anew.
  case sessionOpened(shard: ShardID, isFirst: Bool)
  /// The connection to a shard is lost; the client connects again.
  case connectionLost(shard: ShardID, reason: String)
}

extension Reply {
  init?(_ frame: ServerFrame) {
    switch frame.templateID {
    case BidAck.templateID: self.init(frame.decode(as: BidAck.self)) { .bid($0) }
    case AuctionAck.templateID: self.init(frame.decode(as: AuctionAck.self)) { .auction($0) }
    case RemoveAck.templateID: self.init(frame.decode(as: RemoveAck.self)) { .removal($0) }
    case AccountAck.templateID: self.init(frame.decode(as: AccountAck.self)) { .account($0) }
    case AuctionState.templateID: self.init(frame.decode(as: AuctionState.self)) { .state($0) }
    case BidsEnd.templateID: self.init(frame.decode(as: BidsEnd.self)) { .bidsEnd($0) }
    case EventsEnd.templateID: self.init(frame.decode(as: EventsEnd.self)) { .eventsEnd($0) }
    case SnapshotTaken.templateID:
      self.init(frame.decode(as: SnapshotTaken.self)) { .snapshot($0) }
    case SubscribeAck.templateID:
      self.init(frame.decode(as: SubscribeAck.self)) { .subscription($0) }
    case Topology.templateID:
      self.init(frame.decode(as: Topology.self)) { .topology(shards: Int($0.shards)) }
    case LogHead.templateID: self.init(frame.decode(as: LogHead.self)) { .logHead($0) }
    case StateHash.templateID: self.init(frame.decode(as: StateHash.self)) { .stateHash($0) }
    default: return nil
    }
  }

  private init?<Message>(_ message: Message?, _ wrap: (Message) -> Reply) {
    guard let message else { return nil }
    self = wrap(message)
  }
}

extension Notice {
  init?(_ frame: ServerFrame) {
    switch frame.templateID {
    case Outbid.templateID: self.init(frame.decode(as: Outbid.self)) { .outbid($0) }
    case AuctionWon.templateID: self.init(frame.decode(as: AuctionWon.self)) { .won($0) }
    case AuctionState.templateID: self.init(frame.decode(as: AuctionState.self)) { .state($0) }
    case PriceUpdate.templateID: self.init(frame.decode(as: PriceUpdate.self)) { .price($0) }
    case AuctionEnded.templateID: self.init(frame.decode(as: AuctionEnded.self)) { .ended($0) }
    case AuctionExtended.templateID:
      self.init(frame.decode(as: AuctionExtended.self)) { .extended($0) }
    case BidEntry.templateID: self.init(frame.decode(as: BidEntry.self)) { .bidEntry($0) }
    default: return nil
    }
  }

  private init?<Message>(_ message: Message?, _ wrap: (Message) -> Notice) {
    guard let message else { return nil }
    self = wrap(message)
  }
}
