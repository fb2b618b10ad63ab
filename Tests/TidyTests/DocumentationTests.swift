import Foundation
import Testing

/// What is public is explained, and the pages are in order.
enum DocumentationRule {
  /// Public declarations without a `///` line before them and their attributes.
  static func undocumented(_ file: TextFile) -> [Finding] {
    guard file.isSource, file.isSwift else { return [] }
    let code = file.code
    return code.indices.compactMap { index in
      guard declaresPublic(code[index]) else { return nil }
      var before = index - 1
      while before >= 0, isSkipped(code[before], file.lines[before]) { before -= 1 }
      if before >= 0, trimmed(file.lines[before]).hasPrefix("///") { return nil }
      return Finding(path: file.path, line: index + 1, message: "public and not explained")
    }
  }

  private static func declaresPublic(_ line: String) -> Bool {
    guard line.contains("public") || line.contains("open") else { return false }
    let pattern = /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public|open)\s+\w/
    guard line.firstMatch(of: pattern) != nil else { return false }
    return !line.contains(/\b(?:import|override)\b|\bpublic extension\b/)
  }

  /// Attributes and conditions may stand between the explanation and what it explains.
  private static func isSkipped(_ code: String, _ line: String) -> Bool {
    let text = trimmed(code)
    return text.hasPrefix("@") && !declaresPublic(code) && !text.contains("{")
      || text.hasPrefix("#if") || text.hasPrefix("#endif")
      || (text.isEmpty && trimmed(line).hasPrefix("// "))
  }

  private static func trimmed(_ line: String) -> String {
    line.trimmingCharacters(in: .whitespaces)
  }

  /// A page has exactly one heading of the first level, and it comes first.
  static func headings(_ page: TextFile) -> [Finding] {
    let lines = prose(page)
    let heads = lines.filter { $0.text.hasPrefix("# ") }
    guard heads.count == 1 else {
      return [Finding(path: page.path, line: 1, message: "\(heads.count) first-level headings")]
    }
    let first = lines.first { !trimmed($0.text).isEmpty }
    guard first?.number == heads[0].number else {
      return [Finding(path: page.path, line: 1, message: "the heading must come first")]
    }
    return []
  }

  /// Links to files of the checkout that are not there.
  static func brokenLinks(_ page: TextFile, exists: (String) -> Bool) -> [Finding] {
    let folder = page.path.split(separator: "/").dropLast().map(String.init)
    return prose(page).flatMap { line in
      line.text.matches(of: /\]\(([^)\s]+)\)/).compactMap { match in
        let target = String(match.1).split(separator: "#", omittingEmptySubsequences: false)[0]
        guard !match.1.contains("://"), !match.1.hasPrefix("mailto:"), !target.isEmpty else {
          return nil
        }
        if exists(resolve(folder, String(target))) { return nil }
        return Finding(path: page.path, line: line.number, message: "no file \(target)")
      }
    }
  }

  private static func resolve(_ folder: [String], _ target: String) -> String {
    var parts = folder
    for part in target.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  /// The lines outside of code blocks.
  private static func prose(_ page: TextFile) -> [(number: Int, text: String)] {
    var isCode = false
    var lines: [(number: Int, text: String)] = []
    for (index, line) in page.lines.enumerated() {
      if trimmed(line).hasPrefix("```") {
        isCode.toggle()
      } else if !isCode {
        lines.append((index + 1, line))
      }
    }
    return lines
  }

  /// Reject codes of the Swift enum that the page's table lacks.
  static func missingCodes(_ codes: TextFile, page: TextFile) -> [Finding] {
    codes.lines.enumerated().compactMap { index, line in
      guard let match = line.firstMatch(of: /^\s*case (\w+) = (\d+)$/) else { return nil }
      if page.lines.contains(where: { $0.hasPrefix("| \(match.2) | `\(match.1)` | ") }) {
        return nil
      }
      return Finding(
        path: codes.path, line: index + 1, message: "code \(match.2) is not in \(page.path)")
    }
  }

  /// Paths that only the machine has on which something was written.
  static func machinePaths(_ file: TextFile) -> [Finding] {
    let names = ["home", "root", "work", "Users", "farm"]
    guard names.contains(where: { file.text.contains("/\($0)/") }) else { return [] }
    let roots = names.joined(separator: "|")
    guard let pattern = try? Regex("(^|[^\\w.~/)}$-])/(\(roots))/\\w") else {
      return [Finding(path: file.path, line: 0, message: "the pattern is wrong")]
    }
    return file.lines.enumerated().compactMap { index, line in
      guard line.firstMatch(of: pattern) != nil, !line.contains("://") else { return nil }
      return Finding(path: file.path, line: index + 1, message: "a path of one machine")
    }
  }
}

