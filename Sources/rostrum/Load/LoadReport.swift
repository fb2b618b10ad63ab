import Client
import Histogram
import Primitives

/// The figures of a load.
struct LoadReport {
  let plan: LoadPlan
  let totals: LoadTotals
  let elapsed: Nanoseconds
  let connectTime: Nanoseconds
  let answeredInTime: UInt64
  let lostConnections: UInt64
  let resent: UInt64
  let mismatchedAuctions: Int
  let cpuNanoseconds: Nanoseconds

  private var seconds: Double { Double(elapsed) / 1e9 }

  private var offered: Double {
    if case .rate(let rate) = plan.pace { return Double(rate) }
    return Double(totals.sent) / seconds
  }

  private var achieved: Double { Double(answeredInTime) / seconds }

  private func microseconds(_ percentile: Double) -> Double {
    totals.latency.totalCount == 0 ? 0 : Double(totals.latency.valueAtPercentile(percentile)) / 1e3
  }

  private var maxMicroseconds: Double {
    totals.latency.totalCount == 0 ? 0 : Double(totals.latency.max) / 1e3
  }

  /// Whether the load did what it must: nothing differs, nothing is lost.
  var isGood: Bool { mismatchedAuctions == 0 && totals.errors == 0 }

  var json: String {
    var object = JSONObject()
    object.add("mode", isOpenLoop ? "open" : "closed")
    object.add("auctions", plan.auctionCount)
    object.add("connections", plan.connectionCount)
    object.add("connect_seconds", Double(connectTime) / 1e9)
    if case .window(let window) = plan.pace { object.add("window", window) }
    object.add("seconds", seconds)
    object.add("warmup_seconds", Double(plan.warmUp) / 1e9)
    object.add("offered", offered.rounded())
    object.add("achieved", achieved.rounded())
    object.add("sent", totals.sent)
    object.add("acknowledged", totals.acknowledged)
    object.add("rejected", totals.rejected)
    object.add("not_applied", totals.notApplied)
    object.add("outstanding", totals.outstanding)
    object.add("late_sends", totals.lateSends)
    object.add("max_send_delay_us", Double(totals.sendDelayMax) / 1e3)
    for (name, percentile) in [("p50", 50.0), ("p90", 90), ("p99", 99), ("p999", 99.9)] {
      object.add("\(name)_us", microseconds(percentile))
    }
    object.add("max_us", maxMicroseconds)
    object.add("in_flight_max", totals.inFlightMax)
    object.add("lost_connections", lostConnections)
    object.add("resent", resent)
    object.add("mismatched_replies", totals.mismatchedReplies)
    object.add("mismatched_auctions", mismatchedAuctions)
    object.add("errors", totals.errors)
    object.add("client_cpu_us_per_bid", cpuPerBid)
    return object.text
  }

  private var isOpenLoop: Bool {
    if case .rate = plan.pace { return true }
    return false
  }

  private var cpuPerBid: Double {
    let bids = totals.acknowledged + totals.rejected
    return bids == 0 ? 0 : Double(cpuNanoseconds) / 1e3 / Double(bids)
  }

  /// The figures as a person reads them.
  var table: String {
    let pace: String
    switch plan.pace {
    case .rate(let rate): pace = "\(rate) bids/s, open loop"
    case .window(let window): pace = "\(window) in flight a connection, closed loop"
    }
    let rows: [(String, String)] = [
      ("load", "\(pace), \(plan.connectionCount) connections, \(plan.auctionCount) auctions"),
      ("connected", "in \(JSONObject.number(Double(connectTime / 1_000_000) / 1e3)) s"),
      ("offered", "\(Self.whole(offered)) bids/s"),
      ("achieved", "\(Self.whole(achieved)) bids/s"),
      ("sent", "\(totals.sent)"),
      ("acknowledged", "\(totals.acknowledged)"),
      ("rejected", "\(totals.rejected) (refused by the rules or the session)"),
      ("not applied", "\(totals.notApplied), and \(totals.outstanding) without an answer"),
      ("late sends", "\(totals.lateSends), at most \(totals.sendDelayMax / 1_000) us late"),
      ("latency p50", "\(JSONObject.number(microseconds(50))) us"),
      ("        p90", "\(JSONObject.number(microseconds(90))) us"),
      ("        p99", "\(JSONObject.number(microseconds(99))) us"),
      ("        p99.9", "\(JSONObject.number(microseconds(99.9))) us"),
      ("        max", "\(JSONObject.number(maxMicroseconds)) us"),
      ("in flight", "at most \(totals.inFlightMax)"),
      ("connections lost", "\(lostConnections), \(resent) requests sent again"),
      ("auctions that differ", "\(mismatchedAuctions) of \(plan.auctionCount)"),
      ("errors", "\(totals.errors)"),
    ]
    return rows.map { name, value in
      name + String(repeating: " ", count: 22 - name.utf8.count) + value
    }.joined(separator: "\n")
  }

  private static func whole(_ value: Double) -> String { String(UInt64(value.rounded())) }
}

/// A line a second for a person who waits.
struct LoadProgress {
  private let start: Nanoseconds
  private var nextTime: Nanoseconds
  private var before: UInt64 = 0
  private let isShown = StandardError.isTerminal

  init(start: Nanoseconds) {
    self.start = start
    nextTime = start + TimeSpan.second
  }

  mutating func show(_ totals: borrowing LoadTotals, inFlight: Int, now: Nanoseconds) {
    guard isShown, now >= nextTime else { return }
    let answered = totals.answered
    let rate = answered >= before ? answered - before : answered
    before = answered
    nextTime += TimeSpan.second
    let percentile =
      totals.latency.totalCount == 0 ? 0 : totals.latency.valueAtPercentile(99) / 1_000
    StandardError.progress(
      "\((now - start) / TimeSpan.second) s  \(rate) bids/s  p99 \(percentile) us  "
        + "\(inFlight) in flight  \(totals.rejected) rejected  \(totals.errors) errors"
    )
  }
}
