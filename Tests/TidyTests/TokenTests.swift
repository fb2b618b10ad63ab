import Testing

/// What must not be written where.
struct TokenRule: Sendable {
  let name: String
  /// Words of which a file must hold one for the pattern to be tried.
  let hints: [String]
  /// The token as a regular expression over code without comments and strings.
  let pattern: String
  let reason: String
  let applies: @Sendable (TextFile) -> Bool

  func findings(_ file: TextFile) throws -> [Finding] {
    guard file.isSwift, applies(file) else { return [] }
    guard hints.contains(where: { file.text.contains($0) }) else { return [] }
    let expression = try Regex(pattern)
    return file.code.enumerated().compactMap { index, line in
      guard hints.contains(where: { line.contains($0) }),
        line.firstMatch(of: expression) != nil
      else { return nil }
      return Finding(path: file.path, line: index + 1, message: "\(name): \(reason)")
    }
  }

  /// Modules on the way of a bid.
  static let hot: Set = ["Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Uring"]

  static let all: [TokenRule] = [
    TokenRule(
      name: "print", hints: ["print(", "dump("], pattern: #"(^|[^.\w])(debugPrint|dump|print)\("#,
      reason: "only the command line talks to a terminal"
    ) { $0.isSource && $0.module != "rostrum" },
    TokenRule(
      name: "try!", hints: ["try!", "as!"], pattern: #"\b(try|as)!"#,
      reason: "say what to do when it fails"
    ) { $0.isSource },
    TokenRule(
      name: "any", hints: ["any "], pattern: #"(^|[^.\w])any\s+[A-Z(~]"#,
      reason: "an existential allocates and calls indirectly"
    ) { $0.isSource && hot.contains($0.module) },
    TokenRule(
      name: "concurrency", hints: ["Task", "Dispatch", "await", "async", "actor"],
      pattern:
        #"\b(Task\s*(\{|\.detached|\.init|<)|DispatchQueue|await\b|async\b(?!\s*:)|actor\s+\w)"#,
      reason: "a shard is one thread, and no pool runs in its process"
    ) { $0.isSource },
    TokenRule(
      name: "unchecked", hints: ["unsafeFlags", "unchecked", "exclusivity"],
      pattern: #"unsafeFlags|Ounchecked|enforce-exclusivity"#,
      reason: "checks stay on in production"
    ) { $0.path.hasSuffix("Package.swift") },
    TokenRule(
      name: "precondition", hints: ["precondition", "assertion"],
      pattern: #"\b(precondition|preconditionFailure|assertionFailure)\("#,
      reason: "use invariant(), which keeps its message in a release"
    ) { $0.isSource },
    TokenRule(
      name: "floating point", hints: ["Double", "Float"],
      pattern: #"\b(Double|Float|Float16|Float80)\b"#,
      reason: "nothing that is replayed or stored is rounded"
    ) { $0.isSource && hot.contains($0.module) },
    TokenRule(
      name: "clock or chance", hints: ["Random", "random", "Clock"],
      pattern: #"SystemRandomNumberGenerator|\.random\(|ContinuousClock|SuspendingClock"#,
      reason: "time and randomness come from the caller"
    ) { $0.isSource && ["Primitives", "Wire", "Engine", "WAL", "Gateway"].contains($0.module) },
  ]
}

/// Compiler flags that switch checks off are also banned from scripts.
enum FlagRule {
  static func findings(_ file: TextFile) -> [Finding] {
    let isScript = file.path.hasPrefix("scripts/") || file.path.hasPrefix(".ci/")
    guard isScript || file.path.hasSuffix("Package.swift") else { return [] }
    return file.lines.enumerated().compactMap { index, line in
      guard line.contains("-Ounchecked") || line.contains("-enforce-exclusivity") else {
        return nil
      }
      return Finding(path: file.path, line: index + 1, message: "checks stay on in production")
    }
  }
}

/// What goes round the compiler's proof of safety says why it holds.
enum ConcurrencyNoteRule {
  static func findings(_ file: TextFile) -> [Finding] {
    guard file.isSource, file.isSwift else { return [] }
    return file.code.enumerated().compactMap { index, line in
      guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else {
        return nil
      }
      let before = file.lines[max(0, index - 6)...index]
      if before.contains(where: { $0.contains("SENDABLE:") }) { return nil }
      return Finding(
        path: file.path, line: index + 1, message: "a comment SENDABLE: must say why it holds")
    }
  }
}

@Suite struct TokenTests {
  @Test(arguments: TokenRule.all.map(\.name))
  func forbiddenTokensAreAbsent(name: String) throws {
    let rule = try #require(TokenRule.all.first { $0.name == name })
    let findings = try Checkout.swift.flatMap { try rule.findings($0) }
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: [
    ("print", "WAL", "  print(\"x\")"), ("print", "Runtime", "dump(state)"),
    ("try!", "rostrum", "let a = try! f()"), ("try!", "Client", "let b = c as! D"),
    ("any", "Engine", "var sink: any Sink"), ("any", "Gateway", "func f(_ x: any ~Copyable)"),
    ("concurrency", "Runtime", "Task { work() }"), ("concurrency", "Client", "await f()"),
    ("concurrency", "rostrum", "DispatchQueue.main.async {}"),
    ("concurrency", "Engine", "actor Shard {"), ("concurrency", "Uring", "func f() async {"),
    ("precondition", "WAL", "precondition(a > b)"), ("floating point", "Engine", "let p: Double"),
    ("clock or chance", "Gateway", "let n = UInt64.random(in: 0...9)"),
  ])
  func plantedTokensAreFound(name: String, module: String, line: String) throws {
    let rule = try #require(TokenRule.all.first { $0.name == name })
    let planted = TextFile(path: "Sources/\(module)/Planted.swift", text: "\n\(line)\n")
    #expect(try rule.findings(planted).map(\.line) == [2])
  }

  @Test func commentsStringsAndOtherWordsAreNotTokens() throws {
    let text = """
      // print("x") and try! and any Sink, await
      let a = "Task { \\(b.map { "await" }) print(" + c.print(d) + blueprint(e)
      let many = company(f)
      """
    let planted = TextFile(path: "Sources/Engine/Planted.swift", text: text)
    for rule in TokenRule.all { #expect(try rule.findings(planted).isEmpty, "\(rule.name)") }
  }

  @Test func checksAreNotSwitchedOff() throws {
    let findings = Checkout.files.flatMap(FlagRule.findings)
    #expect(findings.isEmpty, "\(list(findings))")
    let planted = TextFile(path: "scripts/x.sh", text: "swift build -Xswiftc -Ounchecked")
    #expect(FlagRule.findings(planted).count == 1)
    let manifest = TextFile(path: "Package.swift", text: "  .unsafeFlags([x])")
    let rule = try #require(TokenRule.all.first { $0.name == "unchecked" })
    #expect(try rule.findings(manifest).count == 1)
  }

  @Test func exemptionsFromTheCompilersProofSayWhy() {
    let findings = Checkout.swift.flatMap(ConcurrencyNoteRule.findings)
    #expect(findings.isEmpty, "\(list(findings))")
    let bare = TextFile(path: "Sources/A/B.swift", text: "final class C: @unchecked Sendable {}")
    #expect(ConcurrencyNoteRule.findings(bare).count == 1)
    let noted = TextFile(
      path: "Sources/A/B.swift", text: "// SENDABLE: frozen.\nclass C: @unchecked Sendable {}")
    #expect(ConcurrencyNoteRule.findings(noted).isEmpty)
  }
}
