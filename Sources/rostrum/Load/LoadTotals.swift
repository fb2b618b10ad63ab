import Histogram
import Primitives

/// What a load has counted.
struct LoadTotals {
  /// Bids that were handed to a connection.
  var sent: UInt64 = 0
  /// Answers, also to bids of the warm-up: how fast the server is.
  var answered: UInt64 = 0
  /// Whether the warm-up is over: answers to its bids are then no answers to the bids in `sent`.
  var isMeasuring = false
  var acknowledged: UInt64 = 0
  var rejected: UInt64 = 0
  /// Bids that the server said it had not applied.
  var notApplied: UInt64 = 0
  /// Bids that left later than `LoadPlan.lateAfter` after their time.
  var lateSends: UInt64 = 0
  var sendDelayMax: Nanoseconds = 0
  var inFlightMax = 0
  /// Answers that differ from what the model says.
  var mismatchedReplies: UInt64 = 0
  /// Anything that must not happen: lost answers, refused sessions.
  var errors: UInt64 = 0
  /// The first of them, for a person.
  var firstError: String?
  /// From a bid's intended time to its answer, in nanoseconds.
  var latency = Histogram<UInt64>(
    lowestDiscernibleValue: 64,
    highestTrackableValue: LoadTotals.latencyMax,
    numberOfSignificantValueDigits: .three
  )

  /// The same over time; nil = nobody asked for it.
  var series: LatencySeries?

  static let latencyMax: UInt64 = 600 * TimeSpan.second

  /// Bids that have no outcome: their answers are lost.
  var outstanding: UInt64 {
    let known = acknowledged + rejected + notApplied
    return sent > known ? sent - known : 0
  }

  mutating func record(latency nanoseconds: Nanoseconds, arrived: Nanoseconds) {
    latency.record(min(nanoseconds, Self.latencyMax))
    series?.record(latency: nanoseconds, arrived: arrived)
  }

  mutating func fail(_ text: @autoclosure () -> String) {
    errors += 1
    if firstError == nil { firstError = text() }
  }

  /// Starts the measured time: what was counted while things warmed up does not count.
  ///
  /// - Parameter time: Now.
  mutating func startMeasuring(at time: Nanoseconds) {
    series?.begin(at: time)
    isMeasuring = true
    sent = 0
    answered = 0
    acknowledged = 0
    rejected = 0
    notApplied = 0
    lateSends = 0
    sendDelayMax = 0
    inFlightMax = 0
    latency.reset()
  }
}
