import Primitives

/// Times of the log as people write them: RFC 3339 in UTC, to the nanosecond.
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

  /// A time from text: RFC 3339 with an offset, at most nine digits behind the second.
  ///
  /// - Parameter text: For example `2026-05-01T12:00:00Z` or `2026-05-01T14:00:00.5+02:00`.
  /// - Returns: Nanoseconds since the Unix epoch; nil when it is no such time.
  static func parse(_ text: String) -> Nanoseconds? {
    let pattern =
      /(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/
    guard let match = text.wholeMatch(of: pattern)?.output,
      let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3),
      let hour = Int64(match.4), let minute = Int64(match.5), let second = Int64(match.6)
    else { return nil }
    guard (1...12).contains(month), hour < 24, minute < 60, second < 60 else { return nil }
    let days = dayNumber(year, month, day)
    guard days >= 0, date(ofDay: days) == (year, month, day) else { return nil }
    var seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    if let sign = match.8, let hours = match.9, let minutes = match.10 {
      guard let east = Int64(hours), let more = Int64(minutes), east < 24, more < 60 else {
        return nil
      }
      seconds += (sign == "-" ? 1 : -1) * (east * 3_600 + more * 60)
    }
    // Years beyond 2500 do not fit into 64 bits of nanoseconds.
    guard seconds >= 0, seconds < 16_725_225_600 else { return nil }
    let digits = match.7.map { $0 + String(repeating: "0", count: 9 - $0.count) }
    return UInt64(seconds) * TimeSpan.second + (digits.flatMap { UInt64($0) } ?? 0)
  }

  private static func padded(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The day of the proleptic Gregorian calendar, counted from 1970-01-01.
  private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years begin in March, so that the leap day is a year's last.
    let shifted = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    let leapDays = shifted / 4 - shifted / 100 + shifted / 400
    return shifted * 365 + leapDays + (months * 153 + 2) / 5 + day - 719_469
  }

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
