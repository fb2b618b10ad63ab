import Primitives
import Testing
import Wire

@testable import Simulator

/// A whole simulation without faults, to plant what an oracle must find.
final class QuietRun {
  let scene: SimulationScene

  init(seed: UInt64) {
    var options = SimulationOptions(seed: seed)
    options.faults = .none
    options.lifeCount = 1
    options.workload.profile = .mixed
    options.workload.requestCountMax = 500
    options.workload.hasMischief = false
    options.workload.hasGreatAmounts = true
    options.workload.thinkNsMean = TimeSpan.millisecond
    scene = SimulationScene(options, memory: testMemory)
  }

  var ledger: ClientLedger { scene.clients.ledger }
  var records: [LoggedRecord] { scene.judge.records }
  var engine: EngineOracle { scene.judge.engine }
  var conditions: ShardConditions { ShardConditions(scene.shard) }

  /// What a new oracle says of the ledger and of these records.
  func verdict(_ records: [LoggedRecord]) -> String? {
    let engine = EngineOracle(shard: ShardID(0), memory: testMemory)
    if let difference = engine.check(records).difference { return "\(difference)" }
    return ClientOracle(conditions).check(ledger, records, engine)
  }

  /// The place of a request that was decided with one reply.
  func decidedRequest() throws -> Int {
    try #require(
      ledger.requests.lastIndex {
        if case .decided = $0.outcome { return $0.refs.count == 1 }
        return false
      })
  }
}

extension LedgerFrame {
  /// The same sighting with other bytes.
  func changed(to frame: [UInt8]) -> LedgerFrame {
    LedgerFrame(session: session, link: link, time: time, frame: frame)
  }
}

@Suite struct ClientOracleTests {
  private let run: QuietRun

  init() {
    run = QuietRun(seed: 3)
    let report = run.scene.run()
    #expect(report.verdict == .passed)
  }

  @Test func nothingIsWrongWithWhatIsRight() {
    #expect(run.verdict(run.records) == nil)
    #expect(run.records.count > 300)
  }

  @Test func anAcknowledgedRequestThatIsNotInTheLogIsFound() throws {
    let index = try run.decidedRequest()
    guard case .decided(let position) = run.ledger.requests[index].outcome else { return }
    let short = Array(run.records.prefix { $0.position < position })
    let text = try #require(run.verdict(short))
    #expect(text.contains("was acknowledged at"))
    #expect(text.contains("is not in the log"))
  }

  @Test func anAcknowledgementOfAnotherPositionIsFound() throws {
    let index = try run.decidedRequest()
    run.ledger.requests[index].outcome = .decided(position: 2)
    #expect(try #require(run.verdict(run.records)).contains("was acknowledged at 2 and stands at"))
  }

  @Test func aRefusedRequestInTheLogIsFound() throws {
    let index = try run.decidedRequest()
    for outcome in [LedgerOutcome.notApplied, .refused(code: 31)] {
      run.ledger.requests[index].outcome = outcome
      #expect(try #require(run.verdict(run.records)).contains("and stands at"))
    }
  }

  @Test func aRecordThatNobodySentIsFound() throws {
    let last = try #require(run.records.last { $0.session != .none })
    let end = try #require(run.records.last)
    let frame = FrameBytes.make(
      CancelAuction(clientRef: 1, auctionId: 1, accountId: 1, reason: 0), sequence: 1 << 40)
    let invented = LoggedRecord(
      position: end.position + 1, time: end.time, session: last.session, roles: last.roles,
      frame: frame)
    #expect(try #require(run.verdict(run.records + [invented])).contains("was never sent"))
  }

  @Test func anotherRequestThanTheOneThatWasSentIsFound() throws {
    let place = try #require(run.records.lastIndex { $0.templateID == PlaceBid.templateID })
    let bid = run.records[place]
    var frame = bid.frame
    frame[24 + 40] ^= 1
    var records = run.records
    records[place] = LoggedRecord(
      position: bid.position, time: bid.time, session: bid.session, roles: bid.roles, frame: frame)
    #expect(try #require(run.verdict(records)).contains("as it was sent"))
  }

  @Test func twoOutcomesAreFound() throws {
    run.ledger.contradict(0, "request 1 was decided twice")
    #expect(try #require(run.verdict(run.records)).contains("decided twice"))
  }

  @Test(arguments: [BidAck.templateID, AuctionState.templateID, PriceUpdate.templateID])
  func aFrameThatTheLogDoesNotImplyIsFound(template: UInt16) throws {
    let seen = try #require(
      run.ledger.frames.last { FrameBytes.header($0.frame).templateID == template })
    var frame = seen.frame
    // Another price.
    frame[
      24 + (template == PriceUpdate.templateID ? 8 : template == BidAck.templateID ? 40 : 24)] ^= 1
    run.ledger.frames.append(seen.changed(to: frame))
    #expect(try #require(run.verdict(run.records)).contains("was told"))
  }

  @Test func aMessageBehindTheDurableEndIsFound() throws {
    let seen = try #require(run.ledger.frames.last { FrameBytes.header($0.frame).sequence > 0 })
    var frame = seen.frame
    frame[8 + 5] = 1
    run.ledger.frames.append(seen.changed(to: frame))
    #expect(try #require(run.verdict(run.records)).contains("the log implies"))
  }
}
