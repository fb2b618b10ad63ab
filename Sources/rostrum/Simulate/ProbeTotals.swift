import Primitives

/// How often each rare branch was taken, summed over processes.
struct ProbeTotals {
  private var counts = [UInt64](
    repeating: 0, count: 1 + (Probe.allCases.map { Int($0.rawValue) }.max() ?? 0))

  /// This process's counts.
  static var current: ProbeTotals {
    var totals = ProbeTotals()
    for probe in Probe.allCases { totals.counts[Int(probe.rawValue)] = probe.hitCount }
    return totals
  }

  init() {}

  /// The counts as a worker prints them: number, colon, count.
  var text: String {
    Probe.allCases.map { "\($0.rawValue):\(counts[Int($0.rawValue)])" }.joined(separator: " ")
  }

  /// Adds what a worker printed.
  mutating func add(_ text: some StringProtocol) {
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ":")
      guard parts.count == 2, let index = Int(parts[0]), counts.indices.contains(index),
        let count = UInt64(parts[1])
      else {
        continue
      }
      counts[index] += count
    }
  }

  /// The branches that were never taken, in the catalogue's order.
  var neverHit: [Probe] { missing(Probe.allCases) }

  /// The branches among some that were never taken, in the catalogue's order.
  ///
  /// - Parameter required: Which branches are asked for.
  /// - Returns: Those of them that were never taken.
  func missing(_ required: [Probe]) -> [Probe] {
    required.filter { counts[Int($0.rawValue)] == 0 }
  }

  func printTable() {
    let rows = Probe.allCases.map { ["\($0)", String(counts[Int($0.rawValue)])] }
    for line in TextTable.lines([["rare branch", "taken"]] + rows, rightAligned: [1]) {
      StandardOutput.print(line)
    }
  }
}
