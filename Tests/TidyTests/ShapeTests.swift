import Testing

/// How long lines, functions and files may be, and that nothing is left for later.
enum ShapeRule {
  static let columnsMax = 100
  static let functionLinesMax = 70
  static let fileLinesMax = 500

  static func longLines(_ file: TextFile) -> [Finding] {
    file.lines.enumerated().compactMap { index, line in
      guard line.utf8.count > columnsMax, line.count > columnsMax, !line.contains("://") else {
        return nil
      }
      return Finding(path: file.path, line: index + 1, message: "\(line.count) columns")
    }
  }

  static func longFile(_ file: TextFile) -> [Finding] {
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    guard count > fileLinesMax else { return [] }
    return [Finding(path: file.path, line: fileLinesMax + 1, message: "\(count) lines")]
  }

  static func longFunctions(_ file: TextFile) -> [Finding] {
    FunctionScanner(file.code).functions.compactMap { function in
      guard function.lineCount > functionLinesMax else { return nil }
      return Finding(
        path: file.path, line: function.line, message: "a function of \(function.lineCount) lines")
    }
  }

  /// Words for work that was put off, taken apart so that this file does not hold them.
  private static let unfinished = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "not " + "implemented"]

  static func unfinished(_ file: TextFile) -> [Finding] {
    file.lines.enumerated().compactMap { index, line in
      guard let word = unfinished.first(where: { line.contains($0) }) else { return nil }
      return Finding(path: file.path, line: index + 1, message: "'\(word)': finish it")
    }
  }
}

/// Finds the bodies of functions, initialisers, subscripts and accessors by their braces.
struct FunctionScanner {
  struct Function: Equatable {
    let line: Int
    let lineCount: Int
  }

  private(set) var functions: [Function] = []

  private static let words = ["func ", "init", "subscript", "var "]

  init(_ code: [String]) {
    let lines = code.map { Array($0.utf8) }
    for (index, line) in code.enumerated() {
      guard Self.words.contains(where: { line.contains($0) }) else { continue }
      guard let column = Self.declaration(in: line) else { continue }
      guard let end = Self.bodyEnd(lines, from: index, column: column) else { continue }
      functions.append(Function(line: index + 1, lineCount: end - index + 1))
    }
  }

  /// Where a line declares something with a body; calls of `.init` are none.
  private static func declaration(in line: String) -> Int? {
    let pattern = /(?:^|[\s@])(?:func\s|init[?!]?\s*[(<]|deinit\b|subscript\s*[(<]|var\s.*\{\s*$)/
    guard let match = line.firstMatch(of: pattern) else { return nil }
    return line.utf8.distance(from: line.startIndex, to: match.range.lowerBound)
  }

  /// The line of the brace that ends the body; nil for a requirement without one.
  private static func bodyEnd(_ lines: [[UInt8]], from start: Int, column: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in start..<lines.count {
      if index > start, braces == 0, parentheses == 0, startsAnother(lines[index]) { return nil }
      for byte in index == start ? lines[index].dropFirst(column) : lines[index][...] {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
        case UInt8(ascii: "{"): braces += 1
        case UInt8(ascii: "}"):
          braces -= 1
          if braces == 0 { return index }
          if braces < 0 { return nil }
        default: break
        }
      }
    }
    return nil
  }

  /// Whether a line outside of parentheses begins something new, so that there was no body.
  private static func startsAnother(_ line: [UInt8]) -> Bool {
    let text = String(decoding: line, as: UTF8.self).drop { $0 == " " }
    if text.isEmpty { return false }
    return !["{", "->", "where ", "throws", "async"].contains { text.hasPrefix($0) }
  }
}

@Suite struct ShapeTests {
  @Test func linesFitInHundredColumns() {
    let findings = Checkout.code.flatMap(ShapeRule.longLines)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test func functionsAreShort() {
    let findings = Checkout.swift.flatMap(ShapeRule.longFunctions)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test func filesAreShort() {
    let findings = Checkout.code.flatMap(ShapeRule.longFile)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test func nothingIsLeftForLater() {
    let findings = Checkout.code.flatMap(ShapeRule.unfinished)
    #expect(findings.isEmpty, "\(list(findings))")
  }

  @Test func longLinesAreFoundAndAddressesAreNot() {
    let long = String(repeating: "x", count: 101)
    let planted = TextFile(path: "a.swift", text: "short\n\(long)\n// https://\(long)")
    #expect(ShapeRule.longLines(planted).map(\.line) == [2])
  }

  @Test func longFilesAreFound() {
    let exact = TextFile(path: "a.swift", text: String(repeating: "x\n", count: 500))
    let planted = TextFile(path: "a.swift", text: String(repeating: "x\n", count: 501))
    #expect(ShapeRule.longFile(exact).isEmpty)
    #expect(ShapeRule.longFile(planted).count == 1)
  }

  @Test(arguments: [
    "func f() {", "  init(a: Int) {", "  subscript(i: Int) -> Int {", "  var total: Int {",
    "func f(\n  a: Int\n) -> Int {", "func f<T>(_ x: T)\nwhere T: P {",
  ])
  func longFunctionsAreFound(head: String) {
    let lineCount = head.split(separator: "\n").count
    let body = String(repeating: "  let s = \"}\" // }\n", count: 69 - lineCount)
    let fits = TextFile(path: "a.swift", text: "\(head)\n\(body)}\n")
    let planted = TextFile(path: "a.swift", text: "\(head)\n\(body)  x()\n}\n")
    #expect(ShapeRule.longFunctions(fits).isEmpty)
    #expect(ShapeRule.longFunctions(planted).map(\.message) == ["a function of 71 lines"])
  }

  @Test func requirementsAndCallsHaveNoBody() {
    let text = """
      protocol P {
        func f() throws(E) -> Int
        init(x: Int)
      }
      let a = T.init(1)
      """
    let planted = TextFile(path: "a.swift", text: text)
    #expect(FunctionScanner(planted.code).functions.isEmpty)
  }

  @Test func whatIsLeftForLaterIsFound() {
    let planted = TextFile(path: "a.swift", text: "let a = 1\n// TO" + "DO: the rest")
    #expect(ShapeRule.unfinished(planted).map(\.line) == [2])
  }
}
