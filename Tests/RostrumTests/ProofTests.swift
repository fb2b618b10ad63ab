import Client
import Foundation
import Primitives
import Testing
import Uring
import Wire

extension ProcessTests {
  /// What the server is built on, seen from outside; and that a bid costs no allocation.
  @Suite struct ProofTests {
    @Test(.enabled(if: !Sanitizer.isOn))
    func allocatorIsJemallocAndWorkGoesThroughTheRing() throws {
      let server = try TestServer()
      try server.start()
      let pid = try #require(server.process?.pid)
      let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
      #expect(maps.contains("libjemalloc"))
      #expect((server.ready["allocator"] as? String)?.hasPrefix("jemalloc") == true)
      #expect(server.ready["io"] as? String == "io_uring")
      let lane = Lane(port: server.port, account: 1)
      _ = try lane.create(hourLongDraft())
      #expect(try descriptors(pid).filter { $0.contains("[io_uring]") }.count == 1)
      // A connection has no descriptor of its own: it lives in the ring's table alone.
      let sockets = try descriptors(pid).filter { $0.hasPrefix("socket:") }.count
      let more = try (0..<20).map { _ in try RawConnection(port: server.port) }
      for connection in more {
        let session = UInt64(connection.descriptor)
        connection.send(frameBytes(insecureLogon(account: 2, session: session)))
      }
      #expect(more.allSatisfy { $0.next(LogonAck.self) != nil })
      #expect(try descriptors(pid).filter { $0.hasPrefix("socket:") }.count == sockets)
    }

    private func descriptors(_ pid: pid_t) throws -> [String] {
      let folder = "/proc/\(pid)/fd"
      return try FileManager.default.contentsOfDirectory(atPath: folder).map {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)) ?? ""
      }
    }

    /// The stop line counts every byte that the shard's thread asked the allocator for while it
    /// served: sessions, logons, creations and 100,000 bids and more.
    @Test func bidsAllocateNothing() throws {
      let server = try TestServer()
      try server.start()
      var bids = 0
      for _ in 0..<20 where bids < 100_000 {
        let load = try Program.run(
          [
            "load", "--connect", "127.0.0.1:\(server.port)", "--auctions", "500", "--connections",
            "4", "--window", "256", "--seconds", "1", "--warmup", "0.2", "--json",
          ], in: server.folder)
        #expect(load.status == 0, "\(load.errors) \(load.output)")
        let figures = try jsonObject(load.output)
        bids += try figures.number("acknowledged") + figures.number("rejected")
      }
      #expect(bids >= 100_000)
      let (status, closing) = try server.stop()
      #expect(status == 0)
      let allocated = try closing.number("allocated_bytes")
      note("\(bids) bids, \(try closing.number("commands")) commands, \(allocated) bytes allocated")
      // Nothing for a bid; sessions are opened, and a new segment's file has a name. A debug build
      // makes its generic types when they are met first: the runtime takes 16 KiB for them, once.
      let genericTypes = 16_384
      let segments = try FileManager.default.contentsOfDirectory(
        atPath: server.dataPath + "/shard-000/log"
      ).count
      #expect(allocated < 4_096 + genericTypes + 1_024 * segments)
    }
  }
}
