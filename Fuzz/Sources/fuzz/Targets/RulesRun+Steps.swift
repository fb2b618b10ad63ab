import Engine
import Primitives
import Wire

extension RulesRun {
  private static let title = FixedText80("A lot")
  private static let newTitle = FixedText80("B")

  /// An auction, mostly one that there is.
  private func lot(_ selector: UInt8) -> AuctionID {
    guard !lots.isEmpty, selector < 250 else { return AuctionID(raw: UInt64(selector) << 30) }
    return lots[Int(selector) % lots.count].id
  }

  private static func bidder(_ selector: UInt8) -> UInt64 {
    selector >= 240 ? 100 + UInt64(selector & 3) : UInt64(selector % 9)
  }

  /// An amount at an edge of an auction, or any.
  private func amount(_ script: inout Script, on id: AuctionID) -> Int64 {
    let selector = script.byte()
    let delta = Int64(script.byte())
    let view = engine.view(of: id)
    let secrets = engine.secrets(of: id)
    let edge: Int64? =
      switch selector & 7 {
      case 1: view?.minNext
      case 2: secrets?.maximum
      case 3: secrets?.reserve
      case 4: view?.buyNow
      case 5: [Int64.min, .max, 0, -1, 999_999_999_999, 1_000_000_000_000][Int(delta) % 6]
      default: nil
      }
    if selector & 7 == 5 { return edge ?? 0 }
    guard let edge, edge != .min else { return delta * (selector & 0x80 == 0 ? 10 : 5_000) }
    return edge + delta - 2
  }

  mutating func bid(_ script: inout Script) {
    let id = lot(script.byte())
    let bidder = Self.bidder(script.byte())
    let kind = script.byte()
    let amount = amount(&script, on: id)
    let message = PlaceBid(
      clientRef: position, auctionId: id.raw, bidderId: bidder, amount: amount,
      ifRevision: kind & 64 == 0 ? 0 : UInt64(kind & 7), clientTime: 0, deviceTag: 0,
      kind: kind % 11 == 10 ? 2 : kind & 8 == 0 ? 0 : 1, flags: 0,
      currency: kind == 255 ? 978 : 840)
    let standing = standing(id)
    apply(frame(message))
    guard message.kind < 2, let standing else { return }
    judge(standing, message)
  }

  mutating func massBid(_ script: inout Script) {
    let count = script.below(6) + 1
    let bidder = Self.bidder(script.byte())
    var entries: [MassBid.Entry] = []
    for _ in 0..<count {
      let id = lot(script.byte())
      entries.append(
        MassBid.Entry(
          auctionId: id.raw, amount: amount(&script, on: id), subRef: 1, currency: 840,
          kind: UInt8(script.below(3)), flags: 0))
    }
    var bytes = [UInt8](repeating: 0, count: MassBid.frameByteCount(bids: count))
    bytes.withUnsafeMutableBytes { raw in
      MassBid(clientRef: position, bidderId: bidder).write(frame: raw.start, byteCount: raw.count)
      GroupSpan.write(entries, to: raw.start + 24 + MassBid.blockLength)
    }
    apply(bytes, replies: count)
  }

