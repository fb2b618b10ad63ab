import Primitives
import Wire

extension FakeServer {
  /// The answers to a question for a page, or to the wish for a snapshot.
  static func page(_ frame: UnsafeRawPointer, _ state: inout State) -> [[UInt8]] {
    let before = state.interruption
    state.interruption = []
    switch FrameHeader(frame: frame).templateID {
    case QueryBids.templateID: return before + rows(QueryBids(frame: frame), state.rows)
    case QueryEvents.templateID: return before + events(QueryEvents(frame: frame), state.events)
    case TakeSnapshot.templateID: return snapshot(TakeSnapshot(frame: frame), state)
    default: return []
    }
  }

  private static func rows(_ query: QueryBids, _ all: [BidEntry]) -> [[UInt8]] {
    let older = all.filter {
      $0.auctionId == query.auctionId
        && (query.beforeRow == 0 || UInt64($0.rowNumber) < query.beforeRow)
    }
    let page = older.suffix(Int(query.limit)).reversed()
    let end = BidsEnd(
      clientRef: query.clientRef, auctionId: query.auctionId,
      nextBeforeRow: page.count < older.count ? UInt64(page.last?.rowNumber ?? 0) : 0,
      rowCount: UInt32(page.count))
    return page.map { bytes($0) } + [bytes(end)]
  }

  private static func events(_ query: QueryEvents, _ all: [[UInt8]]) -> [[UInt8]] {
    let first = max(query.fromOffset, 1)
    let page = all.dropFirst(Int(first) - 1).prefix(Int(query.limit))
    let end = EventsEnd(
      clientRef: query.clientRef, nextOffset: first + UInt64(page.count),
      endOffset: UInt64(all.count) + 1, oldestOffset: 1, eventCount: UInt32(page.count))
    return page + [bytes(end)]
  }

  private static func snapshot(_ query: TakeSnapshot, _ state: borrowing State) -> [[UInt8]] {
    guard state.isSnapshotRunning else {
      return [
        bytes(
          SnapshotTaken(clientRef: query.clientRef, logPosition: 77, byteCount: 4_096, tookNs: 5))
      ]
    }
    let reject = Reject(
      clientRef: query.clientRef, auctionId: 0, price: Money.absent, minNext: Money.absent,
      revision: 0, logPosition: 0, time: 1, refTemplateId: TakeSnapshot.templateID,
      code: RejectCode.snapshotRunning.rawValue, retryAfterMicroseconds: 0)
    return [bytes(reject)]
  }

  static func row(_ number: UInt32, of auction: UInt64) -> BidEntry {
    BidEntry(
      auctionId: auction, bidderId: 5, amount: Int64(number) * 100, priceAfter: 100,
      leaderAfter: 5, time: UInt64(number), logPosition: UInt64(number), kind: 0, flags: 0,
      rowNumber: number)
  }

  /// One event of each kind, in turn.
  static func event(_ position: UInt64) -> [UInt8] {
    switch position % 7 {
    case 0:
      bytes(
        AuctionState(
          clientRef: 0, auctionId: 9, sellerId: 1, price: 1, minNext: 2, leaderId: 3, buyNow: 4,
          revision: 5, startTime: 6, endTime: 7, logPosition: position, status: 2,
          reserveState: 0, currency: 840, bidCount: 1))
    case 1:
      bytes(
        PriceUpdate(
          auctionId: 9, price: 1, minNext: 2, leaderId: 3, revision: 4, logPosition: position,
          time: 5, endTime: 6, status: 2, reserveState: 0, flags: 0, bidCount: 1))
    case 2: bytes(row(UInt32(position), of: 9))
    case 3:
      bytes(
        AuctionExtended(
          auctionId: 9, oldEndTime: 1, endTime: 2, revision: 3, logPosition: position, time: 4,
          reason: ExtensionReason.outage.rawValue))
    case 4:
      bytes(
        AuctionEnded(
          auctionId: 9, price: 1, winnerId: 2, revision: 3, logPosition: position, time: 4,
          outcome: 2, bidCount: 1))
    case 5: bytes(outbid(position))
    default:
      bytes(
        AuctionWon(
          auctionId: 9, bidderId: 5, price: 1, payBy: 2, logPosition: position, time: 3,
          currency: 840))
    }
  }

  static func outbid(_ position: UInt64) -> Outbid {
    Outbid(
      auctionId: 9, bidderId: 5, yourMaximum: 1, price: 2, minNext: 3, revision: 4,
      logPosition: position, time: 6, endTime: 7)
  }
}
