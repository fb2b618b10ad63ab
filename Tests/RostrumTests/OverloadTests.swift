import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// More connections than the server takes, and fewer descriptors than it wants.
  @Suite struct OverloadTests {
    @Test func connectionsBeyondTheCapAreToldSo() throws {
      let server = try TestServer(options: TestServer.smallOptions + ["--connections-max", "20"])
      try server.start()
      let good = Lane(port: server.port, account: 900)
      let auction = try good.create(hourLongDraft())
      let taken = try (1...19).map { number in
        let connection = try RawConnection(port: server.port)
        connection.send(frameBytes(insecureLogon(account: 500, session: UInt64(number))))
        #expect(connection.next(LogonAck.self) != nil)
        return connection
      }
      for round in 0..<60 {
        let connection = try RawConnection(port: server.port)
        #expect(connection.next(LogonReject.self)?.code == RejectCode.overloaded.rawValue)
        #expect(connection.isClosed())
        let bid = placeBid(auction, by: 1 + UInt64(round % 2), 1_000 * Int64(round + 1))
        #expect(try good.ask(bid, for: BidAck.self).leaderId == bid.bidderId)
      }
      #expect(taken[0].send(frameBytes(Logout(time: 0, code: 0))))
      #expect(taken[0].isClosed())
      let next = Lane(port: server.port, account: 501)
      try next.open()
      let (status, closing) = try server.stop()
      #expect(status == 0)
      #expect(try closing.number("refused_connections") >= 60)
    }

    /// Beyond the cap and beyond the places for refusals at once.
    @Test func aCrowdAtTheCapStopsNothing() throws {
      Flood.raiseDescriptorLimit()
      let server = try TestServer(options: TestServer.smallOptions + ["--connections-max", "20"])
      try server.start()
      let good = Lane(port: server.port, account: 900)
      let auction = try good.create(hourLongDraft())
      let taken = try (1...19).map { number in
        let connection = try RawConnection(port: server.port)
        connection.send(frameBytes(insecureLogon(account: 500, session: UInt64(number))))
        #expect(connection.next(LogonAck.self) != nil)
        return connection
      }
      for round in 0..<3 {
        let crowd = try (0..<400).map { _ in try RawConnection(port: server.port) }
        for index in 0..<20 {
          let number = Int64(round * 20 + index + 1)
          let bid = placeBid(auction, by: 1 + UInt64(number % 2), 1_000 * number)
          #expect(try good.ask(bid, for: BidAck.self).leaderId == bid.bidderId)
        }
        // Where even the places for refusals are taken, the kernel closes one without a word.
        let code = RejectCode.overloaded.rawValue
        let told = crowd.filter { $0.next(LogonReject.self)?.code == code }
        note("\(told.count) of \(crowd.count) at once were told why they are refused")
        #expect(told.count >= 360)
        #expect(crowd.allSatisfy { $0.isClosed() })
      }
      #expect(taken.allSatisfy { $0.send(frameBytes(Heartbeat(nextSequence: 1, time: 1))) })
      #expect(try server.stop().status == 0)
    }

    @Test func aFullDescriptorTableStopsNothing() throws {
      Flood.raiseDescriptorLimit()
      let server = try TestServer(options: TestServer.smallOptions + ["--connections-max", "40"])
      server.wrapper = ["/bin/sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"]
      try server.start()
      let good = Lane(port: server.port, account: 900)
      let auction = try good.create(hourLongDraft())
      let crowd = try (0..<500).map { _ in try RawConnection(port: server.port) }
      for number in Int64(1)...50 {
        let bid = placeBid(auction, by: 1 + UInt64(number % 2), 1_000 * number)
        #expect(try good.ask(bid, for: BidAck.self).leaderId == bid.bidderId)
      }
      withExtendedLifetime(crowd) { #expect(server.isRunning) }
    }
  }
}
