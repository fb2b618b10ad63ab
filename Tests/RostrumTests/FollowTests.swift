import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Histories and events as the client commands print them.
  @Suite struct FollowTests {
    private let server: TestServer
    private let auction: UInt64
    private let rowCount: Int

    init() throws {
      server = try TestServer()
      try server.start()
      let lane = Lane(port: server.port, account: 1)
      auction = try lane.create(hourLongDraft())
      for index in 0..<340 {
        let bid = placeBid(auction, by: UInt64(20 + index % 7), Int64(index + 1) * 40_000)
        _ = try lane.answer { session, tag in session.submit(bid, tag: tag) }
      }
      rowCount = Int(try lane.view(auction).bidCount)
    }

    private func run(_ arguments: String...) throws -> [[String: Any]] {
      let place = ["--connect", "127.0.0.1:\(server.port)", "--json"]
      let result = try Program.run(arguments + place, in: server.folder)
      guard result.status == 0 else { throw TestFailure("\(arguments): \(result.errors)") }
      return try result.output.split(separator: "\n").map { try jsonObject(String($0)) }
    }

    @Test func historyIsWholeAndNewestFirst() throws {
      let rows = try run("history", "\(auction)")
      #expect(rowCount > 300, "more than a page")
      #expect(try rows.map { try $0.number("row") } == Array((1...rowCount).reversed()))
      let few = try run("history", "\(auction)", "--limit", "310")
      #expect(try few.map { try $0.number("row") } == Array((1...rowCount).reversed().prefix(310)))
      let missing = try Program.run(
        ["history", "77", "--connect", "127.0.0.1:\(server.port)"], in: server.folder)
      #expect(missing.status == 1 && missing.errors.contains("77"), "\(missing.errors)")
    }

    /// Pieces that are resumed at the printed offset, over a restart, are the whole.
    @Test func eventsResumeWithoutGapOrRepeat() throws {
      let whole = try events("--once").events
      #expect(whole.count > rowCount)
      var pieces: [String] = []
      var offset = 0
      var isRestarted = false
      while true {
        let (events, next, end) = try events("--limit", "70", "--once", "--from", "\(offset)")
        #expect(next > offset, "every piece comes further")
        pieces += events
        offset = next
        if next >= end || events.isEmpty { break }
        if !isRestarted, pieces.count > whole.count / 2 {
          isRestarted = true
          server.kill()
          try server.start()
        }
      }
      #expect(isRestarted)
      #expect(pieces == whole)
      let place = ["--connect", "127.0.0.1:\(server.port)"]
      let behind = "\(offset + 4_096)"
      let refused = try Program.run(
        ["follow", "--once", "--from", behind] + place, in: server.folder)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("no event begins"), "\(refused.errors)")
    }

    /// The events as lines, and where the next one begins.
    private func events(
      _ arguments: String...
    ) throws -> (events: [String], next: Int, end: Int) {
      let place = ["--connect", "127.0.0.1:\(server.port)", "--json"]
      let result = try Program.run(["follow"] + arguments + place, in: server.folder)
      guard result.status == 0 else { throw TestFailure("\(arguments): \(result.errors)") }
      let lines = result.output.split(separator: "\n").map(String.init)
      let last = try jsonObject(result.output)
      return (
        lines.filter { !$0.hasPrefix("{\"next_offset\"") }, try last.number("next_offset"),
        try last.number("end_offset")
      )
    }
  }
}
