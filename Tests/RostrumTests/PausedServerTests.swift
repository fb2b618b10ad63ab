import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// A server that does not run for some seconds, as on a machine that was suspended.
  @Suite struct PausedServerTests {
    @Test func aPauseOfSecondsLosesAndDoublesNothing() throws {
      let scene = try CrashScene(seed: 0x5709, options: [], window: 16)
      let lane = scene.operatorLane
      let end = SystemTime.wall() + 1_500 * TimeSpan.millisecond
      let sold = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      let unsold = try lane.create(AuctionDraft(startPrice: 100, endTime: end))
      #expect(try lane.ask(placeBid(sold, by: 7, 5_000), for: BidAck.self).leaderId == 7)
      scene.bid(seconds: 0.3)
      try pause(scene.server)
      // A bid that reaches the machine before the end and the server after it is late.
      let late = try submitLate(lane, sold)
      scene.bid(seconds: 3)
      let stuck = scene.load.bidders.map(\.unansweredCount)
      #expect(stuck.allSatisfy { $0 > 0 }, "the server stood: \(stuck)")
      scene.server.process?.send(signal: SIGCONT)
      let woken = SystemTime.wall()
      try lane.wait(10, "no answer to the late bid") { late.answer != nil }
      #expect(late.answer?.decode(Reject.self)?.code == RejectCode.ended.rawValue)
      scene.bid(seconds: 0.5)
      try scene.load.settle(seconds: 20)
      #expect(scene.load.bidders.allSatisfy { $0.lane.connection.lostCount == 0 }, "3 s is short")
      for (auction, leader) in [(sold, UInt64(7)), (unsold, 0)] {
        let view = try lane.view(auction)
        #expect(view.status == AuctionStatus.ended.rawValue)
        #expect(view.endTime == end && view.leaderId == leader)
      }
      #expect(woken > end + TimeSpan.second)
      try scene.finish()
    }

    /// Stops it, and waits until none of its threads runs any more.
    private func pause(_ server: TestServer) throws {
      let process = try #require(server.process)
      process.send(signal: SIGSTOP)
      let tasks = "/proc/\(process.pid)/task"
      try waitUntil(5, "it does not stop") {
        try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
          let facts = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
          return facts.split(separator: ")").last?.hasPrefix(" T") == true
        }
      }
    }

    private final class Late { var answer: AnswerFrame? }

    private func submitLate(_ lane: Lane, _ auction: UInt64) throws -> Late {
      let late = Late()
      lane.onEvent = { event in
        if case .answered(_, let frame) = event { late.answer = AnswerFrame(frame) }
      }
      let tag = lane.connection.session.submit(placeBid(auction, by: 8, 9_000), tag: 1)
      #expect(tag != nil)
      lane.pump()
      return late
    }

    /// Again and again, at moments without a pattern.
    @Test func manyShortPausesUnderLoad() throws {
      let scene = try CrashScene(seed: 0x5711, options: ["--snapshot-log-mib", "1"], window: 32)
      var random = SeededGenerator(seed: 0x5711)
      for _ in 0..<12 {
        scene.bid(seconds: Double(random.below(60)) / 1_000)
        try pause(scene.server)
        scene.bid(seconds: Double(random.below(150)) / 1_000)
        scene.server.process?.send(signal: SIGCONT)
      }
      try scene.finish()
    }
  }
}
