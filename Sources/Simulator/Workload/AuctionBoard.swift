internal import Primitives
internal import Wire

/// What the whole population knows of an auction, hidden amounts included: bids are placed on
/// purpose at and around them.
struct KnownAuction {
  let id: UInt64
  var seller: UInt64
  var currency: UInt16 = 840
  var startPrice: Int64 = 100
  var reserve = Money.absent
  var buyNow = Money.absent
  var price = Money.absent
  var minNext: Int64 = 100
  var leader: UInt64 = 0
  var revision: UInt64 = 1
  var status = AuctionStatus.active
  var endTime: UInt64 = 0
  /// The greatest maximum that somebody was told to have, and whose it is.
  var topMaximum = Money.absent

  /// Whether it takes bids, as far as is known.
  func isOpen(at now: Nanoseconds) -> Bool { status == .active && endTime > now }
}

/// The auctions that the population knows.
struct AuctionBoard {
  private(set) var auctions: [KnownAuction] = []
  private var places: [UInt64: Int] = [:]
  /// What was asked for in a creation, by the number of its reply.
  private var drafts: [UInt64: KnownAuction] = [:]

  var count: Int { auctions.count }

  mutating func asked(_ ref: UInt64, _ auction: KnownAuction) { drafts[ref] = auction }

  /// Whether any auction takes bids, as far as is known.
  func hasOpen(at now: Nanoseconds) -> Bool {
    auctions.suffix(64).contains { $0.isOpen(at: now) }
  }

  /// Any auction; those that take bids and the later ones more often.
  func pick(_ chance: inout SeededGenerator, at now: Nanoseconds) -> KnownAuction? {
    for _ in 0..<(chance.below(10) == 0 ? 0 : 6) {
      if let auction = pickAny(&chance), auction.isOpen(at: now) { return auction }
    }
    return pickAny(&chance)
  }

  private func pickAny(_ chance: inout SeededGenerator) -> KnownAuction? {
    guard !auctions.isEmpty else { return nil }
    let recent = min(auctions.count, 24)
    if chance.below(4) != 0 {
      return auctions[auctions.count - 1 - Int(chance.below(UInt64(recent)))]
    }
    return auctions[Int(chance.below(UInt64(auctions.count)))]
  }

  /// An auction of a seller.
  func pick(
    of seller: UInt64, _ chance: inout SeededGenerator, at now: Nanoseconds
  ) -> KnownAuction? {
    for _ in 0..<8 {
      if let auction = pick(&chance, at: now), auction.seller == seller { return auction }
    }
    return nil
  }

  /// Takes what a frame tells.
  mutating func learn(_ frame: [UInt8]) {
    let header = FrameBytes.header(frame)
    switch header.templateID {
    case AuctionAck.templateID: learnAuction(frame)
    case BidAck.templateID: learnBid(frame)
    case Reject.templateID: learnReject(frame)
    case PriceUpdate.templateID: learnPrice(frame)
    case AuctionState.templateID: learnState(frame)
    case AuctionEnded.templateID:
      change(FrameBytes.word(frame, at: 0)) { $0.status = .ended }
    default: break
    }
  }

  private mutating func change(_ id: UInt64, _ body: (inout KnownAuction) -> Void) {
    guard let place = places[id] else { return }
    body(&auctions[place])
  }

  /// Takes what a frame tells of an auction, unless something newer is known of it.
  private mutating func change(
    _ id: UInt64, toRevision revision: UInt64, _ body: (inout KnownAuction) -> Void
  ) {
    change(id) {
      guard revision >= $0.revision else { return }
      $0.revision = revision
      body(&$0)
    }
  }

  private mutating func learnAuction(_ frame: [UInt8]) {
    guard let ack = FrameBytes.decode(frame, as: AuctionAck.self) else { return }
    if let draft = drafts.removeValue(forKey: ack.clientRef), places[ack.auctionId] == nil {
      var auction = KnownAuction(id: ack.auctionId, seller: draft.seller)
      auction.currency = draft.currency
      auction.startPrice = draft.startPrice
      auction.reserve = draft.reserve
      auction.buyNow = draft.buyNow
      auction.minNext = draft.startPrice
      auction.endTime = draft.endTime
      places[auction.id] = auctions.count
      auctions.append(auction)
    }
    change(ack.auctionId) {
      $0.revision = max($0.revision, ack.revision)
      $0.status = AuctionStatus(rawValue: ack.status) ?? $0.status
    }
  }

  private mutating func learnBid(_ frame: [UInt8]) {
    guard let ack = FrameBytes.decode(frame, as: BidAck.self) else { return }
    change(ack.auctionId, toRevision: ack.revision) {
      $0.price = ack.price
      $0.minNext = ack.minNext
      $0.leader = ack.leaderId
      $0.endTime = ack.endTime
      $0.topMaximum = max($0.topMaximum, ack.yourMaximum)
      $0.status = AuctionStatus(rawValue: ack.status) ?? $0.status
    }
  }

  private mutating func learnReject(_ frame: [UInt8]) {
    guard let reject = FrameBytes.decode(frame, as: Reject.self), reject.minNext != Money.absent
    else { return }
    change(reject.auctionId, toRevision: reject.revision) {
      $0.price = reject.price
      $0.minNext = reject.minNext
    }
  }

  private mutating func learnPrice(_ frame: [UInt8]) {
    guard let update = FrameBytes.decode(frame, as: PriceUpdate.self) else { return }
    change(update.auctionId, toRevision: update.revision) {
      $0.price = update.price
      $0.minNext = update.minNext
      $0.leader = update.leaderId
      $0.endTime = update.endTime
    }
  }

  private mutating func learnState(_ frame: [UInt8]) {
    guard let state = FrameBytes.decode(frame, as: AuctionState.self) else { return }
    change(state.auctionId, toRevision: state.revision) {
      $0.status = AuctionStatus(rawValue: state.status) ?? $0.status
      $0.endTime = state.endTime
    }
  }
}
