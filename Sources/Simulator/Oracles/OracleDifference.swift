/// The first thing that is not as it must be.
public struct OracleDifference: Equatable, Sendable, CustomStringConvertible {
  /// The record at which it shows; 0 when it is of no one record.
  public let position: UInt64
  /// What was compared.
  public let subject: String
  /// What was found.
  public let found: String
  /// What must be.
  public let expected: String

  /// Says what differs.
  ///
  /// - Parameters:
  ///   - position: The record at which it shows; 0 when it is of no one record.
  ///   - subject: What was compared.
  ///   - found: What was found.
  ///   - expected: What must be.
  public init(position: UInt64, _ subject: String, found: String, expected: String) {
    self.position = position
    self.subject = subject
    self.found = found
    self.expected = expected
  }

  /// One line a part.
  public var description: String {
    "record \(position), \(subject):\n  found    \(found)\n  expected \(expected)"
  }
}

/// What an oracle says.
public enum OracleVerdict: Equatable, Sendable {
  /// All is as it must be, over so many records or events.
  case agreed(count: Int)
  /// It could not be checked, and why.
  case notChecked(String)
  /// Something is not as it must be.
  case differs(OracleDifference)

  /// What differs; nil when nothing does.
  public var difference: OracleDifference? {
    if case .differs(let difference) = self { return difference }
    return nil
  }
}
