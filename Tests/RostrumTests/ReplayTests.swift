import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// The main job: recorded auctions, held again, end at the recorded prices.
  @Suite struct ReplayTests {
    /// Real auctions, which the project keeps no copy of: `ROSTRUM_EBAY_FILE`, or beside it.
    static let realFile: String? = {
      let named = ProcessInfo.processInfo.environment["ROSTRUM_EBAY_FILE"]
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let path = named ?? root.appendingPathComponent("shared/data/ebay-bids.csv").path
      if FileManager.default.fileExists(atPath: path) { return path }
      note("no \(path): the replay of real auctions is left out")
      return nil
    }()

    @Test(.enabled(if: realFile != nil))
    func matchesRealPrices() throws {
      let file = try RecordedPrices(path: try #require(Self.realFile))
      #expect(file.finalPrices.count == 333)
      try hold(file, matchesAtLeast: 315)
    }

    @Test(.enabled(if: realFile != nil))
    func matchesRealPricesAcrossKills() throws {
      let file = try RecordedPrices(path: try #require(Self.realFile))
      try holdAcrossKills(file, matchesAtLeast: 315)
    }

    @Test func matchesSamplePrices() throws {
      let file = try RecordedPrices.sample(seed: 7)
      try hold(file, matchesAtLeast: file.finalPrices.count)
    }

    @Test func matchesSamplePricesAcrossKills() throws {
      let file = try RecordedPrices.sample(seed: 7)
      try holdAcrossKills(file, matchesAtLeast: file.finalPrices.count)
    }

    private func hold(_ file: RecordedPrices, matchesAtLeast least: Int) throws {
      let server = try TestServer()
      try server.start()
      let result = try Program.run(arguments(file, server), in: server.folder)
      #expect(result.status == 0, "\(result.errors)")
      try check(result.output, file, server, matchesAtLeast: least)
    }

    /// The recorded days pass in three seconds, and the server dies twice meanwhile.
    private func holdAcrossKills(_ file: RecordedPrices, matchesAtLeast least: Int) throws {
      let server = try TestServer()
      try server.start()
      let scale = ["--scale", "\(Double(file.lastTimeMicroseconds) / 3e6)", "--patience", "60"]
      let replay = try Program.start(arguments(file, server) + scale, in: server.folder)
      for pause in [0.9, 0.8] {
        let end = Date(timeIntervalSinceNow: pause)
        try waitUntil(10, "the time passes") { Date() >= end }
        #expect(replay.isRunning, "killed in the middle: \(replay.errors)")
        server.kill()
        try server.start(port: server.port)
      }
      #expect(try replay.wait(seconds: 60) == 0, "\(replay.errors)")
      #expect(try jsonObject(replay.output).number("lost_connections") >= 2)
      #expect(try jsonObject(replay.output).number("lost_answers") == 0)
      try check(replay.output, file, server, matchesAtLeast: least)
    }

    private func arguments(_ file: RecordedPrices, _ server: TestServer) -> [String] {
      [
        "replay", file.path, "--connect", "127.0.0.1:\(server.port)", "--increments", "ebay-us",
        "--json",
      ]
    }

    /// What the program says, what the server shows and what it shows after a restart agree.
    private func check(
      _ output: String, _ file: RecordedPrices, _ server: TestServer, matchesAtLeast least: Int
    ) throws {
      let said = try jsonObject(output)
      #expect(try said.number("auctions") == file.finalPrices.count)
      #expect(try said.number("bids") == file.bidCount)
      #expect(try said.number("price_matches") >= least)
      let (before, hash) = try prices(of: file, server)
      let matches = file.finalPrices.filter { before[$0.key] == $0.value }.count
      #expect(try said.number("price_matches") == matches)
      let (status, closing) = try server.stop()
      #expect(status == 0)
      #expect(try closing.number("commands") > 0)
      try server.start()
      let (after, hashAfter) = try prices(of: file, server)
      #expect(after == before)
      #expect(hashAfter.hash == hash.hash)
      note("\(matches) of \(before.count) final prices as recorded, also after a restart")
    }

    /// The price of each auction of the file, and the hash of the whole state.
    private func prices(
      of file: RecordedPrices, _ server: TestServer
    ) throws -> ([UInt64: Int64], StateHash) {
      let lane = Lane(
        port: server.port,
        configuration: SessionConfiguration(
          credentials: .insecure(account: 5, roles: [.broker, .operator]),
          continuing: SessionID(high: 1, low: 5)))
      var prices: [UInt64: Int64] = [:]
      for slot in 0..<UInt32(file.finalPrices.count) {
        let id = AuctionID(shard: ShardID(0), generation: 1, slotIndex: slot)
        let view = try lane.view(id.raw)
        prices[view.sellerId - 3_000_000_000] = view.price == Money.absent ? 0 : view.price
      }
      return (prices, try lane.stateHash())
    }
  }
}

/// What a file of recorded auctions says, read by the test itself.
struct RecordedPrices {
  let path: String
  private(set) var finalPrices: [UInt64: Int64] = [:]
  private(set) var bidCount = 0
  private(set) var lastTimeMicroseconds: UInt64 = 0
  private var folder: TemporaryFolder?

  init(path: String) throws {
    self.path = path
    let lines = try String(contentsOfFile: path, encoding: .utf8).split { $0.isNewline }
    for line in lines.dropFirst() where !line.isEmpty {
      // Counted from the line's end, since an item's name may hold commas.
      let fields = Array(line.split(separator: ",", omittingEmptySubsequences: false))
      guard fields.count >= 8, let number = UInt64(fields[0]),
        let price = Int64(fields[fields.count - 4]), let time = UInt64(fields[fields.count - 3])
      else { throw TestFailure("\(path): \(line)") }
      finalPrices[number] = price
      lastTimeMicroseconds = max(lastTimeMicroseconds, time)
      bidCount += 1
    }
  }

  /// Auctions that the program makes up, in a file that goes with the value.
  static func sample(seed: Int) throws -> RecordedPrices {
    let folder = try TemporaryFolder()
    let path = folder.file("sample.csv")
    let result = try Program.run(["sample", "--seed", "\(seed)", "--output", path], in: folder)
    guard result.status == 0 else { throw TestFailure(result.errors) }
    var file = try RecordedPrices(path: path)
    file.folder = folder
    return file
  }
}
