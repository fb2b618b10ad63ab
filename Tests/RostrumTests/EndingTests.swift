import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Auctions end by the clock, with nobody's help.
  @Suite struct EndingTests {
    @Test func endsByItselfAndRefusesLaterBids() throws {
      let server = try TestServer()
      try server.start()
      let lane = Lane(port: server.port, account: 900)
      try lane.open()
      let end = SystemTime.wall() + 1_500 * TimeSpan.millisecond
      let sold = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      let unsold = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      var withReserve = AuctionDraft(startPrice: 100, endTime: end)
      withReserve.reserve = 90_000
      let unmet = try lane.create(withReserve)
      for auction in [sold, unsold, unmet] {
        let message = Subscribe(clientRef: 0, auctionId: auction, fromRevision: 0, flags: 0)
        _ = try lane.ask(message, for: SubscribeAck.self)
      }
      _ = try lane.ask(placeBid(sold, by: 7, 5_000), for: BidAck.self)
      _ = try lane.ask(placeBid(unmet, by: 8, 5_000), for: BidAck.self)
      try lane.wait(30, "no end") { ended(lane).count == 3 }
      let late = SystemTime.wall() - end
      let ends = Dictionary(uniqueKeysWithValues: ended(lane).map { ($0.auctionId, $0) })
      #expect(ends[sold]?.outcome == EndOutcome.sold.rawValue)
      #expect(ends[sold]?.winnerId == 7)
      #expect(ends[unsold]?.outcome == EndOutcome.noBids.rawValue)
      #expect(ends[unmet]?.outcome == EndOutcome.reserveNotMet.rawValue)
      note("the third of three ends was known \(late / 1_000) us after its time")
      #expect(ends.values.allSatisfy { $0.time >= end })
      #expect(late < 500 * TimeSpan.millisecond)
      try checkLater(lane, server, sold: sold)
    }

    private func checkLater(_ lane: Lane, _ server: TestServer, sold: UInt64) throws {
      let code = RejectCode.ended.rawValue
      #expect(try lane.refusal(of: placeBid(sold, by: 9, 50_000)) == code)
      let view = try lane.view(sold)
      #expect(view.status == AuctionStatus.ended.rawValue)
      #expect(view.price == 100)
      #expect(view.leaderId == 7)
      let won = lane.notices.compactMap { $0.decode(AuctionWon.self) }
      #expect(won.map(\.auctionId) == [sold])
      server.kill()
      try server.start()
      lane.move(to: server.port)
      #expect(try lane.refusal(of: placeBid(sold, by: 9, 50_000)) == code)
      #expect(try lane.view(sold).status == AuctionStatus.ended.rawValue)
    }

    private func ended(_ lane: Lane) -> [AuctionEnded] {
      lane.notices.compactMap { $0.decode(AuctionEnded.self) }
    }

    /// Nobody could bid in the last second, so the auction gets a time of grace, and ends then.
    @Test func endsThatFellIntoAnOutageAreExtended() throws {
      let server = try TestServer(options: TestServer.smallOptions + ["--outage-grace", "3"])
      try server.start()
      let lane = Lane(port: server.port, account: 900)
      let end = SystemTime.wall() + 1_000 * TimeSpan.millisecond
      let auction = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      let later = try lane.create(
        AuctionDraft(startPrice: 100, endTime: end + 3_600 * TimeSpan.second))
      _ = try lane.ask(placeBid(auction, by: 7, 5_000), for: BidAck.self)
      server.kill()
      try waitUntil(30, "the end passes") { SystemTime.wall() > end + 50 * TimeSpan.millisecond }
      let restarted = SystemTime.wall()
      try server.start()
      lane.move(to: server.port)
      let view = try lane.view(auction)
      #expect(view.status == AuctionStatus.active.rawValue)
      #expect(view.endTime >= restarted + 3 * TimeSpan.second)
      #expect(try lane.view(later).endTime == end + 3_600 * TimeSpan.second, "not concerned")
      _ = try lane.ask(placeBid(auction, by: 9, 50_000), for: BidAck.self)
      try waitUntil(20, "no end") {
        try lane.view(auction).status == AuctionStatus.ended.rawValue
      }
      #expect(try lane.view(auction).leaderId == 9)
    }

    /// What fell due while no server ran happens at the start, where nothing is extended.
    @Test func endsThatWereMissedAreMadeUpFor() throws {
      let server = try TestServer(options: TestServer.smallOptions + ["--outage-grace", "off"])
      try server.start()
      let lane = Lane(port: server.port, account: 900)
      let end = SystemTime.wall() + 1_000 * TimeSpan.millisecond
      let auction = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      _ = try lane.ask(placeBid(auction, by: 7, 5_000), for: BidAck.self)
      server.kill()
      try waitUntil(30, "the end passes") { SystemTime.wall() > end + 50 * TimeSpan.millisecond }
      try server.start()
      lane.move(to: server.port)
      let code = RejectCode.ended.rawValue
      #expect(try lane.refusal(of: placeBid(auction, by: 9, 50_000)) == code)
      #expect(try lane.view(auction).leaderId == 7)
      try lane.wait(10, "no prize") {
        lane.notices.contains { $0.decode(AuctionWon.self)?.auctionId == auction }
      }
    }

    @Test func watchShowsTheEnd() throws {
      let server = try TestServer()
      try server.start()
      let lane = Lane(port: server.port, account: 900)
      let end = SystemTime.wall() + 1_500 * TimeSpan.millisecond
      let auction = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      let watch = try Program.start(
        ["watch", "\(auction)", "--connect", "127.0.0.1:\(server.port)", "--json"],
        in: server.folder)
      _ = try lane.ask(placeBid(auction, by: 7, 5_000), for: BidAck.self)
      #expect(try watch.wait(seconds: 30) == 0, "\(watch.errors)")
      #expect(watch.output.contains("ended"), "\(watch.output)")
    }
  }
}
