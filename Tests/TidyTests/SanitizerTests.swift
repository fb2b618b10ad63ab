import Testing

/// What threads share is on the page, and each of its memory orders has a check that can fail.
enum SharedStateRule {
  static func findings(_ status: TextFile, page: TextFile, script: TextFile) -> [Finding] {
    status.code.enumerated().flatMap { index, line in
      var found: [Finding] = []
      func add(_ message: String) {
        found.append(Finding(path: status.path, line: index + 1, message: message))
      }
      if let match = line.firstMatch(of: /\blet (\w+) = (?:Atomic|Mutex)</) {
        let listed = page.lines.contains {
          $0.hasPrefix("|") && ($0.contains(".\(match.1)`") || $0.contains("`\(match.1)`"))
        }
        if !listed { add("\(match.1) is not in \(page.path)") }
      }
      for match in line.matches(of: /\w+\.(?:store|load)\([^()]*\.(?:releasing|acquiring)\)/) {
        let isWeakened = script.lines.contains {
          $0.contains("weaken_status ") && $0.contains("'\(match.0)'")
        }
        if !isWeakened { add("\(script.path) never weakens \(match.0)") }
      }
      return found
    }
  }
}

@Suite struct SanitizerTests {
  @Test func everySharedWordIsListedAndEachOrderWeakened() throws {
    let status = try #require(Checkout.file("Sources/Runtime/Shard/ShardStatus.swift"))
    let page = try #require(Checkout.file("docs/testing.md"))
    let script = try #require(Checkout.file("scripts/sanitize.sh"))
    let findings = SharedStateRule.findings(status, page: page, script: script)
    #expect(findings.isEmpty, "\(list(findings))")
    let blank = TextFile(path: "x", text: "")
    #expect(SharedStateRule.findings(status, page: page, script: blank).count >= 8)
    #expect(SharedStateRule.findings(status, page: blank, script: script).count >= 14)
  }

  @Test func wordsAndOrdersThatAreMissingAreFound() {
    let text = """
      let flag = Atomic<Bool>(false)
      func f() { flag.store(true, ordering: .releasing) }
      """
    let status = TextFile(path: "S.swift", text: text)
    func messages(_ page: String, _ script: String) -> [String] {
      SharedStateRule.findings(
        status, page: TextFile(path: "p", text: page), script: TextFile(path: "s", text: script)
      ).map(\.message)
    }
    let weakens = "  weaken_status a 'flag.store(true, ordering: .releasing)'"
    #expect(messages("| `S.flag` |", weakens).isEmpty)
    #expect(messages("flag", weakens) == ["flag is not in p"])
    #expect(
      messages("| `flag` |", "# flag.store(true, ordering: .releasing)")
        == ["s never weakens flag.store(true, ordering: .releasing)"])
  }

  /// The scenarios are no target of the package: the script compiles all there are.
  @Test func theScriptRunsInTheSuite() throws {
    let suite = try #require(Checkout.file("scripts/test.sh"))
    #expect(suite.lines.contains("scripts/sanitize.sh thread"))
    #expect(Checkout.files.contains { $0.path == "Tests/Threads/Scenarios.swift" })
  }
}
