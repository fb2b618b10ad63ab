import Engine
import Foundation
import Primitives
import Runtime
import Testing

@testable import rostrum

extension ProcessTests {
  /// `rostrum restore`, `rostrum reshard` and `rostrum repair` on a folder with a known history.
  @Suite struct RestoreTests {
    private let scene: OperatorScene
    private let folder: TemporaryFolder
    private var target: String { folder.file("target") }

    init() throws {
      scene = try OperatorScene.shared.get()
      folder = try TemporaryFolder()
    }

    private func shard(_ path: String, _ number: UInt16 = 0) -> ShardFolder {
      ShardFolder(dataPath: path, shard: ShardID(number))
    }

    private func hash(until end: ReplayEnd) throws -> String {
      let state = try ReplayedShard.replay(shard(scene.dataPath), from: .beginning, until: end)
      return state.stateHash.hexadecimal
    }

    private func clear() throws {
      if FileManager.default.fileExists(atPath: target) {
        try FileManager.default.removeItem(atPath: target)
      }
    }

    private func restore(_ arguments: [String]) throws -> [String: Any] {
      try clear()
      let command = ["restore", "--from", scene.dataPath, "--to", target]
      let report = try scene.json(command + arguments)
      #expect(try scene.json(["verify", target])["sound"] as? Bool == true)
      return try #require(try report.objects("shards").first)
    }

    private func leftNothing() {
      #expect(!FileManager.default.fileExists(atPath: target))
      #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
    }

    /// Two commands on one target would delete each other's work.
    @Test func aTargetThatIsBeingWrittenIsRefused() throws {
      let scene = try OperatorScene.shared.get()
      let folder = try TemporaryFolder()
      let (target, partial) = (folder.file("copy"), folder.file("copy.partial"))
      try FileManager.default.createDirectory(
        atPath: partial + "/shard-000", withIntermediateDirectories: true)
      let other = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
      let restore = ["restore", "--from", scene.dataPath, "--to", target]
      let refused = try scene.run(restore)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("another command is writing"), "\(refused.errors)")
      #expect(FileManager.default.fileExists(atPath: partial + "/shard-000"))
      close(other)
      #expect(try scene.run(restore).status == 0)
      #expect(!FileManager.default.fileExists(atPath: partial))
      #expect(try scene.run(["verify", target]).status == 0)
    }

    /// A pipe, a device or a link in the place of a file is never waited for or passed over.
    @Test(arguments: ["log/00000000000000000009.segment", "journal/a", "snapshots/b"])
    func whatIsNoFileIsRefused(name: String) throws {
      let scene = try OperatorScene.shared.get()
      let copy = try CopiedFolder(scene.dataPath)
      #expect(mkfifo(copy.path + "/shard-000/" + name, 0o600) == 0)
      let backup = ["backup", "--data", copy.path, "--to", copy.path + "-backup"]
      let result = try scene.run(backup)
      #expect(result.status == 1)
      #expect(result.errors.contains(name) && result.errors.contains("is no file"))
      #expect(!FileManager.default.fileExists(atPath: copy.path + "-backup"))
      #expect(!FileManager.default.fileExists(atPath: copy.path + "-backup.partial"))
    }

    @Test func everyPositionCanBeRestored() throws {
      let last = scene.state.logPosition
      let middle = scene.snapshotPosition
      var random = SeededGenerator(seed: 41)
      var positions = [1, 2, middle - 1, middle, middle + 1, last - 1, last]
      for _ in 0..<5 { positions.append(1 + random.below(last)) }
      for position in positions {
        let report = try restore(["--to-position", "\(position)"])
        #expect(try report.number("position") == Int(position))
        #expect(try report.text("state_hash") == hash(until: .position(position)))
        let snapshots = (report["snapshots"] as? [NSNumber])?.map(\.uint64Value)
        #expect(snapshots == (position < middle ? [] : [middle]))
      }
    }

    @Test func everyTimeCanBeRestored() throws {
      for index in [0, scene.bids.count / 2, scene.bids.count - 1] {
        let position = scene.bids[index].position
        let state = try ReplayedShard.replay(
          shard(scene.dataPath), from: .beginning, until: .position(position))
        let (time, expected) = (state.time, try hash(until: .time(state.time)))
        let report = try restore(["--to-time", "\(time)"])
        #expect(try report.text("state_hash") == expected)
        #expect(try report.number("position") >= Int(position))
        // The same moment as a person writes it, and one nanosecond earlier.
        let text = Moment.text(time)
        #expect(try restore(["--to-time", text]).text("state_hash") == expected)
        let before = try restore(["--to-time", "\(time - 1)"])
        #expect(try before.number("position") < Int(position))
      }
    }

