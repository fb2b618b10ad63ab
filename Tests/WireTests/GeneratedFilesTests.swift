import Foundation
import Testing

/// The generated files are those that the schema gives.
@Suite struct GeneratedFilesTests {
  @Test func generatedFilesAreCurrent() throws {
    let outcome = try Repository.python(["protocol/generate.py", "--check"])
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  /// The check itself: in a copy with a changed schema and a stray file it names both.
  @Test func staleFilesAreNamed() throws {
    let copy = FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-generate-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    let files = FileManager.default
    for folder in ["protocol", "Sources/Wire/Messages", "docs"] {
      let target = copy.appendingPathComponent(folder)
      try files.createDirectory(
        at: target.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try files.copyItem(at: Repository.file(folder), to: target)
    }
    let program = copy.appendingPathComponent("protocol/generate.py").path
    #expect(try Repository.python([program, "--check"]).status == 0)

    let schema = copy.appendingPathComponent("protocol/rostrum.xml")
    let text = try String(contentsOf: schema, encoding: .utf8)
    try text.replacingOccurrences(of: "description=\"Bids.\"", with: "description=\"Bids now.\"")
      .write(to: schema, atomically: true, encoding: .utf8)
    try "// gone".write(
      to: copy.appendingPathComponent("Sources/Wire/Messages/Gone.swift"),
      atomically: true,
      encoding: .utf8
    )
    let outcome = try Repository.python([program, "--check"])
    #expect(outcome.status == 1)
    for name in ["PlaceBid.swift", "Gone.swift", "docs/protocol.md"] {
      #expect(outcome.output.contains(name))
    }
  }

  @Test(arguments: [
    ("offset=\"8\" description=\"The account that bids.\"", "offset=\"9\" description=\"x\""),
    ("id=\"101\" blockLength=\"40\"", "id=\"100\" blockLength=\"40\""),
    ("id=\"4\" blockLength=\"16\"", "id=\"4\" blockLength=\"24\""),
    ("\">1</validValue>", "\">7</validValue>"),
  ])
  func brokenSchemasAreRefused(original: String, broken: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-schema-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: Repository.file("protocol"), to: folder)
    let schema = folder.appendingPathComponent("rostrum.xml")
    let text = try String(contentsOf: schema, encoding: .utf8)
    #expect(text.contains(original))
    try text.replacingOccurrences(of: original, with: broken)
      .write(to: schema, atomically: true, encoding: .utf8)
    let outcome = try Repository.python([folder.appendingPathComponent("generate.py").path])
    #expect(outcome.status == 1)
    #expect(outcome.output.hasPrefix("rostrum.xml: "), "\(outcome.output)")
  }
}
