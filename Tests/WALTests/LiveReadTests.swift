import Primitives
import Testing

@testable import WAL

/// A storage under which something happens before each call that reads.
struct MeddlingStorage: Storage {
  var inner: FaultyStorage
  let meddle: () -> Void

  mutating func list() throws(StorageError) -> [StorageEntry] {
    meddle()
    return try inner.list()
  }
  mutating func open(_ name: String) throws(StorageError) -> StorageFile {
    meddle()
    return try inner.open(name)
  }
  mutating func read(
    _ file: StorageFile,
    into bytes: UnsafeMutableRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int {
    meddle()
    return try inner.read(file, into: bytes, byteCount: byteCount, at: offset)
  }
  mutating func create(_ name: String) throws(StorageError) -> StorageFile {
    try inner.create(name)
  }
  mutating func close(_ file: StorageFile) { inner.close(file) }
  mutating func write(
    _ file: StorageFile,
    from bytes: UnsafeRawPointer,
    byteCount: Int,
    at offset: UInt64
  ) throws(StorageError) -> Int {
    try inner.write(file, from: bytes, byteCount: byteCount, at: offset)
  }
  mutating func zero(_ file: StorageFile, at offset: UInt64, byteCount: Int) throws(StorageError) {
    try inner.zero(file, at: offset, byteCount: byteCount)
  }
  mutating func truncate(_ file: StorageFile, to byteCount: UInt64) throws(StorageError) {
    try inner.truncate(file, to: byteCount)
  }
  mutating func syncData(_ file: StorageFile) throws(StorageError) { try inner.syncData(file) }
  mutating func syncFolder() throws(StorageError) { try inner.syncFolder() }
  mutating func rename(_ name: String, to newName: String) throws(StorageError) {
    try inner.rename(name, to: newName)
  }
  mutating func remove(_ name: String) throws(StorageError) { try inner.remove(name) }
  mutating func freeByteCount() throws(StorageError) -> UInt64 { try inner.freeByteCount() }
}

/// Reading a folder while its server appends, rotates, recycles and starts again.
@Suite struct LiveReadTests {
  /// A server that does something now and then, at most so often.
  private final class Server {
    let disk: FaultyDisk
    private var log: TestLog
    private var generator: SeededGenerator
    private var left: Int
    private var isBusy = false
    /// Records up to this one may be released.
    var trimLimit: UInt64 = 0

    init(_ disk: FaultyDisk, seed: UInt64, count: Int) throws {
      self.disk = disk
      generator = SeededGenerator(seed: seed)
      left = count
      log = try openLog(disk)
    }

    func append() throws {
      let next = log.tailPosition + 1
      let wordCount = generator.below(3) == 0 ? 8_000 : generator.below(400)
      let record = testRecord(next, frameByteCount: 24 + 8 * Int(wordCount))
      _ = try log.append([record])
    }

    func meddle() {
      guard left > 0, !isBusy, generator.below(3) == 0 else { return }
      isBusy = true
      defer { isBusy = false }
      left -= 1
      do {
        for _ in 0..<(1 + generator.below(12)) { try append() }
        let released = min(trimLimit, log.tailPosition)
        try log.trim(upTo: released)
        var options = testOptions()
        options.fromPosition = released + 1
        if generator.below(8) == 0 { log = try openLog(disk, options) }
      } catch { Issue.record("the server failed: \(error)") }
    }

    var tailPosition: UInt64 { log.tailPosition }
  }

  /// Reads while the server works; gives what was visited and why it ended, if by an error.
  private func read(
    _ server: Server,
    range: LogRange
  ) -> (Collector, Result<RecoveredLog, LogError>) {
    var storage = MeddlingStorage(inner: FaultyStorage(disk: server.disk)) { server.meddle() }
    var collector = Collector()
    do throws(LogError) {
      let found = try Recovery.read(
        &storage,
        shard: testShard,
        range: range,
        limits: smallLimits(),
        memory: testMemory,
        visitor: &collector
      )
      return (collector, .success(found))
    } catch { return (collector, .failure(error)) }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func everyRecordIsGivenOnceAndInOrder(_ seed: UInt64) throws {
    let server = try Server(FaultyDisk(), seed: seed, count: 30)
    for _ in 0..<30 { try server.append() }
    let durable = server.tailPosition
    let from: UInt64 = seed % 2 == 0 ? 1 : 11
    server.trimLimit = from - 1
    let (collector, result) = read(server, range: LogRange(from: from))
    let found = try result.get()
    #expect(found.lastPosition >= durable && found.visitedCount == found.lastPosition - from + 1)
    #expect(collector.positions == (from...found.lastPosition).map { $0 })
    let numbers = collector.batches.map(\.batchNumber)
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 })
    #expect(numbers.last == found.lastBatchNumber)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func whatIsReleasedUnderTheReaderIsAClearErrorAndNeverOtherRecords(_ seed: UInt64) throws {
    let server = try Server(FaultyDisk(), seed: seed, count: 60)
    for _ in 0..<30 { try server.append() }
    server.trimLimit = .max
    let (collector, result) = read(server, range: LogRange())
    #expect(collector.positions == (0..<UInt64(collector.positions.count)).map { $0 + 1 })
    if case .failure(let error) = result {
      guard case .positionNotHeld = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func copiesAndProofsOfALiveFolder(_ seed: UInt64) throws {
    let server = try Server(FaultyDisk(), seed: seed, count: 40)
    for _ in 0..<30 { try server.append() }
    var storage = MeddlingStorage(inner: FaultyStorage(disk: server.disk)) { server.meddle() }
    let disk = FaultyDisk()
    var target = FaultyStorage(disk: disk)
    let copied = try LogCut.copy(
      from: &storage,
      to: &target,
      shard: testShard,
      limits: smallLimits(),
      memory: testMemory
    )
    #expect(copied.lastPosition >= 30)
    #expect(try readLog(disk).1.positions == (1...copied.lastPosition).map { $0 })
    let receipt = try BidReceipt.make(
      &storage,
      shard: testShard,
      position: 7,
      limits: smallLimits(),
      memory: testMemory
    )
    let proof = try ChainProof.make(
      &storage,
      shard: testShard,
      from: try #require(receipt.header?.batchNumber),
      limits: smallLimits(),
      memory: testMemory
    )
    #expect(
      proof.check(from: try receipt.check().get(), to: proof.to) == .success(proof.links.count))
  }
}
