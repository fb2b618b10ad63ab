import Primitives
import Testing

@testable import Engine

/// Titles and descriptions are UTF-8 as RFC 3629 has it.
@Suite struct TextRuleTests {
  private func isText(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return true }
      return TextChecker.isText(base, byteCount: raw.count)
    }
  }

  /// The standard library's own judgement.
  private func isDecodable(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  /// The least and the greatest character of each length, and around the surrogates.
  @Test(arguments: [
    0x00, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x1_0000, 0x10_FFFF,
  ])
  func theFirstAndLastOfEachLengthAreText(scalar: UInt32) {
    let bytes = Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
    #expect(!bytes.isEmpty && isText(bytes))
    #expect(bytes.count == 1 || !isText(Array(bytes.dropLast())), "its last byte is missing")
    #expect(bytes.count == 1 || !isText(Array(bytes.dropFirst())), "its first byte is missing")
  }

  @Test(arguments: [
    [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
    [0xFF], [0x80], [0xC3, 0x28],
  ])
  func overlongFormsSurrogatesAndStrayBytesAreNot(bytes: [UInt8]) {
    #expect(!isText(bytes))
    #expect(!isText(Array("lot ".utf8) + bytes))
  }

  @Test func twoBytesAreJudgedAsTheStandardLibraryDoes() {
    var wrong: [[UInt8]] = []
    for first in 0...255 as ClosedRange<UInt8> {
      for second in 0...255 as ClosedRange<UInt8> {
        let bytes = [first, second]
        if isText(bytes) != isDecodable(bytes) { wrong.append(bytes) }
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test func longerOnesAreJudgedAsTheStandardLibraryDoes() {
    var random = SeededGenerator(seed: 5)
    let leads: [UInt8] = [0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5]
    let edges: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
    var wrong: [[UInt8]] = []
    var textCount = 0
    for _ in 0..<20_000 {
      let lead = leads[Int(random.below(8))]
      let tail = (0..<2 + random.below(2)).map { _ in edges[Int(random.below(8))] }
      let bytes = [lead] + tail
      if isText(bytes) { textCount += 1 }
      if isText(bytes) != isDecodable(bytes) { wrong.append(bytes) }
    }
    #expect(wrong.isEmpty)
    #expect(textCount > 1_000)
  }
}
