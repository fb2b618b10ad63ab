import Glibc
import Primitives
import Testing
import WAL

/// What reading a damaged log gave.
enum DamageOutcome: Equatable {
  /// The first so many records, each byte as it was written, and how the log ends.
  case records(Int, RecoveryCase)
  /// Refused; nothing is served.
  case refused(RecoveryCase)
  /// Refused: a file stands under a name that is not its own.
  case foreign
  /// Refused: the records from the first one on are not all there.
  case notHeld
  /// Anything else, above all other records than were written.
  case wrong(String)
}

/// A batch of an undamaged log, found by walking over the file's bytes.
struct WrittenBatch {
  let segment: String
  let offset: Int
  let byteCount: Int
  let number: UInt64
  /// How many records the log has up to its end.
  let recordsThrough: Int

  var end: Int { offset + byteCount }
}

/// A small log in memory whose records follow from their numbers, to be damaged and read.
final class DamageScene {
  let folder: MemoryFolder
  let recordCount: Int
  /// The batches of each segment in use, in order.
  let segments: [[WrittenBatch]]
  private let frames: FrameTable
  private let limits: LogLimits

  /// Takes over a disk's log.
  ///
  /// - Parameters:
  ///   - disk: Where the log is.
  ///   - frameByteCounts: The sizes of the frames of its records, in order.
  init(_ disk: FaultyDisk, frameByteCounts: [Int]) {
    folder = MemoryFolder(disk)
    recordCount = frameByteCounts.count
    frames = FrameTable(frameByteCounts)
    var limits = smallLimits()
    limits.readByteCountMax = 16_384
    self.limits = limits
    let source = folder
    segments = source.names.map { Self.batches($0, source.bytes($0)) }.filter { !$0.isEmpty }
  }

  private static func batches(_ name: String, _ bytes: [UInt8]) -> [WrittenBatch] {
    bytes.withUnsafeBytes { raw in
      var found: [WrittenBatch] = []
      var offset = 4096
      while offset + 4096 <= raw.count {
        let magic = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard magic == 0x4843_5441_4254_5352 else { break }
        let payload = Int(raw.loadUnaligned(fromByteOffset: offset + 68, as: UInt32.self))
        let first = Int(raw.loadUnaligned(fromByteOffset: offset + 48, as: UInt64.self))
        let count = Int(raw.loadUnaligned(fromByteOffset: offset + 64, as: UInt32.self))
        let byteCount = (160 + payload + 4095) / 4096 * 4096
        found.append(
          WrittenBatch(
            segment: name, offset: offset, byteCount: byteCount,
            number: raw.loadUnaligned(fromByteOffset: offset + 40, as: UInt64.self),
            recordsThrough: first - 1 + count))
        offset += byteCount
      }
      return found
    }
  }

  /// Reads the log as it is now.
  func outcome() -> DamageOutcome {
    var storage = MemoryStorage(folder: folder)
    var checker = PrefixChecker(frames: frames)
    do {
      let found = try Recovery.read(
        &storage, shard: testShard, limits: limits, memory: .unzeroed, visitor: &checker)
      if let place = checker.wrongPosition { return .wrong("record \(place) is another one") }
      guard found.lastPosition == UInt64(checker.count) else { return .wrong("\(found)") }
      guard isBoundary(checker.count) else {
        return .wrong("\(checker.count) records are no whole batches")
      }
      return .records(checker.count, found.tailCase)
    } catch {
      switch error {
      case .damaged(let damage): return .refused(damage.recoveryCase)
      case .foreign: return .foreign
      case .positionNotHeld: return .notHeld
      default: return .wrong("\(error)")
      }
    }
  }

  private func isBoundary(_ count: Int) -> Bool {
    count == 0 || segments.contains { $0.contains { $0.recordsThrough == count } }
  }

  /// Removes a file while a body runs.
  func without(_ name: String, _ body: () -> Void) {
    let bytes = folder.bytes(name)
    folder.remove(name)
    body()
    folder.put(name, bytes)
  }
}

/// The frames of a scene's records, made once: comparing is one `memcmp` each.
final class FrameTable {
  private let bytes: [UInt8]
  private let starts: [Int]

  init(_ frameByteCounts: [Int]) {
    var bytes: [UInt8] = []
    var starts = [0]
    for (index, count) in frameByteCounts.enumerated() {
      bytes += testRecord(UInt64(index + 1), frameByteCount: count).dropFirst(16)
      starts.append(bytes.count)
    }
    (self.bytes, self.starts) = (bytes, starts)
  }

  func matches(_ record: LogRecord) -> Bool {
    let index = Int(record.position) - 1
    guard index >= 0, index + 1 < starts.count else { return false }
    guard record.byteCount == starts[index + 1] - starts[index] else { return false }
    guard record.time == 2_000 + record.position, record.roles.rawValue == 1,
      record.session.raw == UInt32(record.position)
    else { return false }
    return bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return false }
      return memcmp(base + starts[index], record.frame, record.byteCount) == 0
    }
  }
}

/// Compares what recovery gives with what was written.
private struct PrefixChecker: RecordVisitor {
  let frames: FrameTable
  var count = 0
  var wrongPosition: UInt64?

  mutating func visit(_ record: LogRecord) {
    count += 1
    if wrongPosition == nil && (record.position != UInt64(count) || !frames.matches(record)) {
      wrongPosition = record.position
    }
  }
}

extension MemorySource {
  /// Memory that nobody zeroed: what is read before it was loaded would show.
  static let unzeroed = MemorySource(
    allocate: { byteCount, alignment in
      let rounded = (byteCount + alignment - 1) / alignment * alignment
      guard let memory = aligned_alloc(alignment, rounded) else { fatalError("out of memory") }
      return memory
    },
    release: { memory, _ in free(memory) })
}
