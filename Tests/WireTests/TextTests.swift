import Primitives
import Testing
import Wire

/// Texts of a fixed length.
@Suite struct TextTests {
  @Test func textComesBack() {
    for text in ["", "x", "Größe", "🔭🔭", String(repeating: "y", count: 80)] {
      #expect(FixedText80(text).string == text)
    }
  }

  @Test func textIsCutBetweenCharacters() {
    let long = String(repeating: "x", count: 79) + "ß" + "more"
    #expect(FixedText80(long).string == String(repeating: "x", count: 79))
    let family = "👨‍👩‍👧‍👦"
    let crowd = String(repeating: family, count: 5)
    #expect(family.utf8.count == 25)
    #expect(FixedText80(crowd).string == String(repeating: family, count: 3))
    #expect(FixedText64(crowd).string == String(repeating: family, count: 2))
  }

  @Test func bytesStandInOrder() {
    var bytes = [UInt8](repeating: 0xFF, count: 80)
    bytes.withUnsafeMutableBytes { FixedText80("ABC").write($0.start, at: 0) }
    #expect(bytes == [0x41, 0x42, 0x43] + [UInt8](repeating: 0, count: 77))
  }

  @Test func bytesThatAreNotTextStillShow() {
    #expect(FixedText64(utf8: [0xFF, 0x41]).string == "\u{FFFD}A")
    #expect(FixedText64(utf8: [UInt8](repeating: 0x42, count: 100)).utf8.count == 64)
  }

  @Test func longTextIsCutIntoLinesAndComesBack() {
    let text = String(repeating: "Ünïcödé 🔭, ", count: 90)
    let lines = TextLines.split(text)
    #expect(lines.count == (text.utf8.count + 63) / 64)
    #expect(TextLines.join(lines) == text)
    #expect(TextLines.split("").isEmpty)
    let tooLong = String(repeating: "ß", count: 3_000)
    #expect(TextLines.split(tooLong).count == 64)
    #expect(TextLines.join(TextLines.split(tooLong)) == String(repeating: "ß", count: 2_048))
  }
}
