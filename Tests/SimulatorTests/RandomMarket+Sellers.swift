import Primitives
import Wire

@testable import Simulator

/// What sellers send.
extension RandomMarket {
  private mutating func tiers() -> [CreateAuction.Tier] {
    // Now and then the same tiers as another auction's, which share a table.
    if chance(30) { return [CreateAuction.Tier(limit: .min, increment: 7)] }
    let count = below(chance(90) ? 5 : 18)
    var limit: Int64 = 0
    var step: Int64 = 1
    return (0..<count).map { index in
      limit += Int64(1 + below(2_000)) - (chance(3) ? 2_000 : 0)
      step += Int64(below(40)) - (chance(3) ? 60 : 0)
      let isLast = index == count - 1
      return CreateAuction.Tier(limit: isLast && !chance(2) ? .min : limit, increment: step)
    }
  }

  /// A description of no, one or two lines, seldom one that is not UTF-8.
  private mutating func text() -> [CreateAuction.TextLine] {
    let long = "Ein Fernrohr aus Messing, um 1890, mit Stativ und Kästchen, von Grund auf geprüft"
    let lines = ["", "Messing", long]
    var text = TextLines.split(lines[below(3)])
    if chance(4) { text.append(CreateAuction.TextLine(chunk: FixedText64(utf8: [0xC3]))) }
    return text
  }

  private mutating func title() -> FixedText80 {
    chance(3) ? FixedText80(utf8: [0x41, 0xE2, 0x28]) : FixedText80("Fernrohr")
  }

  mutating func create(_ sequence: UInt64) -> [UInt8] {
    let start = Int64(1 + below(2_000)) - (chance(3) ? 2_000 : 0)
    let reserve = chance(60) ? Money.absent : start + Int64(below(8_000)) - 20
    let opens = chance(70) ? 0 : time + UInt64(below(20)) * Self.second
    let ends = max(opens, time) + UInt64(below(60)) * Self.second
    let hasSoftClose = chance(50)
    let isLimited = chance(profile.ratePercent)
    let table: UInt8 = [1, 1, 2, 3, 255, 255, chance(10) ? 9 : 1][below(7)]
    let isDraft: UInt8 = chance(10) ? 1 : 0
    let isForVerified: UInt8 = chance(10) ? 2 : 0
    let message = CreateAuction(
      clientRef: random.next(), sellerId: chance(2) ? 0 : seller(), startPrice: start,
      reserve: reserve,
      buyNow: chance(80) ? Money.absent : max(start, reserve) + Int64(below(9_000)) - 20,
      startTime: opens, endTime: ends,
      hardEnd: chance(20) ? ends + UInt64(below(20)) * Self.second : 0, clientTime: 0,
      softCloseWindowMs: hasSoftClose ? UInt32(below(40_000)) : 0,
      softCloseExtensionMs: hasSoftClose ? UInt32(below(40_000)) : 0,
      rateRefillMs: isLimited ? UInt32(below(4_000)) : 0,
      category: 3, rateBurst: isLimited ? UInt16(below(4)) : 0, currency: chance(98) ? 840 : 0,
      incrementTable: table, reservePolicy: chance(1) ? 5 : UInt8(below(2)),
      reserveLowering: UInt8(below(2)), format: chance(1) ? 3 : 0,
      flags: isDraft | isForVerified | (chance(5) ? 0x40 : 0), title: title())
    return FrameBytes.make(
      message, tiers: table == 255 ? tiers() : [], text: text(), sequence: sequence)
  }

  mutating func update(_ model: BookModel, _ id: UInt64, _ sequence: UInt64) -> [UInt8] {
    let state = model.state(of: id)
    let hidden = model.hidden(of: id)
    let start = Int64(1 + below(2_000))
    let anchors = [hidden?.maximum, hidden?.reserve, state?.price, start].map { anchor in
      anchor.map { $0 > 0 ? $0 : start } ?? start
    }
    let ends = (state?.endTime ?? time) + UInt64(below(30)) * Self.second - 5 * Self.second
    let table: UInt8 = [1, 2, 3, 255, 0][below(5)]
    let owner = state?.sellerId ?? seller()
    let message = UpdateAuction(
      clientRef: random.next(), auctionId: id, sellerId: chance(95) ? owner : seller(),
      ifRevision: chance(90) ? 0 : (state?.revision ?? 1) + UInt64(below(2)), startPrice: start,
      reserve: chance(10) ? Money.absent : anchors[below(4)] + Int64(below(5)) - 3,
      buyNow: chance(50) ? Money.absent : start + Int64(below(9_000)),
      startTime: chance(50) ? 0 : time + UInt64(below(20)) * Self.second, endTime: ends,
      hardEnd: chance(50) ? 0 : ends + UInt64(below(20)) * Self.second, clientTime: 0,
      softCloseWindowMs: UInt32(below(30_000)), softCloseExtensionMs: UInt32(below(30_000)),
      rateRefillMs: UInt32(below(3_000)), category: 4, changedFields: changedFields(),
      rateBurst: UInt16(below(4)), currency: chance(80) ? 978 : 1_000, incrementTable: table,
      reservePolicy: UInt8(below(2)), reserveLowering: UInt8(below(2)),
      flags: UInt8(below(2)) * 2, title: title())
    return FrameBytes.make(
      message, tiers: table == 255 ? tiers() : [], text: text(), sequence: sequence)
  }

  private mutating func changedFields() -> UInt32 {
    let bits: [UpdateFields] = [
      .reserve, .reserve, .reserve, .endTime, .endTime, .startPrice, .buyNow, .startTime,
      .hardEnd, .softClose, .category, .rateLimit, .increments, .verified, .policies, .title,
      .appendText, .replaceText, .publish, .publish, .currency,
    ]
    var fields: UpdateFields = []
    for _ in 0...below(2) { fields.insert(bits[below(bits.count)]) }
    return fields.rawValue | (chance(3) ? 1 << 25 : 0)
  }
}
