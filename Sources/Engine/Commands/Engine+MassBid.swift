internal import Primitives
internal import Wire

extension Engine {
  /// Bids on many auctions: each entry is a bid of its own, in order, with a reply of its own.
  mutating func massBid(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe MassBid(frame: frame)
    let group = unsafe MassBid.bids(in: frame)
    guard unsafe group.count <= MassBid.Entry.entryCountMax else {
      probe(.massBidTooLong)
      let request = Request(
        clientRef: message.clientRef,
        auctionID: 0,
        templateID: MassBid.templateID
      )
      return reject(request, .malformed, stamp, &outbox)
    }
    for index in 0..<(unsafe group.count) {
      let entry = unsafe MassBid.Entry(body: group.entry(index))
      place(entry, by: message.bidderId, stamp, &outbox)
    }
  }

  @inline(never)
  private mutating func place(
    _ entry: MassBid.Entry,
    by bidder: UInt64,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let request = Request(
      clientRef: entry.subRef,
      auctionID: entry.auctionId,
      templateID: MassBid.templateID
    )
    guard let kind = BidKind(rawValue: entry.kind) else {
      return reject(request, .malformed, stamp, &outbox)
    }
    let bid = Bid(
      request: request,
      bidder: bidder,
      amount: entry.amount,
      ifRevision: 0,
      kind: kind,
      currency: entry.currency
    )
    place(bid, stamp, &outbox)
  }
}
