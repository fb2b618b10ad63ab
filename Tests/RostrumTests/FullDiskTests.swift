import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// A file system that is full under a server: what goes on, what is refused, and what comes back.
  @Suite struct FullDiskTests {
    /// How a disk is made full.
    enum Way: CaseIterable {
      /// A file system of its own on a loop device, filled by a file.
      case mounted
      /// The file layer under the server says so.
      case told
    }

    private final class Scene {
      let way: Way
      let server: TestServer
      private let disk: MountedDisk?
      private let faults: FileFaults?
      let dataPath: String
      let lane: Lane
      let filling: FillingLane
      static let options = ["--segment-mib", "17", "--auctions-max", "100000"]

      init(_ way: Way) throws {
        self.way = way
        disk = way == .mounted ? try MountedDisk(mebibytes: 640) : nil
        server = try TestServer(options: Self.options, dataPath: disk.map { $0.path + "/data" })
        faults = way == .told ? try FileFaults(in: server.folder) : nil
        server.wrapper = disk?.wrapper ?? faults?.wrapper ?? []
        dataPath = disk.map { $0.outsidePath + "/data" } ?? server.dataPath
        try server.start()
        lane = Lane(port: server.port, account: 900)
        filling = FillingLane(port: server.port, account: 901)
        try lane.open()
        try filling.lane.open()
      }

      /// No byte is free any more.
      func fill() throws {
        try disk?.fill(leaving: 0)
        faults?.set(0, .init(calls: .measure, freeByteCount: 0))
        faults?.set(1, .init(calls: [.create, .write], path: "/log", error: ENOSPC))
        faults?.set(2, .init(calls: .write, path: "/journal", error: ENOSPC))
      }

      /// Too little is free for another segment.
      func fillToTheReserve() throws {
        faults?.set(0, .init(calls: .measure, path: "/log", freeByteCount: 200 << 20))
      }

      func free() throws {
        try disk?.free()
        for number in Int32(0)..<3 { faults?.end(number) }
      }

      func bid(_ auction: UInt64, _ amount: Int64) throws -> UInt16 {
        let bidder = UInt64(11 + amount / 1_000 % 2)
        let answer = try lane.answer { session, tag in
          session.submit(placeBid(auction, by: bidder, amount), tag: tag)
        }
        return answer.decode(Reject.self)?.code ?? 0
      }

      /// The state must be what the log gives, or what it was where that no longer goes back.
      func killAndRestart(isWholeLogHeld: Bool = true) throws {
        var hash = try lane.stateHash().hash
        server.kill()
        lane.drainLost()
        filling.lane.drainLost()
        if isWholeLogHeld {
          let audit = try LogAudit(dataPath: dataPath)
          #expect(audit.repeatCount == 0)
          hash = audit.stateHash
        }
        try server.start()
        lane.move(to: server.port)
        #expect(try lane.stateHash().hash == hash)
        filling.lane.move(to: server.port)
      }
    }

    /// A machine that lets nobody mount still has the other way; both are told.
    private func scene(_ way: Way) throws -> Scene? {
      do {
        let scene = try Scene(way)
        note("full disk: \(way == .mounted ? "ext4 on a loop device" : "told by the file layer")")
        return scene
      } catch let error as TestFailure
        where way == .mounted && error.description.hasPrefix("no disk:")
      {
        note("full disk: nothing can be mounted here (\(error)); told by the file layer instead")
        return nil
      }
    }

    @Test(arguments: Way.allCases)
    func endsAndReadsGoOnAndBidsComeBack(way: Way) throws {
      guard let scene = try scene(way) else { return }
      let lane = scene.lane
      let end = SystemTime.wall() + 6 * TimeSpan.second
      let short = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      let long = try lane.create(hourLongDraft())
      let withdrawn = try lane.create(hourLongDraft())
      for auction in [short, long] { #expect(try scene.bid(auction, 1_000) == 0) }
      try scene.fill()
      try scene.filling.fill(until: .storageFull, seconds: 120)
      let full = RejectCode.storageFull.rawValue
      #expect(try scene.bid(long, 2_000) == full)
      #expect(try lane.refusal(of: placeBid(short, by: 12, 2_000)) == full)
      #expect(try lane.view(long).bidCount == 1)
      let cancel = CancelAuction(clientRef: 0, auctionId: withdrawn, accountId: 900, reason: 1)
      _ = try lane.ask(cancel, for: AuctionAck.self)
      let late = Lane(port: scene.server.port, account: 500)
      try late.open()
      #expect(try late.view(long).leaderId == 12)
      try lane.wait(15, "the auction ends, disk or not") {
        (try? lane.view(short).status) == AuctionStatus.ended.rawValue
      }
      #expect(try lane.view(short).leaderId == 12)
      #expect(try scene.bid(long, 2_000) == full)
      try comesBack(scene, long)
      #expect(try lane.view(short).status == AuctionStatus.ended.rawValue)
    }

    /// Room is made: bids are taken again, and nothing was lost meanwhile.
    private func comesBack(_ scene: Scene, _ auction: UInt64) throws {
      let created = scene.filling.created.count
      try scene.free()
      var amount: Int64 = 2_000
      try waitUntil(10, "bids are taken again") { try scene.bid(auction, amount) == 0 }
      for _ in 0..<20 {
        amount += 1_000
        #expect(try scene.bid(auction, amount) == 0)
      }
      let view = try scene.lane.view(auction)
      try scene.killAndRestart()
      #expect(try scene.lane.view(auction).price == view.price)
      #expect(try scene.lane.view(auction).bidCount == view.bidCount)
      #expect(try scene.bid(auction, amount + 1_000) == 0)
      #expect(scene.filling.created.count == created && scene.filling.otherOutcomes.isEmpty)
      #expect(Set(scene.filling.created).count == created)
      for id in scene.filling.created.suffix(20) { _ = try scene.lane.view(id) }
      note("\(created) texts before the disk was full, refusals: \(scene.filling.refusals)")
    }

    /// Where the log may not grow, what two snapshots cover is used again.
    @Test func twoSnapshotsGiveRoomBack() throws {
      let scene = try Scene(.told)
      let auction = try scene.lane.create(hourLongDraft())
      try scene.fillToTheReserve()
      try scene.filling.fill(until: .storageFull, seconds: 120)
      #expect(try scene.bid(auction, 1_000) == RejectCode.storageFull.rawValue)
      for number in UInt64(0)..<2 {
        _ = try scene.lane.ask(TakeSnapshot(clientRef: 0), for: SnapshotTaken.self)
        // Something logged in between: without it the second would be the first.
        let cancel = CancelAuction(
          clientRef: 0, auctionId: scene.filling.created[Int(number)], accountId: 901,
          reason: 1)
        let lane = Lane(port: scene.server.port, account: 901)
        _ = try lane.ask(cancel, for: AuctionAck.self)
      }
      try waitUntil(10, "what the snapshots cover is used again") {
        try scene.bid(auction, 1_000) == 0
      }
      let view = try scene.lane.view(auction)
      try scene.killAndRestart(isWholeLogHeld: false)
      #expect(try scene.lane.view(auction).price == view.price)
      #expect(try scene.lane.view(auction).leaderId == 12)
      try scene.free()
      try waitUntil(10, "bids are taken again") { try scene.bid(auction, 2_000) == 0 }
    }
  }
}
