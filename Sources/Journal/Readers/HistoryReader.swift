public import Primitives
internal import Wire

/// A question for a page of an auction's history.
public struct HistoryQuery: Equatable, Sendable, BitwiseCopyable {
  /// Whose history.
  public var auctionID: AuctionID
  /// The auction's newest event, as `JournalWriter.head(of:)` gives it; 0 = none.
  public var head: UInt64
  /// How many public rows the auction has: the engine's `bidCount`.
  public var rowCount: UInt32
  /// Rows before this number; 0 = from the newest.
  public var beforeRow: UInt64
  /// The most rows wanted.
  public var limit: UInt32

  /// Asks for a page.
  ///
  /// - Parameters:
  ///   - auctionID: Whose history.
  ///   - head: The auction's newest event; 0 = none.
  ///   - rowCount: How many public rows the auction has.
  ///   - beforeRow: Rows before this number; 0 = from the newest.
  ///   - limit: The most rows wanted.
  @_noLocks
  public init(
    auctionID: AuctionID, head: UInt64, rowCount: UInt32, beforeRow: UInt64, limit: UInt32
  ) {
    self.auctionID = auctionID
    self.head = head
    self.rowCount = rowCount
    self.beforeRow = beforeRow
    self.limit = limit
  }
}

/// How a page of a history ended.
public struct HistoryEnd: Equatable, Sendable, BitwiseCopyable {
  /// Ask with this for the next page; 0 = there is none.
  public var nextBeforeRow: UInt64
  /// How many rows the auction has.
  public var rowCount: UInt32
  /// How many rows were given.
  public var givenCount: UInt32
  /// Whether older rows exist but are not held any more.
  public var isCutOff: Bool

  /// Describes the end of a page.
  ///
  /// - Parameters:
  ///   - nextBeforeRow: Ask with this for the next page; 0 = there is none.
  ///   - rowCount: How many rows the auction has.
  ///   - givenCount: How many rows were given.
  ///   - isCutOff: Whether older rows exist but are not held any more.
  @_noLocks
  public init(nextBeforeRow: UInt64, rowCount: UInt32, givenCount: UInt32, isCutOff: Bool) {
    self.nextBeforeRow = nextBeforeRow
    self.rowCount = rowCount
    self.givenCount = givenCount
    self.isCutOff = isCutOff
  }
}

/// What a reader of a history needs, or gives.
@safe
public enum HistoryNeed: BitwiseCopyable {
  /// Bytes of the journal: fill them in and `supply` them.
  case read(JournalRead)
  /// A row, a `BidEntry` frame; valid until the next call.
  case row(UnsafeRawPointer)
  /// The page is complete.
  case end(HistoryEnd)
  /// The journal does not hold at this offset what a back pointer says.
  case damaged(UInt64)
}

/// Walks an auction's events from the newest back and gives its rows: a pure state machine.
///
/// It reads windows that end just behind the event it wants, so that the events written before it
/// come with it. Rows are given by falling numbers: after a removal of bids rows are counted anew,
/// and of several rows of a number the newest counts.
@safe
public struct HistoryReader: ~Copyable {
  /// The bytes of a reader's memory, and of its largest read.
  public static var windowByteCount: Int { @_noLocks get { 16_384 } }
  /// How much of a window lies behind the event's beginning: more than the usual events have.
  private static var tailByteCount: Int { @_noLocks get { 512 } }

  private var window: JournalWindow
  private var query = HistoryQuery(
    auctionID: AuctionID(raw: 0), head: 0, rowCount: 0, beforeRow: 0, limit: 0)
  private var place: UInt64 = 0
  private var beforeRow: UInt64 = 0
  private var givenCount: UInt32 = 0
  private var readCount = 0
  private var oldestOffset: UInt64 = 0
  private var endOffset: UInt64 = 0

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - layout: The journal's.
  ///   - memory: Where its window's memory comes from.
  public init(layout: JournalLayout, memory: MemorySource) {
    window = JournalWindow(layout: layout, byteCount: Self.windowByteCount, memory: memory)
  }

  /// Begins a page.
  ///
  /// - Parameters:
  ///   - query: What is asked for.
  ///   - oldestOffset: Where the oldest event is that is held.
  ///   - endOffset: Where the journal ends, released or not: the answer waits for its batch.
  ///   - cursors: Where earlier pages went on.
  @_noLocks
  public mutating func begin(
    _ query: HistoryQuery, oldestOffset: UInt64, endOffset: UInt64,
    cursors: borrowing HistoryCursors
  ) {
    self.query = query
    self.oldestOffset = oldestOffset
    self.endOffset = endOffset
    let all = UInt64(query.rowCount) + 1
    beforeRow = query.beforeRow == 0 ? all : min(query.beforeRow, all)
    let cursor = cursors.find(query.auctionID, beforeRow: beforeRow)
    place = cursor == 0 || cursor > query.head ? query.head : cursor
    givenCount = 0
    readCount = 0
    window.clear()
  }

  /// What is needed next, or the next row.
  ///
  /// - Parameter cursors: Where the next page will find its beginning.
  /// - Returns: A need; after `end` and `damaged` nothing more comes.
  /// - Complexity: O(events passed over).
  @_noLocks
  public mutating func next(_ cursors: borrowing HistoryCursors) -> HistoryNeed {
    while true {
      if let end = end(cursors) { return .end(end) }
      let item = window.item(at: place)
      if case .more = item {
        guard let read = nextRead() else { return .damaged(place) }
        return .read(read)
      }
      guard case .event(let event) = item, event.auctionID.raw == query.auctionID.raw else {
        return .damaged(place)
      }
      readCount = 0
      place = event.previousOffset
      guard event.templateID == BidEntry.templateID, event.frameByteCount >= Self.rowByteCount
      else { continue }
      let row = unsafe UInt64(BidEntry(body: event.frame + FrameHeader.byteCount).rowNumber)
      guard row < beforeRow, row > 0 else { continue }
      beforeRow = row
      givenCount += 1
      return unsafe .row(event.frame)
    }
  }

  private static var rowByteCount: Int {
    @_noLocks get { FrameHeader.byteCount + BidEntry.blockLength }
  }

  /// Whether the page is complete: its limit, the first row, or all that is held.
  @_noLocks
  private func end(_ cursors: borrowing HistoryCursors) -> HistoryEnd? {
    var end = HistoryEnd(
      nextBeforeRow: 0, rowCount: query.rowCount, givenCount: givenCount, isCutOff: false)
    if beforeRow <= 1 || place == 0 { return end }
    if place < oldestOffset {
      probe(.historyCutOff)
      end.isCutOff = true
      return end
    }
    guard givenCount >= query.limit else { return nil }
    probe(.historyPaged)
    cursors.save(query.auctionID, beforeRow: beforeRow, offset: place)
    end.nextBeforeRow = beforeRow
    return end
  }

  /// First a window that ends just behind the event; if that is too short, the event alone.
  @_noLocks
  private mutating func nextRead() -> JournalRead? {
    readCount += 1
    switch readCount {
    case 1:
      let tail = Self.tailByteCount
      return window.read(
        place, before: Self.windowByteCount - tail, after: tail, end: endOffset)
    case 2:
      probe(.historyReadTwice)
      return window.read(
        place, before: 0, after: JournalFormat.eventByteCountMax, end: endOffset)
    default: return nil
    }
  }

  /// Takes note that the last read is done.
  ///
  /// - Parameter byteCount: How many of its bytes are there, from its beginning; 0 when it failed.
  @_noLocks
  public mutating func supply(byteCount: Int) { window.supply(byteCount) }
}