  mutating func create(_ script: inout Script) {
    let seller = 100 + UInt64(script.byte() & 3)
    let start = Int64(script.word16() & 0x3FFF)
    let reserve = Int64(script.byte())
    let buyNow = Int64(script.byte())
    let opening = UInt64(script.byte())
    let length = UInt64(script.byte())
    let window = UInt32(script.byte())
    let rate = script.byte()
    let table = [1, 2, 3, 255, 1, 255, 9, 1][script.below(8)] as UInt8
    let policies = script.byte()
    let begin = opening & 1 == 0 ? 0 : time + opening * Self.second
    let end = max(begin, time) + length * Self.second
    let message = CreateAuction(
      clientRef: position, sellerId: seller, startPrice: start,
      reserve: reserve == 0 ? .min : start + (reserve - 3) * 10,
      buyNow: buyNow == 0 ? .min : start + (buyNow - 3) * 20,
      startTime: begin, endTime: end,
      hardEnd: policies & 16 == 0 ? 0 : end + UInt64(policies & 7) * Self.second, clientTime: 0,
      softCloseWindowMs: window * 200, softCloseExtensionMs: window * 150,
      rateRefillMs: UInt32(rate >> 4) * 500, category: 0, rateBurst: UInt16(rate & 3),
      currency: policies == 255 ? 0 : 840, incrementTable: table, reservePolicy: policies & 1,
      reserveLowering: policies >> 1 & 1, format: 0, flags: policies >> 2 & 3,
      title: Self.title)
    let tiers = table == 255 ? tiers(&script) : []
    apply(
      withTiers(
        tiers, byteCount: CreateAuction.frameByteCount(tiers: tiers.count, text: 0)
      ) { message.write(frame: $0, byteCount: $1) })
    guard code == 0 else { return }
    lots.append(
      Lot(id: AuctionID(raw: namedID), tiers: Self.known(tiers) ?? Increments.table(table)))
  }

  private func tiers(_ script: inout Script) -> [CreateAuction.Tier] {
    let count = script.below(18)
    var limit: Int64 = 0
    var increment: Int64 = 0
    return (0..<count).map { index in
      limit += Int64(script.byte()) * 10
      increment += Int64(script.byte() >> 2)
      return CreateAuction.Tier(limit: index == count - 1 ? .min : limit, increment: increment)
    }
  }

  private static func known(
    _ tiers: [CreateAuction.Tier]
  ) -> [(limit: Int64, increment: Int64)]? {
    tiers.isEmpty ? nil : tiers.map { ($0.limit == .min ? .max : $0.limit, $0.increment) }
  }

  private func withTiers(
    _ tiers: [CreateAuction.Tier], byteCount: Int,
    _ write: (UnsafeMutableRawPointer, Int) -> Void
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    bytes.withUnsafeMutableBytes { raw in
      write(raw.start, byteCount)
      let groups = UnsafeMutableRawPointer(
        mutating: FrameHeader.firstGroup(of: UnsafeRawPointer(raw.start)))
      GroupSpan.write(GroupSpan.write(tiers, to: groups), entryLength: 64, count: 0)
    }
    return bytes
  }

  mutating func update(_ script: inout Script) {
    let id = lot(script.byte())
    let fields = script.word32() & 0x1FFFF
    let table = [1, 2, 3, 255, 0][script.below(5)] as UInt8
    let tiers = table == 255 ? tiers(&script) : []
    let end = (engine.view(of: id)?.endTime ?? time) &+ UInt64(script.byte()) * Self.second
    let message = UpdateAuction(
      clientRef: position, auctionId: id.raw,
      sellerId: script.byte() > 250 ? 1 : engine.view(of: id)?.seller ?? 100,
      ifRevision: 0, startPrice: amount(&script, on: id), reserve: amount(&script, on: id),
      buyNow: amount(&script, on: id), startTime: time &+ UInt64(script.byte() & 7) * Self.second,
      endTime: end &- 8 * Self.second, hardEnd: fields & 1 == 0 ? 0 : end &+ 5 * Self.second,
      clientTime: 0, softCloseWindowMs: UInt32(script.byte()) * 100,
      softCloseExtensionMs: UInt32(script.byte()) * 100, rateRefillMs: UInt32(script.byte()),
      category: 1, changedFields: fields, rateBurst: UInt16(script.byte() & 3), currency: 840,
      incrementTable: table, reservePolicy: script.byte() & 1, reserveLowering: script.byte() & 1,
      flags: script.byte() & 2, title: Self.newTitle)
    let before = engine.view(of: id)
    apply(
      withTiers(
        tiers, byteCount: UpdateAuction.frameByteCount(tiers: tiers.count, text: 0)
      ) { message.write(frame: $0, byteCount: $1) })
    guard code == 0, let index = lots.firstIndex(where: { $0.id == id }) else { return }
    // What follows from the change is not compared with what was before it.
    if before?.leader == 0 || before == nil { lots[index].view = nil }
    if fields & UpdateFields.increments.rawValue != 0 {
      lots[index].tiers = Self.known(tiers) ?? Increments.table(table)
    }
    lots[index].view?.endTime = 0
  }

