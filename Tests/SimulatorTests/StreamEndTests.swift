import Primitives
import Testing
import Wire

@testable import Simulator

/// What is missing at the end, and refusals without a cause.
@Suite struct StreamEndTests {
  private let run: QuietRun
  private let session: Int

  init() throws {
    run = QuietRun(seed: 3)
    #expect(run.scene.run().verdict == .passed)
    session = try #require(run.ledger.sessions.firstIndex { $0.highestSeen > 3 })
  }

  private func finish() -> String? {
    let engine = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(engine.check(run.records).difference == nil)
    let oracle = ClientOracle(run.conditions)
    return oracle.check(run.ledger, run.records, engine) ?? oracle.finish(run.ledger)
  }

  @Test func nothingIsMissingAtTheEnd() { #expect(finish() == nil) }

  @Test func aLastMessageThatNeverCameIsFound() throws {
    let last = run.ledger.sessions[session].highestSeen
    run.ledger.sessions[session].stream[last] = nil
    run.ledger.sessions[session].highestSeen = last - 1
    #expect(try #require(finish()).contains("was told \(last - 1) messages"))
  }

  /// An auction may end between the farewell and the end of the shard: its winner is told later.
  @Test func whatFollowsFromTheTimeAfterTheFarewellIsNotMissed() throws {
    let last = run.ledger.sessions[session].highestSeen
    run.ledger.sessions[session].stream[last] = nil
    run.ledger.sessions[session].highestSeen = last - 1
    let engine = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(engine.check(run.records).difference == nil)
    let oracle = ClientOracle(run.conditions)
    #expect(oracle.check(run.ledger, run.records, engine) == nil)
    let source = try #require(oracle.streamSources[session].last)
    oracle.lastRequestPosition = source.position - 1
    oracle.conditions.stopAskedTime = source.time
    #expect(oracle.finish(run.ledger) == nil)
    oracle.conditions.stopAskedTime = source.time + 1
    #expect(oracle.finish(run.ledger) != nil, "what followed before is missed")
    oracle.conditions.stopAskedTime = source.time
    oracle.lastRequestPosition = source.position
    #expect(oracle.finish(run.ledger) != nil, "a request was answered after it")
  }

  @Test func aMessageBetweenThatNeverCameIsFound() throws {
    run.ledger.sessions[session].stream[2] = nil
    #expect(try #require(finish()).contains("was never told message 2"))
    run.ledger.sessions[session].forgotten = [1..<3]
    #expect(finish() == nil)
  }

  @Test func aConnectionWithoutAFarewellIsFound() throws {
    run.ledger.sessions[session].hasEndedInOrder = false
    #expect(try #require(finish()).contains("without a farewell"))
  }

  @Test func aMessageThatIsForgottenTooEarlyIsFound() throws {
    let place = try #require(
      run.ledger.frames.firstIndex {
        $0.session == session && FrameBytes.header($0.frame).templateID == LogonAck.templateID
      })
    var frame = run.ledger.frames[place].frame
    // The third message is to come, and the first is kept no more.
    frame[24 + 40] = 3
    frame[24 + 56] = 2
    run.ledger.frames[place] = run.ledger.frames[place].changed(to: frame)
    #expect(try #require(finish()).contains("message 1 is kept no more"))
  }

  // MARK: Refusals

  private func causes(
    of request: LedgerRequest, _ conditions: ShardConditions = ShardConditions()
  ) -> [UInt16] {
    let check = RefusalCheck(conditions, run.ledger.sessions[request.session])
    return (UInt16(1)...60).filter { code in
      let reject = Reject(
        clientRef: request.refs[0], auctionId: 0, price: Money.absent, minNext: Money.absent,
        revision: 0, logPosition: 0, time: 1, refTemplateId: request.templateID, code: code,
        retryAfterMicroseconds: 0)
      return check.fault(of: reject, to: request) == nil
    }
  }

  private func request(_ template: UInt16, _ role: ClientRole) throws -> LedgerRequest {
    try #require(
      run.ledger.requests.first {
        let sender = run.ledger.sessions[$0.session]
        let isOwn = FrameBytes.word($0.frame, at: 16) == sender.account || $0.sequence == 0
        return $0.templateID == template && sender.role == role && isOwn
      })
  }

  @Test func aCommandIsRefusedForACauseAlone() throws {
    var bid = try request(PlaceBid.templateID, .trader)
    bid.openCountMax = 1
    #expect(causes(of: bid) == [40])
    var conditions = ShardConditions()
    conditions.ratePerSecond = 20
    #expect(causes(of: bid, conditions) == [30, 40])
    conditions = ShardConditions()
    conditions.hasDiskFaults = true
    #expect(causes(of: bid, conditions) == [36, 40, 50])
    bid.openCountMax = 65
    #expect(causes(of: bid) == [31, 40])
  }

  @Test func aQuestionIsRefusedForACauseAlone() throws {
    #expect(causes(of: try request(QueryLogHead.templateID, .trader)) == [])
    #expect(causes(of: try request(QueryAuction.templateID, .trader)) == [1])
    #expect(causes(of: try request(QueryBids.templateID, .trader)) == [1, 40, 44])
    #expect(causes(of: try request(TakeSnapshot.templateID, .operator)) == [45, 50])
    #expect(causes(of: try request(QueryEvents.templateID, .operator)) == [33, 40, 44])
  }

  @Test func aRefusalWithoutACauseIsFound() throws {
    let bid = try request(PlaceBid.templateID, .trader)
    let reject = Reject(
      clientRef: bid.refs[0], auctionId: 0, price: Money.absent, minNext: Money.absent,
      revision: 0, logPosition: 0, time: 1, refTemplateId: bid.templateID, code: 36,
      retryAfterMicroseconds: 0)
    run.ledger.frames.append(
      LedgerFrame(session: bid.session, link: 1, time: 1, frame: FrameBytes.make(reject)))
    #expect(try #require(finish()).contains("code 36 that has no cause"))
  }
}