@Suite struct DocumentationTests {
  @Test func whatIsPublicIsExplained() {
    let findings = Checkout.sources.flatMap(DocumentationRule.undocumented)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: [
    "public func f() {}", "  public var x = 1", "@frozen public struct S {}",
    "  @inlinable\n  public init() {}", "public static let a = 1", "open class C {}",
    "  #if !DEBUG\n  @_noLocks\n  #endif\n  public func g() {}",
  ])
  func unexplainedDeclarationsAreFound(declaration: String) {
    let bare = TextFile(path: "Sources/A/B.swift", text: "let y = 1\n\(declaration)\n")
    #expect(DocumentationRule.undocumented(bare).count == 1)
    let explained = TextFile(path: "Sources/A/B.swift", text: "/// What.\n\(declaration)\n")
    #expect(DocumentationRule.undocumented(explained).isEmpty)
  }

  @Test func importsAndExtensionsNeedNoExplanation() {
    let text = "public import A\npublic extension B {}\ninternal func c() {}\n"
    let planted = TextFile(path: "Sources/A/B.swift", text: text)
    #expect(DocumentationRule.undocumented(planted).isEmpty)
  }

  @Test func everyPageHasOneHeading() {
    #expect(Checkout.pages.count >= 10)
    let findings = Checkout.pages.flatMap(DocumentationRule.headings)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: ["# A\n# B\n", "text\n", "text\n# A\n", "## A\n", "```\n# A\n```\n"])
  func pagesInDisorderAreFound(text: String) {
    #expect(DocumentationRule.headings(TextFile(path: "a.md", text: text)).count == 1)
  }

  @Test func commentsInCodeBlocksAreNoHeadings() {
    let page = TextFile(path: "a.md", text: "# A\n```\n# comment\n```\n## B\n")
    #expect(DocumentationRule.headings(page).isEmpty)
  }

  @Test func linksLeadToFiles() {
    let findings = Checkout.pages.flatMap {
      DocumentationRule.brokenLinks($0, exists: Checkout.exists)
    }
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test func brokenLinksAreFound() {
    let text = "[a](b.md) [c](../d.md#e) [f](#g) [h](https://i.example)"
    let page = TextFile(path: "docs/a.md", text: text)
    let findings = DocumentationRule.brokenLinks(page) { $0 == "d.md" }
    #expect(findings.map(\.message) == ["no file b.md"])
  }

  @Test func everyRejectCodeIsOnTheProtocolPage() throws {
    let codes = try #require(Checkout.file("Sources/Wire/Messages/RejectCode.swift"))
    let page = try #require(Checkout.file("docs/protocol.md"))
    let findings = DocumentationRule.missingCodes(codes, page: page)
    #expect(findings.isEmpty, "\(list(findings))")
    #expect(DocumentationRule.missingCodes(codes, page: TextFile(path: "p", text: "")).count >= 32)
  }

  @Test func noPathOfOneMachineIsWritten() {
    let findings = Checkout.files.flatMap(DocumentationRule.machinePaths)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test(arguments: ["home", "root", "work", "Users"])
  func pathsOfOneMachineAreFound(folder: String) {
    let planted = TextFile(path: "a.sh", text: "cd \"/\(folder)" + "/me/x\"")
    #expect(DocumentationRule.machinePaths(planted).count == 1)
    let fine = TextFile(path: "a.sh", text: "cd .build/\(folder)" + "/x; ls /var/lib/rostrum")
    #expect(DocumentationRule.machinePaths(fine).isEmpty)
  }
}
