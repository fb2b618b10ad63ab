import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Sessions: who may log on and for whom, what survives a lost connection, where requests go.
  @Suite struct SessionTests {
    static let keyText = """
      # key account roles secret
      1 11 trader 00112233445566778899aabbccddeeff
      2 12 broker 112233445566778899aabbccddeeff00
      3 13 operator 2233445566778899aabbccddeeff0011
      4 14 trader,operator 33445566778899aabbccddeeff001122
      """

    private func serverWithKeys(mode: Int = 0o600) throws -> TestServer {
      let server = try TestServer()
      let path = server.folder.file("keys.txt")
      try Self.keyText.write(toFile: path, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      server.access = ["--keys", path]
      return server
    }

    private func lane(_ server: TestServer, account: UInt64) throws -> Lane {
      let key = try APIKey(keyFile: Self.keyText, account: account)
      return Lane(
        port: server.port, configuration: SessionConfiguration(credentials: .key(key)))
    }

    @Test func refusesKeyFileThatOthersMayRead() throws {
      let (status, errors) = try serverWithKeys(mode: 0o644).startExpectingFailure()
      #expect(status == 1)
      #expect(errors.contains("chmod 600"))
      #expect(errors.split(separator: "\n").count == 1)
    }

    @Test func keysDecideWhoMayDoWhat() throws {
      let server = try serverWithKeys()
      try server.start()
      let trader = try lane(server, account: 11)
      let broker = try lane(server, account: 12)
      let operatorLane = try lane(server, account: 13)
      let auction = try trader.create(hourLongDraft(seller: 11))
      let refused = RejectCode.notAuthorised.rawValue
      #expect(try trader.refusal(of: placeBid(auction, by: 99, 100)) == refused)
      let ack = try broker.ask(placeBid(auction, by: 99, 500), for: BidAck.self)
      #expect(ack.leaderId == 99)
      let removal = RemoveBids(
        clientRef: 0, auctionId: auction, bidderId: 99, accountId: 13,
        clientTime: SystemTime.wall(), reason: 7)
      var byBroker = removal
      byBroker.accountId = 12
      #expect(try broker.refusal(of: byBroker) == refused)
      let removed = try operatorLane.ask(removal, for: RemoveAck.self)
      #expect(removed.removedCount == 1)
      #expect(removed.leaderId == 0)
      #expect(try trader.refusal(of: QueryStateHash(clientRef: 0)) == refused)
      #expect(try server.stop().status == 0)
    }

    @Test func refusesWrongSecretUnknownKeyAndOldClock() throws {
      let server = try serverWithKeys()
      try server.start()
      let secret = [UInt8](repeating: 7, count: 16)
      for key in [
        APIKey(id: 1, account: 11, secret: secret), APIKey(id: 9, account: 11, secret: secret),
      ] {
        let lane = Lane(
          port: server.port, configuration: SessionConfiguration(credentials: .key(key)))
        try lane.wait(20, "not refused") { lane.connection.refusedCode != nil }
        #expect(lane.connection.refusedCode == RejectCode.notAuthorised.rawValue)
      }
      let raw = try RawConnection(port: server.port)
      raw.send(frameBytes(insecureLogon(account: 11, session: 1)))
      #expect(raw.next(LogonReject.self)?.code == RejectCode.notAuthorised.rawValue)
      #expect(raw.isClosed())
      try lane(server, account: 11).open()
    }

    @Test func newerConnectionWins() throws {
      let server = try TestServer()
      try server.start()
      let logon = insecureLogon(account: 21, session: 77)
      let first = try RawConnection(port: server.port)
      first.send(frameBytes(logon))
      #expect(first.next(LogonAck.self) != nil)
      let second = try RawConnection(port: server.port)
      second.send(frameBytes(logon))
      #expect(second.next(LogonAck.self) != nil)
      #expect(first.next(EndOfSession.self) != nil)
      #expect(first.isClosed())
      second.send(frameBytes(QueryTopology(clientRef: 4)))
      #expect(second.next(Topology.self)?.clientRef == 4)
    }

    @Test func repliesAreSentAgainAndRequestsAppliedOnce() throws {
      let server = try TestServer()
      try server.start()
      let seller = Lane(port: server.port, account: 900)
      let auction = try seller.create(hourLongDraft())
      let logon = insecureLogon(account: 31, session: 5)
      var bid = placeBid(auction, by: 31, 700)
      bid.clientRef = 1
      let request = frameBytes(bid, sequence: 1)
      var acks: [BidAck] = []
      for _ in 0..<3 {
        let connection = try RawConnection(port: server.port)
        connection.send(frameBytes(logon) + request + request)
        let ack = try #require(connection.next(BidAck.self))
        acks.append(ack)
        #expect(connection.next(BidAck.self, milliseconds: 300) == nil, "one answer a request")
        server.kill()
        try server.start()
      }
      #expect(acks[0].clientRef == 1)
      #expect(acks.allSatisfy { $0 == acks[0] })
      seller.move(to: server.port)
      #expect(try seller.view(auction).bidCount == 1)
    }

    @Test func routesByShard() throws {
      let server = try TestServer(options: TestServer.smallOptions + ["--shards", "2"])
      try server.start()
      #expect(try server.ready.number("shards") == 2)
      var configuration = ClientConfiguration(
        endpoint: Endpoint(address: 0x7F00_0001, port: server.port),
        credentials: .insecure(account: 41, roles: .broker))
      configuration.requestTimeout = 20 * TimeSpan.second
      let client = try RostrumClient(configuration)
      #expect(client.shardCount == 2)
      let auctions = try (0..<4).map { _ in
        let ack = try #require(try client.createAuction(hourLongDraft()).success)
        return AuctionID(raw: ack.auctionId)
      }
      #expect(Set(auctions.map(\.shard.number)) == [0, 1])
      for auction in auctions {
        let ack = try #require(try client.bid(on: auction, amount: 500).success)
        #expect(ack.auctionId == auction.raw)
      }
      let elsewhere = try #require(auctions.first { $0.shard.number == 1 })
      let lane = Lane(port: server.port, account: 41)
      let wrong = try lane.ask(placeBid(elsewhere.raw, by: 42, 900), for: WrongShard.self)
      #expect(wrong.shard == 1)
      #expect(wrong.port == client.shardEndpoints[1].port)
      #expect(wrong.port != server.port)
      client.close()
      #expect(try server.stop().status == 0)
      server.options = TestServer.smallOptions
      let (status, errors) = try server.startExpectingFailure()
      #expect(status == 1)
      #expect(errors.contains("--shards 2"), "\(errors)")
    }
  }
}
