import Testing

/// Nothing that must come out the same twice goes through a hash table in its own order.
///
/// A dictionary is fine as long as it is asked by key. The rule knows the names that a file
/// declares as dictionaries or sets, and what walks through one without sorting.
enum HashOrderRule {
  static func findings(_ file: TextFile) throws -> [Finding] {
    guard file.isSource, file.isSwift, TokenRule.replayed.contains(file.module) else { return [] }
    let names = file.code.compactMap(declared)
    guard !names.isEmpty else { return [] }
    let name = "(?:self\\.)?(?:\(Set(names).sorted().joined(separator: "|")))"
    let walks = "map|compactMap|flatMap|filter|forEach|reduce|first|allSatisfy|prefix|enumerated"
    let expression = try Regex(
      "\\bin\\s+\(name)\\b(?!\\s*[\\[(])(?!\\.(?:sorted|count))"
        + "|\\b\(name)\\.(?:keys|values|popFirst|randomElement|\(walks))\\b"
        + "|\\b(?:Array|Set)\\(\(name)\\)"
    ).wordBoundaryKind(.simple)
    return file.code.enumerated().compactMap { index, line in
      guard !line.contains(".sorted"), !line.contains(".sort "),
        line.firstMatch(of: expression) != nil
      else { return nil }
      return Finding(
        path: file.path, line: index + 1, message: "walks through a hash table in its own order")
    }
  }

  /// The name that a line declares as a dictionary or a set.
  private static func declared(_ line: String) -> String? {
    guard line.contains("var ") || line.contains("let ") else { return nil }
    let typed =
      /\b(?:var|let)\s+(\w+)\s*(?::\s*|=\s*)(?:\[[A-Z][\w.]*\s*:\s*[\w(\[]|Set[<(]|Dictionary[<(])/
    return line.firstMatch(of: typed).map { String($0.1) }
  }
}

@Suite struct HashOrderTests {
  @Test func nothingWalksThroughAHashTable() throws {
    let findings = try Checkout.sources.flatMap(HashOrderRule.findings)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: [
    "for (key, value) in table {", "for key in table.keys {", "let a = table.values.first",
    "table.forEach { use($0) }", "let b = table.map { $0.key }", "return Array(table)",
    "for entry in self.table where entry.value > 1 {", "let c = table.filter { $0.value > 1 }",
  ])
  func walksAreFound(line: String) throws {
    let kinds = ["var table: [UInt64: Int] = [:]", "let table = Set<Int>()"]
    for kind in kinds {
      let planted = TextFile(path: "Sources/Simulator/A.swift", text: "\(kind)\n\(line)\n")
      #expect(try HashOrderRule.findings(planted).map(\.line) == [2], "\(kind)")
    }
  }

  @Test(arguments: [
    "let a = table[key]", "table[key] = nil", "for key in table.keys.sorted() {",
    "for x in list {", "let n = table.count", "if table.contains(x) {", "for t in table[a] {",
  ])
  func questionsByKeyAreNot(line: String) throws {
    let text = "var table: [UInt64: [Int]] = [:]\n\(line)\n"
    let planted = TextFile(path: "Sources/Simulator/A.swift", text: text)
    #expect(try HashOrderRule.findings(planted).isEmpty)
  }
}
