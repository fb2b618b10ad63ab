import Client
import Foundation
import Primitives
import Wire

/// A server, some tens of auctions and four bidders.
final class CrashScene {
  let server: TestServer
  let operatorLane: Lane
  let auctions: [UInt64]
  let terms: [UInt64: AuctionDraft]
  let load: BidLoad
  private(set) var killCount = 0
  private var random: SeededGenerator

  static let auctionCount = 40
  static let bidderCount: UInt64 = 4

  /// Starts a server and opens everybody's session.
  ///
  /// - Parameters:
  ///   - seed: Decides the bids and the moments.
  ///   - options: What the server gets beside the usual; nil = every other scene is killed while
  ///     it takes snapshots, and starts from them.
  ///   - window: How many bids of a bidder may be unanswered.
  ///   - prepare: Is given the server before it starts.
  /// - Throws: When it does not start.
  init(
    seed: UInt64, options: [String]? = nil, window: Int = 128,
    prepare: (TestServer) throws -> Void = { _ in }
  ) throws {
    random = SeededGenerator(seed: seed)
    let snapshots = seed.isMultiple(of: 2) ? [] : ["--snapshot-log-mib", "1"]
    server = try TestServer(options: TestServer.smallOptions + (options ?? snapshots))
    try prepare(server)
    try server.start()
    operatorLane = Lane(port: server.port, account: 900)
    try operatorLane.open()
    var terms: [UInt64: AuctionDraft] = [:]
    var auctions: [UInt64] = []
    for index in 0..<Self.auctionCount {
      let draft = Self.auction(index)
      let id = try operatorLane.create(draft)
      terms[id] = draft
      auctions.append(id)
    }
    (self.auctions, self.terms) = (auctions, terms)
    let port = server.port
    let prices = auctions.map { terms[$0]?.startPrice ?? 100 }
    load = BidLoad(
      (1...Self.bidderCount).map { account in
        Bidder(
          lane: Lane(port: port, account: account, mayActForAnyone: false), auctions: auctions,
          startPrices: prices, window: window, seed: seed &* 31 &+ account)
      })
    for bidder in load.bidders { try bidder.lane.open() }
  }

  /// Two increment tables, and a reserve on every third auction.
  private static func auction(_ index: Int) -> AuctionDraft {
    var draft = hourLongDraft(startPrice: 100 + Int64(index) * 7)
    let usesEbay = index.isMultiple(of: 2)
    draft.increments = usesEbay ? .ebayUS : .standard
    if index.isMultiple(of: 3) { draft.reserve = draft.startPrice + 5_000 }
    return draft
  }

  /// Bids at full speed, kills the server at a random moment and reads the log that is left.
  func bidAndKill() throws -> LogAudit {
    bid(seconds: Double(5 + random.below(155)) / 1_000)
    return try killAndRead()
  }

  /// Bids as fast as the answers come; 0 = looks at every bidder once.
  func bid(seconds: Double) { load.run(until: Date(timeIntervalSinceNow: seconds)) }

  /// Kills the server, if it still runs, and reads the log that is left.
  func killAndRead() throws -> LogAudit {
    kill()
    return try readWholeLog()
  }

  /// Reads the log from its first record on, also where snapshots have given segments back: after
  /// each life the scene keeps a copy of every segment that there is.
  func readWholeLog() throws -> LogAudit {
    let log = "\(server.dataPath)/shard-000/log"
    let kept = "\(server.dataPath).kept"
    let files = FileManager.default
    try files.createDirectory(atPath: kept, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: log) {
      try? files.removeItem(atPath: "\(kept)/\(name)")
      try files.copyItem(atPath: "\(log)/\(name)", toPath: "\(kept)/\(name)")
    }
    return try LogAudit(dataPath: server.dataPath, terms: terms, logPath: kept)
  }

  /// Kills the server; its last answers are taken.
  func kill() {
    server.kill()
    killCount += 1
    for bidder in load.bidders { bidder.lane.drainLost() }
    operatorLane.drainLost()
  }

  /// Starts the server and kills it after a random time, mostly before it is ready.
  func killDuringStart(withinMs most: UInt64) throws {
    try server.launch()
    usleep(UInt32(random.below(most * 1_000)))
    server.kill()
    killCount += 1
  }

  /// Starts the server again; the state's hash before anybody sends anything again.
  func restart() throws -> StateHash {
    try server.start()
    operatorLane.move(to: server.port)
    let hash = try operatorLane.stateHash()
    for bidder in load.bidders { bidder.lane.move(to: server.port) }
    return hash
  }

  /// After a server was killed: what the log holds is what its clients were told, and a start has
  /// the same state; then everybody gets an answer.
  func checkAndRestart(_ audit: LogAudit) throws {
    guard audit.repeatCount == 0 else { throw TestFailure("a request was applied twice") }
    if let text = load.firstContradiction(to: audit) { throw TestFailure(text) }
    let hash = try restart()
    guard hash.hash == audit.stateHash else { throw TestFailure("recovery and replay differ") }
    try load.settle(seconds: 60)
  }

  /// Stops the server: one outcome a request, and the rules' prices.
  ///
  /// - Returns: The closing line and what the log holds.
  /// - Throws: When something was lost, or done twice, or decided otherwise.
  @discardableResult
  func finish() throws -> (closing: [String: Any], audit: LogAudit) {
    try load.settle(seconds: 60)
    try checkAgainstTheRules()
    let hash = try operatorLane.stateHash()
    let (status, closing) = try server.stop()
    guard status == 0 else { throw TestFailure("status \(status)") }
    let audit = try readWholeLog()
    let loggedCount = audit.bids.count { terms[$0.message.auctionId] != nil }
    guard audit.repeatCount == 0, loggedCount == load.sentCount else {
      throw TestFailure("\(load.sentCount) bids sent, \(loggedCount) logged")
    }
    if let text = load.firstContradiction(to: audit) { throw TestFailure(text) }
    guard audit.stateHash == hash.hash else { throw TestFailure("server and replay differ") }
    return (closing, audit)
  }

  /// Every bid counts once, in the order of the log, and the auctions are what that makes of them.
  func checkAgainstTheRules() throws {
    let book = try load.book(after: BidBook(terms))
    for auction in auctions {
      let (view, expected) = (try operatorLane.view(auction), book[auction])
      guard view.price == expected.price, view.leaderId == expected.leader,
        view.bidCount == expected.rowCount
      else { throw TestFailure("\(view), but the rules say \(expected)") }
    }
  }
}
