import Client
import Foundation
import Primitives
import Runtime
import Testing
import WAL
import Wire

extension ProcessTests {
  /// kill -9 at random moments under full load: what was acknowledged stays, nothing is doubled.
  @Suite struct CrashTests {
    /// The folders that the kills are spread over; each starts from empty.
    static let roundCount = 20
    static let killCount =
      ProcessInfo.processInfo.environment["ROSTRUM_KILLS"].flatMap { Int($0) } ?? 100

    @Test(arguments: 0..<roundCount)
    func keepsWhatWasAcknowledged(round: Int) throws {
      let kills = (Self.killCount + round) / Self.roundCount
      guard kills > 0 else { return }
      let scene = try CrashScene(seed: 0xC4A5_4000 + UInt64(round))
      for _ in 0..<kills {
        let audit = try scene.bidAndKill()
        #expect(audit.repeatCount == 0, "a request was applied twice")
        #expect(scene.load.firstContradiction(to: audit) == nil)
        let hash = try scene.restart()
        // One more: the record of the outage, which changes nothing here.
        #expect(hash.logPosition == audit.lastPosition + 1)
        #expect(hash.hash == audit.stateHash, "recovery and an offline replay differ")
        try scene.load.settle(seconds: 60)
      }
      let (_, audit) = try scene.finish()
      note("\(scene.killCount) kills, \(scene.load.sentCount) bids, \(audit.lastPosition) records")
    }

    /// A start that is killed, and the start after it, and the one after that.
    @Test func killsDuringRecoveryLoseNothing() throws {
      let scene = try CrashScene(seed: 0x4EC0_7E12, options: [], window: 32)
      for _ in 0..<3 {
        let audit = try scene.bidAndKill()
        for _ in 0..<4 { try scene.killDuringStart(withinMs: 120) }
        let after = try LogAudit(dataPath: scene.server.dataPath, terms: scene.terms)
        // A start may have logged how long nobody could bid, and nothing else.
        #expect(after.bids.count == audit.bids.count)
        #expect(after.stateHash == audit.stateHash)
        try scene.checkAndRestart(after)
      }
      try scene.finish()
    }

    /// Texts fill segment after segment while snapshots are taken all the time.
    @Test func killsAmidSegmentsAndSnapshotsLoseNothing() throws {
      let options = ["--segment-mib", "17", "--snapshot-log-mib", "4", "--snapshot-rate-mib", "8"]
      let scene = try CrashScene(seed: 0x5E6_5EED, options: options, window: 4)
      let filling = FillingLane(port: scene.server.port, account: 901)
      var segments: Set<String> = []
      for round in 0..<6 {
        let end = Date(timeIntervalSinceNow: 0.4 + Double(round) * 0.13)
        while Date() < end {
          filling.pump()
          scene.bid(seconds: 0)
          Lane.waitForSockets([filling.lane], milliseconds: 1)
        }
        scene.kill()
        filling.lane.drainLost()
        if round.isMultiple(of: 2) { try scene.killDuringStart(withinMs: 60) }
        let folder = ShardFolder(dataPath: scene.server.dataPath, shard: ShardID(0))
        segments.formUnion(try FileManager.default.contentsOfDirectory(atPath: folder.logPath))
        let replayed = try ReplayedShard.replay(folder)
        let hash = replayed.stateHash
        #expect(try scene.restart().hash == hash, "recovery and an offline replay differ")
        filling.lane.move(to: scene.server.port)
        try filling.settle()
        try scene.load.settle(seconds: 30)
      }
      let known = Set(filling.created)
      #expect(known.count == filling.created.count && known.count == filling.sentCount)
      for id in filling.created.suffix(200) { _ = try scene.operatorLane.view(id) }
      try scene.checkAgainstTheRules()
      let names = segments.filter { $0.hasSuffix(".segment") }.count
      note("\(known.count) texts and \(scene.load.sentCount) bids in \(names) segments")
      #expect(names > 4)
    }

    @Test func acceptsTornTail() throws {
      let scene = try CrashScene(seed: 0x70C4)
      let before = try scene.bidAndKill()
      let batch = try #require(before.lastBatch)
      let recovered = try #require(before.recovered)
      let path = scene.server.dataPath + "/shard-000/log/" + recovered.tailFile
      try Self.tear(path, at: recovered.tailOffset - UInt64(batch.batchByteCount), batch)
      let after = try LogAudit(dataPath: scene.server.dataPath, terms: scene.terms)
      #expect(after.recovered?.tailCase == .tornTail)
      #expect(after.lastPosition == batch.firstPosition - 1)
      // That the check of answers notices what is missing: answers for the torn batch, if any came.
      let isMissed = scene.load.bidders.contains { bidder in
        bidder.sent.contains { ($0.position ?? 0) >= batch.firstPosition }
      }
      #expect((scene.load.firstContradiction(to: after) != nil) == isMissed)
      let hash = try scene.restart()
      #expect(hash.logPosition == batch.firstPosition, "the record of the outage")
      #expect(hash.hash == after.stateHash)
      // The disk lost a batch that was acknowledged, so some answers are for bids that are gone.
      // What was not answered is taken as ever, and new bids are decided.
      let auction = scene.auctions[0]
      let view = try scene.operatorLane.view(auction)
      let bid = placeBid(auction, by: 77, max(view.minNext, 100))
      let ack = try scene.operatorLane.ask(bid, for: BidAck.self)
      // A slow machine may log a tick between the two.
      #expect(ack.logPosition > batch.firstPosition)
    }

    /// Spoils the last sector of a batch, as a write that power ended in the middle does.
    private static func tear(_ path: String, at offset: UInt64, _ batch: BatchHeader) throws {
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let last = offset + UInt64(160 + Int(batch.payloadByteCount)) - 8
      try handle.seek(toOffset: last)
      try handle.write(contentsOf: Data(repeating: 0xA5, count: 8))
      try handle.synchronize()
    }
  }
}
