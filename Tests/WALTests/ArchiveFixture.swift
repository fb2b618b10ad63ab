import Primitives
import WAL

/// A codec for tests that compresses nothing: runs of bytes behind their length (u32), 0 = the end.
struct TestCodec: ArchiveCodec {
  /// What a codec gives back wrongly, by the index of the byte; nil for one that works.
  var wrongIndex: Int?
  private var head: [UInt8] = []
  private var runByteCount = 0
  private var isEnded = false
  private var producedCount = 0

  init(wrongIndex: Int? = nil) { self.wrongIndex = wrongIndex }

  mutating func beginCompressing(byteCount: UInt64) throws(CodecError) {
    self = TestCodec(wrongIndex: wrongIndex)
  }

  mutating func compress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(CodecError) -> CodecProgress {
    let count = min(input.count, output.count - 8)
    guard count >= 0 else { throw CodecError(reason: "too little room") }
    var produced = 0
    if count > 0 {
      output.storeBytes(of: UInt32(count), as: UInt32.self)
      output[4...].copyBytes(from: input[..<count])
      produced = 4 + count
    }
    let ends = isLast && count == input.count
    if ends {
      output.baseAddress?.storeBytes(of: 0, toByteOffset: produced, as: UInt32.self)
      produced += 4
    }
    return CodecProgress(consumedByteCount: count, producedByteCount: produced, isComplete: ends)
  }

  mutating func beginDecompressing() throws(CodecError) {
    self = TestCodec(wrongIndex: wrongIndex)
  }

  mutating func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> CodecProgress {
    var consumed = 0
    var produced = 0
    while !isEnded, consumed < input.count {
      if runByteCount == 0 {
        head.append(input[consumed])
        consumed += 1
        if head.count == 4 { try beginRun() }
        continue
      }
      let count = min(runByteCount, input.count - consumed, output.count - produced)
      if count == 0 { break }
      UnsafeMutableRawBufferPointer(rebasing: output[produced...])
        .copyBytes(from: input[consumed..<(consumed + count)])
      spoil(output, produced, count)
      runByteCount -= count
      consumed += count
      produced += count
    }
    return CodecProgress(
      consumedByteCount: consumed, producedByteCount: produced, isComplete: isEnded)
  }

  private mutating func beginRun() throws(CodecError) {
    let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 20 else { throw CodecError(reason: "no run is so long") }
    head = []
    runByteCount = length
    isEnded = length == 0
  }

  private mutating func spoil(_ output: UnsafeMutableRawBufferPointer, _ start: Int, _ count: Int) {
    if let wrongIndex, wrongIndex >= producedCount, wrongIndex < producedCount + count {
      output[start + wrongIndex - producedCount] ^= 1
    }
    producedCount += count
  }
}

/// An archive over two disks; a class, because the macros of Testing do not take values that
/// cannot be copied.
final class ArchiveHarness {
  private var archive: LogArchive<TestCodec>
  private var log: FaultyStorage
  private var folder: FaultyStorage

  init(_ log: FaultyDisk, _ folder: FaultyDisk, codec: TestCodec = TestCodec()) {
    archive = LogArchive(
      shard: testShard, codec: codec, bufferByteCount: 16_384, memory: testMemory)
    self.log = FaultyStorage(disk: log)
    self.folder = FaultyStorage(disk: folder)
  }

  func open() throws(ArchiveError) -> [ArchiveEntry] { try archive.open(&folder) }
  func archiveNext() throws(ArchiveError) -> ArchiveHeader? {
    try archive.archiveNext(log: &log, archive: &folder)
  }
  func archivedThrough() throws(ArchiveError) -> UInt64 { try archive.archivedThrough(log: &log) }
  func verify(_ header: ArchiveHeader) throws(ArchiveError) {
    try archive.verify(&folder, header)
  }

  /// Archives everything that is closed; gives how many segments.
  func archiveAll() throws(ArchiveError) -> Int {
    _ = try open()
    var count = 0
    while try archiveNext() != nil { count += 1 }
    return count
  }
}

/// A log of so many records, long ones, over several segments.
func longLog(_ recordCount: Int, seed: UInt64 = 1) throws -> FaultyDisk {
  let disk = FaultyDisk(seed: seed)
  let log = try openLog(disk)
  for number in 0..<recordCount { _ = try log.append([longRecord(UInt64(number) + 1)]) }
  return disk
}

/// Records of which four fill a segment; made once, because there are many bytes to make.
private let longRecords = (0...16).map { testRecord($0, frameByteCount: 65_280) }

func longRecord(_ number: UInt64) -> [UInt8] { longRecords[Int(number)] }

/// A log that was opened so many times, three records each: its segments are cut off and short.
func reopenedLog(_ openingCount: UInt64) throws -> FaultyDisk {
  let disk = FaultyDisk()
  for opening in 0..<openingCount {
    let log = try openLog(disk)
    for number in 1...3 { _ = try log.append([testRecord(3 * opening + UInt64(number))]) }
  }
  return disk
}

/// Reads a log together with its archive, from a position on.
func readArchivedLog(
  _ log: FaultyDisk, _ folder: FaultyDisk, from position: UInt64 = 1
) throws -> Collector {
  var both = try ArchivedLog(
    log: FaultyStorage(disk: log), archive: FaultyStorage(disk: folder), codec: TestCodec(),
    memory: testMemory)
  var collector = Collector()
  _ = try Recovery.read(
    &both, shard: testShard, range: LogRange(from: position), limits: smallLimits(),
    memory: testMemory,
    visitor: &collector)
  return collector
}
