import Primitives
import Testing
import Wire

@testable import Simulator

/// What always holds is seen to be broken when it is.
@Suite struct PriorityCheckTests {
  private static let auction: UInt64 = 1 << 32

  private func ack(
    _ bidder: UInt64, _ maximum: Int64, price: Int64, leader: UInt64, end: UInt64 = 100,
    _ outcome: BidOutcome = .leading
  ) -> Told {
    Told(
      BidAck(
        clientRef: 1, auctionId: Self.auction, bidderId: bidder, bidId: 1, yourMaximum: maximum,
        price: price, minNext: price + 1, leaderId: leader, revision: 1, logPosition: 1,
        acceptedTime: 1, endTime: end, outcome: outcome.rawValue, reserveState: 0, status: 2,
        flags: 0, bidCount: 0), to: SessionHandle(raw: 1))
  }

  private func row(_ number: UInt32) -> Told {
    Told(
      BidEntry(
        auctionId: Self.auction, bidderId: 1, amount: 1, priceAfter: 1, leaderAfter: 1, time: 1,
        logPosition: 1, kind: 0, flags: 0, rowNumber: number), to: .none)
  }

  private func hidden(
    _ leader: UInt64, _ maximum: Int64, reserve: Int64 = Money.absent
  ) -> HiddenTerms {
    HiddenTerms(maximum: maximum, reserve: reserve, leader: leader, hardEnd: 0)
  }

  /// Follows answers one by one; what is found at the last one, nil before it.
  private func fault(_ steps: [([Told], HiddenTerms)], removes bidder: UInt64? = nil) -> String? {
    var check = PriorityCheck()
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      var frame = FrameBytes.make(Tick(reserved: 0))
      if isLast, let bidder {
        frame = FrameBytes.make(
          RemoveBids(
            clientRef: 1, auctionId: Self.auction, bidderId: bidder, accountId: 1, clientTime: 0,
            reason: 1))
      }
      let record = LoggedRecord(
        position: UInt64(index + 1), time: 1, session: SessionHandle(raw: 1), roles: [],
        frame: frame)
      let difference = check.follow(record, step.0, [(Self.auction, step.1)])
      if isLast { return difference?.found }
      if let difference { return "early: \(difference)" }
    }
    return nil
  }

  @Test func aSoundCourseHasNoFault() {
    #expect(
      fault([
        ([ack(1, 50, price: 10, leader: 1)], hidden(1, 50)),
        ([ack(2, 50, price: 50, leader: 1, .outbidImmediately)], hidden(1, 50)),
        ([ack(3, 60, price: 55, leader: 3)], hidden(3, 60)),
      ]) == nil)
  }

  @Test func aTieThatTheLaterMaximumWinsIsFound() {
    let found = fault([
      ([ack(1, 50, price: 10, leader: 1)], hidden(1, 50)),
      ([ack(2, 50, price: 50, leader: 2)], hidden(2, 50)),
    ])
    #expect(found == "account 2 leads and not 1 with 50")
  }

  @Test func aLowerMaximumThatLeadsIsFound() {
    let found = fault([
      ([ack(1, 50, price: 10, leader: 1)], hidden(1, 50)),
      ([ack(2, 60, price: 50, leader: 1)], hidden(1, 50)),
    ])
    #expect(found == "account 1 leads and not 2 with 60")
  }

  @Test func aPriceThatFallsIsFound() {
    let found = fault([
      ([ack(1, 50, price: 20, leader: 1)], hidden(1, 50)),
      ([ack(2, 60, price: 19, leader: 2)], hidden(2, 60)),
    ])
    #expect(found == "the price fell from 20 to 19")
  }

  @Test func aRemovalThatRaisesThePriceIsFound() {
    let removal = Told(
      RemoveAck(
        clientRef: 1, auctionId: Self.auction, revision: 2, logPosition: 1, time: 1, price: 21,
        leaderId: 2, removedCount: 1, bidCount: 1), to: SessionHandle(raw: 1))
    let found = fault(
      [
        ([ack(1, 50, price: 20, leader: 1)], hidden(1, 50)), ([removal], hidden(2, 50)),
      ], removes: 1)
    #expect(found == "a removal moved the price from 20 to 21")
  }

  @Test func aPriceAboveTheMaximumIsFound() {
    #expect(
      fault([([ack(1, 50, price: 51, leader: 1)], hidden(1, 50))])
        == "the price 51 is above the maximum")
  }

  @Test func aPriceBelowAnotherMaximumIsFound() {
    let found = fault([
      ([ack(1, 50, price: 10, leader: 1)], hidden(1, 50)),
      ([ack(2, 60, price: 49, leader: 2)], hidden(2, 60)),
    ])
    #expect(found == "another's maximum 50 is above the price 49")
  }

  @Test func aReserveThatIsMetInSecretIsFound() {
    #expect(
      fault([([ack(1, 50, price: 10, leader: 1)], hidden(1, 50, reserve: 40))])
        == "the maximum meets the reserve and the price 10 does not")
  }

  @Test func anEndThatABidMovesEarlierIsFound() {
    let found = fault([
      ([ack(1, 50, price: 10, leader: 1)], hidden(1, 50)),
      ([ack(2, 60, price: 50, leader: 2, end: 99)], hidden(2, 60)),
    ])
    #expect(found == "a bid moved the end from 100 to 99")
  }

  @Test func aRowThatIsMissingIsFound() {
    #expect(
      fault([
        ([ack(1, 50, price: 10, leader: 1), row(1)], hidden(1, 50)), ([row(3)], hidden(1, 50)),
      ]) == "row 3 follows row 1")
  }

  @Test func aLeaderWithoutABidIsFound() {
    #expect(fault([([row(1)], hidden(1, 50))]) == "somebody leads without a bid")
  }

  @Test func bidsWithoutALeaderAreFound() {
    #expect(
      fault([([ack(1, 50, price: 10, leader: 1)], hidden(0, Money.absent))])
        == "nobody leads over 1 bids")
  }
}