    @Test func aRestoredFolderIsServed() throws {
      let server = try TestServer(options: scene.server.options)
      let position = scene.bids[scene.bids.count / 2].position
      _ = try scene.json([
        "restore", "--from", scene.dataPath, "--to", server.dataPath, "--to-position",
        "\(position)",
      ])
      try server.start()
      #expect(try server.ready.number("recovered_records") == Int(position))
      let lane = Lane(port: server.port, account: 900)
      let view = try lane.view(scene.busy)
      _ = try lane.answer { session, tag in
        session.submit(placeBid(scene.busy, by: 77, view.minNext), tag: tag)
      }
      #expect(try server.stop().status == 0)
      #expect(try scene.json(["verify", server.dataPath])["sound"] as? Bool == true)
    }

    @Test func badInputIsRefusedAndLeavesNothing() throws {
      let data = scene.dataPath
      let wrong: [([String], Int32)] = [
        (["restore", "--from", data, "--to", target, "--to-position", "999999"], 1),
        (["restore", "--from", data, "--to", target, "--to-time", "2001-01-01T00:00:00Z"], 1),
        (["restore", "--from", data, "--to", target, "--to-position", "3", "--shard", "7"], 1),
        (["restore", "--from", data, "--to", target, "--archive", data], 0),
        (["restore", "--from", data, "--to", target, "--archive", folder.path], 1),
        (["restore", "--from", folder.path, "--to", target], 1),
        (["restore", "--from", data, "--to", target, "--to-time", "yesterday"], 64),
        (["restore", "--from", data, "--to", target, "--to-position", "0"], 64),
        (["restore", "--from", data, "--to", target, "--shard", "0"], 64),
        (["restore", "--from", data], 64),
        (["backup", "--data", folder.path, "--to", target], 1),
        (["backup", "--data", data], 64),
        (["reshard", folder.path, "--to", target, "--shards", "2"], 1),
        (["reshard", data, "--to", target, "--shards", "0"], 64),
        (["repair", data], 64),
        (["repair", data, "--truncate-torn-tail", "--shard", "4"], 1),
        (["snapshot", folder.path], 1),
      ]
      for (arguments, status) in wrong where status != 0 {
        let result = try scene.run(arguments)
        #expect(result.status == status, "\(arguments): \(result.errors)")
        #expect(!result.errors.isEmpty && result.output.isEmpty)
        leftNothing()
      }
    }

    @Test func whatIsThereIsNotOverwritten() throws {
      try FileManager.default.createDirectory(
        atPath: target, withIntermediateDirectories: true)
      try "kept".write(toFile: target + "/note", atomically: true, encoding: .utf8)
      for arguments in [
        ["restore", "--from", scene.dataPath, "--to", target],
        ["backup", "--data", scene.dataPath, "--to", target],
        ["reshard", scene.dataPath, "--to", target, "--shards", "2"],
      ] {
        let result = try scene.run(arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("is not empty"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["note"])
        #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
      }
    }

    @Test func aDamagedSourceIsNotCopied() throws {
      let copy = try CopiedFolder(scene.dataPath)
      let batches = try LogFiles(copy.path).batches
      let (segment, batch) = batches[batches.count / 2]
      try LogFiles.flip(segment.path, bit: (batch.offset + 200) * 8)
      for command in [["backup", "--data"], ["restore", "--from"]] {
        let result = try scene.run(command + [copy.path, "--to", target])
        #expect(result.status == 1)
        #expect(result.errors.contains("case"), "\(result.errors)")
        leftNothing()
      }
    }

    /// What a crash leaves of a restore is begun again, and never taken for a data folder.
    @Test func aRestoreStoppedAtAnyCallIsBegunAgain() throws {
      let arguments = [Program.path, "restore", "--from", scene.dataPath, "--to", target]
      let expected = scene.state.hash.hexadecimal
      let calls = try StoppedProcess.stopAtEveryCall(
        arguments, touching: folder.path,
        choosing: { calls in
          StoppedProcess.unlikeTheirNeighbours(calls).filter {
            $0 % 3 == 0 || $0 > calls.count - 4
          }
        },
        prepare: { try clear() },
        check: { call, _ in
          if FileManager.default.fileExists(atPath: target) {
            #expect(try scene.json(["verify", target])["sound"] as? Bool == true)
          } else {
            #expect(call != nil)
            let again = try scene.json(["restore", "--from", scene.dataPath, "--to", target])
            let shard = try #require(try again.objects("shards").first)
            #expect(try shard.text("state_hash") == expected)
          }
          #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
        })
      note("\(calls.count) calls of a restore")
    }
  }
}
