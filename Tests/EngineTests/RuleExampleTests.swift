import Testing
import Wire

@testable import Engine

/// The examples of the rules, row by row, for the tables `standard` and `ebay-us`.
@Suite struct RuleExampleTests {
  /// A bid of an example and what must be true after it: code, leader, price, next.
  struct Row {
    var bidder: UInt64
    var maximum: Int64
    var code: UInt16 = 0
    var leader: UInt64
    var price: Int64
    var next: Int64? = nil
  }

  private func play(
    _ table: UInt8,
    start: Int64 = 100,
    reserve: Int64 = .min,
    _ rows: [Row]
  ) {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.incrementTable = table
    auction.startPrice = start
    auction.reserve = reserve
    let id = driver.create(auction)
    for (index, row) in rows.enumerated() {
      #expect(driver.bid(row.bidder, row.maximum, on: id) == row.code, "bid \(index + 1)")
      let view = driver.view(id)
      #expect(view?.leader == row.leader, "bid \(index + 1)")
      #expect(view?.price == row.price, "bid \(index + 1)")
      if let next = row.next { #expect(view?.minNext == next, "bid \(index + 1)") }
    }
  }

  @Test(arguments: [(UInt8(1), Int64(150)), (2, 125)])
  func row1FirstBid(table: UInt8, next: Int64) {
    play(table, [Row(bidder: 1, maximum: 5_000, leader: 1, price: 100, next: next)])
  }

  @Test(arguments: [(UInt8(1), Int64(2_100)), (2, 2_050)])
  func row2LowerSecond(table: UInt8, price: Int64) {
    play(
      table,
      [
        Row(bidder: 1, maximum: 5_000, leader: 1, price: 100),
        Row(bidder: 2, maximum: 2_000, leader: 1, price: price),
      ]
    )
  }

  @Test(arguments: [(UInt8(1), Int64(5_250)), (2, 5_100)])
  func row3CloseSecond(table: UInt8, next: Int64) {
    play(
      table,
      [
        Row(bidder: 1, maximum: 5_000, leader: 1, price: 100),
        Row(bidder: 2, maximum: 4_990, leader: 1, price: 5_000, next: next),
      ]
    )
  }

  @Test(arguments: [UInt8(1), 2])
  func row4Ties(table: UInt8) {
    play(
      table,
      [
        Row(bidder: 1, maximum: 5_000, leader: 1, price: 100),
        Row(bidder: 2, maximum: 5_000, leader: 1, price: 5_000),
        Row(bidder: 3, maximum: 5_000, code: 5, leader: 1, price: 5_000),
      ]
    )
  }

  @Test(arguments: [(UInt8(1), Int64(1_000)), (2, 950)])
  func row5WinByOneCent(table: UInt8, middle: Int64) {
    play(
      table,
      [
        Row(bidder: 1, maximum: 2_000, leader: 1, price: 100),
        Row(bidder: 2, maximum: 900, leader: 1, price: middle),
        Row(bidder: 3, maximum: 2_001, leader: 3, price: 2_001),
      ]
    )
  }

  @Test(arguments: [(UInt8(1), Int64(6_250)), (2, 6_100)])
  func row6OwnRaise(table: UInt8, last: Int64) {
    play(
      table,
      [
        Row(bidder: 1, maximum: 5_000, leader: 1, price: 100),
        Row(bidder: 2, maximum: 5_000, leader: 1, price: 5_000),
        Row(bidder: 1, maximum: 8_000, leader: 1, price: 5_000),
        Row(bidder: 2, maximum: 6_000, leader: 1, price: last),
      ]
    )
  }

  @Test(arguments: [(UInt8(1), Int64(12_500)), (2, 12_250)])
  func row7ReserveMet(table: UInt8, last: Int64) {
    play(
      table,
      reserve: 10_000,
      [
        Row(bidder: 1, maximum: 150, leader: 1, price: 100),
        Row(bidder: 2, maximum: 15_000, leader: 2, price: 10_000),
        Row(bidder: 3, maximum: 12_000, leader: 2, price: last),
      ]
    )
  }

  @Test(arguments: [UInt8(1), 2])
  func row8RaiseToTheReserve(table: UInt8) {
    play(
      table,
      start: 1_000,
      reserve: 10_000,
      [
        Row(bidder: 1, maximum: 5_000, leader: 1, price: 1_000),
        Row(bidder: 1, maximum: 9_999, leader: 1, price: 1_000),
        Row(bidder: 1, maximum: 12_000, leader: 1, price: 10_000),
      ]
    )
  }

  @Test func row9TierOfTheLosersMaximum() {
    play(
      1,
      start: 2_000,
      [
        Row(bidder: 1, maximum: 20_000, leader: 1, price: 2_000),
        Row(bidder: 2, maximum: 9_999, leader: 1, price: 10_249, next: 10_749),
        Row(bidder: 3, maximum: 10_500, code: 5, leader: 1, price: 10_249),
      ]
    )
    play(
      2,
      start: 2_000,
      [
        Row(bidder: 1, maximum: 20_000, leader: 1, price: 2_000),
        Row(bidder: 2, maximum: 9_999, leader: 1, price: 10_099),
        Row(bidder: 3, maximum: 10_500, leader: 1, price: 10_750),
      ]
    )
  }

  @Test(arguments: [(UInt8(1), Int64(150)), (2, 125)])
  func row10Removal(table: UInt8, last: Int64) {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.incrementTable = table
    let id = driver.create(auction)
    #expect(driver.bid(1, 100, on: id) == 0)
    #expect(driver.bid(2, 150, on: id) == 0)
    #expect(driver.bid(26, 17_000, on: id) == 0)
    #expect(driver.bid(2, 17_000, on: id) == 0)
    #expect(driver.view(id)?.leader == 26)
    #expect(driver.view(id)?.price == 17_000)
    #expect(driver.removeBids(26, from: id) == 0)
    #expect(driver.view(id)?.leader == 2)
    #expect(driver.view(id)?.price == last)
    #expect(driver.maximum(id) == 17_000)
    #expect(driver.engine.exposure(of: 26) == 0)
    #expect(driver.engine.exposure(of: 2) == 17_000)
  }
}

/// What the rules say beside the examples.
@Suite struct RuleDetailTests {
  @Test func exactBidsSetThePrice() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 300, on: id, .exact) == 0)
    #expect(driver.view(id)?.price == 300)
    #expect(driver.bid(1, 900, on: id, .exact) == RejectCode.alreadyLeading.rawValue)
    #expect(driver.bid(2, 1_000, on: id, .exact) == 0)
    #expect(driver.view(id)?.price == 1_000)
    #expect(driver.bid(2, 1_000, on: id) == RejectCode.notHigherThanOwnMaximum.rawValue)
  }

  @Test func reservePolicyMaxOpensAtTheMaximum() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 10_000
    auction.reservePolicy = 1
    let id = driver.create(auction)
    #expect(driver.bid(1, 4_000, on: id) == 0)
    #expect(driver.view(id)?.price == 4_000)
    #expect(driver.view(id)?.reserveState == .unmet)
  }

  @Test func loweredReserveNeedsANewBid() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 10_000
    let id = driver.create(auction)
    #expect(driver.bid(1, 5_000, on: id) == 0)
    #expect(driver.update(id, .reserve) { $0.reserve = 4_000 } == 0)
    #expect(driver.maximum(id) == 3_999)
    #expect(driver.view(id)?.price == 100)
    #expect(driver.engine.exposure(of: 1) == 3_999)
    #expect(driver.bid(1, 4_000, on: id) == 0)
    #expect(driver.view(id)?.price == 4_000)
  }

  @Test func loweredReserveJumps() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 10_000
    auction.reserveLowering = 1
    let id = driver.create(auction)
    #expect(driver.bid(1, 5_000, on: id) == 0)
    #expect(driver.view(id)?.bidCount == 1)
    #expect(driver.update(id, .reserve) { $0.reserve = 4_000 } == 0)
    #expect(driver.maximum(id) == 5_000)
    #expect(driver.view(id)?.price == 4_000)
    #expect(driver.view(id)?.bidCount == 2)
  }

  @Test func ownRaiseIsSeenByNobody() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 500, on: id) == 0)
    let before = driver.view(id)
    let sent = driver.apply(.bid(.of(1, 900, on: id)))
    #expect(sent.count == 1)
    #expect(sent.first?.session == 65_537)
    #expect(driver.view(id) == before)
  }

  @Test func rowsCountBidsAndAutomaticMoves() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 5_000, on: id) == 0)
    #expect(driver.view(id)?.bidCount == 1)
    #expect(driver.bid(2, 2_000, on: id) == 0)
    #expect(driver.view(id)?.bidCount == 3)
    #expect(driver.bid(3, 9_000, on: id) == 0)
    #expect(driver.view(id)?.bidCount == 4)
  }

  @Test func softCloseExtendsToTheHardEnd() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.softCloseWindowMs = 60_000
    auction.softCloseExtensionMs = 120_000
    auction.hardEnd = auction.endTime + 90_000_000_000
    let id = driver.create(auction)
    driver.time = auction.endTime - 60_000_000_000
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(driver.view(id)?.endTime == auction.endTime)
    driver.time += 1
    #expect(driver.bid(1, 900, on: id) == 0)
    #expect(driver.view(id)?.endTime == auction.endTime)
    #expect(driver.bid(2, 700, on: id) == 0)
    #expect(driver.view(id)?.endTime == driver.time + 120_000_000_000)
    driver.time += 59_000_000_000
    #expect(driver.bid(2, 1_000, on: id) == 0)
    driver.time += 60_000_000_000
    #expect(driver.bid(3, 2_000, on: id) == 0)
    #expect(driver.view(id)?.endTime == auction.hardEnd)
    driver.time = auction.hardEnd - 1
    #expect(driver.bid(4, 3_000, on: id) == 0)
    driver.time = auction.hardEnd
    #expect(driver.bid(5, 9_000, on: id) == RejectCode.ended.rawValue)
    #expect(driver.view(id)?.leader == 4)
  }

  @Test func buyNowEndsTheAuction() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 5_000
    auction.buyNow = 8_000
    let id = driver.create(auction)
    #expect(driver.bid(1, 4_000, on: id) == 0)
    #expect(driver.bid(2, 7_999, on: id, .buyNow) == RejectCode.buyNowUnavailable.rawValue)
    let sent = driver.apply(.bid(.of(2, 8_000, on: id, .buyNow)), session: 65_540)
    #expect(driver.view(id)?.status == .ended)
    #expect(driver.view(id)?.price == 8_000)
    #expect(driver.engine.exposure(of: 1) == 0)
    #expect(driver.engine.exposure(of: 2) == 0)
    #expect(sent.contains { if case .outbid = $0.said { $0.session == 65_537 } else { false } })
    #expect(sent.contains { if case .won = $0.said { $0.session == 65_540 } else { false } })
    #expect(driver.bid(3, 9_000, on: id) == RejectCode.ended.rawValue)
  }

  @Test func buyNowGoesWhenTheReserveIsMet() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.buyNow = 8_000
    let id = driver.create(auction)
    #expect(driver.view(id)?.buyNow == 8_000)
    #expect(driver.bid(1, 4_000, on: id) == 0)
    #expect(driver.view(id)?.buyNow == .min)
    #expect(driver.bid(2, 8_000, on: id, .buyNow) == RejectCode.buyNowUnavailable.rawValue)
  }

  @Test func removalAppliesALoweredMaximum() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 5_000, on: id) == 0)
    #expect(driver.bid(2, 1_000, on: id) == 0)
    #expect(driver.bid(1, 8_000, on: id) == 0)
    #expect(driver.lower(1, to: 2_000, on: id) == 0)
    #expect(driver.engine.exposure(of: 1) == 2_000)
    #expect(driver.removeBids(2, from: id) == 0)
    #expect(driver.maximum(id) == 2_000)
    #expect(driver.view(id)?.price == 100)
    #expect(driver.bid(3, 3_000, on: id) == 0)
    #expect(driver.view(id)?.leader == 3)
    #expect(driver.view(id)?.price == 2_100)
  }

  @Test func removalKeepsAReserveMetThatWasLowered() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.reserve = 10_451
    let id = driver.create(auction)
    #expect(driver.bid(1, 10_450, on: id) == 0)
    #expect(driver.bid(2, 7_000, on: id) == 0)
    #expect(driver.bid(3, 14_000, on: id) == 0)
    #expect(driver.update(id, .reserve) { $0.reserve = 9_500 } == 0)
    #expect(driver.removeBids(3, from: id) == 0)
    #expect(driver.view(id)?.leader == 1)
    #expect(driver.maximum(id) == 10_450)
    #expect(driver.view(id)?.price == 9_500)
    #expect(driver.view(id)?.minNext == 9_750)
    #expect(driver.bid(4, 9_749, on: id) == RejectCode.bidTooLow.rawValue)
  }

  @Test func loweringHasItsLimits() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 5_000, on: id) == 0)
    #expect(driver.bid(2, 1_000, on: id) == 0)
    #expect(driver.lower(1, to: 1_099, on: id) == RejectCode.lowerBelowPrice.rawValue)
    #expect(driver.lower(1, to: 5_000, on: id) == RejectCode.amountOutOfRange.rawValue)
    #expect(driver.lower(2, to: 900, on: id) == RejectCode.lowerBelowPrice.rawValue)
    #expect(driver.lower(1, to: 1_100, on: id) == 0)
    #expect(driver.view(id)?.minNext == 1_200)
  }
}
