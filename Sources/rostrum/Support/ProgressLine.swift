/// A line that shows how far a long reading is: a bar, the rate, and how long it will take.
struct ProgressLine {
  private static let barWidth = 24

  let title: String

  /// The line.
  ///
  /// - Parameters:
  ///   - records: Records read so far.
  ///   - bytes: Bytes read so far.
  ///   - total: Bytes to read at most; 0 = not known yet.
  ///   - seconds: The time since the reading began.
  /// - Returns: One line without a line break.
  func text(records: UInt64, bytes: UInt64, total: UInt64, seconds: Double) -> String {
    let rate = seconds > 0 ? Double(records) / seconds : 0
    var text = "\(title): "
    if total > 0 {
      let share = min(1, Double(bytes) / Double(total))
      let filled = Int(share * Double(Self.barWidth))
      text += "[" + String(repeating: "#", count: filled)
      text += String(repeating: ".", count: Self.barWidth - filled) + "] \(Int(share * 100)) %, "
    }
    text += "\(records) records, \(Self.rounded(rate)) a second"
    if total > bytes, bytes > 0, seconds > 0 {
      let left = seconds * Double(total - bytes) / Double(bytes)
      text += ", at most \(Int(left.rounded(.up))) s left"
    }
    return text
  }

  /// A rate with two significant digits: 1.2 M, 340 k, 87.
  static func rounded(_ rate: Double) -> String {
    if rate >= 1e6 { return JSONObject.number((rate / 1e5).rounded() / 10) + " M" }
    if rate >= 1e3 { return "\(Int((rate / 1e3).rounded())) k" }
    return "\(Int(rate.rounded()))"
  }
}
