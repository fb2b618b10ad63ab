/// Swift code with comments and the insides of strings blanked out.
///
/// So a token that is found is a token. Lines and columns stay.
struct SwiftCode {
  private let input: [UInt8]
  private var output: [UInt8] = []
  private var place = 0

  private init(_ input: [UInt8]) {
    self.input = input
    output.reserveCapacity(input.count)
  }

  /// The same text, as long and in as many lines.
  static func blanked(_ input: [UInt8]) -> [UInt8] {
    var scanner = SwiftCode(input)
    while scanner.place < input.count { scanner.takeCode() }
    return scanner.output
  }

  private func starts(with text: StaticString) -> Bool {
    guard place + text.utf8CodeUnitCount <= input.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { input[place + $0] == text.utf8Start[$0] }
  }

  private mutating func keep() {
    output.append(input[place])
    place += 1
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where place < input.count {
      let byte = input[place]
      output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
      place += 1
    }
  }

  private mutating func takeCode() {
    let byte = input[place]
    if byte != UInt8(ascii: "/"), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "#") {
      return keep()
    }
    if starts(with: "//") {
      while place < input.count, input[place] != UInt8(ascii: "\n") { blank() }
    } else if starts(with: "/*") {
      takeBlockComment()
    } else if starts(with: "\"") || starts(with: "#\"") || starts(with: "##\"") {
      takeString()
    } else {
      keep()
    }
  }

  private mutating func takeBlockComment() {
    var depth = 0
    repeat {
      if starts(with: "/*") {
        depth += 1
        blank(2)
      } else if starts(with: "*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && place < input.count
  }

  private mutating func takeString() {
    var hashes = 0
    while input[place] == UInt8(ascii: "#") {
      hashes += 1
      keep()
    }
    let isLong = starts(with: "\"\"\"")
    let quotes = isLong ? 3 : 1
    for _ in 0..<quotes { keep() }
    while place < input.count {
      if isEnd(quotes: quotes, hashes: hashes) {
        for _ in 0..<quotes + hashes { keep() }
        return
      }
      takeCharacter(hashes: hashes)
    }
  }

  private func isEnd(quotes: Int, hashes: Int) -> Bool {
    guard place + quotes + hashes <= input.count else { return false }
    return (0..<quotes).allSatisfy { input[place + $0] == UInt8(ascii: "\"") }
      && (0..<hashes).allSatisfy { input[place + quotes + $0] == UInt8(ascii: "#") }
  }

  private mutating func takeCharacter(hashes: Int) {
    let isEscape =
      input[place] == UInt8(ascii: "\\") && place + hashes + 1 < input.count
      && (0..<hashes).allSatisfy { input[place + 1 + $0] == UInt8(ascii: "#") }
    guard isEscape else { return blank() }
    blank(1 + hashes)
    guard place < input.count, input[place] == UInt8(ascii: "(") else { return blank() }
    takeInterpolation()
  }

  /// An interpolation is code again: it may hold strings of its own.
  private mutating func takeInterpolation() {
    var depth = 0
    repeat {
      switch input[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      default: break
      }
      takeCode()
    } while depth > 0 && place < input.count
  }
}
