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
    /// The archive, which stands beside the folder, gets so many segments.
    case archived(Int)
  }

  private let copy: CopiedFolder
  private let archivePath: String
  private let options: [String]
  private let auctions: [UInt64]
  private let book: BidBook
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
  ///   - steps: What is done.
  ///   - isArchiving: Whether the servers archive their log beside the folder.
  ///   - seed: Decides the bids.
  /// - Throws: When the folder cannot be copied.
  init(
    _ fixture: DataFolderFixture, steps: [Step],
    isArchiving: Bool = false, seed: UInt64 = 1
  ) throws {
    copy = try CopiedFolder(fixture.dataPath)
    archivePath = copy.path + "-archive"
    auctions = fixture.auctions
    book = fixture.book
    self.steps = steps[...]
    options = DataFolderFixture.options + (isArchiving ? ["--archive", archivePath] : [])
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
    try check()
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
    case .archived(let count):
      try operatorLane.wait(20, "fewer than \(count) segments in the archive") {
        archivedNames.filter { $0.hasSuffix(".segment.zst") }.count >= count
      }
    }
  }

  /// What is in the archive.
  var archivedNames: [String] {
    let path = archivePath + "/shard-000"
    return (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }

  private func connect(port: UInt16, isGone: @escaping () -> Bool) {
    if operatorLane == nil {
      operatorLane = DataFolderFixture.operatorLane(port: port)
      load = BidLoad(
        (11...12 as ClosedRange<UInt64>).map { account in
          Bidder(
            lane: Lane(port: port, account: account, mayActForAnyone: false), auctions: auctions,
            startPrices: auctions.map { max(100, book[$0].price) }, window: 8,
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

  /// Every bid counts once, and the auctions are what the rules make of the bids.
  private func check() throws {
    let expected = try load.book(after: book)
    guard let operatorLane else { throw TestFailure("no server was ever ready") }
    for auction in auctions {
      let view = try operatorLane.view(auction)
      let said = expected[auction]
      guard view.price == said.price, view.leaderId == said.leader, view.bidCount == said.rowCount
      else { throw TestFailure("\(view), but the rules say \(said)") }
    }
  }
}
