import Journal
import Primitives
import Testing
import Wire

@Suite struct HistoryTests {
  /// The rows of an auction, newest first, as a list keeps them.
  private func rows(_ events: [TestEvent], of id: AuctionID) -> [TestEvent] {
    events.filter { $0.auctionID == id && $0.row > 0 }.reversed()
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func everyHistoryIsThatOfAList(seed: UInt64) throws {
    let harness = try Harness()
    var source = EventSource(seed: seed)
    let events = source.events(3_000)
    harness.appendAll(events)
    var generator = SeededGenerator(seed: seed)
    for id in Set(events.map(\.auctionID)) {
      let rows = rows(events, of: id)
      let newest = events.last { $0.auctionID.slotIndex == id.slotIndex }?.auctionID
      guard newest == id else {
        #expect(harness.writer.head(of: id) == 0, "a slot's next auction has a chain of its own")
        continue
      }
      var before: UInt64 = 0
      var found: [[UInt8]] = []
      repeat {
        let limit = UInt32(1 + generator.below(7))
        guard
          case .rows(let part, let end) = harness.page(
            id, rowCount: UInt32(rows.count), before: before, limit: limit)
        else { throw Unexpected("damaged") }
        #expect(part.count <= Int(limit) && end.givenCount == UInt32(part.count))
        #expect(!end.isCutOff && end.rowCount == UInt32(rows.count))
        found += part
        before = end.nextBeforeRow
      } while before != 0
      #expect(found == rows.map(\.frame))
    }
  }

  @Test func eventsInMemoryAndNotYetDurableAreFound() throws {
    let harness = try Harness()
    let id = auction(1)
    for row in 1...20 as ClosedRange<UInt32> {
      let bytes = rowFrame(id, row: row, amount: 1, position: UInt64(row))
      harness.append(TestEvent(auctionID: id, frame: bytes, position: UInt64(row), row: row))
    }
    #expect(harness.folder.files.isEmpty)
    guard case .rows(let rows, let end) = harness.page(id, rowCount: 20, limit: 100) else {
      throw Unexpected("damaged")
    }
    #expect(rows.count == 20 && end.nextBeforeRow == 0)
  }

  @Test func tenThousandRowsComeInPagesWithFewReads() throws {
    var limits = smallLimits()
    limits.bufferByteCount = 1 << 20
    limits.reserveByteCount = 1 << 16
    limits.writeByteCountMax = 1 << 20
    let layout = JournalLayout(shard: ShardID(3), logID: testLogID, fileByteCount: 1 << 20)
    let harness = try Harness(layout: layout, limits: limits)
    let id = auction(9)
    let price = otherFrame(id, byteCount: 96, filled: 1)
    for row in 1...10_000 as ClosedRange<UInt32> {
      let position = UInt64(row)
      let bytes = rowFrame(id, row: row, amount: Int64(row), position: position)
      harness.appendAll([
        TestEvent(auctionID: id, frame: bytes, position: position, row: row),
        TestEvent(auctionID: id, frame: price, position: position, row: 0),
      ])
    }
    var before: UInt64 = 0
    var next: UInt32 = 10_000
    var readsOfPage: [Int] = []
    repeat {
      let readsBefore = harness.folder.readCount
      guard
        case .rows(let rows, let end) = harness.page(
          id, rowCount: 10_000, before: before, limit: 300)
      else { throw Unexpected("damaged") }
      for bytes in rows {
        bytes.withUnsafeBytes { raw in
          guard let base = raw.baseAddress else { return }
          #expect(BidEntry(frame: base).rowNumber == next)
        }
        next -= 1
      }
      before = end.nextBeforeRow
      readsOfPage.append(harness.folder.readCount - readsBefore)
    } while before != 0
    #expect(next == 0 && readsOfPage.count == 34)
    // 300 rows are 84,000 bytes: six windows, and one more where a page begins or a file ends.
    #expect((readsOfPage.max() ?? 0) <= 8 && readsOfPage.reduce(0, +) <= 34 * 8)
  }

  @Test func aLostCursorCostsAWalkAndNothingElse() throws {
    let harness = try Harness()
    let id = auction(3)
    for row in 1...200 as ClosedRange<UInt32> {
      let bytes = rowFrame(id, row: row, amount: 1, position: UInt64(row))
      harness.appendAll([
        TestEvent(auctionID: id, frame: bytes, position: UInt64(row), row: row)
      ])
    }
    let first = harness.page(id, rowCount: 200, limit: 50)
    let second = harness.page(id, rowCount: 200, before: 151, limit: 50)
    harness.cursors.cursors.forget(id)
    #expect(harness.page(id, rowCount: 200, before: 151, limit: 50) == second)
    #expect(harness.page(id, rowCount: 200, limit: 50) == first)
    guard case .rows(let rows, let end) = second else { throw Unexpected("damaged") }
    #expect(rows.count == 50 && end.nextBeforeRow == 101)
  }

  /// After a removal rows are counted anew: the newest row of a number counts.
  @Test func rowsThatWereCountedAnewReplaceTheOld() throws {
    let harness = try Harness()
    let id = auction(4)
    var position: UInt64 = 0
    func add(_ row: UInt32, _ amount: Int64) {
      position += 1
      let bytes = rowFrame(id, row: row, amount: amount, position: position)
      harness.appendAll([TestEvent(auctionID: id, frame: bytes, position: position, row: row)])
    }
    for row in 1...10 as ClosedRange<UInt32> { add(row, Int64(row)) }
    // Six rows are left after a removal; nothing says so but the count.
    guard case .rows(let left, _) = harness.page(id, rowCount: 6, limit: 100) else {
      throw Unexpected("damaged")
    }
    #expect(amounts(left) == [6, 5, 4, 3, 2, 1])
    add(7, 700)
    add(8, 800)
    harness.cursors.cursors.forget(id)
    guard case .rows(let rows, let end) = harness.page(id, rowCount: 8, limit: 100) else {
      throw Unexpected("damaged")
    }
    #expect(amounts(rows) == [800, 700, 6, 5, 4, 3, 2, 1] && end.nextBeforeRow == 0)
  }

  private func amounts(_ rows: [[UInt8]]) -> [Int64] {
    rows.map { bytes in
      bytes.withUnsafeBytes { raw in
        raw.baseAddress.map { BidEntry(frame: $0).amount } ?? 0
      }
    }
  }

  @Test func rowsBeforeTheOldestFileAreSaidToBeCutOff() throws {
    let harness = try Harness()
    var source = EventSource(seed: 5, slots: 3, renews: false)
    let events = source.events(600)
    harness.appendAll(events)
    let names = harness.writer.trim(below: harness.writer.writtenOffset - 20_000)
    #expect(!names.isEmpty && names[0].fileOffset == 0)
    for name in names { harness.folder.files[name.fileOffset] = nil }
    let oldest = harness.writer.oldestOffset
    #expect(oldest == testLayout.fileOffset(of: harness.writer.writtenOffset - 20_000))
    guard let id = events.last?.auctionID else { return }
    let all = rows(events, of: id)
    guard
      case .rows(let rows, let end) = harness.page(
        id, rowCount: UInt32(all.count), limit: 10_000)
    else { throw Unexpected("damaged") }
    #expect(end.isCutOff && end.nextBeforeRow == 0)
    #expect(rows.count < all.count && rows == all.prefix(rows.count).map(\.frame))
  }

  @Test func damageOnTheWayIsFound() throws {
    let harness = try Harness()
    var source = EventSource(seed: 6, slots: 2, renews: false)
    let events = source.events(600)
    let offsets = harness.appendAll(events)
    guard let id = events.last?.auctionID else { return }
    let all = rows(events, of: id)
    guard let index = events.firstIndex(where: { $0.auctionID == id && $0.row == 5 }) else {
      return
    }
    let offset = offsets[index]
    let name = testLayout.fileOffset(of: offset)
    harness.folder.files[name]?[Int(offset - name) + 60] ^= 1
    #expect(harness.page(id, rowCount: UInt32(all.count), limit: 10_000) == .damaged(offset))
    harness.folder.files[name] = []
    guard case .damaged = harness.page(id, rowCount: UInt32(all.count), limit: 10_000) else {
      throw Unexpected("a missing file is not noticed")
    }
  }

  @Test func emptyQuestionsGetEmptyAnswers() throws {
    let harness = try Harness()
    let none = HistoryEnd(nextBeforeRow: 0, rowCount: 0, givenCount: 0, isCutOff: false)
    #expect(harness.page(auction(7), rowCount: 0) == .rows([], none))
    #expect(harness.page(auction(2_000_000), rowCount: 0) == .rows([], none))
    let id = auction(7)
    let bytes = rowFrame(id, row: 1, amount: 1, position: 1)
    harness.appendAll([TestEvent(auctionID: id, frame: bytes, position: 1, row: 1)])
    let limited = HistoryEnd(nextBeforeRow: 2, rowCount: 1, givenCount: 0, isCutOff: false)
    #expect(harness.page(id, rowCount: 1, limit: 0) == .rows([], limited))
    let first = HistoryEnd(nextBeforeRow: 0, rowCount: 1, givenCount: 0, isCutOff: false)
    #expect(harness.page(id, rowCount: 1, before: 1) == .rows([], first))
  }
}
