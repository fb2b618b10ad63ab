import Foundation
import Primitives
import Runtime
import Testing

extension ProcessTests {
  /// `rostrum repair`: what it says, what it cuts off, and that nothing is deleted.
  @Suite struct RepairTests {
    private let scene: OperatorScene
    private let copy: CopiedFolder
    private var shard: ShardFolder { ShardFolder(dataPath: copy.path, shard: ShardID(0)) }

    init() throws {
      scene = try OperatorScene.shared.get()
      copy = try CopiedFolder(scene.dataPath)
    }

    /// The contents of every file but the lock.
    private func files() throws -> [String: Data] {
      var files: [String: Data] = [:]
      let names = FileManager.default.enumerator(atPath: copy.path)
      while let name = names?.nextObject() as? String {
        let path = copy.path + "/" + name
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
          !isFolder.boolValue, name != "lock"
        else { continue }
        files[name] = try Data(contentsOf: URL(fileURLWithPath: path))
      }
      return files
    }

    /// Damages the batch that holds a record; gives the last record before it.
    private func damage(record position: UInt64) throws -> UInt64 {
      let found = try LogFiles(copy.path).batches.last {
        $0.batch.recordCount > 0 && $0.batch.firstPosition <= position
      }
      let (segment, batch) = try #require(found)
      try LogFiles.flip(segment.path, bit: (batch.offset + 130) * 8)
      return batch.firstPosition - 1
    }

    private func repair(_ arguments: [String], status: Int32) throws -> [String: Any] {
      let report = try scene.json(
        ["repair", copy.path, "--truncate-torn-tail"] + arguments, status: status)
      return try #require(try report.objects("shards").first)
    }

    @Test func damageBehindTheSnapshotIsCutOff() throws {
      let kept = try damage(record: scene.snapshotPosition + 40)
      let before = try files()
      let plan = try repair(["--dry-run"], status: 1)
      #expect(try plan.number("kept_position") == Int(kept))
      // A heartbeat may stand behind the last record that the scene knows of.
      let last = try #require(try LogFiles(scene.dataPath).newest().batches.last?.lastPosition)
      #expect(try plan.number("lost_through_position") == Int(last))
      #expect(try plan.objects("lost_batches").contains { $0["intact"] as? Bool == true })
      #expect(try files() == before, "a dry run changes nothing")
      let done = try repair([], status: 0)
      #expect(done["done"] as? Bool == true)
      #expect(try done.number("position") == Int(kept))
      let expected = try ReplayedShard.replay(
        ShardFolder(dataPath: scene.dataPath, shard: ShardID(0)), until: .position(kept))
      let left = try ReplayedShard.replay(shard)
      let hashes = (expected.stateHash, left.stateHash)
      #expect(hashes.0 == hashes.1)
      // All that was cut off is kept beside it, byte for byte up to whole blocks.
      let aside = try files().filter { $0.key.contains(".damaged") }
      #expect(!aside.isEmpty)
      for (name, bytes) in aside {
        let original = name.replacingOccurrences(of: ".damaged", with: "")
        #expect(before[original]?.starts(with: bytes) == true)
      }
      #expect(try scene.run(["repair", copy.path, "--truncate-torn-tail"]).status == 0)
      try isServed(from: kept)
    }

    /// The journal is ahead of what is left: the start cuts it off too.
    private func isServed(from position: UInt64) throws {
      let server = try TestServer(options: scene.server.options)
      try FileManager.default.removeItem(atPath: copy.path + "/lock")
      try FileManager.default.moveItem(atPath: copy.path, toPath: server.dataPath)
      try server.start()
      #expect(try server.ready.number("recovered_records") == Int(position))
      #expect(try server.stop().status == 0)
      #expect(try scene.json(["verify", server.dataPath])["sound"] as? Bool == true)
    }

    @Test func aSnapshotOfLostRecordsIsMovedAside() throws {
      let kept = try damage(record: scene.snapshotPosition - 30)
      let plan = try repair(["--dry-run"], status: 1)
      let aside = (plan["snapshots_aside"] as? [NSNumber])?.map(\.uint64Value)
      #expect(aside == [scene.snapshotPosition])
      #expect(try repair([], status: 0).number("position") == Int(kept))
      let left = try ReplayedShard.replay(shard).position
      #expect(left == kept)
      let names = try FileManager.default.contentsOfDirectory(atPath: shard.snapshotsPath)
      #expect(names.count == 1 && names[0].hasSuffix(".snapshot.damaged"))
    }

    /// The journal still has the events of what was cut off; the repair says how to make it fit.
    @Test func theJournalIsMadeToFitAfterACut() throws {
      _ = try damage(record: scene.snapshotPosition + 40)
      let cut = try scene.run(["repair", copy.path, "--truncate-torn-tail"])
      #expect(cut.status == 0 && cut.output.contains("--rebuild-journal"), "\(cut.output)")
      #expect(try scene.run(["verify", copy.path]).status == 1)
      #expect(try scene.run(["repair", copy.path, "--rebuild-journal"]).status == 0)
      let verified = try scene.run(["verify", copy.path])
      #expect(verified.status == 0, "\(verified.output)")
    }

    @Test func aSoundFolderIsLeftAsItIs() throws {
      let before = try files()
      let report = try repair([], status: 0)
      #expect(report["needed"] as? Bool == false)
      #expect(try files() == before)
    }

    @Test func theJournalIsWrittenAgain() throws {
      let name = "shard-000/journal/00000000000000000000.journal"
      let before = try #require(try files()[name])
      try LogFiles.flip(copy.path + "/" + name, bit: before.count * 4)
      #expect(try scene.run(["verify", copy.path]).status == 1)
      let dry = try scene.run(["repair", copy.path, "--rebuild-journal", "--dry-run"])
      #expect(dry.status == 1 && dry.output.contains("would move"))
      let result = try scene.run(["repair", copy.path, "--rebuild-journal"])
      #expect(result.status == 0, "\(result.errors)")
      let after = try files()
      #expect(after[name] == before, "the journal is a pure function of the log")
      let aside = name.replacingOccurrences(of: "journal/", with: "journal.damaged/")
      #expect(after[aside]?.count == before.count)
      #expect(try scene.run(["verify", copy.path]).status == 0)
    }
  }
}
