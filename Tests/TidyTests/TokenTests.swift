import Testing

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
    ("forced value", "Engine", "let a = b.first!"), ("forced value", "Client", "c(d[1]!, e)"),
    ("forced value", "rostrum", "var server: Server!"), ("forced value", "WAL", "return f(x)!"),
    ("any", "Engine", "var sink: any Sink"), ("any", "Gateway", "func f(_ x: any ~Copyable)"),
    ("class", "Gateway", "final class Sessions {"), ("class", "Journal", "class Writer {"),
    ("concurrency", "Runtime", "Task { work() }"), ("concurrency", "Client", "await f()"),
    ("concurrency", "rostrum", "DispatchQueue.main.async {}"),
    ("concurrency", "Engine", "actor Shard {"), ("concurrency", "Uring", "func f() async {"),
    ("concurrency", "Runtime", "Thread.sleep(1)"), ("lock", "Runtime", "let n = Atomic<Int>(0)"),
    ("lock", "rostrum", "let m = Mutex(0)"), ("lock", "Client", "let l = NSLock()"),
    ("threads", "rostrum", "let s = rl_thread_start(&t, 0, f, nil)"),
    ("kernel", "Runtime", "let t = rl_wall_time_ns()"), ("sleep", "Runtime", "usleep(5)"),
    ("environment", "WAL", "let v = getenv(name)"),
    ("environment", "Client", "ProcessInfo.processInfo.environment"),
    ("precondition", "WAL", "precondition(a > b)"), ("precondition", "Engine", "assert(a > b)"),
    ("fatalError", "Gateway", "fatalError(\"x\")"), ("fatalError", "Runtime", "exit(1)"),
    ("foreign symbol", "Uring", "@_silgen_name(\"f\") func f()"),
    ("floating point", "Engine", "let p: Double"), ("floating point", "Journal", "Float(1)"),
    ("clock", "Gateway", "let c = ContinuousClock()"), ("clock", "WAL", "let d = Date()"),
    ("clock", "Engine", "clock_gettime(0, &t)"), ("clock", "Journal", "MachineClock().now"),
    ("clock", "Simulator", "let t = rl_monotonic_time_ns()"),
    ("chance", "Gateway", "let n = UInt64.random(in: 0...9)"),
    ("chance", "Simulator", "var g = SystemRandomNumberGenerator()"),
    ("chance", "Simulator", "order.shuffle()"), ("chance", "Engine", "a.randomElement()"),
    ("hash value", "Simulator", "let h = name.hashValue"),
    ("hash value", "WAL", "ObjectIdentifier(file)"),
    ("hash table", "Engine", "var a: [UInt64: Auction] = [:]"),
    ("hash table", "Wire", "let s = Set<Int>()"), ("hash table", "Engine", "Dictionary(x)"),
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
      if a != b, !c { d = x.count != 1 ? [1: 2] : e(order.shuffle(using: &g)) }
      let time = Int.random(in: 0...9, using: &generator)
      static func exit(at end: Date) -> [[Kind]] { timers[a] != nil }
      """
    let planted = TextFile(path: "Sources/Engine/Planted.swift", text: text)
    for rule in TokenRule.all { #expect(try rule.findings(planted).isEmpty, "\(rule.name)") }
  }

  @Test func exceptionsHoldForTheirFilesOnly() throws {
    let lock = try #require(TokenRule.all.first { $0.name == "lock" })
    let text = "let a = Atomic<Int>(0)"
    let path = "Sources/Runtime/Shard/ShardStatus.swift"
    #expect(try lock.findings(TextFile(path: path, text: text)).isEmpty)
    let clock = try #require(TokenRule.all.first { $0.name == "clock" })
    let runtime = TextFile(path: "Sources/Runtime/A.swift", text: "let c = MachineClock()")
    #expect(try clock.findings(runtime).isEmpty)
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
