import Testing

/// A catalogue is an enum, or one a file, whose cases are counted, planted or looked for elsewhere
/// by their names.
struct Catalogue {
  struct Entry: Equatable {
    let name: String
    let path: String
    let line: Int
    let isExplained: Bool
    /// The folder that the section's comment names, see `Probe`; nil without a section.
    let folder: String?
  }

  let entries: [Entry]
  private let paths: Set<String>

  init(_ files: TextFile...) { self.init(files) }

  /// Reads the cases of each file's first enum; `// In Sources/X:` begins a section.
  init(_ files: [TextFile]) {
    paths = Set(files.map(\.path))
    entries = files.flatMap(Self.entries)
  }

  private static func entries(_ file: TextFile) -> [Entry] {
    var entries: [Entry] = []
    var folder: String?
    for (index, line) in file.lines.enumerated() {
      if let match = line.firstMatch(of: /^\s*\/\/ In (Sources\/[\w\/]+):/) {
        folder = String(match.1)
      }
      guard let match = line.firstMatch(of: /^\s*case (\w+)(?: = \d+)?$/) else { continue }
      let before = index > 0 ? file.lines[index - 1] : ""
      entries.append(
        Entry(
          name: String(match.1), path: file.path, line: index + 1,
          isExplained: before.contains("/// ") && before.hasSuffix("."), folder: folder))
    }
    return entries
  }

  func finding(_ entry: Entry, _ message: String) -> Finding {
    Finding(path: entry.path, line: entry.line, message: "\(entry.name) \(message)")
  }

  /// Entries without a sentence of their own.
  var unexplained: [Finding] {
    entries.filter { !$0.isExplained }.map { finding($0, "is not explained") }
  }

  /// How often each entry is named by a pattern, by file; `NAME` in the pattern is the entry's.
  func uses(_ pattern: String, in files: [TextFile]) throws -> [String: [String]] {
    let expression = try Regex(pattern.replacing("NAME", with: "(\\w+)")).wordBoundaryKind(.simple)
    var uses: [String: [String]] = [:]
    let hint = String(pattern.prefix { $0.isLetter })
    for other in files
    where !paths.contains(other.path) && (hint.isEmpty || other.text.contains(hint)) {
      for line in other.code where hint.isEmpty || line.contains(hint) {
        for match in line.matches(of: expression) {
          uses[String(match.output[1].substring ?? ""), default: []].append(other.path)
        }
      }
    }
    return uses
  }

  /// Entries that are not used exactly once, or not where their section says.
  func misused(_ pattern: String, in files: [TextFile]) throws -> [Finding] {
    let uses = try uses(pattern, in: files)
    let known = Set(entries.map(\.name))
    let unknown = uses.keys.filter { !known.contains($0) }.sorted().map {
      Finding(path: uses[$0]?.first ?? "", line: 0, message: "no entry \($0)")
    }
    return unknown
      + entries.compactMap { entry in
        let places = uses[entry.name] ?? []
        guard places.count == 1 else {
          return finding(entry, "is used in \(places.count) places: \(places)")
        }
        guard let folder = entry.folder, !places[0].hasPrefix(folder + "/") else { return nil }
        return finding(entry, "is used in \(places[0])")
      }
  }
}

/// Counters and the page that explains them to those who run a server.
enum CounterRule {
  /// Names of counters, as metrics and JSON have them.
  static func names(_ file: TextFile) -> [String] {
    file.lines.compactMap { line in
      line.firstMatch(of: /^\s*case \.\w+: "(\w+)"$/).map { String($0.1) }
    }
  }

  static func findings(_ counters: TextFile, page: TextFile) -> [Finding] {
    let names = names(counters)
    let rows = page.lines.drop { $0 != "## Counters" }.dropFirst().prefix { !$0.hasPrefix("## ") }
      .compactMap { $0.firstMatch(of: /^\| `(\w+)` \| ([^|]*[^|\s])/) }
    let explained = rows.map { String($0.1) }
    let missing = names.filter { !explained.contains($0) }.map {
      Finding(path: counters.path, line: 1, message: "counter \($0) is not in \(page.path)")
    }
    let unknown = explained.filter { !names.contains($0) }.map {
      Finding(path: page.path, line: 1, message: "there is no counter \($0)")
    }
    let order = missing.isEmpty && unknown.isEmpty && explained != names
    return missing + unknown
      + (order ? [Finding(path: page.path, line: 1, message: "the counters' order differs")] : [])
  }
}

@Suite struct CatalogueTests {
  private static let path = "Sources/Counters/Counter.swift"

  @Test func countersAreExplained() throws {
    let file = try #require(Checkout.file(Self.path))
    let counters = Catalogue(file)
    let page = try #require(Checkout.file("docs/operations.md"))
    let findings = counters.unexplained + CounterRule.findings(file, page: page)
    #expect(findings.isEmpty, "\(list(findings))")
    #expect(CounterRule.names(file).count == counters.entries.count)
    #expect(counters.entries.count >= 20)
  }

  /// A counter that nobody counts stays zero, and its reader believes it.
  @Test func countersAreCounted() throws {
    let counters = Catalogue(try #require(Checkout.file(Self.path)))
    let sources = Checkout.sources.filter { $0.module != "rostrum" && $0.module != "Counters" }
    let uses = try counters.uses(#"\.(?:add|raise)\(\s*\.NAME"#, in: sources)
    let uncounted = counters.entries.filter { uses[$0.name] == nil }
      .map { counters.finding($0, "is never counted") }
    #expect(uncounted.isEmpty, "\(list(uncounted))")
  }

  @Test func unexplainedCountersAreFound() {
    let counters = TextFile(
      path: "C.swift", text: "  /// One.\n  case one\n    case .one: \"ones\"\n  case two\n")
    #expect(Catalogue(counters).unexplained.map(\.message) == ["two is not explained"])
    func messages(_ page: String) -> [String] {
      CounterRule.findings(counters, page: TextFile(path: "p.md", text: page)).map(\.message)
    }
    #expect(messages("# A\n## Counters\n| `ones` | first ones |\n").isEmpty)
    #expect(messages("| `ones` | of another table |\n") == ["counter ones is not in p.md"])
    #expect(messages("## Counters\n| `ones` |  |\n") == ["counter ones is not in p.md"])
    #expect(
      messages("## Counters\n| `ones` | a |\n| `twos` | b |\n") == ["there is no counter twos"])
  }
}
