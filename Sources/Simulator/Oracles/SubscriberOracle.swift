internal import Primitives
internal import Wire

/// Compares the public frames of each connection with its subscriptions and its questions.
///
/// A subscription begins with a view and goes on with each frame that the log implies behind it,
/// once and in order, ahead of whatever follows from a later record; only a reader that lets very
/// much wait may miss some. Whatever else is public belongs to a page that was asked for.
struct SubscriberOracle {
  private var stream = PublicStream()
  private var links: [UInt64: SubscriberLink] = [:]
  /// Each session's questions for pages that are not answered.
  private var pages: [Int: [SubscriberLink.Page]] = [:]
  private var publishedCount = 0
  private var frameCount = 0
  private var requestCount = 0
  /// Public frames that were compared.
  private(set) var comparedCount = 0

  init() {}

  /// Compares everything that is new; the first thing that is wrong, in words.
  mutating func check(_ ledger: ClientLedger, _ engine: EngineOracle) -> String? {
    for frame in engine.published[publishedCount...] { stream.append(frame) }
    publishedCount = engine.published.count
    while frameCount < ledger.frames.count {
      let seen = ledger.frames[frameCount]
      takeRequests(ledger, until: seen.time)
      if let text = take(seen, ledger) {
        return "account \(ledger.sessions[seen.session].account), connection \(seen.link), was"
          + " told: \(text)"
      }
      frameCount += 1
    }
    return nil
  }

  private mutating func takeRequests(_ ledger: ClientLedger, until time: Nanoseconds) {
    while requestCount < ledger.requests.count, ledger.requests[requestCount].time <= time {
      let request = ledger.requests[requestCount]
      requestCount += 1
      let isRows = request.templateID == QueryBids.templateID
      guard isRows || request.templateID == QueryEvents.templateID else { continue }
      let auction = isRows ? FrameBytes.word(request.frame, at: 8) : nil
      pages[request.session, default: []].append(
        SubscriberLink.Page(ref: request.refs[0], auction: auction))
    }
  }

  private mutating func take(_ seen: LedgerFrame, _ ledger: ClientLedger) -> String? {
    let header = FrameBytes.header(seen.frame)
    if header.templateID == LogonAck.templateID { links[seen.link] = SubscriberLink() }
    guard var link = links[seen.link], !link.isConflated else {
      _ = takePage(seen, header, ledger)
      return nil
    }
    if header.sequence == 0 { link.take(byteCount: seen.frame.count) }
    links[seen.link] = link
    let text = takePage(seen, header, ledger) ?? takePublic(seen, header)
    if text == nil, header.templateID != BidEntry.templateID {
      return links[seen.link]?.reach(FrameBytes.position(seen.frame), stream)
    }
    return text
  }

  // MARK: Subscriptions

  private mutating func takePublic(_ seen: LedgerFrame, _ header: FrameHeader) -> String? {
    switch header.templateID {
    case SubscribeAck.templateID:
      guard let ack = FrameBytes.decode(seen.frame, as: SubscribeAck.self) else { return nil }
      if ack.active != 0 {
        links[seen.link]?.subscribe(ack.auctionId)
      } else {
        links[seen.link]?.unsubscribe(ack.auctionId)
      }
    case AuctionState.templateID:
      guard let state = FrameBytes.decode(seen.frame, as: AuctionState.self), state.clientRef == 0
      else { return nil }
      let isAwaited = links[seen.link]?.awaitsView(of: state.auctionId) ?? false
      if isAwaited || stream[Self.bare(seen.frame)] == nil {
        return links[seen.link]?.see(view: state.logPosition, of: state.auctionId, stream)
      }
      return takeUpdate(seen, isRow: false)
    case PriceUpdate.templateID, AuctionEnded.templateID, AuctionExtended.templateID:
      return takeUpdate(seen, isRow: false)
    case BidEntry.templateID: return takeUpdate(seen, isRow: true)
    default: break
    }
    return nil
  }

  private mutating func takeUpdate(_ seen: LedgerFrame, isRow: Bool) -> String? {
    // What the log does not imply is found elsewhere.
    guard let place = stream[Self.bare(seen.frame)] else { return nil }
    comparedCount += 1
    return links[seen.link]?.see(place, pages[seen.session] ?? [], isRow: isRow)
  }

  /// The frame as it is published: the checksum comes later.
  private static func bare(_ frame: [UInt8]) -> [UInt8] {
    var frame = frame
    for place in 4..<16 { frame[place] = 0 }
    return frame
  }

  // MARK: Pages

  private mutating func takePage(
    _ seen: LedgerFrame, _ header: FrameHeader, _ ledger: ClientLedger
  ) -> String? {
    let count: UInt32?
    switch header.templateID {
    case BidsEnd.templateID: count = FrameBytes.decode(seen.frame, as: BidsEnd.self)?.givenCount
    case EventsEnd.templateID:
      count = FrameBytes.decode(seen.frame, as: EventsEnd.self)?.eventCount
    case Reject.templateID: count = nil
    default: return nil
    }
    let ref = FrameBytes.word(seen.frame, at: 0)
    guard let index = pages[seen.session]?.firstIndex(where: { $0.ref == ref }),
      let page = pages[seen.session]?.remove(at: index)
    else { return nil }
    guard let count else {
      // A question may be refused in the middle of another's page, or, where the journal turns out
      // to be damaged, in the middle of its own.
      let code = FrameBytes.decode(seen.frame, as: Reject.self)?.code
      if code == RejectCode.historyUnavailable.rawValue { links[seen.link]?.dropPage() }
      return nil
    }
    // One that was asked on an older connection may have begun there.
    let asked = ledger.requestsByRef[ref].map { ledger.requests[$0.request].link }
    return links[seen.link]?.end(
      page: page, count: count, isComplete: asked == seen.link)
  }
}
