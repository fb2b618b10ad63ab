import Primitives
import WAL
import Wire

@testable import Simulator

/// A run of records with what was said to them, of a random market.
struct MarketRun {
  var records: [LoggedRecord] = []
  var published: [PublishedFrame] = []

  init(seed: UInt64, count: Int) {
    var market = RandomMarket(seed: seed, profile: RandomMarket.Profile())
    let sides = SideBySide(
      shard: ShardID(0), configured: MarketLimits().message, memory: testMemory)
    for record in market.opening() { take(record, sides) }
    for _ in 0..<count { take(market.next(sides.model), sides) }
  }

  private mutating func take(_ record: LoggedRecord, _ sides: SideBySide) {
    _ = sides.apply(record)
    records.append(record)
    published += sides.published
  }

  /// Writes the records as a log, some a batch.
  func write(to disk: MemoryDisk) throws {
    var log = LocalLog(
      storage: MemoryFiles(disk: disk), options: Self.options, memory: testMemory)
    var visitor = IgnoringVisitor()
    _ = try log.open(epoch: nil, visitor: &visitor)
    var written: UInt64 = 0
    var rest = records[...]
    while !rest.isEmpty {
      let batch = rest.prefix(1 + Int(written) % 7)
      rest = rest.dropFirst(batch.count)
      let bytes = batch.flatMap(Self.bytes)
      _ = try bytes.withUnsafeBytes { raw throws(LogError) in
        try log.append(LogBatch(bytes: raw), expect: written)
      }
      written += UInt64(batch.count)
    }
    try log.close()
  }

  static var options: LogOptions {
    var options = LogOptions(
      shard: ShardID(0), newLogID: 0x9F3A_5C71_D2E8_4B06, newBlindingKey: Digest(1, 2, 3, 4),
      time: 1)
    options.limits = .small
    return options
  }

  private static func bytes(_ record: LoggedRecord) -> [UInt8] {
    func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    return little(record.time) + little(record.session.raw) + little(record.roles.rawValue)
      + record.frame
  }
}
