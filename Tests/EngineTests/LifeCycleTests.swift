import Testing
import Wire

@testable import Engine

/// Creation, update and cancellation, and what may be changed when.
@Suite struct LifeCycleTests {
  private func creationCode(_ change: (inout CreateAuction) -> Void) -> UInt16 {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    change(&auction)
    return driver.code(driver.apply(.create(auction, [])))
  }

  @Test func creationRefusesBadAmounts() {
    let code = RejectCode.amountOutOfRange.rawValue
    #expect(creationCode { $0.startPrice = 0 } == code)
    #expect(creationCode { $0.startPrice = 1_000_000_000_000 } == code)
    #expect(creationCode { $0.reserve = 99 } == code)
    #expect(creationCode { $0.buyNow = 99 } == code)
    #expect(
      creationCode {
        $0.reserve = 500
        $0.buyNow = 499
      } == code
    )
    #expect(creationCode { $0.startPrice = 999_999_999_999 } == 0)
  }

  @Test func creationRefusesBadTimesAndChoices() {
    let code = RejectCode.malformed.rawValue
    #expect(creationCode { $0.endTime = 1_000_000_000_000 } == code)
    #expect(creationCode { $0.endTime = .max } == code)
    #expect(creationCode { $0.startTime = $0.endTime } == code)
    #expect(creationCode { $0.hardEnd = $0.endTime - 1 } == code)
    #expect(creationCode { $0.currency = 0 } == code)
    #expect(creationCode { $0.incrementTable = 4 } == code)
    #expect(creationCode { $0.incrementTable = 0 } == code)
    #expect(creationCode { $0.rateRefillMs = 1 } == code)
    #expect(creationCode { $0.format = 1 } == code)
    #expect(creationCode { $0.title = FixedText80(utf8: [0xC3, 0x28]) } == code)
    #expect(creationCode { $0.hardEnd = $0.endTime } == 0)
  }

  @Test func customTablesAreChecked() {
    typealias Tier = CreateAuction.Tier
    func code(_ tiers: [Tier]) -> UInt16 {
      var driver = EngineDriver()
      var auction = CreateAuction.plain()
      auction.incrementTable = 255
      return driver.code(driver.apply(.create(auction, tiers)))
    }
    let bad = RejectCode.malformed.rawValue
    #expect(code([]) == bad)
    #expect(code([Tier(limit: 100, increment: 5)]) == bad)
    #expect(code([Tier(limit: .min, increment: 0)]) == bad)
    #expect(code([Tier(limit: 100, increment: 5), Tier(limit: .min, increment: 4)]) == bad)
    #expect(
      code([
        Tier(limit: 100, increment: 5), Tier(limit: 100, increment: 6),
        Tier(limit: .min, increment: 7),
      ]) == bad
    )
    #expect(code([Tier(limit: .min, increment: 5), Tier(limit: .min, increment: 6)]) == bad)
    let many = (1...17).map { Tier(limit: $0 == 17 ? .min : Int64($0), increment: Int64($0)) }
    #expect(code(many) == bad)
    #expect(code(Array(many.dropFirst())) == 0)
    #expect(code([Tier(limit: .min, increment: 5)]) == 0)
  }

  @Test func equalTablesAreKeptOnceAndLeaveWithTheirAuctions() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.incrementTable = 255
    let tiers = [
      CreateAuction.Tier(limit: 1_000, increment: 7), CreateAuction.Tier(limit: .min, increment: 9),
    ]
    let first = driver.create(auction, tiers)
    _ = driver.create(auction, tiers)
    _ = driver.create(auction, [tiers[1]])
    #expect(driver.engine.counts.incrementTables == 2)
    #expect(driver.bid(1, 500, on: first) == 0)
    #expect(driver.view(first)?.minNext == 107)
    #expect(driver.bid(2, 2_000, on: first) == 0)
    #expect(driver.view(first)?.minNext == 514)
    driver.time = auction.endTime + 60_000_000_000
    _ = driver.apply(.tick)
    #expect(driver.engine.counts.auctions == 0)
    #expect(driver.engine.counts.incrementTables == 0)
  }

  @Test func activeAuctionWithBidsMayChangeLittle() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 5_000
    let id = driver.create(auction)
    #expect(driver.update(id, [.title, .category, .replaceText]) == 0)
    #expect(driver.update(id, .reserve) { $0.reserve = 9_000 } == 0)
    #expect(driver.update(id, .endTime) { $0.endTime = auction.endTime - 5 } == 0)
    #expect(driver.bid(1, 500, on: id) == 0)
    let no = RejectCode.editNotAllowed.rawValue
    for field in [
      UpdateFields.title, .category, .replaceText, .startPrice, .buyNow, .startTime, .hardEnd,
      .softClose, .rateLimit, .verified, .policies, .currency, .publish,
    ] {
      #expect(driver.update(id, field) == no)
    }
    #expect(driver.update(id, .reserve) { $0.reserve = 9_000 } == no)
    #expect(driver.update(id, .reserve) { $0.reserve = .min } == no)
    #expect(
      driver.update(id, .reserve) { $0.reserve = 99 } == RejectCode.amountOutOfRange.rawValue
    )
    #expect(driver.update(id, .reserve) { $0.reserve = 8_999 } == 0)
    #expect(driver.update(id, .endTime) { $0.endTime = auction.endTime - 6 } == no)
    #expect(driver.update(id, .endTime) { $0.endTime = auction.endTime + 6 } == 0)
    #expect(driver.update(id, .appendText) == 0)
    #expect(driver.update(id, seller: 5, .appendText) == RejectCode.notOwner.rawValue)
    #expect(
      driver.update(id, .appendText) { $0.ifRevision = 1 }
        == RejectCode.revisionMismatch.rawValue
    )
  }

  @Test func endMovedEarlierFiresInTime() {
    var driver = EngineDriver()
    let auction = CreateAuction.plain()
    let id = driver.create(auction)
    #expect(driver.update(id, .endTime) { $0.endTime = 1_000_000_005_000 } == 0)
    #expect(driver.engine.nextDue == 1_000_000_005_000)
    driver.time = 1_000_000_005_000
    #expect(driver.bid(1, 500, on: id) == RejectCode.ended.rawValue)
  }

  @Test func draftChangesAndOpens() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.flags = 1
    auction.startTime = driver.time + 500
    let id = driver.create(auction)
    #expect(driver.engine.nextDue == .max)
    driver.time += 600
    #expect(driver.view(id)?.status == .draft)
    #expect(
      driver.update(id, [.startPrice, .currency]) {
        $0.startPrice = 700
        $0.currency = 978
      } == 0
    )
    #expect(driver.update(id, .publish) == 0)
    #expect(driver.view(id)?.status == .active)
    #expect(driver.view(id)?.startTime == driver.time)
    #expect(driver.bid(1, 699, on: id, currency: 978) == RejectCode.bidTooLow.rawValue)
    #expect(driver.bid(1, 700, on: id, currency: 978) == 0)
  }

  @Test func refusalsOfADraftTellNothingOfIt() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.flags = 1
    let id = driver.create(auction)
    let bid = driver.apply(.bid(.of(1, 500, on: id)))
    let foreign = driver.apply(.update(.of(id, seller: 7), []))
    for sent in bid + foreign {
      guard case .reject(_, _, let price, let next, let revision, _, _, _) = sent.said else {
        Issue.record("accepted")
        continue
      }
      #expect(price == .min && next == .min && revision == 0)
    }
    // Its seller is told the revision.
    var update = UpdateAuction.of(id)
    update.ifRevision = 9
    let own = driver.apply(.update(update, []))
    guard case .reject(_, _, _, 100, 1, _, 12, _) = own.first?.said else {
      Issue.record("\(own)")
      return
    }
  }

  @Test func bitsThatTheSchemaLacksAreIgnoredInAnUpdate() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    let unknown = UpdateFields(rawValue: 1 << 17 | 1 << 31)
    #expect(driver.update(id, unknown) == 0)
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(driver.update(id, unknown.union(.appendText)) == 0)
    #expect(driver.update(id, unknown.union(.title)) == RejectCode.editNotAllowed.rawValue)
  }

  @Test func cancellationNeedsAnOperatorAndAReasonOnceThereAreBids() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.cancel(id, by: 5) == RejectCode.notOwner.rawValue)
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(driver.cancel(id, by: 100) == RejectCode.editNotAllowed.rawValue)
    #expect(driver.cancel(id, by: 5, roles: .operator) == RejectCode.malformed.rawValue)
    #expect(driver.cancel(id, by: 5, reason: 3, roles: .operator) == 0)
    #expect(driver.engine.exposure(of: 1) == 0)
    #expect(driver.cancel(id, by: 100) == RejectCode.cancelled.rawValue)
    #expect(driver.update(id, .appendText) == RejectCode.cancelled.rawValue)
    #expect(driver.removeBids(1, from: id) == RejectCode.removalNotAllowed.rawValue)
  }

  @Test func slotsAreUsedAgainInOrderWithANewGeneration() {
    var driver = EngineDriver()
    let ids = (0..<3).map { _ in driver.create(.plain()) }
    #expect(ids.map { $0 & 0xFFFF_FFFF } == [0, 1, 2])
    #expect(ids.allSatisfy { $0 >> 32 == 1 })
    for index in [2, 0, 1] {
      #expect(driver.cancel(ids[index], by: 100) == 0)
      driver.time += 1
    }
    driver.time += 60_000_000_000
    _ = driver.apply(.tick)
    #expect(driver.engine.counts.auctions == 0)
    let auction = CreateAuction.plain(at: driver.time)
    let again = (0..<4).map { _ in driver.create(auction) }
    #expect(again.map { $0 & 0xFFFF_FFFF } == [2, 0, 1, 3])
    #expect(again.map { $0 >> 32 } == [2, 2, 2, 1])
    #expect(driver.bid(1, 500, on: ids[0]) == RejectCode.unknownAuction.rawValue)
    #expect(driver.bid(1, 500, on: again[1]) == 0)
    #expect(driver.view(ids[0]) == nil)
  }

  @Test func otherShardsAuctionIsUnknown() {
    var driver = EngineDriver(shard: 3)
    let id = driver.create(.plain())
    #expect(id >> 54 == 3)
    #expect(driver.bid(1, 500, on: id & 0x003F_FFFF_FFFF_FFFF) == 1)
    #expect(driver.bid(1, 500, on: id) == 0)
  }

  @Test func configurationSetsTheRetention() {
    var driver = EngineDriver()
    _ = driver.apply(.configure(retentionSeconds: 5))
    #expect(driver.engine.retention == 5_000_000_000)
    _ = driver.apply(.configure(retentionSeconds: .max))
    #expect(driver.engine.retention == EngineLimits.retentionMax)
  }
}
