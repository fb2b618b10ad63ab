import Journal
import Primitives
import Testing

@Suite struct EventReaderTests {
  @Test(arguments: [1, 2] as [UInt64])
  func eventsComeInOrderFromEveryOffset(seed: UInt64) throws {
    let harness = try Harness()
    var source = EventSource(seed: seed)
    let events = source.events(800)
    let offsets = harness.appendAll(events)
    let end = harness.writer.endOffset
    #expect(harness.read(from: 0) == .events(events, offsets, next: end))
    for index in stride(from: 0, to: 800, by: 61) {
      let found = harness.read(from: offsets[index], limit: 5)
      let last = min(index + 5, 800)
      guard case .events(let some, let places, let next) = found else {
        Issue.record("refused")
        continue
      }
      #expect(some == Array(events[index..<last]) && places == Array(offsets[index..<last]))
      // The next offset may name a filler before the next event: both begin the same run.
      guard case .events(let more, _, _) = harness.read(from: next, limit: 1) else {
        Issue.record("refused")
        continue
      }
      #expect(more == Array(events[last..<min(last + 1, 800)]))
    }
  }

  @Test func anOffsetThatIsNoEventsIsRefused() throws {
    let harness = try Harness()
    var source = EventSource(seed: 3)
    let offsets = Set(harness.appendAll(source.events(200)))
    let end = harness.writer.endOffset
    var refusedCount = 0
    for offset in 1..<end where !offsets.contains(offset) {
      switch harness.read(from: offset, limit: 1) {
      case .refused: refusedCount += 1
      case .events(_, let places, _):
        // A file's header, and what fills a file, are passed over.
        let next = testLayout.fileOffset(of: offset) + testLayout.fileByteCount
        let isHeader = testLayout.offsetInFile(of: offset) == 0
        let first = places.first ?? 0
        let expected = isHeader ? offset + 64 : next + 64
        #expect(first == expected, "\(offset)")
      default: Issue.record("misread at \(offset)")
      }
    }
    #expect(refusedCount > Int(end) - 400)
    #expect(harness.read(from: end + 8) == .refused)
    #expect(harness.read(from: end) == .events([], [], next: end))
  }

  /// A client can make any bytes stand in a frame, but not those of an event at that offset.
  @Test func anEventInsideAFrameIsRefused() throws {
    let harness = try Harness()
    let inner = TestEvent(
      auctionID: auction(1), frame: rowFrame(auction(1), row: 1, amount: 5, position: 1),
      position: 1, row: 1)
    harness.appendAll([inner])
    let copied = Array(harness.folder.bytes[64..<200])
    var bytes = otherFrame(auction(2), byteCount: 400, filled: 0)
    bytes.replaceSubrange(40..<40 + copied.count, with: copied)
    let outer = TestEvent(auctionID: auction(2), frame: bytes, position: 2, row: 0)
    let offset = harness.appendAll([outer])[0]
    #expect(harness.read(from: offset, limit: 1) != .refused)
    #expect(harness.read(from: offset + 48 + 40, limit: 1) == .refused)
  }

  @Test func nothingIsToldThatIsNotDurable() throws {
    let harness = try Harness()
    var source = EventSource(seed: 4)
    let events = source.events(20)
    let offsets = harness.appendAll(Array(events[..<10]))
    let mark = harness.writer.mark()
    for event in events[10...] { harness.append(event) }
    #expect(harness.read(from: 0) == .events(Array(events[..<10]), offsets, next: mark))
    #expect(harness.read(from: mark) == .events([], [], next: mark))
    harness.writer.release(through: harness.writer.mark())
    guard case .events(let rest, _, _) = harness.read(from: mark) else {
      throw Unexpected("refused")
    }
    #expect(rest == Array(events[10...]))
  }

  @Test func whatIsTrimmedIsTooOldAndDamageIsNamed() throws {
    let harness = try Harness()
    var source = EventSource(seed: 5)
    let events = source.events(600)
    let offsets = harness.appendAll(events)
    for name in harness.writer.trim(below: 20_000) { harness.folder.files[name.fileOffset] = nil }
    #expect(harness.writer.oldestOffset == 16_384)
    #expect(harness.read(from: offsets[0]) == .tooOld)
    let kept = offsets.firstIndex { $0 > 16_384 } ?? 0
    guard case .events(let rest, _, _) = harness.read(from: 0) else {
      throw Unexpected("refused")
    }
    #expect(rest == Array(events[kept...]))
    let bad = offsets[kept + 7]
    harness.folder.files[16_384]?[Int(bad - 16_384) + 50] ^= 4
    #expect(harness.read(from: 0) == .damaged(bad))
    #expect(harness.read(from: bad) == .refused)
  }
}
