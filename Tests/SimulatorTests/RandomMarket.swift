import Primitives
import Wire

@testable import Simulator

/// Draws records that meet each other often: few accounts, few auctions, amounts at the edges.
///
/// It looks at a model to aim: at the least next bid, the hidden maximum, the reserve.
struct RandomMarket {
  struct Profile {
    var limits = MarketLimits()
    var bidders = 8
    /// How many of a hundred records are of accounts, beside the usual ones.
    var accountPercent = 0
    /// How many of a hundred bids buy now.
    var buyNowPercent = 5
    /// How many of a hundred auctions limit the rate of bids.
    var ratePercent = 20
    /// How many of a hundred records remove bids or lower a maximum, beside the usual ones.
    var removalPercent = 0
    /// Whether time mostly stands still.
    var isHurried = false
  }

  static let second = TimeSpan.second
  let profile: Profile
  var random: SeededGenerator
  var time: Nanoseconds = 1_000_000 * TimeSpan.second
  private var position: UInt64 = 0
  private var numbers: [UInt32: UInt64] = [:]
  private var opened: [UInt32] = []

  init(seed: UInt64, profile: Profile) {
    random = SeededGenerator(seed: seed &* 0x9E37 &+ 7)
    self.profile = profile
  }

  mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(max(1, bound)))) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func bidder() -> UInt64 {
    chance(2) ? 100 + UInt64(below(3)) : 1 + UInt64(below(profile.bidders))
  }
  mutating func seller() -> UInt64 { 100 + UInt64(below(3)) }

  /// The first records: the shard, and three sessions.
  mutating func opening() -> [LoggedRecord] {
    var records = [
      record(FrameBytes.make(profile.limits.message), session: .none, roles: [])
    ]
    for index in 0..<3 {
      let handle = UInt32(index + 1) | 1 << 16
      opened.append(handle)
      let message = SessionOpened(
        sessionIdHigh: 1, sessionIdLow: UInt64(index), accountId: 1, apiKeyId: 0, handle: handle,
        evicted: 0)
      records.append(record(FrameBytes.make(message), session: .none, roles: []))
    }
    return records
  }

  /// The next record, drawn with an eye on a model that has seen all before.
  mutating func next(_ model: BookModel) -> LoggedRecord {
    time += pause()
    let isOutage = chance(1)
    if isOutage || chance(1) {
      let frame = isOutage ? outage() : FrameBytes.make(Tick(reserved: 0))
      return record(frame, session: .none, roles: [])
    }
    let handle = opened[below(opened.count)]
    numbers[handle, default: 0] += 1 + (chance(3) ? 1 : 0)
    let sequence = numbers[handle] ?? 0
    var roles: Roles = chance(50) ? .broker : []
    if chance(35) { roles.insert(.operator) }
    let frame = command(model, sequence)
    return record(frame, session: SessionHandle(raw: handle), roles: roles)
  }

  private mutating func record(
    _ frame: [UInt8], session: SessionHandle, roles: Roles
  ) -> LoggedRecord {
    position += 1
    return LoggedRecord(
      position: position, time: time, session: session, roles: roles, frame: frame)
  }

  private mutating func pause() -> UInt64 {
    switch below(profile.isHurried ? 200 : 20) {
    case 0...9: 0
    case 10...15: UInt64(below(2_000_000_000))
    case 16...18: UInt64(below(15)) * Self.second
    case 19: UInt64(below(90)) * Self.second
    default: 0
    }
  }

  /// The time of the last record, seldom an earlier one.
  private mutating func outage() -> [UInt8] {
    let early = UInt64(below(40)) * Self.second
    return FrameBytes.make(
      OutageEnded(lastSeen: time - early, graceNs: UInt64(below(4) * below(30)) * Self.second))
  }

  private mutating func command(_ model: BookModel, _ sequence: UInt64) -> [UInt8] {
    let ids = model.auctionIDs
    if ids.count < 3 { return create(sequence) }
    if chance(profile.accountPercent) { return account(sequence) }
    if chance(profile.removalPercent) {
      return chance(70) ? remove(model, pick(ids), sequence) : lower(model, pick(ids), sequence)
    }
    switch below(100) {
    case 0...62: return bid(model, pick(ids), sequence)
    case 63...68: return mass(model, ids, sequence)
    case 69...75: return create(sequence)
    case 76...83: return update(model, pick(ids), sequence)
    case 84...86: return cancel(model, pick(ids), sequence)
    case 87...89: return lower(model, pick(ids), sequence)
    case 90...93: return remove(model, pick(ids), sequence)
    case 94...98: return account(sequence)
    default: return settlement(sequence)
    }
  }

  /// Mostly a young auction, seldom one that does not exist.
  private mutating func pick(_ ids: [UInt64]) -> UInt64 {
    if chance(2) { return ids[below(ids.count)] &+ [1 << 32, 1 << 54, 1 << 20][below(3)] }
    return ids[ids.count - 1 - min(below(ids.count), below(ids.count))]
  }

  private mutating func amount(_ model: BookModel, _ id: UInt64, _ bidder: UInt64) -> Int64 {
    guard let state = model.state(of: id), let hidden = model.hidden(of: id), state.minNext > 0
    else { return Int64(1 + below(20_000)) }
    let maximum = hidden.maximum > 0 ? hidden.maximum : state.minNext
    let base = hidden.leader == bidder ? maximum : state.minNext
    switch below(24) {
    case 0...11: return base + Int64(below(3_000))
    case 12, 13: return base + Int64(below(3)) - 1
    case 14, 15: return maximum + Int64(below(3)) - 1
    case 16: return (hidden.reserve > 0 ? hidden.reserve : base) + Int64(below(3)) - 1
    case 17: return state.buyNow > 0 ? state.buyNow : base
    case 18: return Int64(1 + below(500))
    case 19: return base + Int64(below(300_000))
    case 20: return [0, -5, .min, .max, 1_000_000_000_000, 999_999_999_999][below(6)]
    default: return base + Int64(below(500))
    }
  }

  private mutating func bid(_ model: BookModel, _ id: UInt64, _ sequence: UInt64) -> [UInt8] {
    let bidder = chance(1) ? 0 : bidder()
    let kind: BidKind =
      chance(profile.buyNowPercent) ? .buyNow : chance(80) ? .proxy : .exact
    let state = model.state(of: id)
    let price = state.map { $0.buyNow > 0 ? $0.buyNow : 5 } ?? 5
    let revision = chance(92) ? 0 : (state?.revision ?? 1) + (chance(70) ? 0 : 1)
    return FrameBytes.make(
      PlaceBid(
        clientRef: random.next(), auctionId: id, bidderId: bidder,
        amount: kind == .buyNow && chance(80) ? price : amount(model, id, bidder),
        ifRevision: revision, clientTime: 0, deviceTag: 0,
        kind: chance(1) ? 9 : kind.rawValue, flags: 0, currency: chance(97) ? 840 : 978),
      sequence: sequence)
  }

  private mutating func mass(_ model: BookModel, _ ids: [UInt64], _ sequence: UInt64) -> [UInt8] {
    let bidder = chance(1) ? 0 : bidder()
    let bids = (0..<(1 + below(chance(95) ? 6 : 64))).map { _ in
      let id = pick(ids)
      return MassBid.Entry(
        auctionId: id, amount: amount(model, id, bidder), subRef: random.next(), currency: 840,
        kind: UInt8(chance(90) ? 0 : below(4)), flags: 0)
    }
    return FrameBytes.make(
      MassBid(clientRef: random.next(), bidderId: bidder), bids, sequence: sequence)
  }

  private mutating func lower(_ model: BookModel, _ id: UInt64, _ sequence: UInt64) -> [UInt8] {
    let price = max(model.state(of: id)?.price ?? 100, 100)
    let hidden = model.hidden(of: id)
    let maximum = max(hidden?.maximum ?? 200, price)
    let leader = hidden.map { $0.leader == 0 ? 1 : $0.leader } ?? 1
    return FrameBytes.make(
      LowerMaximum(
        clientRef: random.next(), auctionId: id,
        bidderId: chance(85) ? leader : UInt64(below(profile.bidders)),
        newMaximum: price + Int64(below(Int(maximum - price) + 3)) - 1, clientTime: 0),
      sequence: sequence)
  }

  private mutating func remove(_ model: BookModel, _ id: UInt64, _ sequence: UInt64) -> [UInt8] {
    let leader = model.hidden(of: id)?.leader ?? 0
    return FrameBytes.make(
      RemoveBids(
        clientRef: random.next(), auctionId: id,
        bidderId: chance(40) ? leader : bidder(), accountId: 9_000, clientTime: 0, reason: 1),
      sequence: sequence)
  }

  private mutating func cancel(_ model: BookModel, _ id: UInt64, _ sequence: UInt64) -> [UInt8] {
    let seller = model.state(of: id)?.sellerId ?? 1
    return FrameBytes.make(
      CancelAuction(
        clientRef: random.next(), auctionId: id, accountId: chance(80) ? seller : 7,
        reason: UInt32(below(2))),
      sequence: sequence)
  }

  private mutating func settlement(_ sequence: UInt64) -> [UInt8] {
    FrameBytes.make(
      SettlePayment(
        clientRef: random.next(), auctionId: 1 << 32, payerId: 1, amount: 5, providerRefHigh: 0,
        providerRefLow: 0, status: 0, currency: 840),
      sequence: sequence)
  }

  private mutating func account(_ sequence: UInt64) -> [UInt8] {
    let action = [
      AccountAction.block, .unblock, .unblock, .verify, .verify, .unverify, .limitExposure,
      .limitExposure, .link, .unlink, .unlink, .sellerBlock, .sellerUnblock, .sellerUnblock,
    ][below(14)]
    let isSellers = action == .sellerBlock || action == .sellerUnblock
    let account = isSellers ? seller() : chance(1) ? 0 : bidder()
    let amounts: [Int64] = [.min, .min, -1, 0, Int64(below(30_000)), .max]
    return FrameBytes.make(
      AccountControl(
        clientRef: random.next(), actorId: chance(50) ? account : 9_000, accountId: account,
        otherId: chance(10) ? seller() : chance(2) ? 0 : bidder(), amount: amounts[below(6)],
        clientTime: 0, action: chance(1) ? 77 : action.rawValue),
      sequence: sequence)
  }
}
