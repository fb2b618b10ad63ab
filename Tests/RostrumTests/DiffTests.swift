import Foundation
import Primitives
import Testing
import Wire

@testable import rostrum

extension ProcessTests {
  /// Two positions of one folder, and two folders.
  @Suite struct DiffTests {
    private let scene: OperatorScene

    init() throws { scene = try OperatorScene.shared.get() }

    @Test func folderEqualsItself() throws {
      let result = try scene.run(["diff", scene.dataPath, scene.dataPath])
      #expect(result.status == 0)
      #expect(result.output.contains("equal, hash"))
    }

    /// What the server said of its state is what its files give at that position.
    @Test func stateEqualsTheServers() throws {
      let place = "\(scene.dataPath)@\(scene.state.logPosition)"
      let diff = try scene.json(["diff", place, place])
      let shard = try #require(try diff.objects("shards").first)
      #expect(try shard.object("first").text("state_hash") == scene.state.hash.hexadecimal)
    }

    /// One bid changes its auction and at most the two accounts that it is about.
    @Test func oneBidChangesItsAuctionAlone() throws {
      let bid = try #require(
        scene.bids.first { $0.auction == scene.busy && $0.bidder != 0 && $0.position > 0 })
      let one = "\(scene.dataPath)@\(bid.position - 1)"
      let diff = try scene.json(["diff", one, "\(scene.dataPath)@\(bid.position)"], status: 1)
      #expect(diff["equal"] as? Bool == false)
      let shard = try #require(try diff.objects("shards").first)
      let auctions = try shard.object("auctions")
      #expect(try auctions.number("changed") == 1)
      let change = try #require(try auctions.objects("changes").first)
      #expect(try change.text("name") == "\(scene.busy)")
      #expect(try auctions.number("only_first") == 0)
      #expect(try auctions.number("only_second") == 0)
      let sessions = try shard.object("sessions")
      #expect(try sessions.number("changed") == 1)
    }

    @Test func newAuctionsStandOnOneSideAlone() throws {
      let end = "\(scene.dataPath)@\(scene.snapshotPosition)"
      let diff = try scene.json(["diff", end, scene.dataPath], status: 1)
      let auctions = try #require(try diff.objects("shards").first).object("auctions")
      #expect(try auctions.number("only_second") == 1)
      #expect(auctions["second_names"] as? [String] == ["\(scene.reserved)"])
      let swapped = try scene.json(["diff", scene.dataPath, end], status: 1)
      let other = try #require(try swapped.objects("shards").first).object("auctions")
      #expect(other["first_names"] as? [String] == ["\(scene.reserved)"])
    }

    @Test func timesNameTheLastRecordBefore() throws {
      let bid = try #require(scene.bids.last)
      let record = try scene.json(["inspect", scene.dataPath, "record", "\(bid.position)"])
      let time = Moment.text(UInt64(try record.number("time")))
      let diff = try scene.json(
        ["diff", "\(scene.dataPath)@\(time)", "\(scene.dataPath)@\(bid.position)"])
      #expect(diff["equal"] as? Bool == true)
    }

    private static func time(_ text: String) -> UInt64? { TimeArgument(argument: text)?.time }

    @Test func timesAreReadAndWritten() {
      let known: [(String, UInt64)] = [
        ("1970-01-01T00:00:00.000000000Z", 0),
        ("2000-02-29T23:59:59.000000001Z", 951_868_799_000_000_001),
        ("2026-11-22T19:01:15.540166741Z", 1_795_374_075_540_166_741),
        ("2100-03-01T00:00:00.000000000Z", 4_107_542_400_000_000_000),
      ]
      for (text, time) in known {
        #expect(Moment.text(time) == text)
        #expect(Self.time(text) == time)
      }
      #expect(Self.time("2026-11-22T20:01:15.5+01:00") == 1_795_374_075_500_000_000)
      #expect(Self.time("2026-11-22T19:01:15Z") == 1_795_374_075_000_000_000)
      for day in stride(from: UInt64(0), to: 106_000, by: 7) {
        let time = day * 86_400 * TimeSpan.second + 12_345
        #expect(Self.time(Moment.text(time)) == time)
      }
      for text in [
        "", "2026-11-22", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T19:01:15", "2026-11-22T19:01:15.Z", "1969-12-31T23:59:59Z",
        "2026-11-22T19:01:15.1234567890Z", "2600-01-01T00:00:00Z", "2100-02-29T00:00:00Z",
      ] {
        #expect(Self.time(text) == nil, "\(text)")
      }
    }
  }
}
