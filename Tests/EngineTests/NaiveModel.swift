import Wire

/// The rules once more, the slow and obvious way: arrays, dictionaries and optionals.
///
/// Nothing of the engine's code is in it; it was written from the rules, and the property tests
/// compare the two.
final class NaiveModel {
  struct Offer {
    var bidder: UInt64
    var amount: Int64
    var isExact: Bool
    var session: UInt32
  }

  enum Phase: UInt8 {
    case draft = 0
    case scheduled = 1
    case active = 2
    case ended = 3
    case cancelled = 4
  }

  struct Lot {
    var id: UInt64
    var seller: UInt64
    var start: Int64
    var reserve: Int64?
    var buyNow: Int64?
    var opens: UInt64
    var closes: UInt64
    var hardEnd: UInt64?
    var window: UInt64
    var extend: UInt64
    var refill: UInt64
    var burst: UInt64
    var currency: UInt16
    var tiers: [(limit: Int64?, step: Int64)]
    var opensAtMaximum: Bool
    var jumps: Bool
    var verifiedOnly: Bool
    var phase: Phase
    var offers: [Offer] = []
    var leader: UInt64?
    var maximum: Int64?
    var price: Int64?
    var leaderSession: UInt32 = 0
    var rows: UInt32 = 0
    var revision: UInt64 = 1
    var forgetAt: UInt64?

    func step(_ price: Int64) -> Int64 {
      for tier in tiers {
        guard let limit = tier.limit else { return tier.step }
        if price < limit { return tier.step }
      }
      return 0
    }

    var minNext: Int64 {
      guard let price else { return start }
      return price + step(price)
    }

    var due: UInt64? {
      switch phase {
      case .draft: nil
      case .scheduled: opens
      case .active: closes
      default: forgetAt
      }
    }

    var isReserveMet: Bool {
      guard let reserve else { return true }
      return (price ?? 0) >= reserve
    }
  }

  struct Pair: Hashable {
    var first: UInt64
    var second: UInt64
  }

  struct Credit {
    var nanoseconds: UInt64
    var at: UInt64
  }

  var lots: [UInt64: Lot] = [:]
  var generations: [UInt64] = []
  var freeSlots: [Int] = []
  let slotsMax: Int
  var retention: UInt64
  var blocked: Set<UInt64> = []
  var verified: Set<UInt64> = []
  var limits: [UInt64: Int64] = [:]
  var people: [Set<UInt64>] = []
  var refused: Set<Pair> = []
  var credits: [Pair: Credit] = [:]
  var now: UInt64 = 0
  var sent: [Sent] = []
  var session: UInt32 = 0
  var isOperator = false

  init(slotsMax: Int, retention: UInt64) {
    self.slotsMax = slotsMax
    self.retention = retention
  }

  /// The sum of the maxima with which an account leads open auctions.
  func exposure(_ account: UInt64) -> Int64 {
    var sum: Int64 = 0
    for lot in lots.values where lot.phase == .active && lot.leader == account {
      sum += lot.maximum ?? 0
    }
    return sum
  }

  func apply(_ step: Step, at time: UInt64, session: UInt32, isOperator: Bool) -> [Sent] {
    now = time
    self.session = session
    self.isOperator = isOperator
    sent = []
    if case .outage(let lastSeen, let grace) = step { endOutage(lastSeen, grace) }
    fire()
    switch step {
    case .bid(let message):
      bid(
        message.auctionId,
        message.bidderId,
        message.amount,
        message.kind,
        message.currency,
        message.ifRevision,
        ref: message.clientRef,
        template: PlaceBid.templateID
      )
    case .mass(let message, let entries):
      for entry in entries {
        bid(
          entry.auctionId,
          message.bidderId,
          entry.amount,
          entry.kind,
          entry.currency,
          0,
          ref: entry.subRef,
          template: MassBid.templateID
        )
      }
    case .lower(let message): lower(message)
    case .remove(let message): remove(message)
    case .create(let message, let tiers): create(message, tiers)
    case .update(let message, let tiers): update(message, tiers)
    case .cancel(let message): cancel(message)
    case .account(let message): control(message)
    case .configure(let seconds): retention = seconds * 1_000_000_000
    case .tick, .outage: break
    }
    return sent
  }

  func say(_ said: Said) { sent.append(Sent(session: session, said: said)) }
  func tell(_ session: UInt32, _ said: Said) {
    if session != 0 { sent.append(Sent(session: session, said: said)) }
  }
  func shout(_ said: Said) { sent.append(Sent(session: 0, said: said)) }

  func reject(
    _ code: RejectCode,
    _ ref: UInt64,
    _ template: UInt16,
    auction: UInt64 = 0,
    lot: Lot? = nil,
    retry: UInt32 = 0
  ) {
    let isHidden = lot?.phase == .draft && (code == .notOpenYet || code == .notOwner)
    let lot = isHidden ? nil : lot
    let isOver = lot.map { $0.phase == .ended || $0.phase == .cancelled } ?? true
    say(
      .reject(
        ref: ref,
        auction: auction,
        price: lot?.price ?? .min,
        next: isOver ? .min : lot?.minNext ?? .min,
        revision: lot?.revision ?? 0,
        template: template,
        code: code.rawValue,
        retry: retry
      )
    )
  }

  func reserveWord(_ lot: Lot) -> UInt8 { lot.reserve == nil ? 0 : lot.isReserveMet ? 2 : 1 }

  func shownNext(_ lot: Lot) -> Int64 {
    lot.phase == .ended || lot.phase == .cancelled ? .min : lot.minNext
  }

  func state(_ lot: Lot) -> Said {
    let canBuy =
      lot.phase.rawValue < 3 && (lot.leader == nil || (lot.reserve != nil && !lot.isReserveMet))
    return .state(
      auction: lot.id,
      seller: lot.seller,
      price: lot.price ?? .min,
      next: shownNext(lot),
      leader: lot.leader ?? 0,
      buyNow: canBuy ? lot.buyNow ?? .min : .min,
      revision: lot.revision,
      start: lot.opens,
      end: lot.closes,
      status: lot.phase.rawValue,
      reserve: reserveWord(lot),
      currency: lot.currency,
      rows: lot.rows
    )
  }

  func shoutPrice(_ lot: Lot, flags: UInt8) {
    shout(
      .price(
        auction: lot.id,
        price: lot.price ?? .min,
        next: shownNext(lot),
        leader: lot.leader ?? 0,
        revision: lot.revision,
        end: lot.closes,
        status: lot.phase.rawValue,
        reserve: reserveWord(lot),
        flags: flags,
        rows: lot.rows
      )
    )
  }

  func shoutRow(
    _ lot: Lot,
    _ bidder: UInt64,
    _ amount: Int64,
    _ kind: UInt8,
    automatic: Bool,
    row: UInt32
  ) {
    shout(
      .row(
        auction: lot.id,
        bidder: bidder,
        amount: amount,
        price: lot.price ?? .min,
        leader: lot.leader ?? 0,
        kind: kind,
        flags: automatic ? 1 : 0,
        row: row
      )
    )
  }
}
