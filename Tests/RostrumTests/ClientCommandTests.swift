import ArgumentParser
import Client
import Primitives
import Testing
import Wire

@testable import rostrum

@Suite struct ClientCommandTests {
  @Test func amountsAreDecimal() throws {
    func cents(_ text: String, _ currency: Currency = .usDollar) throws -> Int64 {
      try currency.minorUnits(try #require(DecimalAmount(argument: text)))
    }
    #expect(try cents("12.50") == 1_250)
    #expect(try cents("12.5") == 1_250)
    #expect(try cents("12") == 1_200)
    #expect(try cents("0.01") == 1)
    #expect(try cents("9999999999.99") == 999_999_999_999)
    #expect(try cents("1200", try #require(Currency(argument: "jpy"))) == 1_200)
    #expect(try cents("1.125", try #require(Currency(argument: "KWD"))) == 1_125)
    for text in ["0", "12.505", "10000000000"] {
      #expect(throws: ValidationError.self) { try cents(text) }
    }
    for text in ["", "-1", "1e3", "1,5", ".5", "5.", "1.2.3", "abc", "1234567890123456"] {
      #expect(DecimalAmount(argument: text) == nil)
    }
    #expect(Currency.usDollar.text(1_250) == "12.50 USD")
    #expect(Currency.usDollar.text(Money.absent) == "none")
    #expect(Currency(number: 392).plainText(77) == "77")
  }

  @Test func lengthsOfTime() {
    #expect(Duration(argument: "10m")?.nanoseconds == 600 * TimeSpan.second)
    #expect(Duration(argument: "90s")?.nanoseconds == 90 * TimeSpan.second)
    #expect(Duration(argument: "250ms")?.nanoseconds == 250 * TimeSpan.millisecond)
    #expect(Duration(argument: "36h")?.nanoseconds == 129_600 * TimeSpan.second)
    #expect(Duration(argument: "7d")?.nanoseconds == 604_800 * TimeSpan.second)
    for text in ["", "10", "m", "0s", "-1m", "1.5h", "99999999999999999999d", "5000d"] {
      #expect(Duration(argument: text) == nil)
    }
    #expect(Duration.text(7_500 * TimeSpan.second) == "2h 5m")
    #expect(Duration.text(TimeSpan.millisecond) == "0s")
  }

  @Test func loadWantsOnePace() throws {
    let load = try LoadCommand.parse(
      ["--connect", "127.0.0.1:9", "--auctions", "5", "--window", "16", "--seconds", "0.5"])
    #expect(load.plan.pace == .window(16))
    #expect(load.plan.duration == 500 * TimeSpan.millisecond)
    #expect(load.plan.increments == .oneCent)
    #expect(try LoadCommand.parse(["--rate", "10000"]).plan.pace == .rate(10_000))
    for arguments in [
      [], ["--rate", "1", "--window", "1"], ["--window", "0"], ["--window", "1025"],
      ["--rate", "0"], ["--window", "8", "--auctions", "0"], ["--window", "8", "--zipf", "-1"],
      ["--window", "8", "--zipf", "1", "--hot-auction"], ["--window", "8", "--connect", "nowhere"],
      ["--window", "8", "--seconds", "0"], ["--window", "8", "--key", "a", "--key-file", "b"],
      ["--window", "8", "--burst", "2"], ["--rate", "1000000", "--burst", "1000"],
      ["--rate", "8", "--seconds", "3601", "--series", "a"], ["--rate", "8", "--connections", "0"],
      ["--rate", "8", "--connections", "60001"], ["--window", "105", "--connections", "10000"],
    ] {
      #expect(throws: (any Error).self) { try LoadCommand.parse(arguments) }
    }
  }

  @Test func usageErrorsHaveTheirOwnStatus() {
    for arguments in [["bid"], ["bid", "x", "1", "--as", "1"], ["load"], ["nothing"]] {
      let error = #expect(throws: (any Error).self) { try Rostrum.parseAsRoot(arguments) }
      guard let error else { continue }
      #expect(Rostrum.exitCode(for: error) == ExitCode(64))
    }
  }

  @Test func bidAndAuctionTakeTheirArguments() throws {
    let bid = try BidCommand.parse(["77", "12.50", "--exact", "--as", "5"])
    #expect(bid.auction.id.raw == 77)
    #expect(bid.exact)
    #expect(throws: (any Error).self) { try BidCommand.parse(["77", "12.50"]) }
    #expect(throws: (any Error).self) {
      try BidCommand.parse(["77", "1", "--as", "5", "--exact", "--buy-now"])
    }
    let create = try AuctionCreateCommand.parse([
      "--as", "5", "--start", "10", "--ends-in", "10m", "--reserve", "40.00", "--soft-close", "2m",
      "--increments", "ebay-uk", "--currency", "GBP",
    ])
    let draft = try create.draft(now: 1_000)
    #expect(draft.startPrice == 1_000)
    #expect(draft.reserve == 4_000)
    #expect(draft.buyNow == Money.absent)
    #expect(draft.endTime == 1_000 + 600 * TimeSpan.second)
    #expect(draft.softCloseExtensionMs == 120_000)
    #expect(draft.currency == 826)
    #expect(draft.increments == .ebayUK)
    #expect(throws: (any Error).self) {
      try AuctionCreateCommand.parse(["--as", "5", "--start", "1.234", "--ends-in", "1m"])
    }
  }

  @Test func everyCommandExplainsItself() {
    for command in Rostrum.configuration.subcommands {
      #expect(!command.configuration.abstract.isEmpty)
    }
    #expect(Rostrum.helpMessage(for: LoadCommand.self).contains("--hot-auction"))
  }

  @Test func anEndIsToldInWords() {
    var state = AuctionState(
      clientRef: 0, auctionId: 77, sellerId: 5, price: Money.absent, minNext: Money.absent,
      leaderId: 0, buyNow: Money.absent, revision: 1, startTime: 0, endTime: 1, logPosition: 1,
      status: AuctionStatus.active.rawValue, reserveState: 0, currency: 840, bidCount: 0)
    #expect(AuctionEnding.outcome(of: state) == nil)
    state.status = AuctionStatus.ended.rawValue
    #expect(AuctionEnding.outcome(of: state) == .noBids)
    state.leaderId = 8
    state.price = 2_100
    #expect(
      AuctionText.lines(state, now: 0)
        == ["auction 77, ended, seller 5", "  sold to 8 for 21.00 USD"])
    #expect(AuctionText.json(state).text.contains(#""outcome":"sold","winner":8"#))
    state.reserveState = ReserveState.unmet.rawValue
    #expect(AuctionText.lines(state, now: 0).last == "  ended without a sale: reserve not met")
    #expect(AuctionText.json(state).text.contains(#""outcome":"reserveNotMet","winner":0"#))
    #expect(AuctionEnding.line(.noBids, winner: 0, price: "none") == "over: no bids")
  }

  @Test func answersToTheWarmUpAreNoOutcomes() {
    var totals = LoadTotals()
    totals.sent = 9
    totals.acknowledged = 8
    totals.startMeasuring(at: 0)
    #expect(totals.sent == 0 && totals.outstanding == 0 && totals.isMeasuring)
    totals.sent = 10
    totals.acknowledged = 6
    totals.rejected = 2
    totals.notApplied = 1
    #expect(totals.outstanding == 1)
  }

  @Test func jsonIsQuotedAndInOrder() {
    var inner = JSONObject()
    inner.add("a", amount: Money.absent)
    var object = JSONObject()
    object.add("text", "a\"b\\c\n\u{1}")
    object.add("number", 12)
    object.add("fraction", 1.25)
    object.add("yes", true)
    object.add("inner", inner)
    #expect(
      object.text
        == #"{"text":"a\"b\\c\n\u0001","number":12,"fraction":1.250,"yes":true,"inner":{"a":null}}"#
    )
    #expect(JSONObject.number(-0.5) == "-0.500")
    #expect(JSONObject.number(3) == "3")
  }

  @Test func zipfDrawsFavourTheFirst() {
    let table = AliasTable(zipf: 100, skew: 1)
    var generator = SeededGenerator(seed: 1)
    var counts = [Int](repeating: 0, count: 100)
    for _ in 0..<100_000 { counts[table.draw(&generator)] += 1 }
    // The weights are 1/rank over the sum of 5.187: the first gets 19.3 %, the second 9.6 %.
    #expect((18_800...19_800).contains(counts[0]))
    #expect((9_200...10_100).contains(counts[1]))
    #expect(counts[99] > 100)
  }

  @Test func anOpenLoopKeepsItsPlan() {
    var plan = LoadPlan()
    plan.pace = .rate(3)
    var pacer = Pacer(plan, start: 1_000)
    var times: [Nanoseconds] = []
    for _ in 0..<7 {
      times.append(pacer.nextTime)
      pacer.advance()
    }
    #expect(
      times == [
        1_000, 333_334_333, 666_667_666, 1_000_001_000, 1_333_334_333, 1_666_667_666, 2_000_001_000,
      ]
    )
  }

  @Test func aBurstFillsEveryTenthSecond() {
    var plan = LoadPlan()
    plan.pace = .rate(2)
    plan.burstFactor = 4
    var pacer = Pacer(plan, start: 0)
    var perSecond = [Int](repeating: 0, count: 21)
    while pacer.nextTime < 21 * TimeSpan.second {
      perSecond[Int(pacer.nextTime / TimeSpan.second)] += 1
      pacer.advance()
    }
    let cycle = [2, 2, 2, 2, 2, 2, 2, 2, 2, 8]
    #expect(perSecond == cycle + cycle + [2])
  }

  @Test func latenciesOverTimeAreKeptByTheMillisecondOfTheirAnswer() {
    var series = LatencySeries(duration: 3 * TimeSpan.millisecond)
    let start: Nanoseconds = 5 * TimeSpan.second
    series.begin(at: start)
    series.record(latency: 100_000, arrived: start + 10)
    series.record(latency: 300_000, arrived: start + 999_999)
    series.record(latency: 7_000, arrived: start + 2 * TimeSpan.millisecond)
    series.record(latency: 1_000, arrived: start + TimeSpan.second)
    #expect(series.csv == "ms,answers,mean_us,max_us\n0,2,200,300\n2,1,7,7\n3,1,1,1\n")
  }
}
