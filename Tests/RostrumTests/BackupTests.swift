import Foundation
import Primitives
import Runtime
import Testing

extension ProcessTests {
  /// `rostrum snapshot` and `rostrum backup` of a server at work, and what is made of the backup.
  @Suite struct BackupTests {
    private let server: TestServer
    private var folder: TemporaryFolder { server.folder }
    private var backup: String { folder.file("backup") }

    init() throws {
      server = try TestServer(
        options: ["--segment-mib", "17", "--auctions-max", "5000", "--shards", "2"])
    }

    private func load(
      seconds: Double, seed: Int, pace: [String] = ["--window", "32"]
    ) throws -> ChildProcess {
      try Program.start(
        [
          "load", "--connect", "127.0.0.1:\(server.port)", "--auctions", "200",
          "--connections", "2", "--seconds", "\(seconds)", "--warmup", "0.1", "--seed", "\(seed)",
        ] + pace, in: folder)
    }

    private func json(_ arguments: [String]) throws -> [String: Any] {
      let result = try Program.run(arguments + ["--json"], in: folder)
      guard result.status == 0 else {
        throw TestFailure("\(arguments): \(result.errors)\(result.output)")
      }
      return try jsonObject(result.output)
    }

    private func askForSnapshot() throws -> [[String: Any]] {
      try json(["snapshot", "--connect", "127.0.0.1:\(server.port)"]).objects("snapshots")
    }

    /// The hash of a shard of the data folder at a position, from its first record.
    private func hash(_ path: String, _ shard: Int, at position: Int) throws -> String {
      let folder = ShardFolder(dataPath: path, shard: ShardID(UInt16(shard)))
      let state = try ReplayedShard.replay(
        folder, from: .beginning, until: .position(UInt64(position)))
      return state.stateHash.hexadecimal
    }

    @Test func backupUnderLoadEqualsTheStateAtItsPosition() throws {
      try server.start()
      let bidding = try load(seconds: 120, seed: 5, pace: ["--rate", "400"])
      usleep(1_500_000)
      #expect(try askForSnapshot().count == 2)
      usleep(500_000)
      let snapshots = try askForSnapshot()
      let report = try json(["backup", "--data", server.dataPath, "--to", backup])
      #expect(bidding.isRunning, "the load went on meanwhile")
      let shards = try report.objects("shards")
      #expect(shards.count == 2)
      for (index, shard) in shards.enumerated() {
        let held = (shard["snapshots"] as? [NSNumber])?.map(\.intValue) ?? []
        #expect(held.count == 2)
        #expect(try held.last == snapshots[index].number("position"))
        #expect(try shard.number("position") > held.last ?? .max)
        #expect(try shard.number("events") > 0)
      }
      #expect(try json(["verify", server.dataPath])["sound"] as? Bool == true)
      bidding.kill()
      #expect(try server.stop().status == 0)
      for (index, shard) in shards.enumerated() {
        let expected = try hash(server.dataPath, index, at: shard.number("position"))
        #expect(try shard.text("state_hash") == expected)
      }
      try restoresElsewhere(shards)
    }

    /// Verified, restored and served in another folder.
    private func restoresElsewhere(_ shards: [[String: Any]]) throws {
      #expect(try json(["verify", backup])["sound"] as? Bool == true)
      let elsewhere = try TestServer(options: server.options)
      let restored = try json(["restore", "--from", backup, "--to", elsewhere.dataPath])
      let hashes = try restored.objects("shards").map { try $0.text("state_hash") }
      #expect(try hashes == shards.map { try $0.text("state_hash") })
      #expect(try json(["verify", elsewhere.dataPath])["sound"] as? Bool == true)
      try elsewhere.start()
      let records = try shards.reduce(0) { try $0 + $1.number("position") }
      #expect(try elsewhere.ready.number("recovered_records") == records)
      let lane = Lane(port: elsewhere.port, account: 900)
      try lane.open()
      _ = try lane.create(hourLongDraft())
      #expect(try elsewhere.stop().status == 0)
    }

    /// An idle server whose journal is wholly of an earlier life takes snapshots too.
    @Test func snapshotsBeforeAndAfterARestartAndOffline() throws {
      try server.start()
      #expect(try load(seconds: 0.5, seed: 6).wait(seconds: 60) == 0)
      #expect(try server.stop().status == 0)
      let offline = try json(["snapshot", server.dataPath]).objects("snapshots")
      #expect(offline.count == 2)
      for (index, snapshot) in offline.enumerated() {
        let expected = try hash(server.dataPath, index, at: snapshot.number("position"))
        #expect(try snapshot.text("state_hash") == expected)
        #expect(snapshot["was_there"] as? Bool == false)
      }
      let again = try json(["snapshot", server.dataPath, "--shard", "1"]).objects("snapshots")
      #expect(again.map { $0["was_there"] as? Bool } == [true])
      #expect(try json(["verify", server.dataPath])["sound"] as? Bool == true)
      try server.start()
      let position = try offline.map { try $0.number("position") }.max()
      #expect(try server.ready.number("snapshot_position") == position)
      #expect(try askForSnapshot().count == 2)
      try refusesAServedFolder()
      #expect(try server.stop().status == 0)
    }

    private func refusesAServedFolder() throws {
      let target = folder.file("target")
      for arguments in [
        ["snapshot", server.dataPath], ["repair", server.dataPath, "--truncate-torn-tail"],
        ["repair", server.dataPath, "--rebuild-journal"],
        ["reshard", server.dataPath, "--to", target, "--shards", "3"],
      ] {
        let result = try Program.run(arguments, in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("a server has the data folder"), "\(result.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: target))
      #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
    }

    /// Segments that the log gave back are restored from the archive.
    @Test func restoreReachesBackThroughTheArchive() throws {
      let archive = folder.file("archive")
      server.options = ["--segment-mib", "17", "--auctions-max", "5000", "--archive", archive]
      try server.start()
      #expect(try load(seconds: 0.5, seed: 7).wait(seconds: 60) == 0)
      let lane = Lane(port: server.port, account: 900)
      let early = try lane.stateHash()
      let log = ShardFolder(dataPath: server.dataPath, shard: ShardID(0)).logPath
      var rounds = 0
      while FileManager.default.fileExists(atPath: log + "/" + LogSegmentFile.name(1)) {
        rounds += 1
        // A round fills a few MiB; under a sanitizer much less.
        guard rounds < 100 else { throw TestFailure("no segment was given back") }
        #expect(try load(seconds: 1.5, seed: 7 + rounds).wait(seconds: 60) == 0)
        #expect(try askForSnapshot().count == 1)
      }
      #expect(try server.stop().status == 0)
      let target = folder.file("target")
      let position = "\(early.logPosition)"
      let restore = ["restore", "--from", server.dataPath, "--to", target]
      let refused = try Program.run(restore + ["--to-position", position], in: folder)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("is not held"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
      let lacking = try json(["restore", "--from", server.dataPath, "--to", folder.file("short")])
      for shard in try lacking.objects("shards") {
        let notes = try #require(shard["notes"] as? [String])
        #expect(notes.contains { $0.contains("the copy begins behind record") }, "\(notes)")
      }
      let report = try json(restore + ["--to-position", position, "--archive", archive])
      let shard = try #require(try report.objects("shards").first)
      #expect(try shard.text("state_hash") == early.hash.hexadecimal)
      let verified = try json(["verify", server.dataPath, "--archive", archive])
      #expect(verified["sound"] as? Bool == true)
    }
  }
}
