import Glibc
import Primitives

@testable import WAL

/// Makes the files of a log out of a script, and makes right what the script asks to be right.
///
/// A step's first byte: bits 0 and 1 say what it is: a block (its length as u16 and so many bytes,
/// then zeros), a new file (its number as a byte; bit 2: `.preparing`), zero blocks (how many as a
/// byte), or an end of the file within its last block (the bytes cut off, u16). For a block, bit 3
/// makes it a header of this log by its magic and identity, bit 4 chains it to the batch before,
/// bit 5 makes the payload's checksum and the own hash right, bit 6 the header's checksum.
struct LogFiles {
  enum Step {
    static let block: UInt8 = 0
    static let file: UInt8 = 1
    static let zeros: UInt8 = 2
    static let cut: UInt8 = 3
    static let preparing: UInt8 = 4
    static let identified: UInt8 = 8
    static let chained: UInt8 = 16
    static let hashed: UInt8 = 32
    static let summed: UInt8 = 64
  }

  private struct Place {
    let file: Int
    let offset: Int
    let flags: UInt8
  }

  private let folder: InputFolder
  private var places: [Place] = []
  private var last: BatchHeader?

  init(_ folder: InputFolder) { self.folder = folder }

  mutating func build(_ script: inout Script) {
    var file: Int?
    while !script.isAtEnd {
      let step = script.byte()
      switch step & 3 {
      case Step.file: file = newFile(&script, step)
      case Step.block: addBlock(&script, step, to: &file)
      case Step.zeros:
        guard let file else { continue }
        let end = folder.files[file].byteCount
        _ = folder.zero(file, byteCount: Int(script.byte()) * 4_096, at: end)
      default:
        guard let file else { continue }
        let end = folder.files[file].byteCount
        folder.truncate(file, to: max(0, end - Int(script.word16() % 4_096)))
      }
    }
    for place in places { mend(place) }
  }

  private mutating func newFile(_ script: inout Script, _ step: UInt8) -> Int? {
    let number = UInt64(script.byte()) + 1
    let kind = step & Step.preparing == 0 ? SegmentName.Kind.segment : .preparing
    let name = SegmentName(number: number, kind: kind).text
    // Files stay where they are in the list: the blocks before are known by their places.
    if let index = folder.index(name) { return index }
    return folder.create(name)
  }

  private mutating func addBlock(_ script: inout Script, _ step: UInt8, to file: inout Int?) {
    if file == nil { file = folder.create(SegmentName(number: 1).text) }
    let bytes = script.take(min(Int(script.word16()), 4_096))
    guard let file else { return }
    let offset = (folder.files[file].byteCount + 4_095) & ~4_095
    guard folder.addBlock(file, at: offset) else { return }
    if !bytes.isEmpty {
      _ = folder.write(file, bytes.start, byteCount: bytes.count, at: offset)
    }
    if step & ~7 != 0 { places.append(Place(file: file, offset: offset, flags: step)) }
  }

  /// Makes a block right as its flags ask.
  private mutating func mend(_ place: Place) {
    guard place.offset + 4_096 <= folder.files[place.file].byteCount else { return }
    let base = folder.block(place.file, at: place.offset)
    if place.offset == 0 {
      mendSegment(base, place.flags)
    } else {
      let held = folder.files[place.file].byteCount - place.offset
      mendBatch(base, place.flags, held: held)
    }
    if place.flags & Step.summed != 0 {
      base.put(LogFormat.headerChecksum(UnsafeRawPointer(base)), at: 8)
    }
  }

  private func mendSegment(_ base: UnsafeMutableRawPointer, _ flags: UInt8) {
    if flags & Step.identified != 0 {
      base.put(LogFormat.segmentMagic, at: 0)
      base.put(LogFormat.version, at: 12)
      base.put(Logs.shard.number, at: 14)
      base.put(Logs.logID, at: 16)
      base.put(Logs.key, at: 112)
    }
    guard flags & Step.chained != 0, let last else { return }
    base.put(last.batchNumber &+ 1, at: 40)
    base.put(last.firstPosition &+ UInt64(last.recordCount), at: 48)
    base.put(last.hash, at: 80)
  }

