import Client
import Foundation
import Primitives
import Wire

/// One trial of a server that is killed after one of its calls: bids, snapshots and a stop in a
/// fixed order; what the kill left undone is done by a second server on the same folder.
final class StopScene {
  /// What is done, in order.
  enum Step: Equatable {
    /// Bids are sent until so many were, and all of them are answered.
    case bids(Int)
    /// A snapshot is asked for.
    case snapshot
  }

  private let copy: CopiedFolder
  private let options: [String]
  private let auctions: [UInt64]
  private let book: NaiveBook
  private let seed: UInt64
  private var steps: ArraySlice<Step>
  private var operatorLane: Lane?
  private var load = BidLoad([])
  /// Where the snapshots stand that were said to be taken.
  private(set) var snapshotPositions: [UInt64] = []

  /// Makes a trial on a copy of a folder.
  ///
  /// - Parameters:
  ///   - fixture: The folder.
  ///   - book: What the naive rules say to all bids in it.
  ///   - steps: What is done.
  ///   - options: What the servers are started with.
  ///   - seed: Decides the bids.
  /// - Throws: When the folder cannot be copied.
  init(
    _ fixture: DataFolderFixture, book: NaiveBook, steps: [Step],
    options: [String] = DataFolderFixture.options, seed: UInt64 = 1
  ) throws {
    copy = try CopiedFolder(fixture.dataPath)
    auctions = fixture.auctions
    self.book = book
    self.steps = steps[...]
    self.options = options
    self.seed = seed
  }

  var dataPath: String { copy.path }

  private var lanes: [Lane] { load.bidders.map(\.lane) + (operatorLane.map { [$0] } ?? []) }

  /// Does all of it.
  ///
  /// - Parameters:
  ///   - call: After which call the first server is killed, from 1; nil = after none.
  ///   - path: What the path of a call must contain to count.
  ///   - countsRings: Whether what is submitted to io_uring counts as well.
  /// - Returns: How the first server ended.
  /// - Throws: When something is lost, or done twice, or not done at all.
  func run(
    stopAfterCall call: Int?, touching path: String? = nil, countsRings: Bool = false
  ) throws -> StoppedRun {
    let first = try TracedServer(
      dataPath: dataPath, options: options, stopAfterCall: call, touching: path,
      countsRings: countsRings)
    let isReady = try first.waitUntilReady()
    do {
      if isReady { try doSteps(port: first.port) { first.process.isOver } }
    } catch {
      guard first.process.isOver else { throw error }
    }
    let run = try first.stop()
    for lane in lanes { lane.drainLost() }
    guard run.isStopped || run.status == 0 else {
      throw TestFailure("the server ended with \(run.status): \(run.errors)")
    }
    try goOn()
    return run
  }

  /// A second server does the rest; then everything is compared.
  private func goOn() throws {
    let server = try TestServer(options: options, dataPath: dataPath)
    try server.start()
    try doSteps(port: server.port) { !server.isRunning }
    if let text = try contradiction() { throw TestFailure(text) }
    let end = try server.stop()
    guard end.status == 0 else { throw TestFailure("the second server: \(end.status)") }
    for lane in lanes { lane.drainLost() }
  }

  private func doSteps(port: UInt16, isGone: @escaping () -> Bool) throws {
    connect(port: port, isGone: isGone)
    guard let operatorLane else { return }
    try operatorLane.open()
    for bidder in load.bidders { try bidder.lane.open() }
    while let step = steps.first {
      do { try perform(step, operatorLane, isGone) } catch {
        throw TestFailure("\(steps.count) steps before the end, at \(step): \(error)")
      }
      steps.removeFirst()
    }
    try load.settle(seconds: 60)
  }

  private func perform(_ step: Step, _ operatorLane: Lane, _ isGone: () -> Bool) throws {
    switch step {
    case .bids(let count): try bid(until: count, isGone)
    case .snapshot:
      let taken = try operatorLane.ask(TakeSnapshot(clientRef: 0), for: SnapshotTaken.self)
      snapshotPositions.append(taken.logPosition)
    }
  }

  private func connect(port: UInt16, isGone: @escaping () -> Bool) {
    if operatorLane == nil {
      operatorLane = DataFolderFixture.operatorLane(port: port)
      load = BidLoad(
        (11...12 as ClosedRange<UInt64>).map { account in
          Bidder(
            lane: Lane(port: port, account: account, mayActForAnyone: false), auctions: auctions,
            startPrices: auctions.map { book.auctions[$0]?.price ?? 100 }, window: 8,
            seed: seed &* 31 &+ account)
        })
    }
    for lane in lanes {
      lane.isGivenUp = isGone
      lane.move(to: port)
    }
  }

  private func bid(until count: Int, _ isGone: () -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while load.sentCount < count {
      guard Date() < deadline, !isGone() else { throw TestFailure("\(load.sentCount) bids sent") }
      var taken = 0
      for bidder in load.bidders where load.sentCount < count {
        bidder.submit()
        taken += bidder.lane.pump()
      }
      if taken == 0 { Lane.waitForSockets(load.bidders.map(\.lane), milliseconds: 1) }
    }
    try load.settle(seconds: 60)
  }

  /// Whether a bid was lost, or done twice, or decided otherwise than the rules say.
  private func contradiction() throws -> String? {
    var book = book
    if load.bidders.contains(where: { $0.repeatedOutcomes > 0 }) { return "an outcome came twice" }
    let bids = load.bidders.flatMap(\.sent)
    guard bids.allSatisfy({ $0.position != nil }) else { return "a bid has no outcome" }
    var last: UInt64 = 0
    for bid in bids.sorted(by: { ($0.position ?? 0) < ($1.position ?? 0) }) {
      guard case .decided(let position, let told) = bid.outcome else { return "no outcome" }
      guard position > last else { return "two bids at position \(position)" }
      last = position
      var said = book.place(
        auction: bid.message.auctionId, bidder: bid.message.bidderId, amount: bid.message.amount,
        isExact: bid.message.kind == BidKind.exact.rawValue)
      if said.code != 0 { (said.outcome, said.leader, said.rowCount) = (0, 0, 0) }
      guard told == said else { return "at \(position): told \(told), the rules say \(said)" }
    }
    return try viewContradiction(book)
  }

  private func viewContradiction(_ book: NaiveBook) throws -> String? {
    guard let operatorLane else { return "no server was ever ready" }
    for auction in auctions {
      let view = try operatorLane.view(auction)
      let expected = book.auctions[auction]
      guard view.price == expected?.price ?? Money.absent,
        view.leaderId == expected?.leader ?? 0, view.bidCount == expected?.rowCount ?? 0
      else { return "auction \(auction) is \(view), the rules say \(String(describing: expected))" }
    }
    return nil
  }
}
