import Client
import Foundation
import Primitives
import Testing
import WAL
import Wire

extension ProcessTests {
  /// kill -9 at random moments under full load: what was acknowledged stays, nothing is doubled.
  @Suite struct CrashTests {
    /// The folders that the kills are spread over; each starts from empty.
    static let roundCount = 20
    static let killCount =
      ProcessInfo.processInfo.environment["ROSTRUM_KILLS"].flatMap { Int($0) } ?? 100

    @Test(arguments: 0..<roundCount)
    func keepsWhatWasAcknowledged(round: Int) throws {
      let kills = (Self.killCount + round) / Self.roundCount
      guard kills > 0 else { return }
      let scene = try CrashScene(seed: 0xC4A5_4000 + UInt64(round))
      for _ in 0..<kills {
        let audit = try scene.bidAndKill()
        #expect(audit.repeatCount == 0, "a request was applied twice")
        #expect(scene.load.firstContradiction(to: audit) == nil)
        let hash = try scene.restart()
        // One more: the record of the outage, which changes nothing here.
        #expect(hash.logPosition == audit.lastPosition + 1)
        #expect(hash.hash == audit.stateHash, "recovery and an offline replay differ")
        try scene.load.settle(seconds: 60)
      }
      try check(scene)
    }

    /// After the last kill: one outcome a request, and the naive rules' prices.
    private func check(_ scene: CrashScene) throws {
      let views = try scene.auctions.map { try scene.operatorLane.view($0) }
      let hash = try scene.operatorLane.stateHash()
      #expect(try scene.server.stop().status == 0)
      let audit = try LogAudit(dataPath: scene.server.dataPath, terms: scene.terms)
      #expect(audit.repeatCount == 0)
      #expect(audit.bids.count == scene.load.sentCount, "each request is logged once")
      #expect(scene.load.firstContradiction(to: audit) == nil)
      #expect(audit.stateHash == hash.hash)
      for view in views {
        let expected = audit.book.auctions[view.auctionId]
        #expect(view.price == expected?.price ?? Money.absent)
        #expect(view.leaderId == expected?.leader ?? 0)
        #expect(view.bidCount == expected?.rowCount ?? 0)
      }
      note("\(scene.killCount) kills, \(scene.load.sentCount) bids, \(audit.lastPosition) records")
    }

    @Test func acceptsTornTail() throws {
      let scene = try CrashScene(seed: 0x70C4)
      let before = try scene.bidAndKill()
      let batch = try #require(before.lastBatch)
      let recovered = try #require(before.recovered)
      let path = scene.server.dataPath + "/shard-000/log/" + recovered.tailFile
      try Self.tear(path, at: recovered.tailOffset - UInt64(batch.batchByteCount), batch)
      let after = try LogAudit(dataPath: scene.server.dataPath, terms: scene.terms)
      #expect(after.recovered?.tailCase == .tornTail)
      #expect(after.lastPosition == batch.firstPosition - 1)
      // That the check of answers notices what is missing: answers for the torn batch, if any came.
      let isMissed = scene.load.bidders.contains { bidder in
        bidder.sent.contains { ($0.position ?? 0) >= batch.firstPosition }
      }
      #expect((scene.load.firstContradiction(to: after) != nil) == isMissed)
      let hash = try scene.restart()
      #expect(hash.logPosition == batch.firstPosition, "the record of the outage")
      #expect(hash.hash == after.stateHash)
      // The disk lost a batch that was acknowledged, so some answers are for bids that are gone.
      // What was not answered is taken as ever, and new bids are decided.
      let auction = scene.auctions[0]
      let view = try scene.operatorLane.view(auction)
      let bid = placeBid(auction, by: 77, max(view.minNext, 100))
      let ack = try scene.operatorLane.ask(bid, for: BidAck.self)
      #expect(ack.logPosition == batch.firstPosition + 1)
    }

    /// Spoils the last sector of a batch, as a write that power ended in the middle does.
    private static func tear(_ path: String, at offset: UInt64, _ batch: BatchHeader) throws {
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let last = offset + UInt64(160 + Int(batch.payloadByteCount)) - 8
      try handle.seek(toOffset: last)
      try handle.write(contentsOf: Data(repeating: 0xA5, count: 8))
      try handle.synchronize()
    }
  }
}

/// A server, some tens of auctions and four bidders.
final class CrashScene {
  let server: TestServer
  let operatorLane: Lane
  let auctions: [UInt64]
  let terms: [UInt64: AuctionTerms]
  let load: BidLoad
  private(set) var killCount = 0
  private var random: SeededGenerator

  static let auctionCount = 40
  static let bidderCount: UInt64 = 4

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    // Every other scene is killed while it takes snapshots, and starts from them.
    let snapshots = seed.isMultiple(of: 2) ? [] : ["--snapshot-log-mib", "1"]
    server = try TestServer(options: TestServer.smallOptions + snapshots)
    try server.start()
    operatorLane = Lane(port: server.port, account: 900)
    try operatorLane.open()
    var terms: [UInt64: AuctionTerms] = [:]
    var auctions: [UInt64] = []
    for index in 0..<Self.auctionCount {
      let (draft, term) = Self.auction(index)
      let id = try operatorLane.create(draft)
      terms[id] = term
      auctions.append(id)
    }
    (self.auctions, self.terms) = (auctions, terms)
    let port = server.port
    let prices = auctions.map { terms[$0]?.startPrice ?? 100 }
    load = BidLoad(
      (1...Self.bidderCount).map { account in
        Bidder(
          lane: Lane(port: port, account: account, mayActForAnyone: false), auctions: auctions,
          startPrices: prices, window: 128, seed: seed &* 31 &+ account)
      })
    for bidder in load.bidders { try bidder.lane.open() }
  }

  /// Two increment tables, and a reserve on every third auction.
  private static func auction(_ index: Int) -> (AuctionDraft, AuctionTerms) {
    var draft = hourLongDraft(startPrice: 100 + Int64(index) * 7)
    let usesEbay = index.isMultiple(of: 2)
    draft.increments = usesEbay ? .ebayUS : .standard
    var term = AuctionTerms(
      startPrice: draft.startPrice, reserve: nil,
      tiers: usesEbay ? AuctionTerms.ebayTiers : AuctionTerms.standardTiers)
    if index.isMultiple(of: 3) {
      draft.reserve = draft.startPrice + 5_000
      term.reserve = draft.reserve
    }
    return (draft, term)
  }

  /// Bids at full speed, kills the server at a random moment and reads the log that is left.
  func bidAndKill() throws -> LogAudit {
    let milliseconds = 5 + random.below(155)
    load.run(until: Date(timeIntervalSinceNow: Double(milliseconds) / 1_000))
    server.kill()
    killCount += 1
    for bidder in load.bidders { bidder.lane.drainLost() }
    operatorLane.drainLost()
    return try LogAudit(dataPath: server.dataPath, terms: terms)
  }

  /// Starts the server again; the state's hash before anybody sends anything again.
  func restart() throws -> StateHash {
    try server.start()
    operatorLane.move(to: server.port)
    let hash = try operatorLane.stateHash()
    for bidder in load.bidders { bidder.lane.move(to: server.port) }
    return hash
  }
}