  private mutating func mendBatch(_ base: UnsafeMutableRawPointer, _ flags: UInt8, held: Int) {
    if flags & Step.identified != 0 {
      base.put(LogFormat.batchMagic, at: 0)
      base.put(Logs.logID, at: 16)
      base.put(LogFormat.version, at: 24)
      base.put(Logs.shard.number, at: 26)
    }
    if flags & Step.chained != 0, let last {
      base.put(last.batchNumber &+ 1, at: 40)
      base.put(last.firstPosition &+ UInt64(last.recordCount), at: 48)
      base.put(last.hash, at: 80)
    }
    if flags & Step.hashed != 0 { hash(base, held: held) }
    last = BatchHeader(decoding: base)
  }

  /// Makes the payload's checksum and the batch's own hash right, as far as the payload is there.
  private func hash(_ base: UnsafeMutableRawPointer, held: Int) {
    let header = BatchHeader(decoding: base)
    let byteCount = header.batchByteCount
    guard byteCount <= held else { return }
    let payload = UnsafeRawPointer(base) + LogFormat.headerByteCount
    base.put(
      CRC32C.checksum(payload, byteCount: byteCount - LogFormat.headerByteCount), at: 12)
    var tree = RecordTree()
    var blinding = Blinding(key: Logs.key)
    var offset = 0
    var position = header.firstPosition
    while let frame = LogRecord.frameByteCount(
      payload + offset, remaining: Int(header.payloadByteCount) - offset)
    {
      let byteCount = LogFormat.recordPrefixByteCount + frame
      tree.add(payload, offset: offset, byteCount: byteCount, position: position, &blinding)
      offset += byteCount
      position &+= 1
    }
    let fields = UnsafeRawPointer(base) + LogFormat.hashedFieldOffset
    base.put(ProofHash.batch(root: tree.finish(payload), fields: fields), at: 112)
  }
}

/// The seeds of the log's target: logs as a writer leaves them, by blocks.
enum LogSeeds {
  /// A record as it stands in a batch.
  static func record(_ number: UInt64, time: UInt64, frameByteCount: Int = 32) -> [UInt8] {
    var writer = SeedWriter()
    writer.word64(time)
    writer.word32(number)
    writer.word32(1)
    writer.word32(frameByteCount)
    writer.raw([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: frameByteCount - 4))
    return writer.bytes
  }

  static func all() -> [[UInt8]] {
    let folder = InputFolder()
    writeLog(folder, batches: [1, 2, 17], time: 2_000)
    let one = script(folder)
    writeLog(folder, batches: [1], time: 3_000)
    let two = script(folder)
    return [[0] + one, [3] + one, [4] + two, [3] + two, [1]]
  }

  private static func writeLog(_ folder: InputFolder, batches: [Int], time: UInt64) {
    var log = LocalLog(
      storage: FolderStorage(folder: folder), options: Logs.options(), memory: .heap)
    var visitor = IgnoringVisitor()
    do throws(LogError) {
      _ = try log.open(epoch: nil, visitor: &visitor)
      for count in batches {
        let bytes = (0..<count).flatMap { record(UInt64($0), time: time) }
        let expect = log.tailPosition
        let result: Result<AppendOutcome, LogError> = bytes.withUnsafeBytes { raw in
          do throws(LogError) {
            return .success(try log.append(LogBatch(bytes: raw), expect: expect))
          } catch { return .failure(error) }
        }
        _ = try result.get()
      }
      try log.close()
    } catch { fatalError("the seed's log: \(error)") }
  }

  /// The files as a script that makes them again; blocks of zeros are counted.
  private static func script(_ folder: InputFolder) -> [UInt8] {
    var seed = SeedWriter()
    for file in folder.files {
      guard let name = SegmentName(file.name), name.kind == .segment else { continue }
      seed.byte(LogFiles.Step.file)
      seed.byte(name.number - 1)
      var zeroCount = 0
      for offset in stride(from: 0, to: file.byteCount, by: 4_096) {
        let block = UnsafeRawBufferPointer(start: file.base + offset, count: 4_096).withoutZeros
        if block.isEmpty {
          zeroCount += 1
          continue
        }
        zeros(&seed, &zeroCount)
        // Right already: a change of a byte in it is made right again.
        seed.byte(LogFiles.Step.block | 8 | 16 | 32 | 64)
        seed.word16(block.count)
        seed.raw(block)
      }
      zeros(&seed, &zeroCount)
    }
    return seed.bytes
  }

  private static func zeros(_ seed: inout SeedWriter, _ count: inout Int) {
    guard count > 0 else { return }
    seed.byte(LogFiles.Step.zeros)
    seed.byte(min(count, 255))
    count = 0
  }
}
