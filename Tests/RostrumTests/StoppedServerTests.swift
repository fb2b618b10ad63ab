import Foundation
import Testing

extension ProcessTests {
  /// A server that is killed right after each of its file-changing calls, and after each time that
  /// it gave something to the kernel's ring: nothing acknowledged is lost, nothing is done twice.
  @Suite struct StoppedServerTests {
    /// A start on a log of several segments that two snapshots cover, bids, two more snapshots.
    private static let steps: [StopScene.Step] = [
      .bids(20), .snapshot, .bids(40), .snapshot, .bids(60),
    ]

    private func fixture() throws -> DataFolderFixture {
      try DataFolderFixture(
        DataFolderFixture.Size(auctions: 10, bids: 200, segments: 3, snapshots: 2))
    }

    /// Tries the calls of a whole run one by one.
    ///
    /// - Parameters:
    ///   - path: What the path of a call must contain to count.
    ///   - countsRings: Whether what is submitted to io_uring counts as well.
    ///   - makeScene: Makes a trial of a seed.
    ///   - check: Looks at what a trial left.
    /// - Returns: The calls, how many were tried, and how many of those were reached.
    /// - Throws: When something was lost, or done twice, or not done at all.
    private func tryCalls(
      touching path: String?, countsRings: Bool, _ makeScene: (UInt64) throws -> StopScene,
      check: (StopScene) throws -> Void
    ) throws -> (calls: [String], tried: Int, stopped: Int) {
      let whole = try makeScene(0)
      let calls = try whole.run(stopAfterCall: nil, touching: path, countsRings: countsRings).calls
      try check(whole)
      let places = StoppedProcess.unlikeTheirNeighbours(calls)
      var stopped = 0
      for place in places {
        let scene = try makeScene(UInt64(place))
        do {
          let run = try scene.run(
            stopAfterCall: place, touching: path, countsRings: countsRings)
          if run.isStopped { stopped += 1 }
        } catch { throw TestFailure("call \(place), \(calls[place - 1]): \(error)") }
        try check(scene)
      }
      return (calls, places.count, stopped)
    }

    @Test func everyCallOfAStartAndOfSnapshots() throws {
      let fixture = try fixture()
      let (calls, tried, stopped) = try tryCalls(touching: nil, countsRings: true) { seed in
        try StopScene(fixture, steps: Self.steps, seed: seed)
      } check: { scene in
        let left = try FileManager.default.contentsOfDirectory(
          atPath: scene.dataPath + "/shard-000/snapshots")
        #expect(left.count == 2 && left.allSatisfy { $0.hasSuffix(".snapshot") }, "\(left)")
      }
      for part in ["ftruncate", ".writing", ".preparing", "unlinkat", "io_uring_enter"] {
        #expect(calls.contains { $0.contains(part) }, "\(part): \(calls)")
      }
      // How often the ring is entered depends on the moment, so the last ones may not come.
      #expect(stopped * 10 > tried * 7, "\(stopped) of \(tried)")
      note("server: \(calls.count) calls, killed after \(stopped) of \(tried)")
    }

    /// A power failure could take a folder whose name is not flushed, with all that is in it.
    @Test func newFoldersAreFlushedBeforeAnythingIsInThem() throws {
      let folder = try TemporaryFolder()
      let server = try TracedServer(dataPath: folder.file("new/data"), options: [])
      #expect(try server.waitUntilReady())
      let calls = try server.stop().calls
      let made = calls.indices.filter { calls[$0].hasPrefix("mkdir") }
      let names = made.map { String(calls[$0].split(separator: " ").last ?? "") }
      for name in ["new", "data", "shard-000", "log", "snapshots", "journal"] {
        #expect(names.contains(name), "\(names)")
      }
      for index in made {
        #expect(calls[index + 1].hasPrefix("fsync "), "\(calls[index...(index + 1)])")
      }
    }

    /// Closed segments go to an archive meanwhile.
    @Test func everyCallOfTheArchive() throws {
      let fixture = try fixture()
      let steps = [StopScene.Step.archived(2), .bids(10), .snapshot]
      let (calls, tried, stopped) = try tryCalls(touching: "-archive", countsRings: false) { seed in
        try StopScene(fixture, steps: steps, isArchiving: true, seed: seed)
      } check: { scene in
        let names = scene.archivedNames
        #expect(names.count >= 2 && names.allSatisfy { $0.hasSuffix(".segment.zst") }, "\(names)")
      }
      #expect(calls.contains { $0.hasPrefix("rename") }, "\(calls)")
      // How much is archived meanwhile depends on the moment, so the last ones may not come.
      #expect(stopped * 10 > tried * 7, "\(stopped) of \(tried): \(calls)")
      note("archive: \(calls.count) calls, killed after \(stopped) of \(tried)")
    }
  }
}
