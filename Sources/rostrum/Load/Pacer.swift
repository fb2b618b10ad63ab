import Primitives

/// When bids are due in an open loop: the plan does not wait for answers.
struct Pacer {
  /// With a burst the last second of each cycle carries more than the others.
  static let cycleSeconds: UInt64 = 10

  private let start: Nanoseconds
  private let ratePerSecond: UInt64
  /// How many times the rate the last second of a cycle carries; 1 = no burst.
  private let burstFactor: UInt64
  private(set) var placedCount: UInt64 = 0
  /// When the next bid is due, in nanoseconds of the monotonic clock.
  private(set) var nextTime: Nanoseconds

  init(_ plan: LoadPlan, start: Nanoseconds) {
    self.start = start
    nextTime = start
    burstFactor = plan.burstFactor
    if case .rate(let rate) = plan.pace { ratePerSecond = max(rate, 1) } else { ratePerSecond = 1 }
  }

  mutating func advance() {
    placedCount += 1
    let quiet = ratePerSecond * (Self.cycleSeconds - 1)
    let inCycle = quiet + ratePerSecond * burstFactor
    let cycleStart = start + placedCount / inCycle * Self.cycleSeconds * TimeSpan.second
    let place = placedCount % inCycle
    nextTime =
      place < quiet
      ? cycleStart + Self.span(place, ratePerSecond)
      : cycleStart + (Self.cycleSeconds - 1) * TimeSpan.second
        + Self.span(place - quiet, ratePerSecond * burstFactor)
  }

  /// The time that so many bids take, in two parts, so that nothing overflows.
  private static func span(_ count: UInt64, _ rate: UInt64) -> Nanoseconds {
    count / rate * TimeSpan.second + count % rate * TimeSpan.second / rate
  }
}
