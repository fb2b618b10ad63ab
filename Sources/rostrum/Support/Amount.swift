import ArgumentParser
import Primitives

/// ISO 4217 currencies: three letters, a number, and how many digits stand after the point.
struct Currency: Equatable, ExpressibleByArgument {
  let code: String
  let number: UInt16
  let digits: Int

  static let usDollar = Currency(code: "USD", number: 840, digits: 2)

  /// The number of the US dollar, where no table may be read.
  static var usDollarNumber: UInt16 { 840 }

  static let known: [Currency] = [
    usDollar,
    Currency(code: "EUR", number: 978, digits: 2), Currency(code: "GBP", number: 826, digits: 2),
    Currency(code: "CHF", number: 756, digits: 2), Currency(code: "JPY", number: 392, digits: 0),
    Currency(code: "CAD", number: 124, digits: 2), Currency(code: "AUD", number: 36, digits: 2),
    Currency(code: "NZD", number: 554, digits: 2), Currency(code: "SEK", number: 752, digits: 2),
    Currency(code: "NOK", number: 578, digits: 2), Currency(code: "DKK", number: 208, digits: 2),
    Currency(code: "PLN", number: 985, digits: 2), Currency(code: "CZK", number: 203, digits: 2),
    Currency(code: "CNY", number: 156, digits: 2), Currency(code: "INR", number: 356, digits: 2),
    Currency(code: "BRL", number: 986, digits: 2), Currency(code: "MXN", number: 484, digits: 2),
    Currency(code: "KRW", number: 410, digits: 0), Currency(code: "SGD", number: 702, digits: 2),
    Currency(code: "HKD", number: 344, digits: 2), Currency(code: "KWD", number: 414, digits: 3),
    Currency(code: "BHD", number: 48, digits: 3), Currency(code: "ZAR", number: 710, digits: 2),
  ]

  init(code: String, number: UInt16, digits: Int) {
    self.code = code
    self.number = number
    self.digits = digits
  }

  /// A currency by its letters or its number; an unknown number is shown with two digits.
  init?(argument: String) {
    if let found = Self.known.first(where: { $0.code == argument.uppercased() }) {
      self = found
    } else if let number = UInt16(argument), number > 0, number < 1_000 {
      self.init(number: number)
    } else {
      return nil
    }
  }

  init(number: UInt16) {
    self =
      Self.known.first { $0.number == number }
      ?? Currency(code: String(number), number: number, digits: 2)
  }

  var defaultValueDescription: String { code }

  private var unit: Int64 { (0..<digits).reduce(1) { value, _ in value * 10 } }

  /// Minor units as a person writes them, for example `12.50 USD`; `none` when absent.
  func text(_ amount: Int64) -> String {
    guard amount != Money.absent else { return "none" }
    return "\(plainText(amount)) \(code)"
  }

  /// Minor units without the currency, for example `12.50`.
  func plainText(_ amount: Int64) -> String {
    guard digits > 0 else { return String(amount) }
    let magnitude = Int64(amount.magnitude)
    let cents = String(magnitude % unit + unit).dropFirst()
    return (amount < 0 ? "-" : "") + "\(magnitude / unit).\(cents)"
  }

  /// The minor units of `12.50`.
  ///
  /// - Parameter argument: Digits, and at most the currency's digits after a point.
  /// - Returns: The amount in minor units.
  /// - Throws: What is wrong with it, with an example.
  func minorUnits(_ argument: DecimalAmount) throws(ValidationError) -> Int64 {
    guard argument.fraction.utf8.count <= digits else {
      throw ValidationError(
        "The amount `\(argument.text)` has more than \(digits) digits after the point: "
          + "\(code) has no smaller unit."
      )
    }
    let padding = String(repeating: "0", count: digits - argument.fraction.utf8.count)
    guard let amount = Int64(argument.whole + argument.fraction + padding),
      Money.isInRange(amount)
    else {
      throw ValidationError(
        "The amount `\(argument.text)` is not between \(plainText(Money.least)) and "
          + "\(plainText(Money.greatest))."
      )
    }
    return amount
  }
}

/// A decimal number as it was typed: the currency decides what it means.
struct DecimalAmount: Equatable, ExpressibleByArgument {
  let text: String
  let whole: String
  let fraction: String

  init?(argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 15 else {
      return nil
    }
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }) else {
      return nil
    }
    text = argument
    whole = String(parts[0])
    fraction = parts.count == 2 ? String(parts[1]) : ""
  }
}

/// A length of time as a person writes it: `90s`, `10m`, `36h`, `7d`.
struct Duration: Equatable, ExpressibleByArgument {
  let nanoseconds: Nanoseconds

  init(nanoseconds: Nanoseconds) { self.nanoseconds = nanoseconds }

  init?(argument: String) {
    let units: [(String, Nanoseconds)] = [
      ("ms", TimeSpan.millisecond), ("s", TimeSpan.second), ("m", 60 * TimeSpan.second),
      ("h", 3_600 * TimeSpan.second), ("d", 86_400 * TimeSpan.second),
    ]
    for (suffix, unit) in units where argument.hasSuffix(suffix) {
      guard let count = UInt64(argument.dropLast(suffix.count)), count > 0 else { continue }
      let (product, overflows) = count.multipliedReportingOverflow(by: unit)
      if overflows || product > 3_650 * 86_400 * TimeSpan.second { return nil }
      nanoseconds = product
      return
    }
    return nil
  }

  /// The length in its two largest units, for example `2h 5m`.
  static func text(_ nanoseconds: Nanoseconds) -> String {
    let seconds = nanoseconds / TimeSpan.second
    let parts = [
      (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"),
      (seconds % 60, "s"),
    ].filter { $0.0 > 0 }
    if parts.isEmpty { return "0s" }
    return parts.prefix(2).map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }
}
