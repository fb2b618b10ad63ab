import Primitives
import Testing
import Wire

@testable import Simulator

/// Whole simulations in this process.
@Suite struct SimulationTests {
  private func options(_ seed: UInt64, _ faults: FaultLevel) -> SimulationOptions {
    var options = SimulationOptions(seed: seed)
    options.faults = faults
    options.workload.requestCountMax = min(options.workload.requestCountMax, 400)
    return options
  }

  @Test(arguments: FaultLevel.allCases)
  func equalSeedsGiveEqualRuns(faults: FaultLevel) {
    let reports = [11, 11, 12].map {
      Simulation.run(options($0, faults), memory: testMemory)
    }
    #expect(reports.allSatisfy { $0.isGood }, "\(reports.map(\.description))")
    #expect(reports[0].description == reports[1].description)
    #expect(reports[0].stateHash == reports[1].stateHash)
    #expect(reports[0].traceHash == reports[1].traceHash)
    #expect(reports[0].traceHash != reports[2].traceHash)
  }

  @Test func everyLevelContainsTheOnesBeforeIt() {
    #expect(FaultLevel.allCases == FaultLevel.allCases.sorted())
    let reports = FaultLevel.allCases.map {
      Simulation.run(options(21, $0), memory: testMemory)
    }
    #expect(reports[0].powerFailureCount == 0)
    #expect(reports[0].diskFaultCount == 0 && reports[0].mediaFaultCount == 0)
    #expect(reports[1].diskFaultCount == 0)
    #expect(reports.dropLast().allSatisfy { $0.mediaFaultCount == 0 })
  }

  @Test func mostRunsOfALevelHaveItsFaults() {
    let seeds = 31...36 as ClosedRange<UInt64>
    let crash = seeds.map { Simulation.run(options($0, .crash), memory: testMemory) }
    let media = seeds.map { Simulation.run(options($0, .media), memory: testMemory) }
    #expect((crash + media).allSatisfy { $0.isGood })
    #expect(crash.count { $0.powerFailureCount > 0 } >= 3)
    #expect(media.count { $0.mediaFaultCount > 0 } >= 3)
    // A run that never got to its auctions proves nothing.
    #expect(crash.allSatisfy { $0.recordCount > 100 })
  }

  /// 676: a row of the history left with the batch before its own, and the power failed between.
  @Test(arguments: [676]) func seedsThatFoundABugPass(seed: UInt64) {
    let report = Simulation.run(SimulationOptions(seed: seed), memory: testMemory)
    #expect(report.verdict == .passed)
  }

  @Test func seedsDrawDifferentRuns() {
    let drawn = (1...64 as ClosedRange<UInt64>).map(SimulationOptions.init(seed:))
    #expect(Set(drawn.map(\.faults)).count == FaultLevel.allCases.count)
    #expect(Set(drawn.map(\.workload.profile)).count > 2)
    #expect(Set(drawn.map(\.lifeCount)) == [1, 2, 3, 4])
    #expect(Set(drawn.map(\.description)).count == 64)
  }
}

/// What the ledger makes of connections that end or are taken over.
@Suite struct ClientLedgerTests {
  private let ledger = ClientLedger()
  private let session: Int

  init() {
    session = ledger.addSession(
      ClientIdentity(
        account: 7, role: .trader, session: SessionName(high: 1, low: 2), keyID: 0, secret: []))
  }

  private func ask(_ ref: UInt64) -> Int {
    ledger.addRequest(
      session: session, sequence: 0, refs: [ref],
      frame: FrameBytes.make(QueryLogHead(clientRef: ref)), time: 1)
  }

  @Test func aQuestionIsLostWithItsConnection() {
    ledger.logsOn(link: 1, session: session, wanted: 0)
    let question = ask(5)
    #expect(ledger.openCount == 1)
    ledger.closed(link: 1)
    #expect(ledger.requests[question].outcome == .lost)
  }

  @Test func aQuestionIsLostWhenItsConnectionIsTakenOver() {
    ledger.logsOn(link: 1, session: session, wanted: 0)
    let older = ask(5)
    ledger.logsOn(link: 2, session: session, wanted: 0)
    let newer = ask(6)
    ledger.closed(link: 1)
    #expect(ledger.requests[older].outcome == .lost)
    #expect(ledger.requests[newer].isOpen)
  }

  @Test func aRequestOutlivesItsConnections() {
    ledger.logsOn(link: 1, session: session, wanted: 0)
    let request = ledger.addRequest(
      session: session, sequence: 1, refs: [5],
      frame: FrameBytes.make(QueryLogHead(clientRef: 5), sequence: 1), time: 1)
    ledger.logsOn(link: 2, session: session, wanted: 0)
    ledger.closed(link: 1)
    ledger.closed(link: 2)
    #expect(ledger.requests[request].isOpen)
    #expect(ledger.contradictions.isEmpty)
  }
}
