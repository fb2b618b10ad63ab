import Foundation
import Testing

/// Who may import whom; SwiftPM does not check it (a module that is built already is found).
enum ImportRule {
  /// What each module may import, its own sources' view; `docs/ARCHITECTURE.md` shows the same.
  static let table: [String: Set<String>] = [
    "Primitives": ["CIntrinsics"],
    "Counters": ["Primitives"],
    "Wire": ["Primitives"],
    "Journal": ["Primitives", "Wire", "Counters"],
    "Engine": ["Primitives", "Wire"],
    "Compression": ["CZstd", "WAL"],
    "WAL": ["Primitives", "Wire", "Counters"],
    "Gateway": ["Primitives", "Wire", "Counters", "Crypto"],
    "Kernel": ["Primitives", "WAL"],
    "Uring": ["CLinux", "Kernel", "Primitives", "WAL"],
    "Runtime": [
      "CLinux", "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel",
      "Uring", "Compression", "Synchronization",
    ],
    "Simulator": [
      "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel", "Runtime",
      "Crypto",
    ],
    "Client": ["CSockets", "Primitives", "Wire", "Crypto"],
    "rostrum": [
      "CLinux", "CSockets", "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway",
      "Journal", "Kernel", "Uring", "Compression", "Runtime", "Client", "Simulator",
      "ArgumentParser", "Histogram", "Glibc", "Synchronization",
    ],
  ]

  /// The module that a line imports.
  static func imported(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
      words[..<place].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
    else { return nil }
    let kinds: Set = ["struct", "class", "enum", "func", "protocol", "var", "let", "typealias"]
    var name = words[place + 1]
    if kinds.contains(String(name)), place + 2 < words.count { name = words[place + 2] }
    return name.split(separator: ".").first.map(String.init)
  }

  private static let accessLevels: Set = [
    "public", "internal", "package", "private", "fileprivate",
  ]

  static func findings(_ file: TextFile) -> [Finding] {
    guard file.isSource, file.isSwift else { return [] }
    guard let allowed = table[file.module] else {
      return [
        Finding(path: file.path, line: 1, message: "module \(file.module) is not in the table")
      ]
    }
    return file.code.enumerated().compactMap { index, line in
      guard line.contains("import"), let name = imported(line), !allowed.contains(name) else {
        return nil
      }
      return Finding(
        path: file.path, line: index + 1, message: "\(file.module) may not import \(name)")
    }
  }
}

@Suite struct ImportTests {
  @Test func modulesImportOnlyWhatTheTableAllows() {
    let findings = Checkout.sources.flatMap(ImportRule.findings)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: [
    ("Engine", "internal import WAL"), ("WAL", "public import Gateway"),
    ("Gateway", "import Engine"), ("Engine", "import Foundation"), ("WAL", "import Glibc"),
    ("Gateway", "@preconcurrency import Dispatch"), ("Primitives", "import Synchronization"),
    ("Simulator", "internal import Uring"),
    ("Wire", "import struct Foundation.Data"), ("Client", "internal import Uring"),
    ("NewModule", "let x = 1"),
  ])
  func forbiddenImportsAreFound(module: String, line: String) {
    let planted = TextFile(path: "Sources/\(module)/Planted.swift", text: "// first\n\(line)\n")
    #expect(ImportRule.findings(planted).count == 1)
  }

  @Test func allowedImportsAndCommentsAreNot() {
    let text = "internal import Primitives\n// import Foundation\nlet a = \"import WAL\"\n"
    let planted = TextFile(path: "Sources/Engine/Planted.swift", text: text)
    #expect(ImportRule.findings(planted).isEmpty)
  }

  /// The page for people says the same as the rule.
  @Test func theArchitecturePageShowsTheTable() throws {
    let page = try #require(Checkout.file("docs/ARCHITECTURE.md"))
    for (module, allowed) in ImportRule.table {
      let row = try #require(page.lines.first { $0.hasPrefix("| `\(module)` |") }, "\(module)")
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let names = Set(
        try #require(cells.last).split { !$0.isLetter && !$0.isNumber }.map(String.init))
      #expect(names == allowed, "\(module): the page has \(names.sorted())")
    }
  }
}

/// Findings one a line, the first fifty.
func list(_ findings: [Finding]) -> String {
  "\(findings.count) findings\n" + findings.prefix(50).map(\.description).joined(separator: "\n")
}
