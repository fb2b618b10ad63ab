import Glibc
import Primitives
import Testing
import WAL

let testMemory = MemorySource.heap

let testLogID: UInt64 = 0x9F3A_5C71_D2E8_4B06
let testShard = ShardID(3)
let testKey = Digest(0x0123_4567_89AB_CDEF, 0x1111, 0xFEDC_BA98_7654_3210, 0x2222)

func testOptions(_ limits: LogLimits = smallLimits()) -> LogOptions {
  var options = LogOptions(
    shard: testShard,
    newLogID: testLogID,
    newBlindingKey: testKey,
    time: 1_000
  )
  options.limits = limits
  return options
}

/// A local log on a faulty disk; a class, because the macros of Testing do not take values that
/// cannot be copied.
final class TestLog {
  private var log: LocalLog<FaultyStorage>

  init(_ disk: FaultyDisk, _ options: LogOptions = testOptions()) {
    log = LocalLog(storage: FaultyStorage(disk: disk), options: options, memory: testMemory)
  }

  var tailPosition: UInt64 { log.tailPosition }
  var admission: LogAdmission { log.admission }

  func open<V: RecordVisitor>(
    epoch: UInt64? = nil,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog {
    try log.open(epoch: epoch, visitor: &visitor)
  }

  /// Appends one batch of these records.
  func append(
    _ records: [[UInt8]],
    expect: UInt64? = nil
  ) throws(LogError) -> AppendOutcome {
    let bytes = records.flatMap { $0 }
    let expect = expect ?? tailPosition
    let result: Result<AppendOutcome, LogError> = bytes.withUnsafeBytes { raw in
      do throws(LogError) {
        return .success(try log.append(LogBatch(bytes: raw), expect: expect))
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  func read<V: RecordVisitor>(from position: UInt64, visitor: inout V) throws(LogError) {
    try log.read(from: position, visitor: &visitor)
  }

  func tail<V: RecordVisitor>(after position: UInt64, visitor: inout V) throws(LogError) -> UInt64 {
    try log.tail(after: position, visitor: &visitor)
  }

  func trim(upTo position: UInt64) throws(LogError) { try log.trim(upTo: position) }
  func close() throws(LogError) { try log.close() }
}

/// A record as it stands in a batch: prefix and a frame whose bytes follow from a number.
func testRecord(_ number: UInt64, frameByteCount: Int = 64) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 16 + frameByteCount)
  var generator = SeededGenerator(seed: number)
  bytes.withUnsafeMutableBytes { raw in
    for offset in stride(from: 16, to: raw.count, by: 8) {
      raw.storeBytes(of: generator.next(), toByteOffset: offset, as: UInt64.self)
    }
    raw.storeBytes(of: 2_000 + number, toByteOffset: 0, as: UInt64.self)
    raw.storeBytes(of: UInt32(truncatingIfNeeded: number), toByteOffset: 8, as: UInt32.self)
    raw.storeBytes(of: 1, toByteOffset: 12, as: UInt32.self)
    raw.storeBytes(of: UInt32(frameByteCount), toByteOffset: 16, as: UInt32.self)
  }
  return bytes
}

/// Gives a record's frame (behind its prefix of 16 bytes) to a body.
func withFrame<Result>(_ record: [UInt8], _ body: (UnsafeRawPointer) -> Result) -> Result {
  Array(record.dropFirst(16)).withUnsafeBytes { raw in
    guard let frame = raw.baseAddress else { fatalError("a record has a frame") }
    return body(frame)
  }
}

/// Keeps every record, as it stands in a batch.
struct Collector: RecordVisitor {
  var records: [[UInt8]] = []
  var positions: [UInt64] = []
  var batches: [BatchHeader] = []

  mutating func visit(_ record: LogRecord) {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: record.time.littleEndian) { bytes += $0 }
    withUnsafeBytes(of: record.session.raw.littleEndian) { bytes += $0 }
    withUnsafeBytes(of: record.roles.rawValue.littleEndian) { bytes += $0 }
    bytes += UnsafeRawBufferPointer(start: record.frame, count: record.byteCount)
    records.append(bytes)
    positions.append(record.position)
  }

  mutating func visitBatch(_ header: BatchHeader) { batches.append(header) }
}

/// A log on a disk, opened.
func openLog(_ disk: FaultyDisk, _ options: LogOptions = testOptions()) throws -> TestLog {
  let log = TestLog(disk, options)
  var visitor = IgnoringVisitor()
  _ = try log.open(visitor: &visitor)
  return log
}

/// Reads a log without changing it.
func readLog(
  _ disk: FaultyDisk,
  from position: UInt64 = 1,
  range: LogRange? = nil,
  limits: LogLimits = smallLimits()
) throws(LogError) -> (RecoveredLog, Collector) {
  var storage = FaultyStorage(disk: disk)
  var collector = Collector()
  let found = try Recovery.read(
    &storage,
    shard: testShard,
    range: range ?? LogRange(from: position),
    limits: limits,
    memory: testMemory,
    visitor: &collector
  )
  return (found, collector)
}

/// The damage that reading a log reports.
func damage(_ disk: FaultyDisk) -> LogDamage? {
  do {
    _ = try readLog(disk)
    return nil
  } catch {
    if case .damaged(let damage) = error { return damage }
    return nil
  }
}

/// A disk with a log of one segment, whose batches from the second on hold one record each.
func logWithBatches(_ batchCount: Int) throws -> FaultyDisk {
  let disk = FaultyDisk()
  let log = try openLog(disk)
  for number in 1...batchCount { _ = try log.append([testRecord(UInt64(number))]) }
  return disk
}

func segmentName(_ number: UInt64) -> String { SegmentName(number: number).text }

/// Where batch `number` of `logWithBatches` begins: after the header block, a block each.
func batchOffset(_ number: Int) -> Int { number * 4096 }

/// Makes a header valid again after its fields were changed on purpose.
func resealHeader(_ bytes: inout [UInt8], at offset: Int) {
  bytes.withUnsafeMutableBytes { raw in
    guard let header = raw.baseAddress?.advanced(by: offset) else { return }
    let front = CRC32C.checksum(header, byteCount: 8)
    let sum = CRC32C.checksum(header + 12, byteCount: 148, continuing: front)
    header.storeBytes(of: sum.littleEndian, toByteOffset: 8, as: UInt32.self)
  }
}

/// Makes a batch of one block valid again after its fields or payload were changed on purpose.
func resealBatch(_ bytes: inout [UInt8], at offset: Int, payloadByteCount: Int) {
  bytes.withUnsafeMutableBytes { raw in
    guard let batch = raw.baseAddress?.advanced(by: offset) else { return }
    let sum = CRC32C.checksum(batch + 160, byteCount: 4096 - 160)
    batch.storeBytes(of: sum.littleEndian, toByteOffset: 12, as: UInt32.self)
    let root = naiveRoot(UnsafeRawBufferPointer(start: batch, count: 160 + payloadByteCount))
    var digest = SHA256State()
    digest.update(digestBytes(root), byteCount: 32)
    digest.update(batch + 24, byteCount: 88)
    let hash = digest.finish()
    for (index, word) in [hash.word0, hash.word1, hash.word2, hash.word3].enumerated() {
      batch.storeBytes(of: word.littleEndian, toByteOffset: 112 + 8 * index, as: UInt64.self)
    }
  }
  resealHeader(&bytes, at: offset)
}

/// The root over a batch's records, level by level as docs/log-format.md says it.
///
/// Where the payload is no run of records, what follows the last one is taken as one more.
func naiveRoot(_ batch: UnsafeRawBufferPointer, key: Digest = testKey) -> Digest {
  var position = batch.loadUnaligned(fromByteOffset: 48, as: UInt64.self)
  var hashes: [[UInt8]] = []
  var offset = 160
  while offset < batch.count {
    var end = batch.count
    if offset + 20 <= end {
      let frame = Int(batch.loadUnaligned(fromByteOffset: offset + 16, as: UInt32.self))
      end = min(end, offset + 16 + frame)
    }
    let pair = withUnsafeBytes(of: (position / 2).littleEndian) { Array($0) }
    let blinds = sha256(digestBytes(key) + pair)
    let blind = position % 2 == 0 ? blinds[..<14] : blinds[16..<30]
    hashes.append(sha256([0] + blind + batch[offset..<end]))
    offset = end
    position += 1
  }
  if hashes.isEmpty { hashes = [sha256([2])] }
  while hashes.count > 1 {
    hashes = stride(from: 0, to: hashes.count, by: 16).map { start in
      sha256([1] + hashes[start..<min(start + 16, hashes.count)].flatMap { $0 })
    }
  }
  let words = hashes[0].withUnsafeBytes { raw in
    (0..<4).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
  }
  return Digest(words[0], words[1], words[2], words[3])
}
