import Primitives
import Wire

@testable import Journal

/// The readers of the event journal: survey, verification, events, histories; and that a writer
/// that joins what was found leaves a sound journal.
///
/// Script: a byte of choices (bit 0 joins a writer), a byte that says from which item on the log
/// goes, then what `JournalFolder` reads.
enum Journals {
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let folder = JournalFolder()
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let memory = UnsafeMutableRawPointer.allocate(
    byteCount: 8_192, alignment: 8)

  static func run(_ script: inout Script) {
    let choices = script.byte()
    let from = Int(script.byte())
    folder.clear()
    folder.build(&script)
    let known =
      from == 0 || folder.offsets.isEmpty ? 0 : folder.offsets[from % folder.offsets.count]
    var files = MemoryJournalFiles(folder: folder)
    let layout = LoadedState.layout
    do throws(JournalError) {
      let extent = try JournalSurvey.scan(
        &files, layout: layout, limits: LoadedState.journalLimits, known: known,
        through: choices & 2 == 0 ? .max : 5, memory: Arena.shared.memory)
      check(extent.oldest <= max(known, extent.end), "the oldest event is behind the end")
      _ = try JournalSurvey.verify(&files, layout: layout, memory: Arena.shared.memory)
      readEvents(extent)
      readHistory(extent)
      if choices & 1 != 0, known == 0 { try join(extent, &files) }
    } catch { check(!error.description.isEmpty, "an error says what to do") }
  }

  private static func fetch(_ read: JournalRead) -> Int {
    let fileOffset = LoadedState.layout.fileOffset(of: read.offset)
    return folder.read(
      fileOffset, read.pointer, read.byteCount, Int(read.offset - fileOffset))
  }

  private static func readEvents(_ extent: JournalExtent) {
    var reader = EventReader(layout: LoadedState.layout, memory: Arena.shared.memory)
    reader.begin(
      from: extent.oldest, limit: 500, oldestOffset: extent.oldest, endOffset: extent.end)
    var last: UInt64 = 0
    while true {
      switch reader.next() {
      case .read(let read): reader.supply(byteCount: fetch(read))
      case .event(let event):
        check(event.offset > last, "events out of order")
        last = event.offset
        checkEvent(event)
      case .end, .tooOld, .refused, .damaged: return
      }
    }
  }

  /// Compares an event with the bytes of its file.
  private static func checkEvent(_ event: JournalEvent) {
    let fileOffset = LoadedState.layout.fileOffset(of: event.offset)
    let count = folder.read(
      fileOffset, memory, event.byteCount, Int(event.offset - fileOffset))
    check(count == event.byteCount, "an event that the file does not hold")
    var logID = LoadedState.layout.logID
    let logSum = CRC32C.checksum(&logID, byteCount: 8)
    let place = UInt32(truncatingIfNeeded: event.offset ^ event.offset >> 32)
    let sum = CRC32C.checksum(memory + 8, byteCount: count - 8, continuing: logSum ^ place)
    check(LittleEndian.uint32(memory, at: 4) == sum, "an event with a wrong checksum is given out")
    // Planted: an event that follows another one of its auction is taken for the other's.
    let auction = event.auctionID.raw ^ (isPlanted && event.previousOffset != 0 ? 1 : 0)
    check(LittleEndian.uint64(memory, at: 24) == auction, "an event of another auction")
    check(event.previousOffset < event.offset, "an event that points forwards")
  }

  private static func readHistory(_ extent: JournalExtent) {
    guard let head = folder.offsets.last, head < extent.end else { return }
    let cursors = HistoryCursors(memory: Arena.shared.memory)
    var reader = HistoryReader(layout: LoadedState.layout, memory: Arena.shared.memory)
    for slot in 0..<3 as Range<UInt32> {
      let query = HistoryQuery(
        auctionID: JournalSeeds.auction(slot), head: head, rowCount: 9, beforeRow: 0, limit: 5)
      reader.begin(
        query, oldestOffset: extent.oldest, endOffset: extent.end, cursors: cursors)
      var rowCount = 0
      loop: while true {
        switch reader.next(cursors) {
        case .read(let read): reader.supply(byteCount: fetch(read))
        case .row: rowCount += 1
        case .end, .damaged: break loop
        }
      }
      check(rowCount <= 5, "more rows than asked for")
    }
  }

  /// Replays events over what was found, and some more: the folder is sound afterwards.
  private static func join(
    _ extent: JournalExtent, _ files: inout MemoryJournalFiles
  ) throws(JournalError) {
    var writer = try JournalWriter(
      layout: LoadedState.layout, limits: LoadedState.journalLimits, memory: Arena.shared.memory)
    writer.resume(extent)
    for (index, bytes) in JournalSeeds.frames.enumerated() {
      bytes.withUnsafeBytes {
        _ = writer.append(
          $0.start, byteCount: bytes.count, auctionID: JournalSeeds.auction(UInt32(index) % 3),
          position: UInt64(index + 1), time: UInt64(index))
      }
      if index == 12 { writer.finishReplay() }
      writer.release(through: writer.mark())
      while let write = writer.nextWrite() {
        folder.write(write, byteCount: write.byteCount)
        writer.completed(.written(byteCount: write.byteCount))
      }
    }
    let report = try JournalSurvey.verify(
      &files, layout: LoadedState.layout, memory: Arena.shared.memory)
    check(
      report.fault == nil,
      "a journal that was joined has a fault: \(String(describing: report.fault))")
    check(report.end == writer.endOffset, "a journal that was joined ends elsewhere")
  }

  static func seeds() -> [[UInt8]] { JournalSeeds.all() }
}
