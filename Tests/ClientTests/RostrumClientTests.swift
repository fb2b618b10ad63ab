import Primitives
import Testing
import Wire

@testable import Client

@Suite(.serialized) struct RostrumClientTests {
  private static func configuration(_ server: FakeServer) -> ClientConfiguration {
    var configuration = ClientConfiguration(
      endpoint: Endpoint(address: 0x7F00_0001, port: server.port),
      credentials: .insecure(account: 5, roles: [.broker, .operator])
    )
    configuration.requestTimeout = 5 * TimeSpan.second
    return configuration
  }

  private static func withServer(_ body: (FakeServer) throws -> Void) rethrows {
    let server = FakeServer()
    server.start()
    defer { server.stop() }
    try body(server)
  }

  private static func auction(_ client: RostrumClient) throws -> AuctionID {
    let draft = AuctionDraft(startPrice: 100, endTime: SystemTime.wall() + TimeSpan.second)
    let ack = try #require(try client.createAuction(draft).success)
    return AuctionID(raw: ack.auctionId)
  }

  @Test func createsBidsAndViews() throws {
    try Self.withServer { server in
      let client = try RostrumClient(Self.configuration(server))
      defer { client.close() }
      let auction = try Self.auction(client)
      let bid = try client.bid(on: auction, amount: 500)
      #expect(bid.success?.price == 500)
      #expect(bid.success?.bidderId == 5)
      guard case .rejected(let rejection) = try client.bid(on: auction, amount: 400) else {
        Issue.record("a bid below the price is refused")
        return
      }
      #expect(rejection.reason == .bidTooLow)
      #expect(try client.view(auction).success?.price == 500)
    }
  }

  @Test func callsTheNoticeClosure() throws {
    try Self.withServer { server in
      let client = try RostrumClient(Self.configuration(server))
      defer { client.close() }
      var prices: [Int64] = []
      client.onNotice = { if case .price(let update) = $0 { prices.append(update.price) } }
      #expect(try client.watch(AuctionID(raw: 9)).success?.active == 1)
      let limit = SystemTime.monotonic() + TimeSpan.second
      while prices.isEmpty, SystemTime.monotonic() < limit {
        client.poll(timeout: TimeSpan.millisecond)
      }
      #expect(prices == [5])
    }
  }

  @Test func neverBidsTwiceWhenAnswersAreLost() throws {
    try Self.withServer { server in
      let client = try RostrumClient(Self.configuration(server))
      defer { client.close() }
      let auction = try Self.auction(client)
      var outcomes: [Int: Int] = [:]
      for number in 0..<60 {
        if number.isMultiple(of: 7) {
          while client.pendingCount > 0 { client.poll(timeout: TimeSpan.millisecond) }
          server.change { $0.repliesBeforeLoss = 2 }
        }
        while client.submit(
          Bid(on: auction, amount: Int64(number) + 1),
          completion: { outcome in
            if outcome.success != nil { outcomes[number, default: 0] += 1 }
          }
        ) == nil { client.poll(timeout: TimeSpan.millisecond) }
        client.poll()
      }
      let limit = SystemTime.monotonic() + 10 * TimeSpan.second
      while client.pendingCount > 0, SystemTime.monotonic() < limit {
        client.poll(timeout: TimeSpan.millisecond)
      }
      #expect(outcomes.count == 60)
      #expect(outcomes.values.allSatisfy { $0 == 1 })
      #expect(server.read { $0.bidCount } == 60)
      #expect(server.read { $0.connectionCount } > 3)
      #expect(client.lostConnectionCount > 2)
    }
  }

  @Test func tellsThatItDoesNotKnowAndResolvesLater() throws {
    try Self.withServer { server in
      var configuration = Self.configuration(server)
      configuration.requestTimeout = 20 * TimeSpan.millisecond
      let client = try RostrumClient(configuration)
      defer { client.close() }
      let auction = try Self.auction(client)
      server.change { $0.isSilent = true }
      guard case .unknown(let ticket) = try client.bid(on: auction, amount: 500) else {
        Issue.record("a silent server leaves the outcome unknown")
        return
      }
      #expect(client.resolve(ticket, timeout: TimeSpan.millisecond) == .unknown(ticket))
      server.change {
        $0.isSilent = false
        $0.repliesBeforeLoss = 0
      }
      // The next frame makes the server drop the connection: the bid goes again and stands once.
      _ = try client.view(auction)
      guard case .accepted(.bid(let ack)) = client.resolve(ticket, timeout: 5 * TimeSpan.second)
      else {
        Issue.record("the bid is resolved after the reconnect")
        return
      }
      #expect(ack.price == 500)
      #expect(server.read { $0.bidCount } == 1)
    }
  }

  @Test func saysWhyALogonIsRefused() throws {
    Self.withServer { server in
      server.change { $0.logonRejectCode = 32 }
      let error = #expect(throws: ClientError.self) {
        try RostrumClient(Self.configuration(server))
      }
      guard case .refused(32, _) = error else {
        Issue.record("the code of the refusal is told")
        return
      }
    }
  }

  @Test func saysThatNobodyListens() throws {
    let server = FakeServer()
    server.start()
    var configuration = Self.configuration(server)
    server.stop()
    configuration.connectTimeout = 50 * TimeSpan.millisecond
    let error = #expect(throws: ClientError.self) { try RostrumClient(configuration) }
    guard case .unreachable(let text) = error else {
      Issue.record("it is told that the server cannot be reached")
      return
    }
    #expect(text.contains("127.0.0.1:\(server.port)"))
  }

  @Test func routesByShardAndFollowsWrongShard() throws {
    let first = FakeServer(shard: 0)
    let second = FakeServer(shard: 1)
    for server in [first, second] {
      server.change { $0.shards = [first.port, second.port] }
      server.start()
    }
    defer {
      first.stop()
      second.stop()
    }
    let client = try RostrumClient(Self.configuration(first))
    defer { client.close() }
    #expect(client.shardCount == 2)
    let draft = AuctionDraft(startPrice: 100, endTime: SystemTime.wall() + TimeSpan.second)
    let ack = try #require(try client.createAuction(draft, on: ShardID(1)).success)
    let auction = AuctionID(raw: ack.auctionId)
    #expect(auction.shard == ShardID(1))
    #expect(try client.bid(on: auction, amount: 200).success?.price == 200)
    #expect(second.read { $0.bidCount } == 1)
    // An auction that the first shard sends to the second one.
    first.change { $0.wrongShardPort = second.port }
    let moved = AuctionID(shard: ShardID(0), generation: 1, slotIndex: 7)
    second.change { $0.auctions[moved.raw] = 0 }
    #expect(try client.bid(on: moved, amount: 300).success?.price == 300)
    #expect(second.read { $0.bidCount } == 2)
    #expect(first.read { $0.bidCount } == 0)
  }
}
