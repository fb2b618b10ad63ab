import Primitives
import Testing
import Wire

@testable import Client

@Suite(.serialized) struct PageTests {
  private static let auction = AuctionID(raw: 9)

  private static func withClient(
    timeout: Nanoseconds = 5 * TimeSpan.second,
    _ body: (RostrumClient, FakeServer) throws -> Void
  ) throws {
    let server = FakeServer()
    server.start()
    defer { server.stop() }
    var configuration = ClientConfiguration(
      endpoint: Endpoint(address: 0x7F00_0001, port: server.port),
      credentials: .insecure(account: 5, roles: [.operator]))
    configuration.requestTimeout = timeout
    let client = try RostrumClient(configuration)
    defer { client.close() }
    try body(client, server)
  }

  private static func fill(_ server: FakeServer, rows: UInt32) {
    server.change { $0.rows = (1...rows).map { FakeServer.row($0, of: 9) } }
  }

  @Test func pagesThroughAHistoryNewestFirst() throws {
    try Self.withClient { client, server in
      Self.fill(server, rows: 25)
      var numbers: [UInt32] = []
      var counts: [Int] = []
      var before: UInt64 = 0
      repeat {
        let outcome = try client.bids(of: Self.auction, before: before, limit: 10)
        let page = try #require(outcome.success)
        numbers += page.rows.map(\.rowNumber)
        counts.append(page.rows.count)
        before = page.end.nextBeforeRow
      } while before > 0
      #expect(numbers == (1...25).reversed())
      #expect(counts == [10, 10, 5])
      #expect(try client.history(of: Self.auction).success?.map(\.rowNumber) == (6...25).reversed())
      #expect(try client.bids(of: AuctionID(raw: 8)).success?.rows == [])
    }
  }

  /// Rows belong to the page; an update of a watched auction is told, wherever it comes.
  @Test func updatesBetweenRowsAreNews() throws {
    try Self.withClient { client, server in
      Self.fill(server, rows: 25)
      var news: [UInt32] = []
      client.onNotice = { if case .bidEntry(let row) = $0 { news.append(row.rowNumber) } }
      server.change {
        $0.interruption = [
          FakeServer.bytes(FakeServer.row(26, of: 9)), FakeServer.bytes(FakeServer.row(40, of: 8)),
        ]
      }
      let old = try client.bids(of: Self.auction, before: 20, limit: 5).success
      #expect(old?.rows.map(\.rowNumber) == [19, 18, 17, 16, 15])
      #expect(news == [26, 40])
      server.change { $0.interruption = [FakeServer.bytes(FakeServer.row(26, of: 9))] }
      let newest = try client.bids(of: Self.auction, limit: 3).success
      #expect(newest?.rows.map(\.rowNumber) == [25, 24, 23])
    }
  }

  @Test func aPageThatALostConnectionCutComesWhole() throws {
    try Self.withClient { client, server in
      Self.fill(server, rows: 25)
      server.change { $0.repliesBeforeLoss = 4 }
      let page = try client.bids(of: Self.auction, limit: 10).success
      #expect(page?.rows.map(\.rowNumber) == (16...25).reversed())
      server.change {
        $0.events = (1...20).map { FakeServer.event($0) }
        $0.repliesBeforeLoss = 3
      }
      #expect(try client.events(from: 0).success?.events.count == 20)
      #expect(client.lostConnectionCount == 2)
      #expect(client.collectors.isEmpty)
    }
  }

  @Test func readsEventsFromAnyPlaceOn() throws {
    try Self.withClient { client, server in
      var news = 0
      client.onNotice = { _ in news += 1 }
      server.change { $0.events = (1...50).map { FakeServer.event($0) } }
      var events: [Notice] = []
      var offset: UInt64 = 0
      var end: EventsEnd
      repeat {
        let outcome = try client.events(from: offset, limit: 8, waitMs: 1)
        let page = try #require(outcome.success)
        events += page.events
        (offset, end) = (page.end.nextOffset, page.end)
      } while offset < end.endOffset
      #expect(events.compactMap(Self.position) == Array(1...50))
      #expect(try client.events(from: 51).success?.events == [])
      #expect(news == 0, "events are no news")
    }
  }

  private static func position(_ event: Notice) -> UInt64? {
    switch event {
    case .outbid(let message): message.logPosition
    case .won(let message): message.logPosition
    case .state(let message): message.logPosition
    case .price(let message): message.logPosition
    case .extended(let message): message.logPosition
    case .ended(let message): message.logPosition
    case .bidEntry(let message): message.logPosition
    case .sessionOpened, .connectionLost: nil
    }
  }

  /// A numbered notice is news for this client, also between events; what cannot be told from an
  /// event makes the page one that must be asked for again.
  @Test func whatIsNoEventIsNotTakenForOne() throws {
    try Self.withClient { client, server in
      var outbids: [UInt64] = []
      client.onNotice = { if case .outbid(let outbid) = $0 { outbids.append(outbid.logPosition) } }
      server.change {
        $0.events = (1...9).map { FakeServer.event($0) }
        $0.interruption = [FakeServer.bytes(FakeServer.outbid(99), sequence: 1)]
      }
      let first = try client.events(from: 0).success
      #expect(first?.events.count == 9 && outbids == [99])
      server.change { $0.interruption = [FakeServer.event(1)] }
      let mixed = try client.events(from: 0)
      #expect(mixed == .answerLost)
      let again = try client.events(from: 0).success
      #expect(again?.events == first?.events)
    }
  }

  @Test func aPageThatComesTooLateIsNoNews() throws {
    try Self.withClient(timeout: 20 * TimeSpan.millisecond) { client, server in
      var news: [Notice] = []
      server.change {
        $0.events = (1...9).map { FakeServer.event($0) }
        $0.isSilent = true
      }
      guard case .unknown(let ticket) = try client.events(from: 0) else {
        Issue.record("a silent server leaves the outcome unknown")
        return
      }
      client.onNotice = { news.append($0) }
      server.change {
        $0.isSilent = false
        $0.repliesBeforeLoss = 0
      }
      _ = try client.view(Self.auction)
      guard case .accepted(.eventsEnd(let end)) = client.resolve(ticket, timeout: TimeSpan.second)
      else {
        Issue.record("the question goes again after the reconnect")
        return
      }
      #expect(end.eventCount == 9)
      #expect(news.compactMap(Self.position).isEmpty)
      #expect(client.collectors.isEmpty)
    }
  }

  @Test func takesASnapshotOrSaysWhyNot() throws {
    try Self.withClient { client, server in
      let taken = try client.takeSnapshot().success
      #expect(taken?.logPosition == 77 && taken?.byteCount == 4_096 && taken?.tookNs == 5)
      server.change { $0.isSnapshotRunning = true }
      guard case .rejected(let rejection) = try client.takeSnapshot() else {
        Issue.record("one snapshot at a time")
        return
      }
      #expect(rejection.reason == .snapshotRunning)
      #expect(throws: ClientError.self) { try client.takeSnapshot(shard: ShardID(3)) }
      #expect(throws: ClientError.self) { try client.events(shard: ShardID(3), from: 0) }
      #expect(client.collectors.isEmpty)
    }
  }
}
