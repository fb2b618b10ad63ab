import Primitives
import WAL

/// Small chunks, so that a few pieces fill one.
func smallSnapshotLimits() -> SnapshotLimits {
  var limits = SnapshotLimits()
  limits.chunkByteCountMax = 8192
  limits.pieceByteCountMax = 1024
  limits.freeByteCountReserve = 4096
  limits.readByteCountMax = 16_384
  return limits
}

/// A header whose batch's hash follows from its position.
func testSnapshotHeader(_ position: UInt64) -> SnapshotFileHeader {
  SnapshotFileHeader(
    identity: LogIdentity(shard: testShard, logID: testLogID, epoch: 2), position: position,
    batchNumber: position / 2, batchHash: Digest(position, 1, 2, 3), time: 5_000 + position,
    journalEndOffset: 64 * position, engineIDHigh: 11, engineIDLow: 12)
}

/// A piece as a test remembers it.
struct TestPiece: Equatable {
  let kind: UInt16
  let index: UInt64
  let payload: [UInt8]
}

/// Pieces whose bytes follow from a number; lengths are multiples of 8.
func testPieces(_ count: Int, seed: UInt64, byteCountMax: UInt64 = 1000) -> [TestPiece] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { index in
    let byteCount = Int(generator.below(byteCountMax / 8 + 1)) * 8
    let fill = UInt8(truncatingIfNeeded: generator.next())
    return TestPiece(
      kind: UInt16(1 + generator.below(40)), index: UInt64(index),
      payload: (0..<byteCount).map { fill &+ UInt8(truncatingIfNeeded: $0) })
  }
}

/// Gives pieces out, as many as fit, or as few as asked.
struct TestPieceSource: PieceSource {
  let pieces: [TestPiece]
  var next = 0
  var pieceCountMax = Int.max

  init(_ pieces: [TestPiece], pieceCountMax: Int = .max) {
    self.pieces = pieces
    self.pieceCountMax = pieceCountMax
  }

  mutating func writePieces(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var written = 0
    var left = pieceCountMax
    while next < pieces.count, left > 0 {
      let piece = pieces[next]
      let byteCount = SnapshotPiece.byteCount(payload: piece.payload.count)
      if byteCount > room - written { break }
      piece.payload.withUnsafeBytes { raw in
        let empty = UnsafeRawPointer(target)
        SnapshotPiece.write(
          target + written, kind: piece.kind, index: piece.index, raw.baseAddress ?? empty,
          byteCount: raw.count)
      }
      written += byteCount
      next += 1
      left -= 1
    }
    return written
  }
}

/// Keeps every piece; refuses the one with a certain index.
struct PieceCollector: PieceVisitor {
  var pieces: [TestPiece] = []
  var refusedIndex: UInt64?

  mutating func visit(_ piece: SnapshotPiece) -> Bool {
    if piece.index == refusedIndex { return false }
    pieces.append(
      TestPiece(kind: piece.kind, index: piece.index, payload: Array(piece.payload)))
    return true
  }
}

/// Writes a snapshot with a disk in memory.
@discardableResult
func writeSnapshot(
  _ disk: FaultyDisk, _ position: UInt64, _ pieces: [TestPiece]
) throws(SnapshotError) -> SnapshotInfo {
  var storage = FaultyStorage(disk: disk)
  var source = TestPieceSource(pieces, pieceCountMax: 3)
  return try SnapshotStore.write(
    &storage, testSnapshotHeader(position), limits: smallSnapshotLimits(), memory: testMemory,
    source: &source)
}

/// The snapshot files of a disk, newest first.
func snapshotList(_ disk: FaultyDisk) throws(StorageError) -> [SnapshotEntry] {
  var storage = FaultyStorage(disk: disk)
  return try SnapshotStore.list(
    &storage, shard: testShard, logID: testLogID, memory: testMemory)
}

/// The pieces of a snapshot.
func loadSnapshot(
  _ disk: FaultyDisk, _ info: SnapshotInfo
) throws(SnapshotError) -> [TestPiece] {
  var storage = FaultyStorage(disk: disk)
  var collector = PieceCollector()
  try SnapshotStore.load(
    &storage, info, limits: smallSnapshotLimits(), memory: testMemory, visitor: &collector)
  return collector.pieces
}

/// A writer and a disk; a class, because the macros of Testing do not take values that cannot be
/// copied.
final class SnapshotHarness {
  var writer = SnapshotWriter(limits: smallSnapshotLimits(), memory: testMemory)
  var storage: FaultyStorage
  var file = SnapshotFile()
  var steps: [String] = []
  var durablePosition = UInt64.max

  init(_ disk: FaultyDisk) { storage = FaultyStorage(disk: disk) }

  var phase: SnapshotPhase { writer.phase }
  var isBusy: Bool { writer.isBusy }
  var hasBuffer: Bool { writer.buffer() != nil }

  func begin(_ position: UInt64, expectedByteCount: UInt64 = 0) {
    writer.begin(testSnapshotHeader(position), expectedByteCount: expectedByteCount)
  }

  /// Puts in what the source has; false when nothing was put in.
  func fill(_ source: inout TestPieceSource) -> Bool {
    guard let (pointer, room) = writer.buffer() else { return false }
    let byteCount = source.writePieces(into: pointer, room: room)
    if byteCount == 0 { writer.finish() } else { writer.filled(byteCount: byteCount) }
    return byteCount > 0
  }

  /// Executes one step; false if none is due.
  func step() -> Bool {
    guard let step = writer.nextStep(durablePosition: durablePosition) else { return false }
    steps.append(describe(step))
    writer.completed(file.execute(&storage, step))
    return true
  }

  /// Fills and steps until the snapshot is there, failed, or cannot go on.
  func run(_ pieces: [TestPiece]) {
    var source = TestPieceSource(pieces, pieceCountMax: 3)
    while true {
      let isFilling = fill(&source)
      if !step() && !isFilling { return }
    }
  }

  func describe(_ step: SnapshotStep) -> String {
    switch step {
    case .measureFreeBytes: "measure"
    case .create(let name): "create \(name.text.drop { $0 == "0" })"
    case .write(let order): "write \(order.fileOffset)+\(order.byteCount)"
    case .syncData: "sync"
    case .close: "close"
    case .rename(_, let name): "rename \(name.text.drop { $0 == "0" })"
    case .syncFolder: "folder"
    case .remove(let name): "remove \(name.text.drop { $0 == "0" })"
    }
  }
}
