import Foundation

/// One text file of the checkout, by its path from the root.
struct TextFile {
  let path: String
  let text: String
  let lines: [String]
  /// The lines of Swift code with comments and the insides of strings blanked out.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = Self.lines(Array(text.utf8))
    code = path.hasSuffix(".swift") ? Self.lines(SwiftCode.blanked(Array(text.utf8))) : []
  }

  private static func lines(_ text: [UInt8]) -> [String] {
    text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  var fileExtension: String { path.split(separator: ".").last.map(String.init) ?? "" }

  /// The module of a file in `Sources` or `Tests`; empty elsewhere.
  var module: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 && ["Sources", "Tests"].contains(parts[0]) ? String(parts[1]) : ""
  }

  var isSwift: Bool { fileExtension == "swift" }
  var isSource: Bool { path.hasPrefix("Sources/") }
  var isCode: Bool { ["swift", "c", "h", "py"].contains(fileExtension) }
}

/// What a rule found, printed so that an editor can jump there.
struct Finding: Equatable, CustomStringConvertible {
  let path: String
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// The text files of the checkout that the tests stand in; build folders and hidden ones left out.
enum Checkout {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let folders = [
    ".ci", "Benchmarks", "Sources", "Tests", "docs", "perf", "protocol", "scripts",
  ]
  private static let extensions = [
    "c", "h", "json", "md", "py", "sh", "swift", "txt", "xml", "yml",
  ]

  static let files: [TextFile] = {
    var found = folders.flatMap { Self.paths(under: $0) }
    let top = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    found += top.filter { isText($0) }
    return found.sorted().compactMap { load($0) }
  }()

  static var swift: [TextFile] { files.filter(\.isSwift) }
  static var sources: [TextFile] { swift.filter(\.isSource) }
  static var code: [TextFile] {
    files.filter { $0.isCode && ($0.isSource || $0.path.hasPrefix("Tests/")) }
  }
  static var pages: [TextFile] { files.filter { $0.fileExtension == "md" } }

  static func file(_ path: String) -> TextFile? { files.first { $0.path == path } }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  private static func paths(under folder: String) -> [String] {
    let walk = FileManager.default.enumerator(
      at: root.appendingPathComponent(folder), includingPropertiesForKeys: [],
      options: .skipsHiddenFiles)
    let prefix = root.path + "/"
    return (walk?.allObjects ?? []).compactMap { $0 as? URL }.map(\.path)
      .filter { $0.hasPrefix(prefix) && isText($0) }.map { String($0.dropFirst(prefix.count)) }
  }

  private static func isText(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    if ["Makefile", "LICENSE", "check", "run"].contains(name) { return true }
    return extensions.contains((name as NSString).pathExtension)
  }

  private static func load(_ path: String) -> TextFile? {
    let url = root.appendingPathComponent(path)
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    return TextFile(path: path, text: text)
  }
}
