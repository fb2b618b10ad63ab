import Primitives

/// Times of the log as people read them: RFC 3339 in UTC, to the nanosecond.
enum Moment {
  /// A time as text, for example `2026-05-01T12:00:00.000000000Z`.
  static func text(_ time: Nanoseconds) -> String {
    let seconds = time / TimeSpan.second
    let (year, month, day) = date(ofDay: Int64(seconds / 86_400))
    let rest = seconds % 86_400
    let clock = [rest / 3_600, rest / 60 % 60, rest % 60].map { padded($0, 2) }
    return "\(padded(UInt64(year), 4))-\(padded(UInt64(month), 2))-\(padded(UInt64(day), 2))T"
      + clock.joined(separator: ":") + ".\(padded(time % TimeSpan.second, 9))Z"
  }

  private static func padded(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// A day counted from 1970-01-01, in the Gregorian calendar.
  private static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let days = number + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let months = (5 * dayOfYear + 2) / 153
    let month = months < 10 ? months + 3 : months - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * months + 2) / 5 + 1
    )
  }
}
