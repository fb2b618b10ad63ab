import Primitives

/// Latencies over time, in windows of a millisecond by when the answer came.
///
/// Percentiles of a whole run hide that all slow answers came at once: a segment that changed, a
/// snapshot that began. All memory is taken before the first bid.
struct LatencySeries {
  /// The length of a window.
  static let windowNs: Nanoseconds = TimeSpan.millisecond

  private var start: Nanoseconds = 0
  private var counts: [UInt32]
  private var sumsNs: [UInt64]
  private var maximaNs: [UInt64]

  /// Takes memory.
  ///
  /// - Parameter duration: How long is measured, in nanoseconds; what comes later goes into the
  ///   last window.
  init(duration: Nanoseconds) {
    let count = Int(duration / Self.windowNs) + 1
    counts = Array(repeating: 0, count: count)
    sumsNs = Array(repeating: 0, count: count)
    maximaNs = Array(repeating: 0, count: count)
  }

  /// The first window begins.
  mutating func begin(at time: Nanoseconds) { start = time }

  /// Takes an answer.
  ///
  /// - Parameters:
  ///   - latency: From its bid's intended time on, in nanoseconds.
  ///   - arrived: When it came.
  mutating func record(latency: Nanoseconds, arrived: Nanoseconds) {
    let index = min(Int((max(arrived, start) - start) / Self.windowNs), counts.count - 1)
    counts[index] &+= 1
    sumsNs[index] &+= latency
    maximaNs[index] = max(maximaNs[index], latency)
  }

  /// A line a window with answers: the millisecond, how many, their mean and greatest latency.
  var csv: String {
    var text = "ms,answers,mean_us,max_us\n"
    for index in counts.indices where counts[index] > 0 {
      let mean = sumsNs[index] / UInt64(counts[index]) / 1_000
      text += "\(index),\(counts[index]),\(mean),\(maximaNs[index] / 1_000)\n"
    }
    return text
  }
}
