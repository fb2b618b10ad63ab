import Journal
import Primitives
import Testing

@Suite struct WriterTests {
  private func event(_ slot: UInt32, _ position: UInt64, byteCount: Int = 88) -> TestEvent {
    let bytes = otherFrame(auction(slot), byteCount: byteCount, filled: 7)
    return TestEvent(auctionID: auction(slot), frame: bytes, position: position, row: 0)
  }

  @Test func onlyWhatIsReleasedIsWritten() throws {
    let harness = try Harness()
    harness.append(event(1, 1))
    let mark = harness.writer.mark()
    harness.append(event(1, 2))
    #expect(harness.nextWrite() == nil)
    harness.writer.release(through: mark)
    let write = try harness.next()
    #expect(write.byteCount == 64 + 136 && write.createsFile && write.cut == .none)
    #expect(write.name.text == "00000000000000000000.journal" && write.offsetInFile == 0)
    #expect(harness.nextWrite() == nil, "one write is out at most")
    harness.writer.completed(.written(byteCount: 100))
    let rest = try harness.next()
    #expect(rest.byteCount == 100 && rest.offsetInFile == 100 && !rest.createsFile)
    harness.writer.completed(.written(byteCount: 100))
    #expect(harness.nextWrite() == nil && harness.writer.writtenOffset == mark)
  }

  @Test func aWriteThatFailedIsTriedAgainWhenAsked() throws {
    let harness = try Harness()
    harness.append(event(1, 1))
    harness.writer.release(through: harness.writer.mark())
    #expect(harness.nextWrite() != nil)
    harness.writer.completed(.failed(errno: 28))
    #expect(harness.writer.failedErrno == 28 && harness.nextWrite() == nil)
    harness.writer.retry()
    harness.drain()
    #expect(harness.folder.bytes.count == 200)
  }

  @Test func muchIsWrittenInWholeBlocks() throws {
    var limits = smallLimits()
    limits.bufferByteCount = 1 << 17
    limits.writeByteCountMax = 1 << 20
    let layout = JournalLayout(shard: ShardID(3), logID: testLogID, fileByteCount: 1 << 20)
    let harness = try Harness(layout: layout, limits: limits)
    harness.append(event(1, 1))
    harness.writer.release(through: harness.writer.mark())
    harness.drain()
    for position in 2..<200 { harness.append(event(1, UInt64(position))) }
    harness.writer.release(through: harness.writer.mark())
    let begun = try harness.next()
    #expect(begun.offsetInFile == 200 && begun.byteCount == 4_096 - 200 && !begun.isWholeBlocks)
    harness.writer.completed(.written(byteCount: begun.byteCount))
    let blocks = try harness.next()
    #expect(blocks.offsetInFile == 4_096 && blocks.byteCount == 20_480 && blocks.isWholeBlocks)
    harness.writer.completed(.written(byteCount: 1_000))
    #expect(try harness.next().byteCount == 3_096, "the rest of a block that fell short")
    harness.writer.completed(.written(byteCount: 3_096))
    #expect(try harness.next().isWholeBlocks)
    harness.writer.completed(.written(byteCount: 16_384))
    let rest = try harness.next()
    #expect(rest.byteCount == 200 + 198 * 136 - 24_576 && !rest.isWholeBlocks)
  }

  @Test func whateverTheBufferAndTheWritesTheBytesAreTheSame() throws {
    var source = EventSource(seed: 11, longest: 4_000)
    let events = source.events(400)
    let harness = try Harness()
    harness.appendAll(events)
    var large = smallLimits()
    large.bufferByteCount = 1 << 21
    large.writeByteCountMax = 1 << 20
    let other = try Harness(limits: large)
    for event in events { other.append(event) }
    other.writer.release(through: other.writer.mark())
    other.drain()
    #expect(other.folder.files == harness.folder.files)
    #expect(harness.folder.files.count > 20)
    let sizes = harness.folder.files.filter { $0.value.count != 8_192 }
    #expect(sizes.count == 1, "all files but the last are full")
    let report = try verify(harness.folder, expectedEnd: harness.endOffset)
    #expect(report.fault == nil && report.eventCount == 400)
  }

