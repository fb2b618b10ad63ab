import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// A disk that fails, falls short or is slow under a real server.
  @Suite struct FileFaultTests {
    private typealias Fault = FileFaults.Fault

    private final class Scene {
      let bidding: CrashScene
      let faults: FileFaults
      var server: TestServer { bidding.server }

      init(seed: UInt64, options: [String] = []) throws {
        var made: FileFaults?
        bidding = try CrashScene(seed: seed, options: options) { server in
          let faults = try FileFaults(in: server.folder)
          server.wrapper = faults.wrapper
          made = faults
        }
        faults = try #require(made)
      }

      /// Bids until the server has ended.
      func bidToTheEnd() throws -> Int32 {
        try waitUntil(15, "the server goes on; faults: \(faults.hits())") {
          bidding.bid(seconds: 0.02)
          return !server.isRunning
        }
        return server.process?.status ?? -1
      }
    }

    /// What fails, with which errno, and how the server says it.
    static let fatal: [(FileFaults.Calls, Int32, String)] = [
      (.batchFlush, EIO, "flushing failed (errno 5)"),
      (.batchWrite, EIO, "writing failed (errno 5)"),
      (.batchWrite, ENOSPC, "writing failed (errno 28)"),
      (.batchFlush, ENOSPC, "flushing failed (errno 28)"),
    ]

    @Test(arguments: 0..<fatal.count)
    func aFailedCommitStopsTheServerAndLosesNothing(index: Int) throws {
      let (calls, error, text) = Self.fatal[index]
      let scene = try Scene(seed: 0xFA11 + UInt64(index))
      let told = try RawConnection(port: scene.server.port)
      told.send(frameBytes(insecureLogon(account: 77, session: 77, keepaliveMs: 20_000)))
      #expect(told.next(LogonAck.self) != nil)
      scene.bidding.bid(seconds: 0.1)
      scene.faults.set(0, Fault(calls: calls, path: "/log/", skip: 25, times: 1, error: error))
      #expect(try scene.bidToTheEnd() == 1)
      #expect(scene.faults.hits() == 1)
      #expect(told.next(Logout.self)?.code == RejectCode.internalFault.rawValue)
      #expect(told.isClosed())
      let errors = scene.server.process?.errors ?? ""
      #expect(errors.split(separator: "\n").count == 1, "\(errors)")
      #expect(errors.contains(text) && errors.contains(".segment"), "\(errors)")
      #expect(errors.contains("at byte"), "\(errors)")
      for advice in ["the disk", "start", "recover"] {
        #expect(errors.lowercased().components(separatedBy: advice).count == 2, "\(errors)")
      }
      try scene.bidding.checkAndRestart(try scene.bidding.killAndRead())
      scene.bidding.bid(seconds: 0.1)
      try scene.bidding.finish()
    }

    /// Writes that do a block at a time, or end within one, change nothing but the pace: what is
    /// left is written from the last whole block on, which a disk of 4 KiB sectors demands.
    @Test func shortWritesAreGoneOnWith() throws {
      let scene = try Scene(seed: 0x5807)
      scene.faults.set(0, Fault(calls: .batchWrite, path: "/log/", byteCountMax: 4_096))
      scene.faults.set(1, Fault(calls: .write, path: "/log/", byteCountMax: 12_800))
      scene.faults.set(2, Fault(calls: .write, path: "/journal/", byteCountMax: 3_001))
      scene.bidding.bid(seconds: 0.6)
      try scene.bidding.checkAndRestart(try scene.bidding.killAndRead())
      scene.bidding.bid(seconds: 0.3)
      try scene.bidding.finish()
      note("short: \((0..<3).map { scene.faults.hits(Int32($0)) })")
      #expect((0..<3).allSatisfy { scene.faults.hits(Int32($0)) > 0 })
      let verified = try Program.run(["verify", scene.server.dataPath], in: scene.server.folder)
      #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
      #expect(!verified.output.contains("the next start"), "an orderly stop leaves nothing to do")
    }

    /// Many bids share a slow flush, and none is answered before it.
    @Test func slowFlushesAreSharedAndWaitedFor() throws {
      let scene = try Scene(seed: 0x510)
      scene.bidding.bid(seconds: 0.1)
      try scene.bidding.load.settle(seconds: 20)
      let before = scene.bidding.load.sentCount
      scene.faults.set(0, Fault(calls: .batchFlush, path: "/log/", delayMs: 200))
      let start = Date()
      let ack = try scene.bidding.operatorLane.ask(
        placeBid(try scene.bidding.operatorLane.create(hourLongDraft()), by: 5, 500),
        for: BidAck.self)
      #expect(ack.leaderId == 5)
      // One flush for the auction, one for the bid.
      #expect(Date().timeIntervalSince(start) >= 0.4)
      scene.bidding.bid(seconds: 1)
      try scene.bidding.load.settle(seconds: 20)
      let (bids, flushes) = (scene.bidding.load.sentCount - before, scene.faults.hits())
      note("\(bids) bids in \(flushes) flushes of 200 ms")
      #expect(bids > flushes * 20)
      #expect(Double(flushes) <= Date().timeIntervalSince(start) / 0.2 + 1)
      scene.bidding.bid(seconds: 0.3)
      try scene.bidding.checkAndRestart(try scene.bidding.killAndRead())
      scene.faults.end()
      try scene.bidding.finish()
    }

    /// A log that cannot be read is refused by name and place, whichever read it is.
    @Test func unreadableLogIsRefusedByNameAndPlace() throws {
      let scene = try Scene(seed: 0xEAD)
      scene.bidding.bid(seconds: 0.3)
      let audit = try scene.bidding.killAndRead()
      for skip in UInt32(0)..<4 {
        scene.faults.set(0, Fault(calls: .read, path: ".segment", skip: skip, error: EIO))
        let (status, errors) = try scene.server.startExpectingFailure()
        #expect(scene.faults.hits() > 0, "there is a read \(skip)")
        #expect(status == 1)
        #expect(errors.split(separator: "\n").count == 1, "\(errors)")
        let place = #/0000000000000000000\d\.segment at byte \d+/#
        #expect(errors.contains(place) && errors.contains("errno 5"), "\(errors)")
      }
      scene.faults.end()
      try scene.bidding.checkAndRestart(audit)
      try scene.bidding.finish()
    }

    /// A snapshot that cannot be read is passed over; one that cannot be written is given up.
    @Test func aFailingDiskUnderSnapshotsCostsThemAlone() throws {
      let scene = try Scene(seed: 0x54A9)
      let lane = scene.bidding.operatorLane
      scene.bidding.bid(seconds: 0.2)
      scene.faults.set(0, Fault(calls: .write, path: "/snapshots/", skip: 1, times: 1, error: EIO))
      let refused = try lane.answer { session, tag in
        session.submit(TakeSnapshot(clientRef: 0), tag: tag)
      }
      #expect(refused.decode(SnapshotTaken.self) == nil)
      #expect(scene.faults.hits() == 1)
      try waitUntil(10, "a note") { scene.server.process?.errors.contains("errno 5") == true }
      scene.bidding.bid(seconds: 0.2)
      let taken = try lane.ask(TakeSnapshot(clientRef: 0), for: SnapshotTaken.self)
      scene.bidding.bid(seconds: 0.2)
      let audit = try scene.bidding.killAndRead()
      scene.faults.set(0, Fault(calls: .read, path: ".snapshot", error: EIO))
      try scene.bidding.checkAndRestart(audit)
      #expect(try scene.server.ready.number("snapshot_position") == 0)
      scene.faults.end()
      let again = try scene.bidding.killAndRead()
      try scene.bidding.checkAndRestart(again)
      #expect(try scene.server.ready.number("snapshot_position") == Int(taken.logPosition))
      try scene.bidding.finish()
    }

    /// Without its journal a server takes bids, and has the histories again when it can be written.
    @Test func aFailingDiskUnderTheJournalStopsNoBid() throws {
      let scene = try Scene(seed: 0x10A7)
      scene.faults.set(0, Fault(calls: [.write, .flush], path: "/journal", error: EIO))
      scene.bidding.bid(seconds: 0.4)
      try scene.bidding.load.settle(seconds: 20)
      #expect(scene.faults.hits() > 0)
      scene.faults.end()
      scene.bidding.bid(seconds: 0.2)
      try scene.bidding.load.settle(seconds: 20)
      try checkHistory(scene)
      scene.faults.set(0, Fault(calls: [.write, .flush], path: "/journal", error: EIO))
      scene.bidding.bid(seconds: 0.2)
      try scene.bidding.checkAndRestart(try scene.bidding.killAndRead())
      scene.faults.end()
      try checkHistory(scene)
      try scene.bidding.finish()
      let verified = try Program.run(["verify", scene.server.dataPath], in: scene.server.folder)
      #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
    }

    /// Nobody knows what a disk holds that failed to flush the journal, and a flush that succeeds
    /// afterwards does not say: the server goes on without histories until its next start.
    @Test func aFlushThatFailsAtTheStartIsNotTriedAgain() throws {
      let scene = try Scene(seed: 0xF105)
      scene.bidding.bid(seconds: 0.2)
      let audit = try scene.bidding.killAndRead()
      scene.faults.set(0, Fault(calls: .flush, path: "/journal", times: 1, error: EIO))
      try scene.bidding.checkAndRestart(audit)
      #expect(scene.faults.hits() == 1)
      scene.bidding.bid(seconds: 0.1)
      try scene.bidding.load.settle(seconds: 20)
      try waitUntil(10, "a note") {
        scene.server.process?.errors.contains("journal cannot be written (errno 5)") == true
      }
      // One would release the log that the next start writes the journal from.
      let refused = try scene.bidding.operatorLane.answer { session, tag in
        session.submit(TakeSnapshot(clientRef: 0), tag: tag)
      }
      #expect(refused.decode(Reject.self)?.code == RejectCode.internalFault.rawValue)
      try scene.bidding.checkAndRestart(try scene.bidding.killAndRead())
      try checkHistory(scene)
      try scene.bidding.finish()
    }

    /// The history of an auction has as many rows as the server counts bids.
    private func checkHistory(_ scene: Scene) throws {
      let client = try RostrumClient(
        ClientConfiguration(
          endpoint: Endpoint(parsing: "127.0.0.1:\(scene.server.port)"),
          credentials: .insecure(account: 900, roles: [.operator])))
      defer { client.close() }
      let auction = scene.bidding.auctions[0]
      let wanted = try scene.bidding.operatorLane.view(auction).bidCount
      #expect(wanted > 0)
      try waitUntil(10, "fewer rows than \(wanted)") {
        let newest = try client.history(of: AuctionID(raw: auction), limit: 1).success?.first
        return newest?.rowNumber == wanted
      }
    }

    /// The segment that is kept ready fails once while the log is opened: the shard, which has its
    /// own way to write to it, makes it ready.
    @Test func aSegmentThatTheOpeningLeftIsFinishedByTheShard() throws {
      let scene = try Scene(seed: 0x5E7)
      scene.bidding.bid(seconds: 0.1)
      let audit = try scene.bidding.killAndRead()
      let log = scene.server.dataPath + "/shard-000/log"
      for name in try FileManager.default.contentsOfDirectory(atPath: log)
      where name > LogSegmentFile.name(1) {
        try FileManager.default.removeItem(atPath: log + "/" + name)
      }
      scene.faults.set(
        0, Fault(calls: .flush, path: ".preparing", skip: 1, times: 1, error: EIO))
      try scene.bidding.checkAndRestart(audit)
      #expect(scene.faults.hits() == 1)
      try waitUntil(20, "the segment does not get its name") {
        scene.bidding.bid(seconds: 0.02)
        let names = try FileManager.default.contentsOfDirectory(atPath: log)
        return names.count { $0.hasSuffix(".segment") } == 3
      }
      try scene.bidding.finish()
    }

    /// Segments that cannot be made: no bid is lost, and a start without one is refused.
    @Test(arguments: [ENOSPC, EIO])
    func aSegmentThatCannotBeMadeRefusesTheStart(error: Int32) throws {
      let scene = try Scene(seed: 0x5E6 + UInt64(error))
      scene.bidding.bid(seconds: 0.1)
      let audit = try scene.bidding.killAndRead()
      for name in try FileManager.default.contentsOfDirectory(
        atPath: scene.server.dataPath + "/shard-000/log")
      where name > LogSegmentFile.name(1) {
        // Spares, which a start would take.
        try FileManager.default.removeItem(
          atPath: scene.server.dataPath + "/shard-000/log/" + name)
      }
      scene.faults.set(0, Fault(calls: .create, path: ".preparing", error: error))
      let (status, errors) = try scene.server.startExpectingFailure()
      #expect(status == 1 && scene.faults.hits() > 0)
      #expect(errors.contains("errno \(error)"), "\(errors)")
      #expect(errors.contains("cannot create 0000000000000000"), "\(errors)")
      scene.faults.end()
      try scene.bidding.checkAndRestart(audit)
      try scene.bidding.finish()
    }
  }
}
