import Foundation
import Testing
import Wire

@testable import Engine

/// Real auctions: rule `proxy` with the table `ebay-us` gives the prices that were charged.
@Suite struct RealAuctionTests {
  struct Recorded {
    var start: Int64
    var final: Int64
    var bids: [(bidder: UInt64, maximum: Int64)] = []
  }

  /// The recorded auctions beside the repository; nil where they are not kept.
  private func recorded() throws -> [Recorded]? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "../shared/data/ebay-bids.csv").standardizedFileURL
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
    var auctions: [Int: Recorded] = [:]
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let columns = line.split(separator: ",")
      let number = try #require(Int(columns[0]))
      let start = try #require(Int64(columns[3]))
      let final = try #require(Int64(columns[4]))
      let bidder = try #require(UInt64(columns[6]))
      let maximum = try #require(Int64(columns[7]))
      auctions[number, default: Recorded(start: start, final: final)].bids.append(
        (bidder, maximum)
      )
    }
    return auctions.keys.sorted().compactMap { auctions[$0] }
  }

  @Test func finalPricesAreThoseThatWereCharged() throws {
    guard let auctions = try recorded() else {
      print("note: ../shared/data/ebay-bids.csv is not there; the real auctions are not checked")
      return
    }
    #expect(auctions.count == 333)
    var matches = 0
    for recorded in auctions {
      var driver = EngineDriver()
      var auction = CreateAuction.plain(seller: 1 << 40)
      auction.startPrice = recorded.start
      auction.incrementTable = 2
      let id = driver.create(auction)
      for bid in recorded.bids { _ = driver.bid(bid.bidder, bid.maximum, on: id) }
      if driver.view(id)?.price == recorded.final { matches += 1 }
    }
    print("note: \(matches) of \(auctions.count) real auctions end at the price charged")
    #expect(matches >= 315)
  }
}
