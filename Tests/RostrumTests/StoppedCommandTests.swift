import Foundation
import Primitives
import Testing

extension ProcessTests {
  /// Commands that are killed right after each of their file-changing calls.
  @Suite struct StoppedCommandTests {
    private func fixture() throws -> DataFolderFixture {
      try DataFolderFixture(
        DataFolderFixture.Size(auctions: 10, bids: 100, segments: 3, snapshots: 1))
    }

    /// What `verify` says of a folder; a folder that is not sound is a failure.
    private func verified(_ path: String, _ folder: TemporaryFolder) throws -> String {
      let result = try Program.run(["verify", path, "--json"], in: folder)
      guard result.status == 0 else { throw TestFailure("\(path): \(result.output)") }
      return result.output
    }

    /// A command that makes a new folder: it is not there or it is whole, its source is as it was,
    /// and the same command makes it after all (which is tried after every fourth call).
    ///
    /// - Parameters:
    ///   - name: The command, for the failures.
    ///   - fixture: What it is given.
    ///   - choose: Which calls are tried.
    ///   - content: What of the new folder is the same each time.
    ///   - arguments: The command's words.
    /// - Throws: When it is not so.
    private func makesAllOrNothing(
      _ name: String, of fixture: DataFolderFixture,
      choosing choose: ([String]) -> [Int] = StoppedProcess.unlikeTheirNeighbours,
      comparing content: (_ verified: String, _ target: String) throws -> String = Self.verdict,
      _ arguments: (_ source: String, _ target: String) -> [String]
    ) throws {
      let source = try CopiedFolder(fixture.dataPath)
      let folder = try TemporaryFolder()
      let target = folder.file("target")
      let words = arguments(source.path, target)
      let before = try verified(source.path, folder)
      var expected = ""
      var madeCount = 0
      let calls = try StoppedProcess.stopAtEveryCall(
        [Program.path] + words, choosing: choose,
        prepare: {
          for path in [target, target + ".partial"] {
            try? FileManager.default.removeItem(atPath: path)
          }
        }
      ) { call, run in
        if FileManager.default.fileExists(atPath: target) {
          let made = try content(try verified(target, folder), target)
          if call == nil { expected = made }
          #expect(made == expected, "\(name) after \(run.calls)")
          madeCount += 1
        } else if (call ?? 0) % 4 == 0 || run.calls.last?.contains("map") == true {
          let again = try Program.run(words, in: folder)
          #expect(again.status == 0, "\(name) after \(run.calls): \(again.errors)")
          #expect(FileManager.default.fileExists(atPath: target))
          #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
        }
      }
      #expect(madeCount >= 2 && madeCount < 5, "\(madeCount)")
      #expect(try verified(source.path, folder) == before)
      note("\(name): \(calls.count) calls")
    }

    private static func verdict(_ verified: String, _ target: String) -> String { verified }

    @Test func everyCallOfABackup() throws {
      try makesAllOrNothing("backup", of: try fixture()) { ["backup", "--data", $0, "--to", $1] }
    }

    /// To a position behind the snapshot, which is copied with the log up to there.
    @Test func everyCallOfARestore() throws {
      let fixture = try fixture()
      let position = "\(fixture.lastPosition - 5)"
      try makesAllOrNothing("restore", of: fixture) {
        ["restore", "--from", $0, "--to", $1, "--to-position", position]
      }
    }

    @Test func everyCallOfAResharding() throws {
      try makesAllOrNothing(
        "reshard", of: try fixture(), choosing: StoppedProcess.firstOfEach,
        // The new log has a number of its own each time.
        comparing: { _, target in try Self.text(target + "/reshard-map.csv") }
      ) { ["reshard", $0, "--to", $1, "--shards", "2"] }
    }

    private static func text(_ path: String) throws -> String {
      try String(contentsOfFile: path, encoding: .utf8)
    }

    /// A command that changes a folder: killed anywhere, the same command ends what it began, and
    /// a start shows the state that a whole run leaves.
    private func endsWhatItBegan(
      _ name: String, _ words: [String],
      after damage: @escaping (LogFiles) throws -> Void = { _ in }
    ) throws {
      let fixture = try fixture()
      let folder = try TemporaryFolder()
      let path = folder.file("data")
      var expected = Digest.zero
      let calls = try StoppedProcess.stopAtEveryCall(
        [Program.path, words[0], path] + words.dropFirst(),
        choosing: StoppedProcess.unlikeTheirNeighbours,
        prepare: {
          try? FileManager.default.removeItem(atPath: path)
          let copy = try CopiedFolder(fixture.dataPath)
          try damage(try LogFiles(copy.path))
          try FileManager.default.moveItem(atPath: copy.path, toPath: path)
        }
      ) { call, run in
        if call != nil {
          let again = try Program.run([words[0], path] + words.dropFirst(), in: folder)
          #expect(again.status == 0, "\(name) after \(run.calls): \(again.errors)")
        }
        let state = try DataFolderFixture.state(of: path)
        if call == nil { expected = state.hash }
        #expect(state.hash == expected, "\(name) after \(run.calls)")
        _ = try verified(path, folder)
      }
      note("\(name): \(calls.count) calls")
    }

    @Test func everyCallOfAnOfflineSnapshot() throws {
      try endsWhatItBegan("snapshot", ["snapshot"])
    }

    @Test func everyCallOfRebuildingTheJournal() throws {
      try endsWhatItBegan("rebuild the journal", ["repair", "--rebuild-journal"])
    }

    @Test func everyCallOfCuttingADamagedLog() throws {
      try endsWhatItBegan("cut a damaged log", ["repair", "--truncate-torn-tail"]) { files in
        let batch = files.batches[files.batches.count - 8]
        try LogFiles.flip(batch.segment.path, bit: batch.batch.offset * 8 + 700)
      }
    }
  }
}
