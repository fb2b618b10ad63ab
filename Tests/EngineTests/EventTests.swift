import Primitives
import Testing
import Wire

@testable import Engine

/// Whoever follows the public frames alone knows what a view shows, after every command.
@Suite struct EventTests {
  private struct Known: Equatable {
    var price: Int64
    var next: Int64
    var leader: UInt64
    var revision: UInt64
    var end: UInt64
    var status: UInt8
    var reserve: UInt8
    var rows: UInt32
  }

  private struct Follower {
    var lots: [UInt64: Known] = [:]
    /// The number of each auction's newest row.
    var rows: [UInt64: UInt32] = [:]
    var gaps = 0

    mutating func take(_ said: Said) {
      switch said {
      case .state(
        let id, _, let price, let next, let leader, _, let revision, _, let end, let status,
        let reserve, _, let rows):
        lots[id] = Known(
          price: price, next: next, leader: leader, revision: revision, end: end, status: status,
          reserve: reserve, rows: rows)
      case .price(
        let id, let price, let next, let leader, let revision, let end, let status, let reserve,
        _, let rows):
        lots[id] = Known(
          price: price, next: next, leader: leader, revision: revision, end: end, status: status,
          reserve: reserve, rows: rows)
      case .ended(let id, let price, _, let revision, _, let outcome, let rows):
        lots[id]?.price = price
        lots[id]?.revision = revision
        lots[id]?.rows = rows
        lots[id]?.status = outcome == 3 ? 4 : 3
        lots[id]?.next = .min
      case .extended(let id, _, let end, let revision, _):
        lots[id]?.end = end
        lots[id]?.revision = revision
      case .row(let id, _, _, _, _, _, _, let row):
        if row != rows[id, default: 0] + 1 { gaps += 1 }
        rows[id] = row
      default: break
      }
    }
  }

  private func problem(seed: UInt64) -> String? {
    var history = History(seed: seed, checksHash: false)
    var follower = Follower()
    for step in 0..<250 {
      guard history.step() else { return history.problem }
      let isRemoval = history.last.contains {
        if case .removeAck = $0.said { true } else { false }
      }
      for one in history.last where one.session == 0 { follower.take(one.said) }
      guard follower.gaps == 0 else { return "step \(step): a row is missing" }
      var last: UInt32?
      while let (slot, id) = history.driver.engine.nextAuction(after: last) {
        last = slot
        guard let view = history.driver.view(id.raw), view.status != .draft else { continue }
        // A draft that was called off was never public.
        guard let known = follower.lots[id.raw] else {
          if view.status == .cancelled { continue }
          return "step \(step): nothing is known of \(id.raw)"
        }
        let shown = Known(
          price: view.price, next: view.minNext, leader: view.leader, revision: view.revision,
          end: view.endTime, status: view.status.rawValue, reserve: view.reserveState.rawValue,
          rows: view.bidCount)
        guard known == shown else { return "step \(step): \(known) is not \(shown)" }
        if isRemoval { follower.rows[id.raw] = view.bidCount }
        guard follower.rows[id.raw, default: 0] == view.bidCount else {
          return "step \(step): rows of \(id.raw)"
        }
      }
    }
    return nil
  }

  @Test(arguments: 0..<40) func followersKnowWhatAViewShows(seed: UInt64) {
    if let problem = problem(seed: 3_000 + seed) { Issue.record("seed \(seed): \(problem)") }
  }
}
