internal import Primitives

/// The lines of a receipt or a proof: a word and its values with one space between, hexadecimal
/// where they are bytes.
///
/// A line may end as Windows ends it.
struct ProofText {
  private var lines: [[Substring]]
  private(set) var number = 0

  /// Splits a text; empty lines and those that begin with `#` do not count.
  init(_ text: String) {
    lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      var line = Substring($0)
      if line.unicodeScalars.last == "\r" { line.unicodeScalars.removeLast() }
      return line.isEmpty ? [] : line.split(separator: " ", omittingEmptySubsequences: false)
    }
  }

  /// The next line's values, which must begin with a word.
  mutating func values(
    _ word: String,
    count: Int? = nil
  ) throws(ReceiptFault) -> [Substring] {
    guard let values = nextIf(word) else {
      throw .malformed(line: number + 1, reason: "'\(word)' is expected here")
    }
    if let count, values.count != count {
      throw .malformed(line: number, reason: "'\(word)' has \(values.count) values, not \(count)")
    }
    return values
  }

  /// The next line's values if it begins with a word.
  mutating func nextIf(_ word: String) -> [Substring]? {
    var place = number
    while place < lines.count, lines[place].first?.hasPrefix("#") ?? true { place += 1 }
    guard place < lines.count, lines[place][0] == word else { return nil }
    number = place + 1
    return Array(lines[place].dropFirst())
  }

  /// Refuses anything that is left.
  mutating func end() throws(ReceiptFault) {
    for place in number..<lines.count where !(lines[place].first?.hasPrefix("#") ?? true) {
      throw .malformed(line: place + 1, reason: "nothing more is expected")
    }
  }

  /// The number in decimal of the next line, which must begin with a word.
  mutating func integer(of word: String) throws(ReceiptFault) -> UInt64 {
    let text = try values(word, count: 1)[0]
    guard let value = UInt64(text), String(value) == text else {
      throw .malformed(line: number, reason: "'\(text)' is not a number")
    }
    return value
  }

  /// The bytes in hexadecimal of the next line, which must begin with a word.
  mutating func bytes(of word: String, count: Int? = nil) throws(ReceiptFault) -> [UInt8] {
    let text = try values(word, count: 1)[0]
    return try bytes(text, count: count)
  }

  /// Bytes in hexadecimal.
  func bytes(_ text: Substring, count: Int? = nil) throws(ReceiptFault) -> [UInt8] {
    let digits = Array(text.utf8)
    var bytes: [UInt8] = []
    guard digits.count % 2 == 0, count == nil || digits.count == 2 * (count ?? 0) else {
      let reason = "\(digits.count) hexadecimal digits are too few or many"
      throw .malformed(line: number, reason: reason)
    }
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.digit(digits[place]), let low = Self.digit(digits[place + 1]) else {
        throw .malformed(line: number, reason: "not hexadecimal")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// The digest in hexadecimal of the next line, which must begin with a word.
  mutating func digest(of word: String) throws(ReceiptFault) -> Digest {
    Digest(bytes: try bytes(of: word, count: 32))
  }

  /// A digest in hexadecimal.
  func digest(_ text: Substring) throws(ReceiptFault) -> Digest {
    Digest(bytes: try bytes(text, count: 32))
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// Bytes as hexadecimal digits.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    var text = ""
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text += byte < 16 ? "0" : ""
      text += String(byte, radix: 16)
    }
    return text
  }
}

extension Digest {
  /// The digest of its 32 bytes.
  init(bytes: [UInt8]) {
    var words: [UInt64] = []
    for start in stride(from: 0, to: 32, by: 8) {
      words.append(bytes[start..<(start + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    self.init(words[0], words[1], words[2], words[3])
  }
}
