import Primitives
import WAL

/// Checks what a reader of the log gives out, with nothing of the log's own code but the format.
struct LogWitness: RecordVisitor {
  private let fromPosition: UInt64
  private var header: BatchHeader?
  private var leaves: [[UInt8]] = []
  /// The bytes of the batch's header that its hash covers, as they stand before its first record.
  private var fields: [UInt8] = []
  private let key: Digest
  /// The position that comes next; 0 before the first.
  private var nextPosition: UInt64 = 0
  private(set) var count = 0
  private(set) var lastTime: UInt64 = 0

  init(from position: UInt64, key: Digest) {
    fromPosition = position
    self.key = key
  }

  mutating func visitBatch(_ next: BatchHeader) {
    finishBatch()
    if let header {
      check(
        next.batchNumber == header.batchNumber + 1,
        "batch \(next.batchNumber) comes after \(header.batchNumber)")
      check(next.previousHash == header.hash, "a batch does not follow from the one before")
      check(next.firstPosition == header.firstPosition + UInt64(header.recordCount), "a gap")
    }
    header = next
    leaves.removeAll(keepingCapacity: true)
  }

  mutating func visit(_ record: LogRecord) {
    guard let header else { wrong("a record without a batch") }
    check(record.position >= fromPosition, "an unwanted record")
    check(nextPosition == 0 || record.position == nextPosition, "positions are not in a row")
    check(record.position - header.firstPosition < UInt64(header.recordCount), "an alien record")
    nextPosition = record.position + 1
    lastTime = record.time
    count += 1
    if record.position == header.firstPosition {
      let start = record.frame - LogFormat.recordPrefixByteCount - LogFormat.headerByteCount
      fields = Array(UnsafeRawBufferPointer(start: start + 24, count: 88))
    }
    leaves.append(leaf(record))
  }

  private func leaf(_ record: LogRecord) -> [UInt8] {
    let pair = withUnsafeBytes(of: (record.position / 2).littleEndian) { Array($0) }
    let blinds = sha256(digestBytes(key) + pair)
    let blind = record.position % 2 == 0 ? blinds[..<14] : blinds[16..<30]
    var bytes = Array(
      UnsafeRawBufferPointer(start: record.frame - 16, count: record.byteCount + 16))
    // Planted: a byte of every third record changed on its way.
    if isPlanted, count % 3 == 2 { bytes[20] ^= 1 }
    return sha256([0] + blind + bytes)
  }

  /// Whether the hash of a batch whose records came all is that of these records.
  private func finishBatch() {
    guard let header, !leaves.isEmpty, leaves.count == Int(header.recordCount) else { return }
    check(sha256(root() + fields) == digestBytes(header.hash), "a batch's hash is wrong")
  }

  private func root() -> [UInt8] {
    var level = leaves
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 16).map { start in
        sha256([1] + level[start..<min(start + 16, level.count)].joined())
      }
    }
    return level[0]
  }

  /// Compares with what the reader says of itself.
  mutating func finish(_ found: RecoveredLog) {
    finishBatch()
    check(found.visitedCount == UInt64(count), "the reader counts other records")
    if count > 0, !found.hasStoppedEarly {
      check(found.lastPosition == nextPosition - 1, "the last record did not come")
    }
  }
}
