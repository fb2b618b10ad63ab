import Foundation
import Testing

extension ProcessTests {
  /// Programs that are killed right after each of their file-changing system calls.
  @Suite struct SystemCallTests {
    private static let moving = ["/bin/sh", "-c", "echo a > f; mv f g"]

    private func inside(_ folder: TemporaryFolder, _ arguments: [String]) -> [String] {
      ["/usr/bin/env", "-C", folder.path] + arguments
    }

    @Test func callsAreCountedAndNamed() throws {
      let folder = try TemporaryFolder()
      let run = try StoppedProcess.run(inside(folder, Self.moving))
      #expect(run.status == 0 && !run.isStopped)
      #expect(run.calls.count == 3, "\(run.calls)")
      #expect(run.calls.prefix(2).elementsEqual([run.calls[0], "write f"]))
      #expect(run.calls[0].hasPrefix("open") && run.calls[0].hasSuffix(" f"))
      #expect(run.calls[2].hasPrefix("rename") && run.calls[2].hasSuffix(" f g"))
      #expect(try String(contentsOfFile: folder.file("g"), encoding: .utf8) == "a\n")
    }

    /// Made, written, renamed: after each call exactly that much is there.
    @Test(arguments: 1...3)
    func theProgramIsStoppedAtOneCall(call: Int) throws {
      let folder = try TemporaryFolder()
      let run = try StoppedProcess.run(inside(folder, Self.moving), stopAfterCall: call)
      #expect(run.isStopped && run.status == 137 && run.calls.count == call)
      let texts = ["f", "g"].map { try? String(contentsOfFile: folder.file($0), encoding: .utf8) }
      #expect(texts == [["", nil], ["a\n", nil], [nil, "a\n"]][call - 1])
    }

    @Test func outputDevicesAndFailedCallsDoNotCount() throws {
      let folder = try TemporaryFolder()
      let script = "echo out; echo error >&2; echo x > /dev/null; rm -f no-such-file; exit 7"
      let run = try StoppedProcess.run(inside(folder, ["/bin/sh", "-c", script]))
      #expect(run.calls.isEmpty && run.status == 7)
      #expect(run.output == "out\n" && run.errors == "error\n")
    }

    @Test func onlyThePathsThatAreAskedForCount() throws {
      let folder = try TemporaryFolder()
      let script = "mkdir a b; echo 1 > a/x; rm a/x; echo 2 > b/x; rm b/x"
      let run = try StoppedProcess.run(
        inside(folder, ["/bin/sh", "-c", script]), stopAfterCall: 2, touching: "/b/")
      #expect(run.calls == ["\(run.calls.first ?? "")", "write x"])
      #expect(!FileManager.default.fileExists(atPath: folder.file("a/x")))
      #expect(FileManager.default.fileExists(atPath: folder.file("b/x")))
    }

    /// Children of children in parallel: the count is exact, and nobody goes on after the kill.
    @Test func childrenAreFollowedAndKilled() throws {
      let folder = try TemporaryFolder()
      let writer = "i=0; while [ $i -lt 10 ]; do echo x >> $0; i=$((i+1)); done"
      let script = "for n in 1 2 3 4; do /bin/sh -c '\(writer)' n$n & done; wait"
      let arguments = inside(folder, ["/bin/sh", "-c", script])
      let whole = try StoppedProcess.run(arguments)
      #expect(whole.status == 0 && whole.calls.count == 80)
      for number in 1...4 { try FileManager.default.removeItem(atPath: folder.file("n\(number)")) }
      let run = try StoppedProcess.run(arguments, stopAfterCall: 33)
      let written = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .reduce(0) { $0 + (try Data(contentsOf: URL(fileURLWithPath: folder.file($1))).count / 2) }
      #expect(run.calls.count == 33)
      #expect(written == run.calls.filter { $0.hasPrefix("write") }.count)
    }

    @Test func anEarlyEndIsNoStop() throws {
      let run = try StoppedProcess.run(["/bin/sh", "-c", "kill -TERM $$"], stopAfterCall: 1)
      #expect(!run.isStopped && run.status == 143)
      #expect(throws: TestFailure.self) { try StoppedProcess.run(["/no/such/program"]) }
    }

    @Test func whoDoesNotEndIsKilled() throws {
      let folder = try TemporaryFolder()
      let script = "echo x > f; sleep 600 & sleep 600"
      let sleeper = try StoppedProcess(inside(folder, ["/bin/sh", "-c", script]))
      try waitUntil(20, "the file is written") { sleeper.callCount == 2 }
      sleeper.kill()
      #expect(try sleeper.wait().status == 137)
      #expect(throws: TestFailure.self) {
        try StoppedProcess.run(inside(folder, ["/bin/sh", "-c", script]), seconds: 0)
      }
    }

    /// A file under its final name is whole at every moment, the old one or the new one.
    @Test func aResultFileIsNeverHalfWritten() throws {
      let folder = try TemporaryFolder()
      let path = folder.file("sample.csv")
      let arguments = [Program.path, "sample", "--seed", "7", "--auctions", "40", "--output", path]
      var whole = ""
      let calls = try StoppedProcess.stopAtEveryCall(
        arguments, prepare: { try "old\n".write(toFile: path, atomically: true, encoding: .utf8) }
      ) { call, run in
        let text = try String(contentsOfFile: path, encoding: .utf8)
        if call == nil { whole = text }
        let isRenamed = run.calls.contains { $0.hasPrefix("rename") }
        #expect(text == (isRenamed ? whole : "old\n"), "after \(run.calls)")
      }
      #expect(whole.hasPrefix("\"") || whole.contains(","))
      let names = calls.map { String($0.prefix { $0 != " " }) }
      let rename = try #require(names.firstIndex { $0.hasPrefix("rename") })
      #expect(names[..<rename].last == "fsync", "flushed before it gets its name: \(calls)")
      #expect(names.last == "fsync", "then the name is flushed: \(calls)")
      note("sample --output: killed after each of \(calls.count) calls")
    }
  }
}
