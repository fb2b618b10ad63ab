import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// What `rostrum inspect` shows of a folder whose history is known.
  @Suite struct InspectTests {
    private let scene: OperatorScene

    init() throws { scene = try OperatorScene.shared.get() }

    private func inspect(_ arguments: String...) throws -> [String: Any] {
      try scene.json(["inspect", scene.dataPath] + arguments)
    }

    @Test func overviewEqualsTheLog() throws {
      let audit = try LogAudit(dataPath: scene.dataPath)
      let recovered = try #require(audit.recovered)
      let overview = try inspect()
      #expect(overview["served"] as? Bool == false)
      let shard = try #require(try overview.objects("shards").first)
      #expect(try shard.number("oldest_position") == 1)
      #expect(try shard.number("position") == Int(recovered.lastPosition))
      #expect(try shard.number("batch") == Int(recovered.lastBatchNumber))
      #expect(try shard.text("head") == recovered.head.hexadecimal)
      #expect(shard["closed_in_order"] as? Bool == true)
      let roles = try shard.objects("segments").map { try $0.text("role") }
      #expect(roles.first == "used" && roles.contains("spare"))
      let snapshot = try #require(try shard.objects("snapshots").first)
      #expect(try snapshot.number("position") == Int(scene.snapshotPosition))
      #expect(try shard.object("journal").objects("files").count == 1)
    }

    @Test func recordsShowTheirFieldsByName() throws {
      for bid in scene.bids.filter({ $0.position > 0 }).prefix(5) {
        let record = try inspect("record", "\(bid.position)", "--show-hidden")
        let frame = try record.object("frame")
        #expect(try frame.text("message") == "PlaceBid")
        let fields = try frame.object("fields")
        #expect(try fields.number("amount") == Int(bid.amount))
        #expect(try fields.number("bidderId") == Int(bid.bidder))
        #expect(try fields.text("kind") == (bid.isExact ? "exact" : "proxy"))
        let shown = try inspect("record", "\(bid.position)").object("frame").object("fields")
        #expect((shown["amount"] == nil) == !bid.isExact)
        let batch = try inspect("batch", "\(try record.number("batch"))")
        let positions = try batch.objects("records").map { try $0.number("position") }
        #expect(positions.contains(Int(bid.position)))
        #expect(try batch.text("file") == record.text("file"))
      }
    }

    @Test func segmentListsItsBatchesWithoutAGap() throws {
      let segment = try inspect("segment", "1", "--limit", "100000")
      #expect(try segment.text("role") == "used")
      var batches = try segment.objects("batches")
      let last = try #require(batches.last)
      batches.removeLast()
      #expect(try last.text("case") == "C")
      #expect(try batches.map { try $0.number("batch") } == Array(1...batches.count))
      #expect(batches.first?["opens"] as? Bool == true)
      #expect(batches.last?["closes"] as? Bool == true)
      for (batch, next) in zip(batches, batches.dropFirst()) {
        #expect(try batch.text("hash") == next.text("previous_hash"))
      }
    }

    @Test func snapshotGivesTheStateOfItsPosition() throws {
      let position = scene.snapshotPosition
      let snapshot = try inspect("snapshot", "\(position)")
      #expect(try snapshot.number("position") == Int(position))
      let place = "\(scene.dataPath)@\(position)"
      let diff = try scene.json(["diff", place, place])
      let shard = try #require(try diff.objects("shards").first)
      #expect(try snapshot.text("state_hash") == shard.object("first").text("state_hash"))
    }

    @Test func auctionIsWhatTheServerShowed() throws {
      let auction = try inspect("auction", "\(scene.busy)", "--records", "--limit", "10000")
      #expect(try auction.number("price") == Int(scene.busyView.price))
      #expect(try auction.number("leader") == Int(scene.busyView.leaderId))
      #expect(try auction.number("rows") == Int(scene.busyView.bidCount))
      let bids = scene.bids.filter { $0.auction == scene.busy }
      #expect(try auction.number("record_count") == bids.count)
      let reserved = try inspect("auction", "\(scene.reserved)", "--show-hidden")
      #expect(try reserved.number("reserve_amount") == Int(OperatorScene.secretReserve))
      #expect(try reserved.number("maximum") == 8_900_003)
    }

    @Test func journalIsRead() throws {
      let journal = try #require(try inspect("journal").objects("shards").first)
      // Each accepted bid gives a row at least; some of the scene's bids are refused.
      #expect(try journal.number("events") >= scene.bids.count / 2)
      #expect(journal["finding"] == nil)
    }

    /// Maxima and reserves are never shown unasked, whatever is looked at.
    @Test func secretsAreShownOnRequestAlone() throws {
      let audit = try LogAudit(dataPath: scene.dataPath)
      let last = try #require(audit.bids.last)
      let segment = try inspect("segment", "1", "--limit", "100000")
      var text = try scene.run(["inspect", scene.dataPath]).output
      for batch in try segment.objects("batches").suffix(12) {
        guard let number = batch["batch"] as? NSNumber else { continue }
        text += try scene.run(["inspect", scene.dataPath, "batch", "\(number)"]).output
        text += try scene.run(["inspect", scene.dataPath, "batch", "\(number)", "--json"]).output
      }
      for subject in [["auction", "\(scene.reserved)", "--records"], ["journal"]] {
        text += try scene.run(["inspect", scene.dataPath] + subject).output
        text += try scene.run(["inspect", scene.dataPath] + subject + ["--json"]).output
      }
      let before = "\(scene.dataPath)@\(last.position - 1)"
      text += try scene.run(["diff", before, scene.dataPath]).output
      #expect(text.contains("\(scene.reserved)"))
      let secrets = [
        OperatorScene.secretMaximum, OperatorScene.secretReserve, 8_900_003, 9_000_017,
      ]
      for secret in secrets {
        #expect(!text.contains("\(secret)"))
        #expect(!text.contains("\(secret / 100).\(secret % 100)"))
      }
      let asked = try scene.run(
        ["inspect", scene.dataPath, "record", "\(last.position)", "--show-hidden"])
      #expect(asked.output.contains("9000017"))
    }

    @Test func badInputIsOneClearLine() throws {
      let data = scene.dataPath
      let missing = scene.folder.file("missing")
      let runs: [([String], String)] = [
        (["inspect", missing], "missing"), (["inspect", scene.folder.path], "no data folder"),
        (["inspect", data, "--shard", "4"], "no shard 4"),
        (["inspect", data, "segment", "88"], "segment 88"),
        (["inspect", data, "batch", "999999"], "batch 999999"),
        (["inspect", data, "record", "999999"], "record 999999"),
        (["inspect", data, "snapshot", "3"], "snapshot of record 3"),
        (["inspect", data, "auction", "77"], "auction 77"),
        (["verify", missing], "missing"), (["diff", data, missing], "missing"),
        (["diff", data + "@999999", data], "record 999999"),
        (["diff", data + "@1990-01-01T00:00:00Z", data], "1990"),
        (["audit", "receipt", data, "--position", "999999"], "999999"),
        (["audit", "receipt", data, "--auction", "\(scene.busy)", "--bidder", "5"], "no bid of 5"),
        (["audit", "auction", data, "77", "--without", "5"], "77"),
        (["audit", "check", missing], "missing"), (["audit", "check", "/dev/null"], "receipt"),
      ]
      for (arguments, text) in runs {
        let result = try scene.run(arguments)
        #expect(result.status == 1, "\(arguments): \(result.output)")
        #expect(result.output.isEmpty, "\(arguments): \(result.output)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(result.errors.hasPrefix("rostrum: "), "\(result.errors)")
        #expect(result.errors.contains(text), "\(result.errors)")
      }
    }

    @Test(arguments: [
      ["inspect"], ["inspect", "d", "nothing"], ["inspect", "d", "record"],
      ["inspect", "d", "record", "0"], ["inspect", "d", "journal", "4"],
      ["inspect", "d", "batch", "1", "--limit", "0"], ["inspect", "d", "batch", "1", "--records"],
      ["diff", "d"], ["diff", "d@", "d"], ["diff", "d@yesterday", "d"], ["verify"],
      ["audit", "receipt", "d"], ["audit", "receipt", "d", "--position", "1", "--bidder", "2"],
      ["audit", "receipt", "d", "--auction", "5"], ["audit", "prove", "d"], ["audit", "check"],
      ["audit", "check", "f", "--head", "abc"], ["audit", "auction", "d", "5"],
      ["history"], ["history", "1", "--limit", "0"], ["follow", "--limit", "0"],
    ])
    func usageErrorsAre64(arguments: [String]) throws {
      let result = try scene.run(arguments)
      #expect(result.status == 64)
      #expect(!result.errors.isEmpty && result.output.isEmpty)
    }
  }
}