  @Test func aFullBufferSaysSoBeforeACommandIsTaken() throws {
    let harness = try Harness()
    var position: UInt64 = 0
    while !harness.isFull {
      position += 1
      harness.append(event(1, position))
    }
    let waiting = harness.endOffset
    #expect(waiting > 8_192 && waiting <= 8_192 + 200)
    // The reserve takes what one command can give.
    for _ in 0..<40 { harness.append(event(1, position)) }
    harness.writer.release(through: harness.writer.mark())
    harness.drain()
    #expect(!harness.isFull)
  }

  @Test func aJournalThatIsGivenUpGoesOnInMemory() throws {
    var source = EventSource(seed: 12)
    let events = source.events(1_000)
    let plain = try Harness()
    plain.appendAll(events)
    let harness = try Harness()
    harness.appendAll(Array(events[..<100]))
    let bytes = harness.folder.bytes
    harness.writer.abandon()
    #expect(harness.appendAll(Array(events[100...])).last != nil)
    #expect(harness.endOffset == plain.endOffset && harness.folder.bytes == bytes)
    #expect(!harness.isFull && harness.isAbandoned)
    for id in Set(events.map(\.auctionID)) { #expect(harness.head(of: id) == plain.head(of: id)) }
    // The next start writes what is missing.
    let second = try Harness(harness.folder)
    second.writer.resume(try scan(harness.folder, known: 0))
    second.appendAll(events)
    second.writer.finishReplay()
    second.drain()
    #expect(second.folder.files == plain.folder.files)
  }

  @Test func trimmingNamesWholeFilesThatAreWritten() throws {
    let harness = try Harness()
    var source = EventSource(seed: 13)
    harness.appendAll(source.events(400))
    #expect(harness.writer.trim(below: 8_191).isEmpty)
    #expect(harness.writer.trim(below: 24_580).map(\.fileOffset) == [0, 8_192, 16_384])
    #expect(harness.oldestOffset == 24_576)
    #expect(harness.writer.trim(below: 24_580).isEmpty)
    let last = testLayout.fileOffset(of: harness.endOffset)
    let names = harness.writer.trim(below: .max).map(\.fileOffset)
    #expect(names.first == 24_576 && names.last == last - 8_192 && harness.oldestOffset == last)
  }

  @Test func theAuctionOfAFrameIsKnown() {
    let row = rowFrame(auction(77), row: 1, amount: 1, position: 1)
    row.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      #expect(JournalEvent.auction(of: base) == auction(77))
    }
    let state = stateFrame(auction(78))
    state.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      #expect(JournalEvent.auction(of: base) == auction(78))
    }
  }

  @Test func limitsThatDoNotFitAreNamed() throws {
    var limits = smallLimits()
    limits.bufferByteCount = 20_000
    #expect(throws: JournalError.self) { try limits.check() }
    limits = smallLimits()
    limits.reserveByteCount = 8_200
    #expect(throws: JournalError.self) { try limits.check() }
    limits = smallLimits()
    limits.checkpointByteCount = 5_000
    #expect(throws: JournalError.self) { try limits.check() }
    limits = smallLimits()
    limits.wholeBlocksByteCountMin = 4_096
    #expect(throws: JournalError.self) { try limits.check() }
    try smallLimits().check()
    try JournalLimits().check()
  }

  @Test func messagesSayWhatToDo() {
    let errors: [JournalError] = [
      .limits("a"), .file(name: "f", offset: 1, errno: 5), .folder(errno: 13),
      .foreign(file: "f"), .otherFileSize(file: "f", byteCount: 1),
      .newerVersion(file: "f", version: 2),
    ]
    for error in errors { #expect(error.description.contains(/start|move|check/)) }
  }
}
