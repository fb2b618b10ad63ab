import Journal
import Primitives
import Wire

/// An event as a test gives it.
struct TestEvent: Equatable {
  var auctionID: AuctionID
  var frame: [UInt8]
  var position: UInt64
  var time: UInt64 { position * 1_000 }
  /// The row of a BidEntry; 0 = another event.
  var row: UInt32
}

func frame(byteCount: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: byteCount)
  bytes.withUnsafeMutableBytes { raw in
    if let base = raw.baseAddress { write(base) }
  }
  return bytes
}

func rowFrame(_ id: AuctionID, row: UInt32, amount: Int64, position: UInt64) -> [UInt8] {
  frame(byteCount: BidEntry.frameByteCount) {
    BidEntry(
      auctionId: id.raw, bidderId: 7, amount: amount, priceAfter: amount, leaderAfter: 7,
      time: position * 1_000, logPosition: position, kind: 0, flags: 0, rowNumber: row
    ).write(frame: $0)
  }
}

/// A frame of any length that no reader of histories takes for a row.
func otherFrame(_ id: AuctionID, byteCount: Int, filled byte: UInt8) -> [UInt8] {
  frame(byteCount: byteCount) { base in
    FrameHeader.begin(
      base, byteCount: byteCount, templateID: PriceUpdate.templateID, blockLength: byteCount - 24)
    for place in 24..<byteCount { base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
    if byteCount >= 32 { base.storeBytes(of: id.raw, toByteOffset: 24, as: UInt64.self) }
  }
}

func auction(_ slot: UInt32, generation: UInt32 = 1) -> AuctionID {
  AuctionID(shard: ShardID(3), generation: generation, slotIndex: slot)
}

/// Random events of many auctions, as a log would give them.
struct EventSource {
  private var generator: SeededGenerator
  private var rows: [UInt64: UInt32] = [:]
  private var generations: [UInt32: UInt32] = [:]
  private(set) var position: UInt64 = 0
  private let slots: UInt64
  private let longest: UInt64
  private let renews: Bool

  init(seed: UInt64, slots: UInt64 = 40, longest: Int = 400, renews: Bool = true) {
    generator = SeededGenerator(seed: seed)
    self.slots = slots
    self.renews = renews
    self.longest = UInt64(longest - 24) / 8
  }

  mutating func next() -> TestEvent {
    if generator.below(3) > 0 { position += 1 }
    let slot = UInt32(generator.below(slots))
    if generator.below(200) == 0, renews { generations[slot, default: 1] += 1 }
    let id = auction(slot, generation: generations[slot, default: 1])
    if generator.below(3) > 0 {
      rows[id.raw, default: 0] += 1
      let row = rows[id.raw, default: 0]
      let bytes = rowFrame(id, row: row, amount: Int64(generator.below(1_000)), position: position)
      return TestEvent(auctionID: id, frame: bytes, position: position, row: row)
    }
    let byteCount = 24 + 8 * Int(1 + generator.below(longest))
    let byte = UInt8(truncatingIfNeeded: generator.next())
    return TestEvent(
      auctionID: id, frame: otherFrame(id, byteCount: byteCount, filled: byte),
      position: position, row: 0)
  }

  mutating func events(_ count: Int) -> [TestEvent] { (0..<count).map { _ in next() } }
}

/// A writer with a folder; a class, because the macros of Testing do not take values that cannot
/// be copied.
final class Harness {
  var writer: JournalWriter
  let folder: Folder
  let cursors = CursorBox()
  var isComparing: Bool { writer.isComparing }
  var isAbandoned: Bool { writer.isAbandoned }
  var isFull: Bool { writer.isFull }
  var isSnapshotWritten: Bool { writer.isSnapshotWritten }
  var hasSnapshotOverflowed: Bool { writer.hasSnapshotOverflowed }
  var snapshotEndOffset: UInt64 { writer.snapshotEndOffset }
  var snapshotAreaByteCount: Int { writer.snapshotAreaByteCount }
  var endOffset: UInt64 { writer.endOffset }
  var oldestOffset: UInt64 { writer.oldestOffset }
  func head(of id: AuctionID) -> UInt64 { writer.head(of: id) }
  private var reader: HistoryReader
  private var events: EventReader

  init(
    _ folder: Folder = Folder(), layout: JournalLayout = testLayout,
    limits: JournalLimits = smallLimits()
  ) throws {
    self.folder = folder
    writer = try JournalWriter(layout: layout, limits: limits, memory: testMemory)
    reader = HistoryReader(layout: layout, memory: testMemory)
    events = EventReader(layout: layout, memory: testMemory)
  }

  @discardableResult
  func append(_ event: TestEvent) -> UInt64 {
    event.frame.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return writer.append(
        base, byteCount: bytes.count, auctionID: event.auctionID, position: event.position,
        time: event.time)
    }
  }

  func nextWrite() -> JournalWrite? { writer.nextWrite() }

  /// The next write, which must be due.
  func next() throws -> JournalWrite {
    guard let write = writer.nextWrite() else { throw Unexpected("nothing to write") }
    return write
  }

  /// Does all writes that are due, each in two parts now and then.
  func drain() {
    while let write = writer.nextWrite() {
      let byteCount = write.byteCount > 999 ? write.byteCount - 333 : write.byteCount
      folder.write(write, byteCount: byteCount)
      writer.completed(.written(byteCount: byteCount))
    }
  }

  /// Appends, releases and writes.
  @discardableResult
  func appendAll(_ events: [TestEvent]) -> [UInt64] {
    var offsets: [UInt64] = []
    for event in events {
      offsets.append(append(event))
      if writer.isFull {
        writer.release(through: writer.mark())
        drain()
      }
    }
    writer.release(through: writer.mark())
    drain()
    return offsets
  }

  /// Gives a reader what it asked for: from memory and from the folder.
  private func fetch(_ read: JournalRead) -> Int {
    let missing = writer.fill(read)
    guard missing > 0 else { return read.byteCount }
    folder.readCount += 1
    let name = writer.layout.fileOffset(of: read.offset)
    let count = folder.read(name, read.pointer, missing, Int(read.offset - name))
    return count == missing ? read.byteCount : count
  }

  enum Page: Equatable {
    case rows([[UInt8]], HistoryEnd)
    case damaged(UInt64)
  }

  func page(_ id: AuctionID, rowCount: UInt32, before: UInt64 = 0, limit: UInt32 = 10) -> Page {
    let query = HistoryQuery(
      auctionID: id, head: writer.head(of: id), rowCount: rowCount, beforeRow: before,
      limit: limit)
    reader.begin(
      query, oldestOffset: writer.oldestOffset, endOffset: writer.endOffset,
      cursors: cursors.cursors)
    var rows: [[UInt8]] = []
    while true {
      switch reader.next(cursors.cursors) {
      case .read(let read): reader.supply(byteCount: fetch(read))
      case .row(let frame): rows.append(Array(UnsafeRawBufferPointer(start: frame, count: 88)))
      case .end(let end): return .rows(rows, end)
      case .damaged(let offset): return .damaged(offset)
      }
    }
  }

  enum Run: Equatable {
    case events([TestEvent], [UInt64], next: UInt64)
    case tooOld
    case refused
    case damaged(UInt64)
  }

  func read(from offset: UInt64, limit: UInt32 = .max) -> Run {
    events.begin(
      from: offset, limit: limit, oldestOffset: writer.oldestOffset,
      endOffset: writer.releasedOffset)
    var found: [TestEvent] = []
    var offsets: [UInt64] = []
    while true {
      switch events.next() {
      case .read(let read): events.supply(byteCount: fetch(read))
      case .event(let event):
        found.append(testEvent(event))
        offsets.append(event.offset)
      case .end(let next, _): return .events(found, offsets, next: next)
      case .tooOld: return .tooOld
      case .refused: return .refused
      case .damaged(let offset): return .damaged(offset)
      }
    }
  }

  private func testEvent(_ event: JournalEvent) -> TestEvent {
    let isRow = event.templateID == BidEntry.templateID
    return TestEvent(
      auctionID: event.auctionID,
      frame: Array(UnsafeRawBufferPointer(start: event.frame, count: event.frameByteCount)),
      position: event.logPosition,
      row: isRow ? BidEntry(frame: event.frame).rowNumber : 0)
  }
}

/// Cursors that a class can hold beside readers that change.
final class CursorBox {
  let cursors = HistoryCursors(memory: testMemory)
}

/// What a test did not expect, and cannot go on after.
struct Unexpected: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

func stateFrame(_ id: AuctionID) -> [UInt8] {
  frame(byteCount: AuctionState.frameByteCount) { base in
    let zeros = [UInt8](repeating: 0, count: AuctionState.blockLength)
    zeros.withUnsafeBytes { raw in
      guard let body = raw.baseAddress else { return }
      var state = AuctionState(body: body)
      state.clientRef = 5
      state.auctionId = id.raw
      state.write(frame: base)
    }
  }
}
