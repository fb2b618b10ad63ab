import Journal
import Primitives
import Testing

@Suite struct SurveyTests {
  private func fullFolder(_ events: [TestEvent]) throws -> (Harness, [UInt64]) {
    let harness = try Harness()
    let offsets = harness.appendAll(events)
    return (harness, offsets)
  }

  /// Starts anew over a folder: the state is empty, the log is replayed whole.
  private func restart(
    _ folder: Folder, _ events: [TestEvent], through position: UInt64 = .max
  ) throws -> Harness {
    let harness = try Harness(folder)
    harness.writer.resume(try scan(folder, known: 0, through: position))
    harness.appendAll(events)
    harness.writer.finishReplay()
    harness.drain()
    if let tail = harness.writer.tailOffset {
      folder.files = folder.cut(at: Int(tail)).files
      harness.writer.cutTail()
    }
    return harness
  }

  @Test func anEmptyFolderIsAnEmptyJournal() throws {
    #expect(try scan(Folder(), known: 0) == .empty(known: 0))
    #expect(try scan(Folder(), known: 500) == .empty(known: 500))
    #expect(try verify(Folder()).fault == nil)
  }

  @Test func aWholeJournalIsFoundWholeAndNothingIsWrittenAgain() throws {
    var source = EventSource(seed: 1)
    let events = source.events(500)
    let (first, _) = try fullFolder(events)
    let extent = try scan(first.folder, known: 0)
    #expect(extent.end == first.writer.endOffset && extent.ending == .complete)
    #expect(!extent.hasTail && extent.reachesKnown && extent.oldest == 0)
    let second = try Harness(first.folder)
    second.writer.resume(extent)
    for event in events {
      second.append(event)
      second.writer.release(through: second.writer.mark())
      #expect(second.writer.nextWrite() == nil)
    }
    #expect(!second.isComparing)
    second.writer.finishReplay()
    #expect(second.writer.nextWrite() == nil)
    #expect(second.writer.writtenOffset == first.writer.endOffset)
    #expect(try verify(first.folder, expectedEnd: first.writer.endOffset).fault == nil)
  }

  /// A crash may end the files anywhere: the next start writes the same bytes again.
  @Test func aJournalCutAtAnyByteIsCompletedByReplay() throws {
    var source = EventSource(seed: 2, longest: 700)
    let events = source.events(110)
    let (first, _) = try fullFolder(events)
    let whole = first.folder.files
    let end = Int(first.writer.endOffset)
    #expect(whole.count >= 3)
    for cut in 0...end {
      let folder = first.folder.cut(at: cut)
      let report = try verify(folder, expectedEnd: UInt64(end))
      guard report.fault?.kind == (cut == end ? nil : .end), report.end <= UInt64(cut) else {
        throw Unexpected("cut at \(cut): \(String(describing: report.fault))")
      }
      let second = try restart(folder, events)
      guard folder.files == whole, second.writer.endOffset == UInt64(end) else {
        throw Unexpected("cut at \(cut)")
      }
    }
  }

  /// What ends within an event though it has all bytes that it should, or though another file
  /// follows, was not cut off by a crash.
  @Test func aLengthThatPointsBeyondTheEndIsDamage() throws {
    var source = EventSource(seed: 8, longest: 700)
    let (first, offsets) = try fullFolder(source.events(110))
    let end = first.writer.endOffset
    let name = testLayout.fileOffset(of: offsets[109])
    let place = Int(offsets[109] - name)
    let byteCount = Int(end - offsets[109])
    let folder = Folder(first.folder.files)
    folder.files[name]?[place] = UInt8((byteCount + 8) & 0xFF)
    folder.files[name]?[place + 1] = UInt8((byteCount + 8) >> 8)
    let report = try verify(folder, expectedEnd: end)
    #expect(report.fault?.kind == .short && report.fault?.offset == offsets[109])
    let holed = Folder(first.folder.files)
    holed.files[0]?.removeLast(8)
    #expect(try verify(holed, expectedEnd: end).fault?.kind == .short)
    #expect(try verify(first.folder.cut(at: Int(end) - 1)).fault?.kind == .short)
  }

