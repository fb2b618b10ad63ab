import Testing

/// The manifest, the folders, the import table and the architecture page name the same modules.
enum PackageRule {
  struct Module: Equatable {
    let name: String
    let line: Int
    /// The words of its `dependencies:`, as the manifest has them.
    let dependencies: [String]
    let isTest: Bool
    /// Where its sources are when not in a folder of its name.
    let path: String?
  }

  /// What the manifest calls packages' products by a word of its own.
  private static let products = ["crypto": "Crypto", "arguments": "ArgumentParser"]

  /// The targets of a manifest, by its text.
  static func modules(_ manifest: TextFile) -> [Module] {
    let pattern =
      #/
      \.(target|executableTarget|testTarget|systemLibrary)
      \(\s*name:\s*"(\w+)"((?:[^()]|\([^()]*\))*)\)
      /#
    return manifest.text.matches(of: pattern).map { match in
      let rest = String(match.3)
      let listed = rest.firstMatch(of: /dependencies:\s*\[((?:[^\[\]])*)\]/).map { String($0.1) }
      let line = manifest.text[..<match.range.lowerBound].filter { $0 == "\n" }.count + 1
      return Module(
        name: String(match.2), line: line, dependencies: words(listed ?? ""),
        isTest: match.1 == "testTarget",
        path: rest.firstMatch(of: /path:\s*"([^"]+)"/).map { String($0.1) })
    }
  }

  private static func words(_ list: String) -> [String] {
    let named = list.matches(of: /\.product\(name:\s*"(\w+)"[^)]*\)/).map { String($0.1) }
    let plain = list.replacing(/\.product\([^)]*\)/, with: "").split(separator: ",")
      .map { $0.filter { !$0.isWhitespace && $0 != "\"" } }.filter { !$0.isEmpty }
    return named + plain.map { products[$0] ?? $0 }
  }

  /// Modules of the product that the table, the page or the folders do not know.
  static func findings(
    _ manifest: TextFile, page: TextFile, table: [String: Set<String>], folders: Set<String>
  ) -> [Finding] {
    let modules = modules(manifest).filter { !$0.isTest && $0.path == nil }
    var found: [Finding] = []
    func add(_ line: Int, _ message: String) {
      found.append(Finding(path: manifest.path, line: line, message: message))
    }
    for module in modules {
      if !page.lines.contains(where: { $0.hasPrefix("| `\(module.name)` |") }) {
        add(module.line, "\(module.name) is not in \(page.path)")
      }
      if !folders.contains(module.name) { add(module.line, "no folder of \(module.name)") }
      guard !isC(module.name) else { continue }
      guard let allowed = table[module.name] else {
        add(module.line, "\(module.name) is not in the import table")
        continue
      }
      for name in module.dependencies where !allowed.contains(name) {
        add(module.line, "\(module.name) depends on \(name), which it may not import")
      }
    }
    let names = Set(modules.map(\.name))
    for name in folders.subtracting(names).sorted() { add(1, "no target of the folder \(name)") }
    for name in Set(table.keys).subtracting(names).sorted() { add(1, "no target \(name)") }
    return found
  }

  /// C modules begin with a C and another capital.
  private static func isC(_ name: String) -> Bool {
    name.hasPrefix("C") && name.dropFirst().first?.isUppercase ?? false
  }
}

@Suite struct PackageTests {
  private static let page = TextFile(path: "page.md", text: "| `A` | a | |\n| `CThing` | c | |\n")
  private static let table: [String: Set<String>] = ["A": ["B"]]

  private static func manifest(_ targets: String) -> TextFile {
    TextFile(path: "Package.swift", text: "targets: [\n\(targets)\n]")
  }

  private static func findings(_ targets: String, folders: Set<String>) -> [String] {
    PackageRule.findings(manifest(targets), page: page, table: table, folders: folders)
      .map(\.message)
  }

  @Test func everyTargetIsInTheTablesAndHasAFolder() throws {
    let manifest = try #require(Checkout.file("Package.swift"))
    let page = try #require(Checkout.file("docs/ARCHITECTURE.md"))
    let folders = Set(
      Checkout.files.filter { $0.isSource }.map(\.module).filter { !$0.isEmpty })
    let findings = PackageRule.findings(
      manifest, page: page, table: ImportRule.table,
      folders: folders.union(Checkout.exists("Sources/CZstd") ? ["CZstd"] : []))
    #expect(findings.isEmpty, "\(list(findings))")
    let modules = PackageRule.modules(manifest)
    #expect(modules.filter { !$0.isTest }.count >= 18)
    let rostrum = try #require(modules.first { $0.name == "rostrum" })
    #expect(rostrum.dependencies.contains("Histogram"))
    #expect(rostrum.dependencies.contains("ArgumentParser"))
  }

  /// A module that nothing tests is a module that nobody finds broken.
  @Test func everyModuleIsTested() throws {
    let manifest = try #require(Checkout.file("Package.swift"))
    let modules = PackageRule.modules(manifest)
    let tested = Set(modules.filter(\.isTest).flatMap(\.dependencies))
    // The C modules that have no test of their own are used by every test of what stands on them.
    let covered: Set = ["CSockets", "CZstd"]
    for module in modules where !module.isTest && module.path == nil {
      #expect(tested.contains(module.name) || covered.contains(module.name), "\(module.name)")
    }
  }

  @Test func whatIsInOrderIsNotFound() {
    let targets = #".target(name: "A", dependencies: ["B"], x: y), .target(name: "CThing")"#
    #expect(Self.findings(targets, folders: ["A", "CThing"]).isEmpty)
  }

  @Test func whatIsMissingIsFound() {
    let known = #".target(name: "A"), "#
    #expect(Self.findings(known, folders: []) == ["no folder of A"])
    #expect(Self.findings(known, folders: ["A", "D"]) == ["no target of the folder D"])
    #expect(
      Self.findings(known + #".executableTarget(name: "D")"#, folders: ["A", "D"])
        == ["D is not in page.md", "D is not in the import table"])
    #expect(
      Self.findings(known + #".systemLibrary(name: "COther")"#, folders: ["A", "COther"])
        == ["COther is not in page.md"])
    #expect(
      Self.findings(#".target(name: "CThing")"#, folders: ["CThing"]) == ["no target A"])
    #expect(
      Self.findings(
        #".target(name: "A", dependencies: ["B", crypto, .product(name: "P", package: "p")])"#,
        folders: ["A"])
        == ["P", "Crypto"].map { "A depends on \($0), which it may not import" })
  }
}
