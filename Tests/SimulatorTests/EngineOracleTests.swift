import Primitives
import Testing
import Wire

@testable import Simulator

@Suite struct EngineOracleTests {
  private let run = MarketRun(seed: 6, count: 300)

  @Test func aLongerLogCostsWhatIsNew() {
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(oracle.check(Array(run.records.prefix(100))) == .agreed(count: 100))
    #expect(oracle.check(run.records) == .agreed(count: run.records.count))
    #expect(oracle.startCount == 1)
    #expect(oracle.published == run.published)
  }

  @Test func aLogThatLostItsTailIsReplayedAnew() {
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(oracle.check(run.records) == .agreed(count: run.records.count))
    var other = Array(run.records.prefix(200))
    #expect(oracle.check(other) == .agreed(count: 200))
    let end = other[199]
    other.append(
      LoggedRecord(
        position: 201, time: end.time, session: .none, roles: [],
        frame: FrameBytes.make(Tick(reserved: 0))))
    #expect(oracle.check(other) == .agreed(count: 201))
    #expect(oracle.startCount == 2)
  }

  @Test func aLogThatLostItsOldestRecordsGoesOn() {
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(oracle.check(Array(run.records.prefix(200))) == .agreed(count: 200))
    let rest = Array(run.records.dropFirst(150))
    #expect(oracle.check(rest) == .agreed(count: rest.count))
    #expect(oracle.startCount == 1)
    #expect(oracle.published == run.published)
    // A record between is missing.
    guard case .notChecked = oracle.check(Array(run.records.suffix(1)).map(later)) else {
      Issue.record("checked")
      return
    }
  }

  private func later(_ record: LoggedRecord) -> LoggedRecord {
    LoggedRecord(
      position: record.position + 2, time: record.time, session: record.session,
      roles: record.roles, frame: record.frame)
  }

  @Test func aLogWithoutItsBeginningIsNotChecked() {
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    guard case .notChecked = oracle.check(Array(run.records.dropFirst())) else {
      Issue.record("checked")
      return
    }
    #expect(oracle.check([]) == .agreed(count: 0))
  }

  @Test func aStateThatWasBroughtInIsNotChecked() {
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    let imported = LoggedRecord(
      position: 2, time: run.records[0].time, session: .none, roles: [],
      frame: FrameBytes.make(
        StateImported(hash: Digest(1, 2, 3, 4), sourceHigh: 0, sourceLow: 0)))
    guard case .notChecked = oracle.check([run.records[0], imported]) else {
      Issue.record("checked")
      return
    }
  }

  /// An engine that takes each bid for one cent more is found out by the first that it accepts.
  @Test func anEngineThatGetsOtherBidsIsFound() {
    for seed in UInt64(700)..<710 {
      let run = MarketRun(seed: seed, count: 120)
      let sides = SideBySide(
        shard: ShardID(0), configured: MarketLimits().message, memory: testMemory)
      var difference: OracleDifference?
      for record in run.records where difference == nil {
        let isBid = record.templateID == PlaceBid.templateID
        difference = sides.apply(record, engineGets: isBid ? withOneCentMore(record) : nil)
      }
      #expect(difference != nil)
    }
  }

  private func withOneCentMore(_ record: LoggedRecord) -> LoggedRecord {
    var frame = record.frame
    frame[24 + 24] &+= 1
    return LoggedRecord(
      position: record.position, time: record.time, session: record.session, roles: record.roles,
      frame: frame)
  }

  @Test func aDifferenceNamesTheRecordAndBothSides() throws {
    let sides = SideBySide(
      shard: ShardID(0), configured: MarketLimits().message, memory: testMemory)
    var difference: OracleDifference?
    for record in run.records where difference == nil {
      let isOurs = record.templateID == CreateAuction.templateID
      let tick = LoggedRecord(
        position: record.position, time: record.time, session: .none, roles: [],
        frame: FrameBytes.make(Tick(reserved: 0)))
      difference = sides.apply(record, engineGets: isOurs ? tick : nil)
    }
    let found = try #require(difference)
    #expect(found.position == 5)
    #expect(found.found == "nothing more")
    #expect(found.expected.contains("clientRef"))
    #expect(found.description.contains("record 5"))
  }
}