  /// Bytes of an earlier life that are sound events: only the comparison with the replay tells.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func aTailOfAnotherLifeIsWrittenOver(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var source = EventSource(seed: seed, longest: 60)
    let common = source.events(Int(generator.below(150)))
    var other = source
    let old = common + source.events(150)
    _ = other.next()
    let new = common + other.events(60 + Int(generator.below(200)))
    let (first, _) = try fullFolder(old)
    let expected = try fullFolder(new).0.folder.files
    let second = try restart(first.folder, new, through: new.last?.position ?? 0)
    #expect(second.folder.files == expected)
    #expect(try verify(second.folder, expectedEnd: second.writer.endOffset).fault == nil)
  }

  @Test func everyFlippedBitIsFoundAndMendedByReplay() throws {
    var source = EventSource(seed: 3, slots: 5, longest: 900)
    let events = source.events(70)
    let (first, _) = try fullFolder(events)
    let whole = first.folder.files
    let end = first.writer.endOffset
    #expect(whole.count == 3)
    for (name, file) in whole {
      for place in file.indices {
        let bit = UInt8(1) << UInt8(place % 8)
        first.folder.files[name]?[place] ^= bit
        let report = try verify(first.folder, expectedEnd: end)
        guard report.fault != nil, report.end <= name + UInt64(place) else {
          throw Unexpected("bit \(place) of file \(name)")
        }
        if place % 97 == 0 {
          let second = try restart(Folder(first.folder.files), events)
          #expect(second.folder.files == whole)
        }
        first.folder.files[name]?[place] ^= bit
      }
    }
    #expect(try verify(first.folder, expectedEnd: end).fault == nil)
  }

  @Test func anEventBehindTheLogsEndIsNotRelied() throws {
    var source = EventSource(seed: 4)
    let events = source.events(300)
    let (first, offsets) = try fullFolder(events)
    let last = events[200].position
    let extent = try scan(first.folder, known: 0, through: last)
    let index = events.firstIndex { $0.position > last } ?? 0
    #expect(extent.ending == .aheadOfLog && extent.hasTail)
    // A filler or a header before that event carries its position too.
    #expect(extent.end <= offsets[index] && extent.end > offsets[index - 1])
    let second = try restart(first.folder, Array(events[..<index]), through: last)
    #expect(second.folder.files == (try fullFolder(Array(events[..<index])).0.folder.files))
  }

  @Test func aStateInTheMiddleNeedsTheFilesUpToItsOffset() throws {
    var source = EventSource(seed: 5)
    let (first, offsets) = try fullFolder(source.events(600))
    let known = offsets[400]
    let extent = try scan(first.folder, known: known)
    #expect(extent.reachesKnown && extent.oldest == 0 && extent.end == first.writer.endOffset)
    let short = try scan(first.folder.cut(at: Int(known) - 1), known: known)
    #expect(!short.reachesKnown && short.end < known && short.ending == .unreached)
    #expect(try scan(first.folder.cut(at: Int(known)), known: known).reachesKnown)
    // A hole before ends what is held; a hole at the offset itself takes everything.
    let holed = Folder(first.folder.files)
    holed.files[8_192] = nil
    #expect(try scan(holed, known: known).oldest == 16_384)
    #expect(try verify(holed).fault?.kind == .missing)
    holed.files[testLayout.fileOffset(of: known)] = nil
    #expect(try !scan(holed, known: known).reachesKnown)
  }

  /// A state at the very end of a full file needs that file and no other.
  @Test func aStateAtAFilesEndIsReached() throws {
    let harness = try Harness()
    let id = auction(1)
    let bytes = otherFrame(id, byteCount: 4_016, filled: 3)
    let first = harness.appendAll([TestEvent(auctionID: id, frame: bytes, position: 1, row: 0)])
    let rest = otherFrame(id, byteCount: 4_016, filled: 4)
    harness.appendAll([TestEvent(auctionID: id, frame: rest, position: 2, row: 0)])
    #expect(first == [64] && harness.writer.endOffset == 8_192)
    let extent = try scan(harness.folder, known: 8_192)
    #expect(extent.reachesKnown && extent.oldest == 0 && extent.ending == .complete)
    #expect(try !scan(harness.folder.cut(at: 8_191), known: 8_192).reachesKnown)
    #expect(try verify(harness.folder, expectedEnd: 8_192).fault == nil)
  }

  @Test func filesOfAnotherJournalAreNotBuiltOver() throws {
    var source = EventSource(seed: 6)
    let events = source.events(20)
    let other = JournalLayout(shard: ShardID(3), logID: 9, fileByteCount: 8_192)
    let folder = Folder()
    try Harness(folder, layout: other).appendAll(events)
    let name = JournalName(fileOffset: 0).text
    #expect(throws: JournalError.foreign(file: name)) { try scan(folder, known: 0) }
    let larger = JournalLayout(shard: ShardID(3), logID: testLogID, fileByteCount: 16_384)
    let wide = Folder()
    try Harness(wide, layout: larger).appendAll(events)
    #expect(throws: JournalError.otherFileSize(file: name, byteCount: 16_384)) {
      try scan(wide, known: 0)
    }
  }

  @Test func aWrongBackPointerIsFound() throws {
    let (first, second) = (try Harness(), try Harness())
    let (one, two) = (auction(1), auction(2))
    func event(_ id: AuctionID, _ position: UInt64) -> TestEvent {
      let bytes = rowFrame(one, row: 1, amount: 1, position: position)
      return TestEvent(auctionID: id, frame: bytes, position: position, row: 1)
    }
    first.appendAll([event(one, 1), event(one, 2), event(one, 3)])
    second.appendAll([event(one, 1), event(two, 2), event(one, 3)])
    // The third event of the second journal, sound by itself, in the first one's place.
    let place = 64 + 2 * 136
    let bytes = Array(second.folder.bytes[place...])
    first.folder.files[0]?.replaceSubrange(place..., with: bytes)
    let report = try verify(first.folder)
    #expect(report.fault?.kind == .backPointer && report.fault?.offset == UInt64(place))
    #expect(report.eventCount == 2)
    #expect(try verify(second.folder).fault == nil)
    #expect(try verify(second.folder, through: 2).fault?.kind == .position)
    #expect(try verify(second.folder, expectedEnd: 8).fault?.kind == .end)
  }
}
