import Primitives
import Testing
import WAL
import Wire

@testable import Simulator

@Suite struct LogOracleTests {
  private let run = MarketRun(seed: 5, count: 600)

  @Test func aLogGivesItsRecords() throws {
    let disk = MemoryDisk()
    try run.write(to: disk)
    #expect(disk.names.filter { $0.hasSuffix(".segment") }.count > 3)
    var storage = MemoryFiles(disk: disk)
    let reading = try LogOracle.read(
      &storage, shard: ShardID(0), limits: .small, memory: testMemory)
    #expect(reading.difference == nil)
    #expect(reading.records == run.records)
    #expect(reading.log.lastPosition == UInt64(run.records.count))
    let oracle = EngineOracle(shard: ShardID(0), memory: testMemory)
    #expect(oracle.check(reading.records) == .agreed(count: run.records.count))
    #expect(oracle.published == run.published)
  }

  /// A record with one part changed.
  private func changed(
    _ record: LoggedRecord, position: UInt64? = nil, time: UInt64? = nil, session: UInt32? = nil,
    frame: [UInt8]? = nil
  ) -> LoggedRecord {
    LoggedRecord(
      position: position ?? record.position, time: time ?? record.time,
      session: session.map { SessionHandle(raw: $0) } ?? record.session, roles: record.roles,
      frame: frame ?? record.frame)
  }

  private func subject(_ records: [LoggedRecord]) -> String? {
    LogOracle.check(records)?.subject
  }

  @Test func runsOfRecordsAreSound() {
    #expect(subject(run.records) == nil)
    #expect(subject(Array(run.records.dropFirst(200))) == nil)
  }

  @Test func aMissingRecordIsFound() {
    var records = run.records
    records.remove(at: 100)
    #expect(subject(records) == "position")
  }

  @Test func timeThatFallsIsFound() {
    var records = run.records
    records[100] = changed(records[100], time: records[99].time - 1)
    #expect(subject(records) == "time")
  }

  @Test func aDamagedFrameIsFound() {
    var records = run.records
    var frame = records[100].frame
    frame[30] ^= 4
    records[100] = changed(records[100], frame: frame)
    #expect(subject(records) == "frame")
  }

  @Test func aRequestThatWasAppliedTwiceIsFound() throws {
    var records = run.records
    let place = try #require(records.lastIndex { $0.session != .none })
    let last = records[place]
    let end = try #require(records.last)
    records.append(changed(last, position: end.position + 1, time: end.time))
    #expect(subject(records)?.hasPrefix("number in session") == true)
  }

  @Test func anUnknownSessionIsFound() throws {
    var records = run.records
    let place = try #require(records.firstIndex { $0.session != .none })
    records[place] = changed(records[place], session: 99)
    #expect(subject(records) == "session")
    // A log that begins later may know it from before.
    #expect(subject(Array(records.dropFirst(place))) == nil)
  }

  @Test func aServerRecordWithANumberIsFound() throws {
    var records = run.records
    let place = try #require(records.firstIndex { $0.session != .none })
    records[place] = changed(records[place], session: 0)
    #expect(subject(records) == "number of the server's record")
  }

  @Test func aSecondConfigurationIsFound() throws {
    var records = run.records
    let end = try #require(records.last)
    records.append(changed(records[0], position: end.position + 1, time: end.time))
    #expect(subject(records) == "configuration")
  }
}
