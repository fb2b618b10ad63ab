import Testing

@testable import rostrum

@Suite struct RecordedAuctionTests {
  static let header = "auction,item,duration_days,start_cents,final_cents,time_us,bidder,max_cents"

  @Test func readsRowsInTheirOrder() throws {
    let text = #"""
      \#(Self.header)
      1,Pen,3,100,550,10,7,900
      2,"Desk, ""oak""",7,5000,5000,20,8,6000
      1,Pen,3,100,550,30,9,500

      """#
    let auctions = try RecordedAuctionFile.parse(text, name: "f.csv")
    #expect(auctions.count == 2)
    #expect(
      auctions[0].bids == [
        RecordedBid(timeMicroseconds: 10, bidder: 7, maximum: 900),
        RecordedBid(timeMicroseconds: 30, bidder: 9, maximum: 500),
      ]
    )
    #expect(auctions[1].item == "Desk, \"oak\"")
    #expect(auctions[1].durationDays == 7)
    #expect(auctions[1].startPrice == 5_000)
    #expect(auctions[1].finalPrice == 5_000)
  }

  @Test func takesColumnsInAnyOrderAndOtherLineEnds() throws {
    let text =
      "max_cents,bidder,time_us,final_cents,start_cents,duration_days,item,auction\r\n"
      + "900,7,10,550,100,3,Pen,1\r\n"
    let auctions = try RecordedAuctionFile.parse(text, name: "f.csv")
    #expect(auctions.map(\.bids.count) == [1])
    #expect(auctions[0].bids[0].maximum == 900)
  }

  @Test(arguments: [
    ("", "f.csv is empty"),
    ("auction,item\n1,2", "line 1: there is no column `duration_days`"),
    ("\(header)\n", "has no bids"),
    ("\(header)\n1,Pen,3,100,550,10,7", "line 2: 7 fields where 8 are needed"),
    ("\(header)\n1,Pen,3,100,550,10,7,9x", "line 2: `9x` in column max_cents is not"),
    ("\(header)\n1,Pen,3,0,550,10,7,9", "line 2: `0` in column start_cents is not"),
    ("\(header)\n1,Pen,3,100,550,10,7,9\n\n1,Pen,3,100,550,-1,7,9", "line 4: `-1` in column"),
    ("\(header)\n1,Pen,3,100,550,10,7,9\n1,Pen,3,200,550,10,7,9", "line 3: auction 1 has another"),
  ])
  func saysWhatIsWrongAndWhere(text: String, message: String) {
    let failure = #expect(throws: CommandFailure.self) {
      try RecordedAuctionFile.parse(text, name: "f.csv")
    }
    #expect(failure?.description.contains(message) == true)
  }

  @Test func writesWhatItReads() throws {
    let auctions = SampleCommand.recordedAuctions(seed: 5, count: 40)
    var odd = auctions
    odd[0].item = "A \"quoted\", thing"
    let text = RecordedAuctionFile.text(of: odd)
    #expect(try RecordedAuctionFile.parse(text, name: "f") == odd)
  }

  @Test func samplesAreTheSameForASeed() {
    let first = RecordedAuctionFile.text(of: SampleCommand.recordedAuctions(seed: 1, count: 60))
    let again = RecordedAuctionFile.text(of: SampleCommand.recordedAuctions(seed: 1, count: 60))
    let other = RecordedAuctionFile.text(of: SampleCommand.recordedAuctions(seed: 2, count: 60))
    #expect(first == again)
    #expect(first != other)
  }

  @Test func samplesAreSensible() {
    let auctions = SampleCommand.recordedAuctions(seed: 9, count: 300)
    #expect(auctions.count == 300)
    for auction in auctions {
      #expect(!auction.bids.isEmpty)
      #expect(auction.finalPrice >= auction.startPrice)
      #expect(auction.finalPrice <= auction.bids.map(\.maximum).max() ?? 0)
      let times = auction.bids.map(\.timeMicroseconds)
      #expect(times == times.sorted())
      #expect((times.last ?? 0) < auction.durationDays * 86_400_000_000)
    }
    #expect(auctions.contains { $0.bids.count > 10 })
    #expect(Set(auctions.map(\.finalPrice)).count > 100)
  }

  @Test func tablesLineUp() {
    let lines = TextTable.lines([["a", "number"], ["long one", "7"]], rightAligned: [1])
    #expect(lines == ["a         number", "long one       7"])
  }
}
