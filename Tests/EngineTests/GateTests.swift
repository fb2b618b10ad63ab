import Testing
import Wire

@testable import Engine

/// Every gate of a bid, and that they come in the order of the rules.
@Suite struct GateTests {
  /// A bid that fails every gate that is still closed, on one auction of seller 100.
  ///
  /// The gates are opened one after the other; each time the next one in order must answer.
  @Test func gatesComeInTheOrderOfTheRules() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.flags = 1 | 2
    auction.rateRefillMs = 1_000
    auction.rateBurst = 1
    let id = driver.create(auction)
    _ = driver.control(.of(.limitExposure, 7, amount: 0))
    _ = driver.control(.of(.block, 7))
    _ = driver.control(.of(.link, 7, other: 100))
    func bad(_ driver: inout EngineDriver) -> UInt16 {
      driver.bid(7, 0, on: id, currency: 978, ifRevision: 77)
    }
    #expect(driver.bid(7, 0, on: id + 1) == RejectCode.unknownAuction.rawValue)
    #expect(bad(&driver) == RejectCode.notOpenYet.rawValue)
    #expect(driver.update(id, .publish) == 0)
    #expect(bad(&driver) == RejectCode.sellerMayNotBid.rawValue)
    _ = driver.control(.of(.unlink, 7))
    #expect(bad(&driver) == RejectCode.bidderBlocked.rawValue)
    _ = driver.control(.of(.unblock, 7))
    _ = driver.control(.of(.sellerBlock, 100, other: 7, actor: 100), roles: [])
    #expect(bad(&driver) == RejectCode.bidderBlocked.rawValue)
    _ = driver.control(.of(.sellerUnblock, 100, other: 7, actor: 100), roles: [])
    #expect(bad(&driver) == RejectCode.bidderNotVerified.rawValue)
    _ = driver.control(.of(.verify, 7))
    #expect(
      driver.bid(7, 1, on: id, currency: 978, ifRevision: 77) == RejectCode.limitExceeded.rawValue
    )
    #expect(bad(&driver) == RejectCode.currencyMismatch.rawValue)
    _ = driver.control(.of(.limitExposure, 7))
    #expect(driver.bid(7, 0, on: id, ifRevision: 77) == RejectCode.amountOutOfRange.rawValue)
    #expect(driver.bid(7, 50, on: id, ifRevision: 77) == RejectCode.revisionMismatch.rawValue)
    // The first bid takes the only token, though the price rules then refuse it.
    #expect(driver.bid(7, 50, on: id) == RejectCode.bidTooLow.rawValue)
    #expect(driver.bid(7, 50, on: id) == RejectCode.limitExceeded.rawValue)
  }

  @Test func closedAuctionsAnswerFirst() {
    var driver = EngineDriver()
    let cancelled = driver.create(.plain())
    #expect(driver.cancel(cancelled, by: 100) == 0)
    #expect(driver.bid(100, 0, on: cancelled, currency: 1) == RejectCode.cancelled.rawValue)
    var later = CreateAuction.plain()
    later.startTime = driver.time + 1_000
    let scheduled = driver.create(later)
    #expect(driver.bid(100, 0, on: scheduled, currency: 1) == RejectCode.notOpenYet.rawValue)
    driver.time += 999
    #expect(driver.bid(1, 500, on: scheduled) == RejectCode.notOpenYet.rawValue)
    driver.time += 1
    #expect(driver.bid(1, 500, on: scheduled) == 0)
    driver.time = later.endTime - 1
    #expect(driver.bid(1, 600, on: scheduled) == 0)
    driver.time += 1
    #expect(driver.bid(100, 0, on: scheduled, currency: 1) == RejectCode.ended.rawValue)
  }

  @Test func sellerMayNotBid() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(100, 500, on: id) == RejectCode.sellerMayNotBid.rawValue)
  }

  @Test func exposureCountsTheOwnMaximumOnce() {
    var driver = EngineDriver()
    let first = driver.create(.plain())
    let second = driver.create(.plain())
    _ = driver.control(.of(.limitExposure, 1, amount: 1_000))
    #expect(driver.bid(1, 600, on: first) == 0)
    #expect(driver.bid(1, 401, on: second) == RejectCode.limitExceeded.rawValue)
    #expect(driver.bid(1, 400, on: second) == 0)
    #expect(driver.engine.exposure(of: 1) == 1_000)
    #expect(driver.bid(1, 601, on: first) == RejectCode.limitExceeded.rawValue)
    // Another bidder takes the lead: room again.
    #expect(driver.bid(2, 900, on: second) == 0)
    #expect(driver.engine.exposure(of: 1) == 600)
    #expect(driver.bid(1, 1_000, on: first) == 0)
    #expect(driver.bid(1, .max, on: first) == RejectCode.limitExceeded.rawValue)
  }

  @Test func rateLimitTellsWhenToRetry() {
    var driver = EngineDriver()
    var auction = CreateAuction.plain()
    auction.rateRefillMs = 1_000
    auction.rateBurst = 2
    let id = driver.create(auction)
    #expect(driver.bid(1, 500, on: id) == 0)
    driver.time += 400_000_000
    #expect(driver.bid(1, 600, on: id) == 0)
    driver.time += 1
    let sent = driver.apply(.bid(.of(1, 700, on: id)))
    guard case .reject(_, _, _, _, _, _, let code, let retry) = sent[0].said else {
      Issue.record("no reject")
      return
    }
    #expect(code == RejectCode.limitExceeded.rawValue)
    #expect(retry == 600_000)
    driver.time += UInt64(retry) * 1_000 - 2
    #expect(driver.bid(1, 700, on: id) == RejectCode.limitExceeded.rawValue)
    driver.time += 1
    #expect(driver.bid(1, 700, on: id) == 0)
    // Another bidder has a bucket of its own.
    #expect(driver.bid(2, 900, on: id) == 0)
  }

  @Test func linksOfManyAccountsAreOneGroup() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.control(.of(.link, 1, other: 2)) == 0)
    #expect(driver.control(.of(.link, 100, other: 3)) == 0)
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(driver.control(.of(.link, 2, other: 3)) == 0)
    #expect(driver.bid(1, 900, on: id) == RejectCode.sellerMayNotBid.rawValue)
    #expect(driver.bid(2, 900, on: id) == RejectCode.sellerMayNotBid.rawValue)
    #expect(driver.control(.of(.unlink, 1)) == 0)
    #expect(driver.bid(1, 900, on: id) == 0)
  }

  @Test func onlyAnOperatorControlsAccounts() {
    var driver = EngineDriver()
    for action in [AccountAction.block, .verify, .limitExposure, .link, .unlink] {
      let code = driver.control(.of(action, 1, other: 2), roles: .broker)
      #expect(code == RejectCode.notAuthorised.rawValue)
    }
    let other = driver.control(.of(.sellerBlock, 100, other: 2, actor: 5), roles: .broker)
    #expect(other == RejectCode.notAuthorised.rawValue)
    #expect(
      driver.code(
        driver.apply(
          .remove(
            RemoveBids(
              clientRef: 1,
              auctionId: 1,
              bidderId: 1,
              accountId: 1,
              clientTime: 0,
              reason: 1
            )
          )
        )
      )
        == RejectCode.notAuthorised.rawValue
    )
  }

  @Test func bidderNullIsMalformed() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(0, 500, on: id) == RejectCode.malformed.rawValue)
    var auction = CreateAuction.plain()
    auction.sellerId = 0
    #expect(driver.code(driver.apply(.create(auction, []))) == RejectCode.malformed.rawValue)
  }
}
