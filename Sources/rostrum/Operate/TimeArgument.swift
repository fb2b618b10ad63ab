import ArgumentParser
import Primitives

/// A moment as an argument: RFC 3339, such as `2026-03-01T12:00:00Z`, or nanoseconds since 1970.
struct TimeArgument: Equatable, ExpressibleByArgument {
  /// Nanoseconds since the Unix epoch.
  let time: Nanoseconds

  init?(argument: String) {
    guard let time = UInt64(argument) ?? Moment.parse(argument) else { return nil }
    self.time = time
  }
}
