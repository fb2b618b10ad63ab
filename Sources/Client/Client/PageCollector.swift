public import Wire
internal import Primitives

/// A page of an auction's history, newest row first.
public struct BidPage: Equatable, Sendable {
  /// The rows.
  public var rows: [BidEntry]
  /// How the page ends: `nextBeforeRow` is where the next one begins, 0 = there is none.
  public var end: BidsEnd
}

/// A page of a shard's events, in the order of its log.
public struct EventPage: Equatable, Sendable {
  /// The events: `state`, `price`, `ended`, `extended` and `bidEntry` alone.
  public var events: [Notice]
  /// How the page ends: ask from `nextOffset` for the next one.
  public var end: EventsEnd
}

/// Takes the frames of a page that was asked for, before they are told as notices.
///
/// It stays until the question has its outcome, also when nobody waits for that any more, so that
/// rows and events that come late are never taken for news.
final class PageCollector {
  /// What is collected.
  enum Kind {
    /// Rows of an auction, before a row; 0 = from the newest.
    case bids(auction: UInt64, before: UInt64)
    /// Events of a shard.
    case events
  }

  let kind: Kind
  let shard: ShardID
  /// The number of the question.
  var number: UInt64 = 0
  private(set) var rows: [BidEntry] = []
  private(set) var events: [Notice] = []

  init(_ kind: Kind, of shard: ShardID) {
    self.kind = kind
    self.shard = shard
  }

  /// The session was opened anew: the question was sent again, and its page begins again.
  func restart() {
    rows = []
    events = []
  }

  /// Takes a frame that belongs to the page.
  ///
  /// - Parameters:
  ///   - frame: The frame, which answers no request by its number.
  ///   - shard: Where it came from.
  /// - Returns: Whether it belongs to the page.
  func take(_ frame: ServerFrame, from shard: ShardID) -> Bool {
    guard frame.sequence == 0 else { return false }
    switch kind {
    case .bids(let auction, let before): return takeRow(frame, auction, before)
    case .events: return shard == self.shard && takeEvent(frame)
    }
  }

  /// Rows come newest first; a newer one is an update of an auction that is watched.
  private func takeRow(_ frame: ServerFrame, _ auction: UInt64, _ before: UInt64) -> Bool {
    guard let row = frame.decode(as: BidEntry.self), row.auctionId == auction else { return false }
    let limit = rows.last.map { UInt64($0.rowNumber) } ?? (before == 0 ? .max : before)
    guard UInt64(row.rowNumber) < limit else { return false }
    rows.append(row)
    return true
  }

  private func takeEvent(_ frame: ServerFrame) -> Bool {
    guard let event = Notice(frame) else { return false }
    events.append(event)
    return true
  }

  /// The page; nil when it is not whole.
  ///
  /// - Parameter end: What the server says of it.
  /// - Returns: Its last rows, as many as the server says: one before may be an update.
  func page(_ end: BidsEnd) -> BidPage? {
    let count = Int(end.givenCount)
    guard rows.count >= count else { return nil }
    return BidPage(rows: Array(rows.suffix(count)), end: end)
  }

  /// The page; nil when it is not whole, or when updates came in between.
  ///
  /// - Parameter end: What the server says of it.
  /// - Returns: Its events.
  func page(_ end: EventsEnd) -> EventPage? {
    guard events.count == Int(end.eventCount) else { return nil }
    return EventPage(events: events, end: end)
  }
}
