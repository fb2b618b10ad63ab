import Client
import Foundation
import Primitives
import Runtime
import Testing
import Wire

extension ProcessTests {
  /// Snapshots while serving, starts from them, and what happens when they are damaged or gone.
  @Suite struct SnapshotTests {
    /// Some auctions and bids, a snapshot, more bids: one folder for all of it.
    private final class Scene {
      let server: TestServer
      private(set) var seed = 1
      /// One session for all questions: a new one would be a part of the state.
      private let lane: Lane

      init(_ options: [String] = TestServer.smallOptions) throws {
        server = try TestServer(options: options)
        try server.start()
        lane = Lane(port: server.port, account: 900)
        try lane.open()
      }

      func bid(seconds: Double = 1) throws {
        seed += 1
        let result = try Program.run(
          [
            "load", "--connect", "127.0.0.1:\(server.port)", "--auctions", "400",
            "--connections", "4", "--window", "64", "--seconds", "\(seconds)", "--warmup", "0.1",
            "--seed", "\(seed)",
          ], in: server.folder)
        #expect(result.status == 0, "\(result.errors)")
      }

      func client() throws -> RostrumClient {
        try RostrumClient(
          ClientConfiguration(
            endpoint: Endpoint(parsing: "127.0.0.1:\(server.port)"),
            credentials: .insecure(account: 900, roles: [.operator])))
      }

      func snapshot() throws -> SnapshotTaken {
        let client = try client()
        defer { client.close() }
        return try #require(try client.takeSnapshot().success)
      }

      func stateHash() throws -> StateHash {
        try lane.stateHash()
      }

      var shard: ShardFolder { ShardFolder(dataPath: server.dataPath, shard: ShardID(0)) }

      func snapshotFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: shard.snapshotsPath)
          .filter { $0.hasSuffix(".snapshot") }.sorted()
          .map { shard.snapshotsPath + "/" + $0 }
      }

      /// Stops and starts; the state must be the same, but for the record of the outage.
      func restart(expecting before: StateHash) throws {
        lane.drainLost()
        try server.start()
        lane.move(to: server.port)
        let after = try stateHash()
        #expect(after.hash == before.hash)
      }
    }

    @Test func liveStateFullReplayAndSnapshotsAgree() throws {
      let scene = try Scene()
      try scene.bid()
      let taken = try scene.snapshot()
      #expect(taken.byteCount > 8_192)
      try scene.bid()
      let live = try scene.stateHash()
      #expect(live.logPosition > taken.logPosition)
      // The files of a live folder, read beside the server.
      let beside = try ReplayedShard.replay(scene.shard, until: .position(live.logPosition))
      #expect(beside.snapshot?.position == taken.logPosition)
      let hash = beside.stateHash
      #expect(hash == live.hash)
      #expect(try scene.server.stop().status == 0)
      let full = try ReplayedShard.replay(scene.shard, from: .beginning)
      let fullHash = full.stateHash
      #expect(fullHash == live.hash)
      let atSnapshot = try ReplayedShard.replay(
        scene.shard, from: .beginning, until: .position(taken.logPosition))
      let fromSnapshot = try ReplayedShard.replay(
        scene.shard, until: .position(taken.logPosition))
      let hashes = (atSnapshot.stateHash, fromSnapshot.stateHash)
      #expect(hashes.0 == hashes.1)
      try scene.restart(expecting: live)
      #expect(try scene.server.ready.number("snapshot_position") == Int(taken.logPosition))
    }

    @Test func damagedAndMissingSnapshotsArePassedOver() throws {
      let scene = try Scene()
      try scene.bid(seconds: 0.5)
      let first = try scene.snapshot()
      try scene.bid(seconds: 0.5)
      let second = try scene.snapshot()
      try scene.bid(seconds: 0.3)
      let live = try scene.stateHash()
      #expect(try scene.server.stop().status == 0)
      let files = try scene.snapshotFiles()
      #expect(files.count == 2)
      try flipBit(in: files[1], at: second.byteCount / 2)
      try scene.restart(expecting: live)
      #expect(try scene.server.ready.number("snapshot_position") == Int(first.logPosition))
      try waitUntil(10, "it says so") {
        scene.server.process?.errors.contains("snapshot: 000") == true
      }
      #expect(try scene.server.stop().status == 0)
      for file in files { try FileManager.default.removeItem(atPath: file) }
      try scene.restart(expecting: live)
      #expect(try scene.server.ready.number("snapshot_position") == 0)
    }

    @Test func aLostJournalIsToldAndWrittenAgain() throws {
      let scene = try Scene()
      try scene.bid(seconds: 0.2)
      _ = try scene.snapshot()
      let live = try scene.stateHash()
      #expect(try scene.server.stop().status == 0)
      try FileManager.default.removeItem(atPath: scene.shard.journalPath)
      try scene.restart(expecting: live)
      #expect(try scene.server.ready.number("snapshot_position") == 0)
      try waitUntil(10, "it says so") {
        scene.server.process?.errors.contains("the event journal is lost") == true
      }
      #expect(try scene.server.stop().status == 0)
      let verified = try Program.run(["verify", scene.server.dataPath], in: scene.server.folder)
      #expect(verified.status == 0, "\(verified.output)")
    }

    @Test func segmentsAreUsedAgainOnceTwoSnapshotsCoverThem() throws {
      let scene = try Scene(["--segment-mib", "17", "--auctions-max", "100000"])
      let first = try segments(scene).min()
      var most = 0
      for round in 1...8 {
        try scene.bid(seconds: 0.3)
        _ = try scene.snapshot()
        // Each start begins a segment and cuts off the one before, which nobody can use again.
        let hash = try scene.stateHash()
        #expect(try scene.server.stop().status == 0)
        try scene.restart(expecting: hash)
        if round > 2 {
          try waitUntil(10, "segments stay: \(try segments(scene))") {
            try segments(scene).count <= 6
          }
        }
        most = max(most, try segments(scene).count)
      }
      note("at most \(most) segments in 8 rounds")
      #expect(try segments(scene).min() != first)
      let live = try scene.stateHash()
      #expect(try scene.snapshotFiles().count == 2)
      scene.server.kill()
      try scene.restart(expecting: live)
      #expect(try scene.server.stop().status == 0)
      // Without a snapshot the log no longer gives the state: that is refused and never guessed.
      for file in try scene.snapshotFiles() { try FileManager.default.removeItem(atPath: file) }
      let refused = try scene.server.startExpectingFailure()
      #expect(refused.status == 1)
      #expect(refused.errors.contains("is not held"), "\(refused.errors)")
    }

    private func segments(_ scene: Scene) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: scene.shard.logPath)
        .filter { $0.hasSuffix(".segment") }
    }

    private func flipBit(in path: String, at offset: UInt64) throws {
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      defer { try? file.close() }
      try file.seek(toOffset: offset)
      let byte = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: offset)
      try file.write(contentsOf: Data([byte ^ 0x10]))
    }
  }
}
