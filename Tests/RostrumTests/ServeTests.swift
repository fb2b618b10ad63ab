import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Starting, stopping and refusing, as whoever runs the server sees them.
  @Suite struct ServeTests {
    @Test func readyLineSaysWhatIsServed() throws {
      let server = try TestServer()
      try server.start()
      let ready = server.ready
      #expect(ready["ready"] as? Bool == true)
      #expect(try ready.number("port") > 0)
      #expect(try ready.number("shards") == 1)
      #expect(try ready.number("recovered_records") == 0)
      #expect(ready["recovery_seconds"] is NSNumber)
      #expect((ready["allocator"] as? String)?.hasPrefix("jemalloc") == true)
      #expect(ready["io"] as? String == "io_uring")
      let lane = Lane(port: server.port, account: 1)
      for _ in 0..<5 { _ = try lane.create(hourLongDraft()) }
      #expect(try server.stop().status == 0)
      try server.start()
      // The folder's own record, the session, five auctions.
      #expect(try server.ready.number("recovered_records") == 7)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func signalsStopInOrder(signal: Int32) throws {
      let server = try TestServer()
      try server.start()
      let connection = try RawConnection(port: server.port)
      connection.send(frameBytes(insecureLogon(account: 3, session: 3)))
      #expect(connection.next(LogonAck.self) != nil)
      let (status, closing) = try server.stop(signal: signal)
      #expect(status == 0)
      #expect(closing["stopped"] as? Bool == true)
      #expect(connection.next(EndOfSession.self) != nil)
      #expect(connection.isClosed())
      let audit = try LogAudit(dataPath: server.dataPath)
      #expect(audit.recovered?.isClosedInOrder == true)
    }

    @Test func secondServerOnTheFolderIsRefused() throws {
      let server = try TestServer()
      try server.start()
      let other = try Program.run(
        ["serve", "--data", server.dataPath, "--port", "0", "--insecure"], in: server.folder)
      #expect(other.status == 1)
      #expect(other.errors.contains("another server has the data folder"), "\(other.errors)")
      #expect(server.isRunning)
      let lane = Lane(port: server.port, account: 1)
      _ = try lane.create(hourLongDraft())
      server.kill()
      try server.start()
    }

    @Test func capacityStaysWhatTheFolderWasMadeFor() throws {
      let server = try TestServer(options: ["--segment-mib", "32", "--auctions-max", "3"])
      try server.start()
      let lane = Lane(port: server.port, account: 1)
      for _ in 0..<3 { _ = try lane.create(hourLongDraft()) }
      #expect(try server.stop().status == 0)
      // What it can hold decided what it refused, so replay must not decide with another number.
      server.options = ["--segment-mib", "32", "--auctions-max", "10"]
      let refused = try server.startExpectingFailure()
      #expect(refused.status == 1)
      #expect(refused.errors.contains("made for 3 auctions"), "\(refused.errors)")
      server.options = ["--segment-mib", "32"]
      try server.start()
      #expect(try server.ready.number("recovered_records") == 5)
    }

    @Test func takenPortIsRefused() throws {
      let server = try TestServer()
      try server.start()
      let result = try Program.run(
        ["serve", "--data", server.folder.file("other"), "--port", "\(server.port)", "--insecure"],
        in: server.folder)
      expectOneLine(result, status: 1, contains: "port \(server.port)")
    }

    @Test func insecureIsForLoopbackOnly() throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(
        ["serve", "--data", folder.file("data"), "--port", "0", "--host", "0.0.0.0", "--insecure"],
        in: folder)
      expectOneLine(result, status: 1, contains: "--insecure")
    }

    @Test(arguments: [
      ["serve"], ["serve", "--data", "/proc/none"],
      ["serve", "--data", "/proc/none", "--insecure", "--keys", "y"],
      ["serve", "--data", "/proc/none", "--insecure", "--shards", "0"],
      ["serve", "--data", "/proc/none", "--insecure", "--segment-mib", "16"],
      ["serve", "--data", "/proc/none", "--insecure", "--connections-max", "0"],
      ["load"], ["load", "--rate", "5", "--window", "5"], ["replay"], ["sample"], ["bid"],
      ["nonsense"], ["serve", "--nonsense"],
    ])
    func usageErrorsAre64(arguments: [String]) throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(arguments, in: folder)
      #expect(result.status == 64)
      #expect(!result.errors.isEmpty)
      #expect(result.output.isEmpty)
    }

    @Test func failuresAreOneLine() throws {
      let folder = try TemporaryFolder()
      let bad = folder.file("bad.csv")
      try "auction,item\n1,2\n".write(toFile: bad, atomically: true, encoding: .utf8)
      let port = try unusedPort()
      let server = ["--connect", "127.0.0.1:\(port)"]
      let runs: [([String], String)] = [
        (["replay", folder.file("missing.csv")] + server, "missing.csv"),
        (["replay", bad] + server, "column"),
        (["load", "--window", "1", "--seconds", "0.1"] + server, "\(port)"),
        (["serve", "--data", "/proc/none", "--insecure", "--port", "0"], "/proc/none"),
        (["serve", "--data", folder.file("d"), "--keys", folder.file("none")], "none"),
        (["serve", "--data", folder.file("d"), "--insecure", "--cores", "99"], "--cores"),
      ]
      for (arguments, text) in runs {
        let result = try Program.run(arguments, in: folder)
        expectOneLine(result, status: 1, contains: text)
      }
    }

    @Test func damagedLogRefusesToStart() throws {
      let server = try TestServer()
      try server.start()
      let lane = Lane(port: server.port, account: 1)
      for _ in 0..<20 { _ = try lane.create(hourLongDraft()) }
      server.kill()
      let log = server.dataPath + "/shard-000/log/00000000000000000001.segment"
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: log))
      try handle.seek(toOffset: 3 * 4_096 + 200)
      try handle.write(contentsOf: Data(repeating: 0x5A, count: 16))
      try handle.close()
      let (status, errors) = try server.startExpectingFailure()
      #expect(status == 1)
      #expect(errors.contains("00000000000000000001.segment"), "\(errors)")
      #expect(errors.split(separator: "\n").count == 1)
    }

    private func expectOneLine(
      _ result: CommandResult, status: Int32, contains text: String
    ) {
      #expect(result.status == status)
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(result.errors.hasPrefix("rostrum: "), "\(result.errors)")
      #expect(result.errors.contains(text), "\(result.errors)")
    }

    /// A port that nobody listens on: a server had it and is gone.
    private func unusedPort() throws -> UInt16 {
      let server = try TestServer()
      try server.start()
      server.kill()
      return server.port
    }
  }
}
