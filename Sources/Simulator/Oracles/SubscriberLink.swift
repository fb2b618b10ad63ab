internal import Wire

/// What one connection was told in public, and what it was to be told.
struct SubscriberLink {
  /// A question for a page that is not answered.
  struct Page {
    let ref: UInt64
    /// The auction whose rows are wanted; nil for events of any.
    let auction: UInt64?
  }

  /// What is subscribed (0 = everything), and which frame is to come next; nil = not known yet.
  private var next: [UInt64: Int?] = [:]
  /// The same, in the order in which they were subscribed.
  private var subscribed: [UInt64] = []
  /// Subscriptions that were acknowledged and whose view of the auction comes next.
  private var awaitedViews: Set<UInt64> = []
  /// Frames that belong to no subscription: those of the page that is being given.
  private var rows: [PublicStream.Place] = []
  /// Whether some of them may be updates: nobody told yet where the subscription of all begins.
  private var hasUncertainRows = false
  private var unnumberedByteCount = 0
  /// The reader was so slow that updates may have been left out: what else comes is not compared.
  private(set) var isConflated = false

  /// Bytes that must wait before updates are left out.
  static let conflationByteCount = 31 << 10

  mutating func take(byteCount: Int) { unnumberedByteCount += byteCount + 16 }

  mutating func subscribe(_ auction: UInt64) {
    if auction != 0 { awaitedViews.insert(auction) }
    guard next[auction] == nil else { return }
    next.updateValue(nil, forKey: auction)
    subscribed.append(auction)
  }

  mutating func unsubscribe(_ auction: UInt64) {
    next.removeValue(forKey: auction)
    subscribed.removeAll { $0 == auction }
    awaitedViews.remove(auction)
  }

  private mutating func conflated(_ text: String) -> String? {
    if unnumberedByteCount < Self.conflationByteCount { return text }
    isConflated = true
    return nil
  }

  /// Something was told that follows from a record: what was published before must have come.
  mutating func reach(_ position: UInt64, _ stream: PublicStream) -> String? {
    for auction in subscribed {
      guard let told = next[auction], let place = told,
        let missing = stream.position(auction, place), missing < position
      else { continue }
      let text = "what follows from record \(position), and nothing yet of record \(missing)"
      if let text = conflated(text + Self.subscription(auction)) { return text }
    }
    return nil
  }

  private static func subscription(_ auction: UInt64) -> String {
    auction == 0 ? ", with all auctions subscribed" : " of auction \(auction)"
  }

  /// A view that begins a subscription or that an update was left out for.
  mutating func see(view position: UInt64, of auction: UInt64, _ stream: PublicStream) -> String? {
    let count = stream.count(auction, through: position)
    let isAwaited = awaitedViews.remove(auction) != nil
    guard isAwaited else {
      return conflated("a view of auction \(auction) that was not asked for")
    }
    next[auction] = count
    return nil
  }

  func awaitsView(of auction: UInt64) -> Bool { awaitedViews.contains(auction) }

  /// A public frame: the next one of a subscription, or a row of a page.
  mutating func see(_ place: PublicStream.Place, _ pages: [Page], isRow: Bool) -> String? {
    if let told = next[place.auction], let expected = told, place.own >= expected {
      next[place.auction] = place.own + 1
      if place.own == expected { return nil }
      return conflated("an update of auction \(place.auction), and not the one before it")
    }
    let isOfPage = pages.contains { page in
      page.auction.map { isRow && $0 == place.auction } ?? true
    }
    if let told = next[0], place.common >= told ?? (isOfPage ? .max : 0) {
      next[0] = place.common + 1
      if place.common == told ?? place.common { return nil }
      return conflated("an update of auction \(place.auction), and not all before it")
    }
    guard isOfPage else {
      let isAsked = next[place.auction] != nil || next[0] != nil
      return "an update of auction \(place.auction) "
        + (isAsked ? "again, or behind one that follows it" : "that is not subscribed")
    }
    if let told = next[0], told == nil { hasUncertainRows = true }
    rows.append(place)
    return nil
  }

  /// The page that was being given goes no further.
  mutating func dropPage() {
    rows = []
    hasUncertainRows = false
  }

  /// A page is complete: newest first for rows, oldest first for events.
  mutating func end(page: Page, count: UInt32, isComplete: Bool) -> String? {
    defer { dropPage() }
    guard isComplete, !hasUncertainRows else { return nil }
    guard rows.count == Int(count) else {
      return "the end of a page of \(count) frames, and \(rows.count) came"
    }
    let isOrdered = zip(rows, rows.dropFirst()).allSatisfy { before, after in
      page.auction == nil ? before.common < after.common : before.own > after.own
    }
    let isOfOne = rows.allSatisfy { page.auction == nil || $0.auction == page.auction }
    return isOrdered && isOfOne ? nil : "a page whose frames are not in order"
  }
}
