import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Receipts, proofs, and auctions as they would have gone.
  @Suite struct AuditTests {
    private let scene: OperatorScene
    private let folder: TemporaryFolder

    init() throws {
      scene = try OperatorScene.shared.get()
      folder = try TemporaryFolder()
    }

    private func head() throws -> String {
      let overview = try scene.json(["inspect", scene.dataPath])
      return try #require(try overview.objects("shards").first).text("head")
    }

    private func receipt(_ position: UInt64) throws -> String {
      let answer = try scene.json(
        ["audit", "receipt", scene.dataPath, "--position", "\(position)", "--to", folder.path])
      return try #require(try answer.objects("receipts").first).text("file")
    }

    @Test func receiptsOfABidderHoldForThirdParties() throws {
      let answer = try scene.json([
        "audit", "receipt", scene.dataPath, "--auction", "\(scene.busy)", "--bidder", "13", "--to",
        folder.path,
      ])
      let receipts = try answer.objects("receipts")
      let mine = scene.bids.filter { $0.auction == scene.busy && $0.bidder == 13 }
      #expect(try receipts.map { try $0.number("position") } == mine.map { Int($0.position) })
      let head = try head()
      for (receipt, bid) in zip(receipts, mine).prefix(6) {
        let path = try receipt.text("file")
        let proof = try scene.json(["audit", "prove", scene.dataPath, "--receipt", path])
        #expect(try proof.text("head") == head)
        let check = try scene.json(["audit", "check", path, path + ".chain", "--head", head])
        let found = try #require(try check.objects("receipts").first)
        #expect(check["sound"] as? Bool == true && found["proven"] as? Bool == true)
        let fields = try found.object("frame").object("fields")
        #expect(try fields.number("bidderId") == 13)
        if found["frame"].flatMap({ ($0 as? [String: Any])?["message"] as? String }) == "PlaceBid" {
          #expect(try fields.number("amount") == Int(bid.amount))
        }
      }
    }

    /// The same by a program that shares no code with this one.
    @Test func independentProgramAgrees() throws {
      let bid = try #require(scene.bids.last { $0.auction == scene.busy })
      let path = try receipt(bid.position)
      let head = try head()
      _ = try scene.json(["audit", "prove", scene.dataPath, "--receipt", path, "--head", head])
      let good = try python([path, "--chain", path + ".chain", "--head", head])
      #expect(good.status == 0, "\(good.errors)")
      #expect(good.output.contains("proven") && good.output.contains("amount \(bid.amount) "))
      let wrong = String(repeating: "0", count: 64)
      #expect(try python([path, "--chain", path + ".chain", "--head", wrong]).status == 1)
    }

    private func python(_ arguments: [String]) throws -> CommandResult {
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../scripts/check-receipt.py").standardized.path
      let process = try ChildProcess(
        ["python3", script] + arguments, output: folder.file("python.out"),
        errors: folder.file("python.err"))
      let status = try process.wait(seconds: 30)
      return CommandResult(status: status, output: process.output, errors: process.errors)
    }

    /// A hash that was published earlier is led to just as well.
    @Test func proofLeadsToAnyLaterPublishedHash() throws {
      let bid = try #require(scene.bids.first { $0.auction == scene.busy })
      let path = try receipt(bid.position)
      let record = try scene.json(["inspect", scene.dataPath, "record", "\(bid.position)"])
      let number = try record.number("batch")
      for later in [0, 1, 17] {
        let batch = try scene.json(["inspect", scene.dataPath, "batch", "\(number + later)"])
        let hash = try batch.text("hash")
        let proof = try scene.json(
          ["audit", "prove", scene.dataPath, "--receipt", path, "--head", hash])
        #expect(try proof.number("links") == later)
        let check = try scene.json(["audit", "check", path, path + ".chain", "--head", hash])
        #expect(check["sound"] as? Bool == true)
      }
      let before = try scene.json(["inspect", scene.dataPath, "batch", "\(number - 1)"])
      let refused = try scene.run(
        ["audit", "prove", scene.dataPath, "--receipt", path, "--head", try before.text("hash")])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("published before"), "\(refused.errors)")
    }

    /// Whatever digit of a receipt or a proof is changed, it no longer holds.
    @Test func changedReceiptsAreRefused() throws {
      let bid = try #require(scene.bids.last { $0.auction == scene.busy })
      let path = try receipt(bid.position)
      let head = try head()
      _ = try scene.json(["audit", "prove", scene.dataPath, "--receipt", path])
      var random = SeededGenerator(seed: 5)
      for file in [path, path + ".chain"] {
        let sound = try String(contentsOfFile: file, encoding: .utf8)
        for _ in 0..<12 {
          try changed(sound, &random).write(toFile: file, atomically: true, encoding: .utf8)
          let check = try scene.run(["audit", "check", path, path + ".chain", "--head", head])
          #expect(check.status == 1, "\(check.output)")
        }
        try sound.write(toFile: file, atomically: true, encoding: .utf8)
      }
      #expect(try scene.run(["audit", "check", path, path + ".chain", "--head", head]).status == 0)
      let wrong = try scene.run(
        ["audit", "check", path, path + ".chain", "--head", String(repeating: "1", count: 64)])
      #expect(wrong.status == 1 && wrong.output.contains("not the published one"))
    }

    /// Lines may end as another system ends them; nothing else may be laid out otherwise.
    @Test func lineEndsMayDifferAndSpacesMayNot() throws {
      let bid = try #require(scene.bids.last { $0.auction == scene.busy })
      let path = try receipt(bid.position)
      let sound = try String(contentsOfFile: path, encoding: .utf8)
      let texts: [(String, Int32)] = [
        (sound, 0), (sound.replacing("\n", with: "\r\n"), 0), ("\r\n# a note\r\n\n" + sound, 0),
        (sound.replacing("position ", with: "position  "), 1), (" " + sound, 1),
        (sound.replacing("position ", with: "position\t"), 1),
        (sound.replacing("\nrecord", with: " \nrecord"), 1),
        (sound.replacing("\n", with: "\r\r\n"), 1), (sound.replacing("\n", with: "\r"), 1),
      ]
      for (index, (text, status)) in texts.enumerated() {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let own = try scene.run(["audit", "check", path])
        #expect(own.status == status, "\(index): \(own.errors)\(own.output)")
        let other = try python([path])
        #expect(other.status == status, "\(index): \(other.errors)")
      }
    }

    /// Another digit in the place of one.
    private func changed(_ text: String, _ random: inout SeededGenerator) -> String {
      var bytes = Array(text.utf8)
      let digits = bytes.indices.filter { bytes[$0] >= 48 && bytes[$0] <= 57 }
      let place = digits[Int(random.below(UInt64(digits.count)))]
      bytes[place] = 48 + (bytes[place] - 48 + 1 + UInt8(random.below(9))) % 10
      return String(decoding: bytes, as: UTF8.self)
    }

    @Test func auctionWithoutEachBidderIsTheNaiveRerun() throws {
      for bidder in OperatorScene.bidders {
        let answer = try scene.json([
          "audit", "auction", scene.dataPath, "\(scene.busy)", "--without", "\(bidder)", "--rows",
        ])
        let went = scene.book()
        let would = scene.book(without: bidder)
        #expect(would.leader != bidder)
        for (name, book) in [("as_it_went", went), ("without_it", would)] {
          let found = try answer.object(name)
          #expect(try found.number("price") == Int(book.price))
          #expect(try found.number("leader") == Int(book.leader))
          #expect(try found.number("rows") == Int(book.rowCount))
          #expect(try found.objects("history").count == Int(book.rowCount))
          #expect(found["outcome"] is NSNull)
        }
        let leftOut = try #require(answer["left_out"] as? [NSNumber]).map(\.uint64Value)
        let mine = scene.bids.filter { $0.auction == scene.busy && $0.bidder == bidder }
        #expect(leftOut == mine.map(\.position))
      }
    }

    @Test func soldAuctionSaysWhoWouldHavePaid() throws {
      let auction = "\(scene.sold)"
      let result = try scene.run(["audit", "auction", scene.dataPath, auction, "--without", "11"])
      #expect(result.output.contains("as it went:    sold to 12 for 21.00 USD, 2 rows"))
      #expect(result.output.contains("without 11: sold to 12 for 10.00 USD, 1 row"))
      #expect(result.output.contains("12 would have paid 11.00 USD less"))
      let winner = try scene.json(
        ["audit", "auction", scene.dataPath, auction, "--without", "12"])
      #expect(try winner.object("without_it").number("winner") == 11)
      #expect(try winner.object("without_it").number("pays") == 1_000)
      #expect(try winner.object("as_it_went").number("pays") == 2_100)
      let nobody = try scene.run(["audit", "auction", scene.dataPath, auction, "--without", "999"])
      #expect(nobody.output.contains("999 asked for nothing on this auction"))
      #expect(nobody.output.contains("12 would have paid the same"))
    }

    @Test func theSellerIsCalledTheSeller() throws {
      let seller = try #require(UInt64(exactly: scene.busyView.sellerId))
      let text = try scene.run(
        ["audit", "auction", scene.dataPath, "\(scene.busy)", "--without", "\(seller)"]
      ).output
      #expect(text.contains("\(seller) sells it"), "\(text)")
      #expect(!text.contains("asked for nothing"))
    }

    /// What was asked beside bids is left out too, and what others did stays.
    @Test func loweringsAreLeftOut() throws {
      let answer = try scene.json(
        ["audit", "auction", scene.dataPath, "\(scene.reserved)", "--without", "11"])
      #expect((answer["left_out"] as? [NSNumber])?.count == 2)
      let without = try answer.object("without_it")
      #expect(try without.number("leader") == 14)
      #expect(try without.number("price") == 5_000)
    }
  }
}