  mutating func lower(_ script: inout Script) {
    let id = lot(script.byte())
    let own = script.byte()
    let leader = engine.view(of: id)?.leader ?? 1
    let message = LowerMaximum(
      clientRef: position, auctionId: id.raw, bidderId: own < 200 ? leader : Self.bidder(own),
      newMaximum: amount(&script, on: id), clientTime: 0)
    apply(frame(message))
  }

  mutating func remove(_ script: inout Script) {
    let id = lot(script.byte())
    let message = RemoveBids(
      clientRef: position, auctionId: id.raw, bidderId: Self.bidder(script.byte()),
      accountId: 9_000, clientTime: 0, reason: 1)
    let mayRemove = script.byte() < 240
    apply(frame(message), roles: mayRemove ? .operator : .broker)
    guard code == 0, let index = lots.firstIndex(where: { $0.id == id }) else { return }
    lots[index].rowCount = nil
    lots[index].view = nil
  }

  mutating func cancel(_ script: inout Script) {
    let id = lot(script.byte())
    let choice = script.byte()
    let seller = engine.view(of: id)?.seller ?? 100
    let message = CancelAuction(
      clientRef: position, auctionId: id.raw, accountId: choice & 1 == 0 ? seller : 5,
      reason: UInt32(choice & 2))
    apply(frame(message), roles: choice & 4 == 0 ? .operator : .broker)
  }

  mutating func account(_ script: inout Script) {
    let action = script.below(9)
    let isSellers = action >= 7
    let choice = script.byte()
    let account = isSellers ? 100 + UInt64(choice & 3) : Self.bidder(choice)
    let amounts: [Int64] = [.min, -1, 0, 5_000, 60_000, .max]
    let message = AccountControl(
      clientRef: position, actorId: choice & 16 == 0 ? 9_000 : account, accountId: account,
      otherId: Self.bidder(script.byte()), amount: amounts[script.below(6)], clientTime: 0,
      action: UInt8(action))
    apply(frame(message), roles: choice & 32 == 0 ? .operator : .broker)
  }

  mutating func configure(_ script: inout Script) {
    let message = EngineConfigured(
      engineIdHigh: 1, engineIdLow: 2, shard: 0, shards: 1, formatVersion: 1,
      retentionSeconds: UInt64(script.byte()), auctionsMax: 0, bidsMax: 0, accountsMax: 0,
      linkGroupsMax: 0, sellerBlocksMax: 0, rateBucketsMax: 0, incrementTablesMax: 0)
    apply(frame(message), roles: [], replies: 0)
  }

  /// Lets time pass.
  mutating func pass(_ script: inout Script) {
    let choice = script.byte()
    let steps: [UInt64] = [
      1, 1_000_000, 100_000_000, Self.second, 5 * Self.second, 20 * Self.second,
      60 * Self.second, 300 * Self.second,
    ]
    time += steps[Int(choice & 7)] * UInt64(choice >> 3 & 3)
    apply(frame(Tick(reserved: 0)), roles: [], replies: 0)
  }

  mutating func outage(_ script: inout Script) {
    let lastSeen = time
    time += UInt64(script.byte()) * Self.second
    let message = OutageEnded(lastSeen: lastSeen, graceNs: UInt64(script.byte()) * Self.second)
    for index in lots.indices { lots[index].view?.endTime = 0 }
    send(frame(message), roles: [])
  }
}
