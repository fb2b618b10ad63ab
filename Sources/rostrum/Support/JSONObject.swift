/// A JSON object on one line, its members in the order in which they were added.
struct JSONObject {
  private var members: [String] = []

  mutating func add(_ name: String, _ value: some BinaryInteger) {
    members.append("\(Self.quoted(name)):\(value)")
  }

  mutating func add(_ name: String, _ value: Bool) {
    members.append("\(Self.quoted(name)):\(value)")
  }

  mutating func add(_ name: String, _ value: String) {
    members.append("\(Self.quoted(name)):\(Self.quoted(value))")
  }

  /// Adds a number with at most three digits after the point.
  mutating func add(_ name: String, _ value: Double) {
    members.append("\(Self.quoted(name)):\(Self.number(value))")
  }

  mutating func add(_ name: String, texts: [String]) {
    members.append("\(Self.quoted(name)):[\(texts.map(Self.quoted).joined(separator: ","))]")
  }

  mutating func addNull(_ name: String) { members.append("\(Self.quoted(name)):null") }

  mutating func add(_ name: String, _ value: JSONObject) {
    members.append("\(Self.quoted(name)):\(value.text)")
  }

  mutating func add(_ name: String, numbers: [some BinaryInteger]) {
    let list = numbers.map { "\($0)" }.joined(separator: ",")
    members.append("\(Self.quoted(name)):[\(list)]")
  }

  mutating func add(_ name: String, strings: [String]) {
    let list = strings.map { Self.quoted($0) }.joined(separator: ",")
    members.append("\(Self.quoted(name)):[\(list)]")
  }

  mutating func add(_ name: String, objects: [JSONObject]) {
    members.append("\(Self.quoted(name)):[\(objects.map(\.text).joined(separator: ","))]")
  }

  var text: String { "{" + members.joined(separator: ",") + "}" }

  /// A number with three digits after the point, without an exponent.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "0" }
    let thousandths = Int64((value * 1_000).rounded())
    let sign = thousandths < 0 ? "-" : ""
    let whole = thousandths.magnitude / 1_000
    let rest = thousandths.magnitude % 1_000
    if rest == 0 { return "\(sign)\(whole)" }
    let digits = String(rest + 1_000).dropFirst()
    return "\(sign)\(whole).\(digits)"
  }

  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
