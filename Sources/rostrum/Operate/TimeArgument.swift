import ArgumentParser
import Primitives

/// A moment as a person writes it: RFC 3339, such as `2026-03-01T12:00:00Z`, or nanoseconds since
/// the Unix epoch.
struct TimeArgument: Equatable, ExpressibleByArgument {
  /// Nanoseconds since the Unix epoch.
  let time: Nanoseconds

  init?(argument: String) {
    if let time = UInt64(argument) {
      self.time = time
    } else if let time = Self.parse(argument) {
      self.time = time
    } else {
      return nil
    }
  }

  /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm)`.
  private static func parse(_ text: String) -> Nanoseconds? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, let date = day(bytes[0..<10]), let second = second(bytes[11..<19]),
      [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(bytes[10])
    else { return nil }
    var rest = bytes[19...]
    guard let fraction = fraction(&rest), let offset = offset(rest) else { return nil }
    let seconds = date * 86_400 + second - offset
    guard seconds >= 0, seconds < Int64.max / 1_000_000_000 else { return nil }
    return UInt64(seconds) * TimeSpan.second + fraction
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard bytes.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int64($1 - 48) }
  }

  private static func parts(
    _ bytes: ArraySlice<UInt8>, _ separator: Character, _ lengths: [Int]
  ) -> [Int64]? {
    let parts = bytes.split(
      separator: separator.asciiValue ?? 0, omittingEmptySubsequences: false)
    guard parts.map(\.count) == lengths else { return nil }
    let numbers = parts.compactMap { number($0) }
    return numbers.count == lengths.count ? numbers : nil
  }

  /// Days since the Unix epoch of a date of the Gregorian calendar.
  private static func day(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let parts = parts(bytes, "-", [4, 2, 2]), (1...12).contains(parts[1]) else { return nil }
    let (year, month, day) = (parts[0], parts[1], parts[2])
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day >= 1, day <= lengths[Int(month) - 1] else { return nil }
    // Years begin in March here, so that the leap day is a year's last one.
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }

  private static func second(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let parts = parts(bytes, ":", [2, 2, 2]), parts[0] < 24, parts[1] < 60, parts[2] < 60
    else { return nil }
    return parts[0] * 3_600 + parts[1] * 60 + parts[2]
  }

  /// Takes a fraction of a second off, in nanoseconds.
  private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Nanoseconds? {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    let digits = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
    guard !digits.isEmpty, digits.count <= 9, let value = number(digits) else { return nil }
    rest = rest.dropFirst(digits.count + 1)
    return UInt64((digits.count..<9).reduce(value) { value, _ in value * 10 })
  }

  /// Seconds east of Greenwich.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    if bytes.elementsEqual([UInt8(ascii: "Z")]) || bytes.elementsEqual([UInt8(ascii: "z")]) {
      return 0
    }
    guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let parts = parts(bytes.dropFirst(), ":", [2, 2]), parts[0] < 24, parts[1] < 60
    else { return nil }
    let seconds = parts[0] * 3_600 + parts[1] * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  /// A moment in UTC as RFC 3339 with nanoseconds.
  ///
  /// - Parameter time: Nanoseconds since the Unix epoch.
  /// - Returns: For example `2026-03-01T12:00:00.000000000Z`.
  static func text(_ time: Nanoseconds) -> String {
    let days = Int64(time / TimeSpan.second / 86_400) + 719_468
    let second = time / TimeSpan.second % 86_400
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return padded(UInt64(year), 4) + "-" + padded(UInt64(month), 2) + "-"
      + padded(UInt64(day), 2) + "T" + padded(second / 3_600, 2) + ":"
      + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2) + "."
      + padded(time % TimeSpan.second, 9) + "Z"
  }

  private static func padded(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
