import Client
import Foundation
import Primitives
import Runtime
import Testing
import Wire

extension ProcessTests {
  /// Histories of bids and the stream of events, over crashes and over a lost journal.
  @Suite struct HistoryTests {
    private static let bidCount = 10_000

    private func client(_ server: TestServer) throws -> RostrumClient {
      try RostrumClient(
        ClientConfiguration(
          endpoint: Endpoint(parsing: "127.0.0.1:\(server.port)"),
          credentials: .insecure(account: 900, roles: [.operator, .broker])))
    }

    /// One auction with many bids, each a little higher, and others whose events lie between.
    private func fill(_ server: TestServer) throws -> AuctionID {
      let lane = Lane(port: server.port, account: 900)
      try lane.open()
      var draft = hourLongDraft(startPrice: 100)
      draft.increments = .standard
      let auction = try lane.create(draft)
      let other = try lane.create(draft)
      var amount: Int64 = 100
      for number in 0..<Self.bidCount {
        amount += 20_000
        let bid = placeBid(auction, by: 1 + UInt64(number % 2), amount)
        #expect(lane.connection.session.submit(bid, tag: UInt64(number)) != nil)
        if number % 7 == 0 {
          let between = placeBid(other, by: 3, amount)
          #expect(lane.connection.session.submit(between, tag: UInt64(number)) != nil)
        }
        if lane.inFlight > 200 { try lane.wait(20, "no answers") { lane.inFlight < 100 } }
      }
      try lane.wait(30, "no answers") { lane.inFlight == 0 }
      return AuctionID(raw: auction)
    }

    private func history(_ client: RostrumClient, _ auction: AuctionID) throws -> [BidEntry] {
      var rows: [BidEntry] = []
      var before: UInt64 = 0
      repeat {
        let page = try #require(try client.bids(of: auction, before: before, limit: 256).success)
        rows += page.rows
        before = page.end.nextBeforeRow
      } while before != 0
      return rows
    }

    @Test func pagesNewestFirstAndSurvivesTheLossOfTheJournal() throws {
      let server = try TestServer()
      try server.start()
      let auction = try fill(server)
      let before = try client(server)
      let clock = ContinuousClock()
      var first: [BidEntry] = []
      let firstTook = try clock.measure {
        first = try before.history(of: auction, limit: 100).success ?? []
      }
      #expect(first.count == 100)
      var rows: [BidEntry] = []
      let allTook = try clock.measure { rows = try history(before, auction) }
      note("first page \(firstTook), all \(rows.count) rows \(allTook)")
      let count = rows.count
      #expect(count >= Self.bidCount - 10)
      #expect(rows.map(\.rowNumber) == (1...UInt32(count)).reversed())
      #expect(Array(rows.prefix(100)) == first)
      #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.priceAfter >= $1.priceAfter })
      before.close()
      server.kill()
      let journal = ShardFolder(dataPath: server.dataPath, shard: ShardID(0)).journalPath
      for loss in [remove, cut, spoil] {
        try loss(journal)
        try server.start()
        let after = try client(server)
        #expect(try history(after, auction) == rows)
        after.close()
        #expect(try server.stop().status == 0)
      }
    }

    private func files(_ path: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { path + "/" + $0 }
    }

    private func remove(_ path: String) throws {
      for file in try files(path) { try FileManager.default.removeItem(atPath: file) }
    }

    private func cut(_ path: String) throws {
      let file = try #require(FileHandle(forUpdatingAtPath: try files(path)[0]))
      try file.truncate(atOffset: 100_003)
      try file.close()
    }

    private func spoil(_ path: String) throws {
      let file = try #require(FileHandle(forUpdatingAtPath: try files(path)[0]))
      try file.seek(toOffset: 200_000)
      try file.write(contentsOf: Data(repeating: 0xA5, count: 64))
      try file.close()
    }

    @Test func followersGoOnWithoutGapOrRepeat() throws {
      let server = try TestServer()
      try server.start()
      _ = try fill(server)
      var seen: [Notice] = []
      var next: UInt64 = 0
      for _ in 0..<20 { next = try follow(client(server), from: next, into: &seen) }
      let half = seen.count
      #expect(half > 1_000)
      server.kill()
      try server.start()
      let client = try client(server)
      var end = next
      repeat {
        next = end
        end = try follow(client, from: next, into: &seen)
      } while end != next
      var again: [Notice] = []
      var from: UInt64 = 0
      repeat {
        next = from
        from = try follow(client, from: next, into: &again)
      } while from != next
      #expect(seen.count == again.count)
      #expect(seen == again)
      // An offset inside an event is refused and never misread.
      #expect(try client.events(from: 136, limit: 1).success == nil)
      // Nobody but an operator follows what everybody does.
      let plain = try RostrumClient(
        ClientConfiguration(
          endpoint: Endpoint(parsing: "127.0.0.1:\(server.port)"),
          credentials: .insecure(account: 5, roles: [])))
      #expect(try plain.events(from: 0).success == nil)
    }

    private func follow(
      _ client: RostrumClient, from offset: UInt64, into seen: inout [Notice]
    ) throws -> UInt64 {
      let page = try #require(try client.events(from: offset, limit: 200).success)
      seen += page.events
      return page.end.nextOffset
    }
  }
}
