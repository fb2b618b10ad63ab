public import Primitives
public import Wire

extension RostrumClient {
  /// Asks for a page of an auction's history, newest first.
  ///
  /// Rows are given here alone; updates of a watched auction that come meanwhile go to `onNotice`.
  ///
  /// - Parameters:
  ///   - auction: Which auction.
  ///   - before: Rows before this number: `end.nextBeforeRow` of the page before; 0 = from the
  ///     newest.
  ///   - limit: The most rows; the server may give fewer.
  /// - Returns: The page, or why there is none; `answerLost` when it did not come whole: ask again.
  /// - Throws: Why it could not be asked for.
  public func bids(
    of auction: AuctionID,
    before: UInt64 = 0,
    limit: UInt32 = 100
  ) throws(ClientError) -> Outcome<BidPage> {
    let collector = PageCollector(.bids(auction: auction.raw, before: before), of: auction.shard)
    let query = QueryBids(clientRef: 0, auctionId: auction.raw, beforeRow: before, limit: limit)
    let timeout = configuration.requestTimeout
    let outcome = try collect(query, with: collector, timeout: timeout)
    return outcome.map { if case .bidsEnd(let end) = $0 { collector.page(end) } else { nil } }
      ?? .answerLost
  }

  /// Asks for the newest rows of an auction's history, newest first.
  ///
  /// - Parameters:
  ///   - auction: Which auction.
  ///   - limit: The most rows; the server may give fewer.
  /// - Returns: The rows, or why there are none.
  /// - Throws: Why they could not be asked for.
  public func history(
    of auction: AuctionID,
    limit: UInt32 = 20
  ) throws(ClientError) -> Outcome<[BidEntry]> {
    try bids(of: auction, limit: limit).map { $0.rows } ?? .answerLost
  }

  /// Asks for a shard's events in the order of its log; for operators.
  ///
  /// An event has the same offset for ever: who keeps `end.nextOffset` resumes without gap or
  /// repeat, also after a restart of either side. Use a client that watches no auction: an update
  /// that comes within a page cannot be told from an event, and the page is then `answerLost`.
  ///
  /// - Parameters:
  ///   - shard: Whose events.
  ///   - offset: Where to begin: `end.nextOffset` of the page before; 0 = the oldest that is kept.
  ///   - limit: The most events; the server may give fewer.
  ///   - waitMs: How long the server waits for the first event, in milliseconds; 0 = not at all.
  /// - Returns: The page, or why there is none; `answerLost` when it did not come whole: ask again.
  /// - Throws: Why it could not be asked for.
  public func events(
    shard: ShardID = ShardID(0),
    from offset: UInt64,
    limit: UInt32 = 100,
    waitMs: UInt32 = 0
  ) throws(ClientError) -> Outcome<EventPage> {
    let collector = PageCollector(.events, of: shard)
    let query = QueryEvents(clientRef: 0, fromOffset: offset, limit: limit, waitMs: waitMs)
    let timeout = configuration.requestTimeout &+ UInt64(waitMs) * TimeSpan.millisecond
    let outcome = try collect(query, with: collector, timeout: timeout)
    return outcome.map { if case .eventsEnd(let end) = $0 { collector.page(end) } else { nil } }
      ?? .answerLost
  }

  /// Has a shard take a snapshot of its state while it serves; for operators.
  ///
  /// - Parameters:
  ///   - shard: Which shard.
  ///   - timeout: How long to wait until it is on the disk, in nanoseconds.
  /// - Returns: What was taken; `snapshotRunning` when one is being taken already, also when the
  ///   connection was lost meanwhile and the request came again.
  /// - Throws: Why it could not be asked for.
  public func takeSnapshot(
    shard: ShardID = ShardID(0),
    timeout: Nanoseconds = 600 * TimeSpan.second
  ) throws(ClientError) -> Outcome<SnapshotTaken> {
    let query = TakeSnapshot(clientRef: 0)
    let outcome = try request(query, over: try knownLink(of: shard), timeout: timeout)
    return outcome.map { if case .snapshot(let taken) = $0 { taken } else { nil } } ?? .answerLost
  }

  private func collect<Message: WireMessage>(
    _ query: Message,
    with collector: PageCollector,
    timeout: Nanoseconds
  ) throws(ClientError) -> Outcome<Reply> {
    let link = try knownLink(of: collector.shard)
    collectors.append(collector)
    do throws(ClientError) {
      return try wait(over: link, timeout: timeout) { session, tag in
        collector.number = tag
        return session.submit(query, tag: tag)
      }
    } catch {
      collectors.removeAll { $0 === collector }
      throw error
    }
  }

  private func knownLink(of shard: ShardID) throws(ClientError) -> ShardLink {
    guard let link = link(of: shard) else {
      throw .invalidRequest("the server has no such shard")
    }
    return link
  }
}

extension RostrumClient {
  /// Offers a frame that answers no request by its number to the pages that are being collected.
  ///
  /// - Parameters:
  ///   - frame: The frame.
  ///   - shard: Where it came from.
  /// - Returns: Whether it is dealt with: it belongs to a page, or it is no news.
  func collected(_ frame: ServerFrame, from shard: ShardID) -> Bool {
    for collector in collectors where collector.take(frame, from: shard) { return true }
    // News for the client alone are always numbered; without a number they belong to a journal.
    return frame.sequence == 0
      && (frame.templateID == Outbid.templateID || frame.templateID == AuctionWon.templateID)
  }

  /// A session was opened: its questions were sent again, and their pages begin again.
  ///
  /// - Parameter shard: Whose session.
  func restartPages(of shard: ShardID) {
    for collector in collectors where collector.shard == shard { collector.restart() }
  }
}
