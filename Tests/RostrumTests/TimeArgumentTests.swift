import Foundation
import Primitives
import Testing

@testable import rostrum

/// Moments as a person writes them.
@Suite struct TimeArgumentTests {
  @Test func agreesWithTheSystem() throws {
    let formatter = ISO8601DateFormatter()
    var random = SeededGenerator(seed: 9)
    for _ in 0..<2_000 {
      let second = random.below(7_000_000_000)
      let text = formatter.string(from: Date(timeIntervalSince1970: Double(second)))
      #expect(TimeArgument(argument: text)?.time == second * TimeSpan.second)
      let exact = second * TimeSpan.second + random.below(TimeSpan.second)
      #expect(TimeArgument(argument: Moment.text(exact))?.time == exact)
    }
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01 00:00:01z", 1_000_000_000),
    ("1970-01-01T01:00:00.5+01:00", 500_000_000),
    ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000), ("42", 42),
  ])
  func isRead(text: String, time: UInt64) {
    #expect(TimeArgument(argument: text)?.time == time)
  }

  @Test(arguments: [
    "", "now", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "-1",
    "1969-12-31T23:59:59Z",
    "2024-01-01T00:00:00+25:00", "2024-1-1T00:00:00Z", "2024-01-01T00:00:0xZ",
    "9999999999999999999999",
  ])
  func isRefused(text: String) {
    #expect(TimeArgument(argument: text) == nil)
  }
}
