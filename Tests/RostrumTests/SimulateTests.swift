import Foundation
import Primitives
import Testing

extension ProcessTests {
  /// `rostrum simulate` as people run it, and the bugs that it must find.
  @Suite struct SimulateTests {
    /// Two media seeds in three leave the hash alone: that bug needs a disk that tears and rots.
    private static let faults: [FaultPoint: [String]] = [.skipHashCheck: ["--faults", "media"]]

    @Test(arguments: FaultPoint.allCases)
    func aPlantedBugIsFoundWithin200Seeds(_ bug: FaultPoint) throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(
        ["simulate", "--seeds", "200", "--stop-at-first", "--plant", "\(bug)"]
          + Self.faults[bug, default: []],
        in: folder, seconds: Sanitizer.isOn ? 1_200 : 240)
      #expect(result.status == 1, "\(result.output)\(result.errors)")
      let finding = try #require(result.output.split(separator: "\n").first { $0.contains("FAIL") })
      note("\(bug): \(finding.prefix(160))")
      // Without the bug the same seed passes.
      let seed = try #require(finding.split(separator: ":").first?.split(separator: " ").last)
      let sound = try Program.run(
        ["simulate", "--seed", String(seed)] + Self.faults[bug, default: []], in: folder)
      #expect(sound.status == 0, "\(sound.output)")
    }

    @Test(arguments: ["none", "crash", "disk", "media"])
    func aSeedSaysWhatItDrewFirstAndItsVerdictLast(faults: String) throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(["simulate", "--seed", "3", "--faults", faults], in: folder)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.first?.hasPrefix("seed 3: faults \(faults), ") == true)
      #expect(lines.last?.hasPrefix("seed 3: passed: ") == true)
    }

    @Test func equalSeedsGiveEqualRuns() throws {
      let folder = try TemporaryFolder()
      let runs = try [7, 7, 8].map { seed in
        try Program.run(["simulate", "--seed", "\(seed)", "--json"], in: folder)
      }
      #expect(runs.allSatisfy { $0.status == 0 })
      #expect(runs[0].output == runs[1].output)
      let traces = try runs.map { try jsonObject($0.output)["trace"] as? String }
      #expect(traces[0] != nil && traces[0] != traces[2])
    }

    @Test func manySeedsAreSharedOutAmongProcesses() throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(
        ["simulate", "--seeds", "24", "--jobs", "2", "--requests", "200", "--json"], in: folder)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      let object = try jsonObject(result.output)
      #expect(try object.number("seeds") == 24)
      #expect(try object.number("passed") == 24)
      // What a run never came to is said, so that nobody takes silence for proof.
      let never = try #require(object["never_taken"] as? [String])
      #expect(never.contains("recoveryOtherVersion"))
      #expect(!never.contains("bidTied"))
    }

    /// A seed that never ends would hold everything up and never be named.
    @Test func aSeedThatTakesTooLongIsAFinding() throws {
      let folder = try TemporaryFolder()
      let result = try Program.run(
        [
          "simulate", "--seed", "5", "--seeds", "2", "--jobs", "2", "--requests", "1000000",
          "--patience", "2",
        ], in: folder)
      #expect(result.status == 1)
      for seed in 5...6 {
        let line = "seed \(seed): FAILED: no verdict in 2 s"
        #expect(result.output.contains(line), "\(result.output)")
      }
      #expect(result.output.hasSuffix("2 seeds: 2 FAILED\n"), "\(result.output)")
    }

    @Test func nonsenseIsRefusedBeforeAnythingRuns() throws {
      let folder = try TemporaryFolder()
      for arguments in [
        ["--seeds", "0"], ["--jobs", "0"], ["--requests", "0"], ["--patience", "0"],
        ["--faults", "some"],
        ["--plant", "nothing"], ["--seed", "-1"],
      ] {
        let result = try Program.run(["simulate"] + arguments, in: folder)
        #expect(result.status == 64, "\(arguments): \(result.errors)")
        #expect(result.errors.contains(arguments[0]))
      }
    }
  }
}
