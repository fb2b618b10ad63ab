import Client
import Foundation
import Primitives
import Wire

/// A data folder that a real server has filled and left in order, and what its state was then.
final class DataFolderFixture {
  /// How much there is in it.
  struct Size {
    var auctions = 40
    /// At least so many bids; more where segments are to be full.
    var bids = 4_000
    /// So many segments are filled to their end by bids, however many share a batch.
    var fullSegments = 0
    /// At least so many segments in use; what the bids do not fill, further starts do.
    var segments = 3
    /// So many snapshots, the last one before the last start.
    var snapshots = 0
  }

  /// The least segments that a server takes, so that a log has several.
  static let options = ["--segment-mib", "17", "--auctions-max", "10000"]

  let dataPath: String
  private(set) var auctions: [UInt64] = []
  /// For the rules of a `LogAudit`.
  private(set) var terms: [UInt64: AuctionDraft] = [:]
  /// What the server said about its state when the last bid was decided.
  private(set) var state: StateHash
  /// The last record of the log; heartbeats may stand behind what `state` speaks of.
  private(set) var lastPosition: UInt64 = 0
  /// What it showed of each auction then.
  private(set) var views: [AuctionState] = []
  private(set) var bidCount = 0
  /// What the rules say to all its bids.
  private(set) var book: BidBook
  private let server: TestServer
  private let operatorLane: Lane
  private var load = BidLoad([])

  /// Fills a folder.
  ///
  /// - Parameters:
  ///   - size: How much.
  ///   - options: What the server is started with beside folder, port and access.
  ///   - seed: Decides the bids.
  /// - Throws: When the server does not do what it must.
  init(
    _ size: Size = Size(), options: [String] = DataFolderFixture.options, seed: UInt64 = 1
  ) throws {
    server = try TestServer(options: options)
    dataPath = server.dataPath
    try server.start()
    operatorLane = Self.operatorLane(port: server.port)
    state = StateHash(clientRef: 0, logPosition: 0, hash: .zero)
    book = BidBook([:])
    try operatorLane.open()
    try createAuctions(size.auctions)
    try makeBidders(seed)
    try bid(size.bids)
    while try LogFiles(dataPath).full.count < size.fullSegments { try bid(500) }
    var snapshotCount = 0
    while try LogFiles(dataPath).used.count < size.segments || snapshotCount < size.snapshots {
      if snapshotCount < size.snapshots {
        _ = try operatorLane.ask(TakeSnapshot(clientRef: 0), for: SnapshotTaken.self)
        snapshotCount += 1
      }
      try restart()
      try bid(20)
    }
    try stop()
    book = try load.book(after: BidBook(terms))
  }

  /// The same session each time: a new one would be a record, and a part of the state.
  static func operatorLane(port: UInt16) -> Lane {
    Lane(
      port: port,
      configuration: SessionConfiguration(
        credentials: .insecure(account: 900, roles: [.broker, .operator]),
        continuing: SessionID(high: 0xF01D, low: 900)))
  }

  private func createAuctions(_ count: Int) throws {
    for index in 0..<count {
      let draft = hourLongDraft(startPrice: 100 + Int64(index) * 7)
      let id = try operatorLane.create(draft)
      auctions.append(id)
      terms[id] = draft
    }
  }

  /// Few bids at a time: a batch takes a block at least, so some thousands fill a segment.
  private func makeBidders(_ seed: UInt64) throws {
    let prices = auctions.map { terms[$0]?.startPrice ?? 100 }
    load = BidLoad(
      (1...2 as ClosedRange<UInt64>).map { account in
        Bidder(
          lane: Lane(port: server.port, account: account, mayActForAnyone: false),
          auctions: auctions, startPrices: prices, window: 1, seed: seed &* 31 &+ account)
      })
    for bidder in load.bidders { try bidder.lane.open() }
  }

  /// Sends bids and takes all their answers.
  private func bid(_ count: Int) throws {
    let wanted = load.sentCount + count
    let deadline = Date(timeIntervalSinceNow: 120)
    while load.sentCount < wanted {
      guard Date() < deadline else { throw TestFailure("\(load.sentCount) bids of \(wanted)") }
      var taken = 0
      for bidder in load.bidders {
        bidder.submit()
        taken += bidder.lane.pump()
      }
      if taken == 0 { Lane.waitForSockets(load.bidders.map(\.lane), milliseconds: 1) }
    }
    try load.settle(seconds: 60)
    bidCount = load.sentCount
  }

  private func restart() throws {
    guard try server.stop().status == 0 else { throw TestFailure("the server did not stop") }
    try server.start()
    operatorLane.move(to: server.port)
    for bidder in load.bidders { bidder.lane.move(to: server.port) }
  }

  private func stop() throws {
    state = try operatorLane.stateHash()
    views = try auctions.map { try operatorLane.view($0) }
    let end = try server.stop()
    guard end.status == 0 else { throw TestFailure("the server ended with \(end.status)") }
    for lane in load.bidders.map(\.lane) + [operatorLane] { lane.drainLost() }
    lastPosition = try LogFiles(dataPath).newest().batches.last?.lastPosition ?? 0
  }

  /// The state that a server shows which is started on a folder that was made here.
  ///
  /// - Parameters:
  ///   - dataPath: The folder; the start adds the record of the outage, and heartbeats follow.
  ///   - options: What the server is started with beside folder, port and access.
  /// - Returns: The state before anybody changed it, and how many records had been read.
  /// - Throws: When the server does not start.
  static func state(
    of dataPath: String, options: [String] = DataFolderFixture.options
  ) throws -> (hash: Digest, recordCount: UInt64) {
    let server = try TestServer(options: options, dataPath: dataPath)
    try server.start()
    let state = try operatorLane(port: server.port).stateHash()
    guard try server.stop().status == 0 else { throw TestFailure("the server did not stop") }
    return (state.hash, UInt64(try server.ready.number("recovered_records")))
  }
}
