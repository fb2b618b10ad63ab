import Foundation
import Primitives
import Testing
import Wire

/// Two SBE decoders that share no code with this project read what was written.
@Suite struct PeerDecodersTests {
  @Test func bothDecodersReadEveryMessage() throws {
    let packages = try PeerPackages.installed()
    let corpus = FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-corpus-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: corpus) }
    try Corpus.json().write(to: corpus, atomically: true, encoding: .utf8)
    let outcome = try Repository.python(
      ["Tests/Decoders/decode_with_peers.py", "protocol/rostrum.xml", corpus.path],
      environment: ["PYTHONPATH": packages.path]
    )
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("\(allSamples.count * Draw.variantCount) frames"))
    #expect(outcome.output.contains(" 0 differences"))
  }

  /// The comparison itself: each wrong expectation must be found, by both decoders.
  @Test func wrongExpectationsAreFound() throws {
    let packages = try PeerPackages.installed()
    let corpus = FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-wrong-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: corpus) }
    let json = try Corpus.json().replacingOccurrences(of: "\"kind\":1,", with: "\"kind\":2,")
    try json.write(to: corpus, atomically: true, encoding: .utf8)
    let outcome = try Repository.python(
      ["Tests/Decoders/decode_with_peers.py", "protocol/rostrum.xml", corpus.path],
      environment: ["PYTHONPATH": packages.path]
    )
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("sbe PlaceBid.kind: meant 2, got 1"))
    #expect(outcome.output.contains("sbedecoder PlaceBid.kind: meant 2, got 1"))
  }
}

/// The decoders' packages, pinned by version and hash, kept in the build folder.
enum PeerPackages {
  private static let lock = NSLock()

  static func installed() throws -> URL {
    lock.lock()
    defer { lock.unlock() }
    let requirements = Repository.file("Tests/Decoders/requirements.txt")
    let wanted = try String(contentsOf: requirements, encoding: .utf8)
    let folder = Repository.file(".build/decoders")
    let stamp = folder.appendingPathComponent("requirements.txt")
    if (try? String(contentsOf: stamp, encoding: .utf8)) == wanted { return folder }
    try? FileManager.default.removeItem(at: folder)
    let outcome = try Repository.python([
      "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
      "--require-hashes", "--target", folder.path, "-r", requirements.path,
    ])
    try #require(outcome.status == 0, "pip could not install the decoders: \(outcome.output)")
    try wanted.write(to: stamp, atomically: true, encoding: .utf8)
    return folder
  }
}

/// Frames with what was meant by them, as the Python program reads them.
enum Corpus {
  static func json() throws -> String {
    let frames = allSamples.flatMap { type in
      (0..<Draw.variantCount).map { frame(SampleFrame(type, variant: $0)) }
    }
    return "{\"frames\":[\n" + frames.joined(separator: ",\n") + "\n]}\n"
  }

  private static func frame(_ sample: SampleFrame) -> String {
    let type = type(of: sample.message)
    let groups = sample.groups.map { group in
      "\"\(group.name)\":[" + group.entries.map { object($0) }.joined(separator: ",") + "]"
    }
    return """
      {"name":"\(type.name)","template":\(type.templateID),"sequence":\(sample.sequence),\
      "fields":\(object(sample.message)),"groups":{\(groups.joined(separator: ","))},\
      "hex":"\(hexadecimal(sample.bytes))"}
      """
  }

  /// The stored properties of a message or an entry, by the schema's names.
  private static func object(_ block: Any) -> String {
    let pairs = Mirror(reflecting: block).children.map { child in
      "\"\(child.label ?? "")\":\(value(child.value))"
    }
    return "{" + pairs.joined(separator: ",") + "}"
  }

  private static func value(_ field: Any) -> String {
    switch field {
    case let digest as Digest:
      "[\(digest.word0),\(digest.word1),\(digest.word2),\(digest.word3)]"
    case let text as any FixedText: "\"\(hexadecimal(text.utf8))\""
    default: "\(field)"
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
