import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Thousands of connections at once, each with a session, and starts that let fewer in.
  @Suite struct ManyConnectionsTests {
    private static let connectionCount = 5_000

    /// More than a shard remembers by itself.
    @Test func asManySessionsAsConnections() throws {
      guard Self.descriptorLimit >= Self.connectionCount + 200 else {
        note("skipped: \(Self.connectionCount) connections need more than \(Self.descriptorLimit)")
        return
      }
      let server = try Self.server(connectionsMax: Self.connectionCount + 100)
      try server.start()
      let lane = Lane(port: server.port, account: 900)
      try lane.open()
      try Self.load(server)
      // The log alone, on a start that lets fewer sessions in than it has.
      try Self.restart(server, connectionsMax: 100, lane, bySignal: SIGKILL)
      try Self.expectRefusal(server)
      _ = try lane.create(hourLongDraft())
      // Again as many as before: all are known, and there is room for more.
      try Self.restart(server, connectionsMax: Self.connectionCount + 200, lane)
      try Lane(port: server.port, account: 902).open()
      try Self.takeSnapshot(server)
      // The snapshot, on a start that lets fewer in than it has.
      try Self.restart(server, connectionsMax: 100, lane)
      #expect(try server.ready.number("snapshot_position") > 0)
      try Self.expectRefusal(server)
      #expect(try server.stop().status == 0)
      let verify = try Program.run(["verify", server.dataPath], in: server.folder)
      #expect(verify.status == 0, "\(verify.output)")
    }

    /// The kernel looks at the soft limit, which is a thousand where nobody raised it.
    @Test func theSoftLimitOfDescriptorsIsNoLimit() throws {
      let server = try Self.server(connectionsMax: 2_000)
      server.wrapper = Self.limited("ulimit -Sn 1024; ulimit -Hn 2100")
      try server.start()
      try Lane(port: server.port, account: 900).open()
      #expect(server.process?.errors == "")
    }

    @Test func tooFewDescriptorsAreToldWithTheNumberThatIsWanted() throws {
      let server = try Self.server(connectionsMax: 10_000)
      server.wrapper = Self.limited("ulimit -n 2100")
      try server.start()
      try Lane(port: server.port, account: 900).open()
      let errors = server.process?.errors ?? ""
      #expect(errors.contains("2100 files"), "\(errors)")
      #expect(errors.contains("2020 connections at most"), "\(errors)")
      #expect(errors.contains("raise the limit to 10080"), "\(errors)")
      let load = try ChildProcess(
        Self.limited("ulimit -n 300") + [Program.path] + Self.loadArguments(server, 500),
        output: server.folder.file("load.out"), errors: server.folder.file("load.err"))
      #expect(try load.wait(seconds: 30) == 1)
      #expect(load.errors.contains("ulimit -n 524"), "\(load.errors)")
    }

    private static func server(connectionsMax: Int) throws -> TestServer {
      try TestServer(
        options: TestServer.smallOptions + ["--connections-max", "\(connectionsMax)"])
    }

    private static func limited(_ command: String) -> [String] {
      ["/bin/sh", "-c", command + "; exec \"$@\"", "sh"]
    }

    /// The most descriptors that this process could give to those that it starts.
    private static var descriptorLimit: Int {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return Int(clamping: limit.rlim_max)
    }

    private static func loadArguments(_ server: TestServer, _ connections: Int) -> [String] {
      [
        "load", "--connect", "127.0.0.1:\(server.port)", "--connections", "\(connections)",
        "--auctions", "500", "--rate", "5000", "--seconds", "1", "--warmup", "0.2", "--json",
      ]
    }

    private static func load(_ server: TestServer) throws {
      let result = try Program.run(loadArguments(server, connectionCount), in: server.folder)
      #expect(result.status == 0, "\(result.errors)")
      let report = try jsonObject(result.output)
      #expect(try report.number("connections") == connectionCount)
      #expect(try report.number("lost_connections") == 0)
      #expect(try report.number("outstanding") == 0)
      #expect(try report.number("acknowledged") > 1_000)
      note("\(connectionCount) connections in \(report["connect_seconds"] ?? "?") s")
    }

    /// Stops, and starts with another number of connections; every session must be as it was.
    private static func restart(
      _ server: TestServer, connectionsMax: Int, _ lane: Lane, bySignal signal: Int32 = SIGTERM
    ) throws {
      let before = try lane.stateHash().hash
      if signal == SIGKILL { server.kill() } else { #expect(try server.stop().status == 0) }
      lane.drainLost()
      server.options = TestServer.smallOptions + ["--connections-max", "\(connectionsMax)"]
      try server.start()
      lane.move(to: server.port)
      #expect(try lane.stateHash().hash == before)
    }

    private static func expectRefusal(_ server: TestServer) throws {
      let connection = try RawConnection(port: server.port)
      connection.send(frameBytes(insecureLogon(account: 901, session: 1)))
      #expect(connection.next(LogonReject.self)?.code == RejectCode.sessionLimit.rawValue)
    }

    private static func takeSnapshot(_ server: TestServer) throws {
      let client = try RostrumClient(
        ClientConfiguration(
          endpoint: Endpoint(parsing: "127.0.0.1:\(server.port)"),
          credentials: .insecure(account: 900, roles: [.operator])))
      defer { client.close() }
      _ = try #require(try client.takeSnapshot().success)
    }
  }
}
