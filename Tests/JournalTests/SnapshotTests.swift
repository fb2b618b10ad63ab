import Journal
import Primitives
import Testing

@Suite struct SnapshotTests {
  /// Takes the pieces of a snapshot in small portions while events go on.
  private func snapshot(
    _ harness: Harness, _ events: ArraySlice<TestEvent>, room: Int, every step: Int
  ) -> [UInt8] {
    let target = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
    defer { target.deallocate() }
    var bytes: [UInt8] = []
    harness.writer.beginSnapshot()
    for (index, event) in events.enumerated() {
      harness.appendAll([event])
      guard index % step == 0, !harness.isSnapshotWritten else { continue }
      let count = harness.writer.writeSnapshot(into: target, room: room)
      bytes += UnsafeRawBufferPointer(start: target, count: count)
    }
    while !harness.isSnapshotWritten {
      let count = harness.writer.writeSnapshot(into: target, room: room)
      bytes += UnsafeRawBufferPointer(start: target, count: count)
    }
    return bytes
  }

  /// Loads a run of pieces; `left` names one that is left out.
  private func load(_ bytes: [UInt8], into harness: Harness, leaving left: Int = -1) -> Bool {
    bytes.withUnsafeBytes { raw in
      var cursor = 0
      var index = 0
      while let piece = SnapshotPiece.next(raw, &cursor) {
        if index != left, !harness.writer.load(piece) { return false }
        index += 1
      }
      return cursor == raw.count && harness.writer.finishLoading()
    }
  }

  private func pieceCount(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { raw in
      var cursor = 0
      var count = 0
      while SnapshotPiece.next(raw, &cursor) != nil { count += 1 }
      return count
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func aLoadedJournalGoesOnByteForByte(seed: UInt64) throws {
    var source = EventSource(seed: seed, slots: 2_000)
    let events = source.events(3_000)
    let harness = try Harness()
    harness.appendAll(Array(events[..<1_500]))
    let begin = harness.writer.endOffset
    let step = Int(1 + seed * 7)
    let bytes = snapshot(harness, events[1_500..<2_200], room: 4_200 + Int(seed) * 700, every: step)
    #expect(!harness.hasSnapshotOverflowed && harness.snapshotEndOffset == begin)
    harness.writer.endSnapshot()
    harness.appendAll(Array(events[2_200...]))

    let whole = harness.folder.files
    let second = try Harness(Folder(whole))
    #expect(load(bytes, into: second))
    #expect(second.endOffset == begin)
    second.writer.resume(try scan(second.folder, known: begin))
    second.appendAll(Array(events[1_500...]))
    second.writer.finishReplay()
    second.drain()
    #expect(second.endOffset == harness.endOffset && second.folder.files == whole)
    for id in Set(events.map(\.auctionID)) {
      #expect(second.head(of: id) == harness.head(of: id))
    }
    // A crash lost the files' ends: what the snapshot covers was flushed, the rest is written.
    let third = try Harness(harness.folder.cut(at: Int(begin) + 100))
    #expect(load(bytes, into: third))
    third.writer.resume(try scan(third.folder, known: begin))
    third.appendAll(Array(events[1_500...]))
    third.writer.finishReplay()
    third.drain()
    #expect(third.folder.files == whole)
  }

  @Test func everyPieceIsNeededAndOnlyOnce() throws {
    var source = EventSource(seed: 7, slots: 2_000)
    let events = source.events(2_000)
    let harness = try Harness()
    harness.appendAll(Array(events[..<1_900]))
    let bytes = snapshot(harness, events[1_900...], room: 5_000, every: 9)
    let count = pieceCount(bytes)
    #expect(count == 9, "the scalars, and a page for 256 slots each")
    for left in 0..<count { #expect(try !load(bytes, into: Harness(), leaving: left)) }
    #expect(try load(bytes, into: Harness()))
    let other = JournalLayout(shard: ShardID(3), logID: 1, fileByteCount: 8_192)
    #expect(try !load(bytes, into: Harness(layout: other)), "another log's heads")
    var few = smallLimits()
    few.auctionsMax = 100
    #expect(try !load(bytes, into: Harness(limits: few)), "more slots than there is room for")
  }

  @Test func aPageTwiceIsRefused() throws {
    var source = EventSource(seed: 8)
    let events = source.events(100)
    let harness = try Harness()
    harness.appendAll(events)
    let bytes = snapshot(harness, [], room: 5_000, every: 1)
    let scalars = SnapshotPiece.byteCount(payload: 48)
    #expect(try !load(bytes + bytes[scalars...], into: Harness()))
    #expect(try !load(Array(bytes[scalars...]) + bytes[..<scalars], into: Harness()))
  }

  @Test func anOverflowIsToldAndHarmsNothing() throws {
    var limits = smallLimits()
    limits.snapshotAreaByteCount = 16_384
    var source = EventSource(seed: 9, slots: 2_000)
    let events = source.events(2_000)
    let harness = try Harness(limits: limits)
    harness.appendAll(Array(events[..<1_000]))
    harness.writer.beginSnapshot()
    harness.appendAll(Array(events[1_000...]))
    #expect(harness.hasSnapshotOverflowed)
    harness.writer.endSnapshot()
    let plain = try Harness()
    plain.appendAll(events)
    #expect(plain.folder.files == harness.folder.files)
    #expect(!harness.hasSnapshotOverflowed && harness.snapshotAreaByteCount == 0)
  }

  /// A state without its journal: the journal begins at the state's end and says so.
  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7] as [UInt64])
  func aJournalThatLacksTheStatesPastBeginsAnew(seed: UInt64) throws {
    var source = EventSource(seed: seed, slots: 6, renews: false)
    let events = source.events(900)
    let harness = try Harness()
    harness.appendAll(Array(events[..<400]))
    let begin = harness.writer.endOffset
    let bytes = snapshot(harness, events[400..<500], room: 5_000, every: 3)
    harness.appendAll(Array(events[500...]))
    let lost = seed < 4 ? Folder() : harness.folder.cut(at: Int(begin) - 1)
    let second = try Harness(lost)
    #expect(load(bytes, into: second))
    second.writer.resume(try scan(lost, known: begin))
    #expect(second.oldestOffset == begin)
    second.drain()
    #expect(try scan(lost, known: begin).reachesKnown, "before the first event")
    second.appendAll(Array(events[400..<700]))
    second.writer.finishReplay()
    second.appendAll(Array(events[700...]))
    #expect(second.endOffset == harness.endOffset)
    let report = try verify(lost, expectedEnd: harness.endOffset)
    #expect(report.fault == nil && report.oldest == begin && report.eventCount == 500)
    #expect(lost.bytes.suffix(4_000) == harness.folder.bytes.suffix(4_000))
    #expect(second.read(from: 0) == harness.read(from: begin))
    guard let id = events.last?.auctionID else { return }
    guard case .rows(let rows, let end) = second.page(id, rowCount: 10_000, limit: 10_000) else {
      throw Unexpected("damaged")
    }
    #expect(end.isCutOff && !rows.isEmpty)
    // The next start finds the same beginning.
    let known = harness.endOffset
    #expect(try scan(lost, known: known).oldest == begin)
    #expect(try !scan(lost, known: begin - 8).reachesKnown)
  }
}
