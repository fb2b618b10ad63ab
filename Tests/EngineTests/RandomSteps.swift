import Primitives
import Wire

@testable import Simulator

/// Draws steps that meet each other often: few accounts, few auctions, amounts at the edges.
struct RandomSteps {
  var random: SeededGenerator
  /// How many accounts bid.
  var bidderCount = 8
  /// How many of a hundred steps are of accounts, beside the usual ones.
  var accountPercent = 0
  /// How many of a hundred bids buy now.
  var buyNowPercent = 5
  let second: UInt64 = 1_000_000_000

  init(seed: UInt64) { random = SeededGenerator(seed: seed &* 0x9E37 &+ 1) }

  mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(max(1, bound)))) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func bidder() -> UInt64 {
    chance(2) ? 100 + UInt64(below(3)) : 1 + UInt64(below(bidderCount))
  }
  mutating func seller() -> UInt64 { 100 + UInt64(below(3)) }

  /// How far the time moves before the next step.
  mutating func pause() -> UInt64 {
    switch below(20) {
    case 0...9: 0
    case 10...15: UInt64(below(2_000_000_000))
    case 16...18: UInt64(below(15)) * second
    default: UInt64(below(90)) * second
    }
  }

  mutating func next(_ model: BookModel) -> Step {
    let lots = model.auctionIDs
    if lots.count < 3 { return create(model) }
    if accountPercent > 0, chance(accountPercent) { return account() }
    switch below(100) {
    case 0...64: return .bid(bid(model, pick(lots)))
    case 65...69: return mass(model, lots)
    case 70...75: return create(model)
    case 76...82: return update(model, pick(lots))
    case 83...85: return cancel(model, pick(lots))
    case 86...88: return lower(model, pick(lots))
    case 89...92: return remove(model, pick(lots))
    case 93...97: return account()
    case 98: return .configure(retentionSeconds: 20 + UInt64(below(60)))
    default: return chance(50) ? .tick : outage(model)
    }
  }

  /// The time before the pause is that of the last record; seldom an earlier one.
  private mutating func outage(_ model: BookModel) -> Step {
    let early = chance(30) ? UInt64(below(20)) * second : 0
    return .outage(lastSeen: model.now - early, grace: UInt64(below(4) * below(30)) * second)
  }

  /// Mostly an open auction, sometimes any, seldom one that does not exist.
  mutating func pick(_ lots: [UInt64]) -> UInt64 {
    if chance(2) { return lots[below(lots.count)] + 1 << 32 }
    return lots[lots.count - 1 - min(below(lots.count), below(lots.count))]
  }

  private mutating func amount(_ lot: Lot?, _ bidder: UInt64) -> Int64 {
    guard let lot else { return Int64(1 + below(20_000)) }
    let minNext = lot.story.minNext
    let base = lot.leader?.bidder == bidder ? lot.leader?.amount ?? minNext : minNext
    switch below(24) {
    case 0...11: return base + Int64(below(3_000))
    case 12, 13: return base + Int64(below(3)) - 1
    case 14, 15: return (lot.leader?.amount ?? base) + Int64(below(3)) - 1
    case 16: return (lot.terms.reserve ?? base) + Int64(below(3)) - 1
    case 17: return lot.terms.buyNow ?? base
    case 18: return Int64(1 + below(500))
    case 19: return base + Int64(below(300_000))
    case 20: return [0, -5, .min, .max, 1_000_000_000_000, 999_999_999_999][below(6)]
    default: return base + Int64(below(500))
    }
  }

  private mutating func bid(_ model: BookModel, _ auction: UInt64) -> PlaceBid {
    let lot = model.lots[auction]
    let bidder = chance(1) ? 0 : bidder()
    let kind: BidKind =
      chance(buyNowPercent) ? .buyNow : chance(80) ? .proxy : .exact
    let revision = chance(92) ? 0 : (lot?.revision ?? 1) + (chance(70) ? 0 : 1)
    return PlaceBid.of(
      bidder,
      kind == .buyNow && chance(80) ? lot?.terms.buyNow ?? 5 : amount(lot, bidder),
      on: auction,
      kind,
      currency: chance(97) ? 840 : 978,
      ifRevision: revision,
      ref: random.next()
    )
  }

  private mutating func mass(_ model: BookModel, _ lots: [UInt64]) -> Step {
    let bidder = bidder()
    let entries = (0..<below(6)).map { _ in
      let auction = pick(lots)
      return MassBid.Entry(
        auctionId: auction,
        amount: amount(model.lots[auction], bidder),
        subRef: random.next(),
        currency: 840,
        kind: UInt8(chance(90) ? 0 : below(3)),
        flags: 0
      )
    }
    return .mass(MassBid(clientRef: random.next(), bidderId: bidder), entries)
  }

  private mutating func tiers() -> [CreateAuction.Tier] {
    // Now and then the same tiers as another auction's, which share a table.
    if chance(30) { return [CreateAuction.Tier(limit: .min, increment: 7)] }
    let count = 1 + below(chance(90) ? 4 : 18)
    var limit: Int64 = 0
    var step: Int64 = 1
    var tiers: [CreateAuction.Tier] = []
    for index in 0..<count {
      limit += Int64(1 + below(2_000)) - (chance(3) ? 2_000 : 0)
      step += Int64(below(40)) - (chance(3) ? 60 : 0)
      let isLast = index == count - 1
      tiers.append(
        CreateAuction.Tier(limit: isLast && !chance(2) ? .min : limit, increment: step)
      )
    }
    return tiers
  }

  private mutating func create(_ model: BookModel) -> Step {
    var message = CreateAuction.plain(seller: chance(2) ? 0 : seller(), at: model.now)
    message.clientRef = random.next()
    message.startPrice = Int64(1 + below(2_000)) - (chance(3) ? 2_000 : 0)
    message.reserve = chance(60) ? .min : message.startPrice + Int64(below(8_000)) - 20
    if chance(20) {
      message.buyNow = max(message.startPrice, message.reserve) + Int64(below(9_000)) - 20
    }
    message.startTime = chance(70) ? 0 : model.now + UInt64(below(20)) * second
    message.endTime = max(message.startTime, model.now) + UInt64(below(60)) * second
    if chance(20) { message.hardEnd = message.endTime + UInt64(below(20)) * second }
    if chance(50) {
      message.softCloseWindowMs = UInt32(below(40_000))
      message.softCloseExtensionMs = UInt32(below(40_000))
    }
    if chance(25) {
      message.rateRefillMs = UInt32(below(4_000))
      message.rateBurst = UInt16(below(4))
    }
    message.reservePolicy = UInt8(below(2))
    message.reserveLowering = UInt8(below(2))
    message.flags = (chance(10) ? 1 : 0) | (chance(10) ? 2 : 0)
    message.currency = chance(98) ? 840 : 0
    message.incrementTable = [1, 1, 2, 3, 255, 255, chance(10) ? 9 : 1][below(7)]
    return .create(message, message.incrementTable == 255 ? tiers() : [])
  }

  private mutating func update(_ model: BookModel, _ auction: UInt64) -> Step {
    let lot = model.lots[auction]
    var message = UpdateAuction.of(
      auction,
      seller: chance(95) ? lot?.seller ?? seller() : seller()
    )
    message.clientRef = random.next()
    if chance(10) { message.ifRevision = (lot?.revision ?? 1) + UInt64(below(2)) }
    let bits: [UpdateFields] = [
      .reserve, .reserve, .reserve, .endTime, .endTime, .startPrice, .buyNow, .startTime,
      .hardEnd, .softClose, .category, .rateLimit, .increments, .verified, .policies, .title,
      .appendText, .replaceText, .publish, .publish,
    ]
    var fields: UpdateFields = []
    for _ in 0...below(2) { fields.insert(bits[below(bits.count)]) }
    message.changedFields = fields.rawValue
    let start = lot?.terms.start ?? 100
    message.startPrice = Int64(1 + below(2_000))
    let anchors = [lot?.leader?.amount, lot?.terms.reserve, lot?.standing.price, start]
    message.reserve = (anchors[below(4)] ?? start) + Int64(below(5)) - 3
    if chance(10) { message.reserve = .min }
    message.buyNow = chance(50) ? .min : start + Int64(below(9_000))
    message.startTime = chance(50) ? 0 : model.now + UInt64(below(20)) * second
    message.endTime = (lot?.terms.ends ?? model.now) + UInt64(below(30)) * second - 5 * second
    message.hardEnd = chance(50) ? 0 : message.endTime + UInt64(below(20)) * second
    message.softCloseWindowMs = UInt32(below(30_000))
    message.softCloseExtensionMs = UInt32(below(30_000))
    message.rateRefillMs = UInt32(below(3_000))
    message.rateBurst = UInt16(below(4))
    message.incrementTable = [1, 2, 3, 255, 0][below(5)]
    message.reservePolicy = UInt8(below(2))
    message.reserveLowering = UInt8(below(2))
    message.flags = UInt8(below(2)) * 2
    return .update(message, message.incrementTable == 255 ? tiers() : [])
  }

  private mutating func cancel(_ model: BookModel, _ auction: UInt64) -> Step {
    .cancel(
      CancelAuction(
        clientRef: random.next(),
        auctionId: auction,
        accountId: chance(80) ? model.lots[auction]?.seller ?? 1 : 7,
        reason: UInt32(below(2))
      )
    )
  }

  private mutating func lower(_ model: BookModel, _ auction: UInt64) -> Step {
    let lot = model.lots[auction]
    let low = lot?.standing.price ?? 100
    let high = lot?.leader?.amount ?? 200
    let maximum = low + Int64(below(Int(high - low) + 3)) - 1
    return .lower(
      LowerMaximum(
        clientRef: random.next(),
        auctionId: auction,
        bidderId: chance(85) ? lot?.leader?.bidder ?? bidder() : bidder(),
        newMaximum: maximum,
        clientTime: 0
      )
    )
  }

  private mutating func remove(_ model: BookModel, _ auction: UInt64) -> Step {
    let offers = model.lots[auction]?.standing.offers ?? []
    let someone = offers.isEmpty ? nil : offers[below(offers.count)]
    return .remove(
      RemoveBids(
        clientRef: random.next(),
        auctionId: auction,
        bidderId: chance(90) ? someone?.bidder ?? bidder() : bidder(),
        accountId: 9_000,
        clientTime: 0,
        reason: 1
      )
    )
  }

  private mutating func account() -> Step {
    let action = [
      AccountAction.block, .unblock, .unblock, .verify, .verify, .unverify, .limitExposure,
      .limitExposure, .link, .unlink, .unlink, .sellerBlock, .sellerUnblock, .sellerUnblock,
    ][below(14)]
    let isSellers = action == .sellerBlock || action == .sellerUnblock
    let account = isSellers ? seller() : chance(1) ? 0 : bidder()
    let amounts: [Int64] = [.min, .min, -1, 0, Int64(below(30_000)), .max]
    return .account(
      AccountControl.of(
        action,
        account,
        other: chance(10) ? seller() : bidder(),
        amount: amounts[below(6)],
        actor: chance(50) ? account : 9_000
      )
    )
  }
}
