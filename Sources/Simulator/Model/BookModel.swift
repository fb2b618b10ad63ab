public import Primitives
internal import Wire

/// The rules of auctions once more, slow and plain: dictionaries, arrays and stories told again.
///
/// Written from the pages of the rules and sharing no code with the engine, it says for each record
/// of a log which frames the shard must say, in which order. Where the pages leave open whether a
/// full table refuses (accounts that nothing is known of may be forgotten sooner or later; pairs
/// that are rate-limited share places), it follows what was observed, as far as that is possible.
public final class BookModel {
  /// The shard whose auctions these are.
  public let shard: ShardID
  /// What the shard can hold.
  public let limits: BookLimits
  /// The time of the newest record, in nanoseconds since the Unix epoch.
  public private(set) var now: Nanoseconds = 0
  /// The position of the newest record; 0 before the first.
  public private(set) var position: UInt64 = 0

  var retention: Nanoseconds
  var lots = LotTable()
  var accounts = AccountBook()
  /// The tokens taken by a bidder (first) in an auction (second) since its bucket was full.
  var tokens: [NumberPair: TakenTokens] = [:]
  /// Accepted bids of auctions that are not over.
  var bidCount: UInt64 = 0
  /// The generation of each slot's newest auction.
  var generations: [UInt64] = []
  /// Slots to be used again, the one that has been free for longest first.
  var freeSlots: [UInt64] = []
  /// No auction is due before it.
  var nothingDueBefore: Nanoseconds = .max

  /// What the newest record led to.
  var said: [Told] = []
  /// What the shard was seen to say to the newest record; empty when nobody looked.
  var observed: [Told] = []
  var session = SessionHandle.none
  var isOperator = false

  /// Makes the model of an empty shard.
  ///
  /// - Parameters:
  ///   - shard: The shard.
  ///   - limits: What it can hold.
  ///   - retention: How long an ended auction is remembered, in nanoseconds, until a record says.
  public init(shard: ShardID, limits: BookLimits, retention: Nanoseconds) {
    self.shard = shard
    self.limits = limits
    self.retention = retention
  }

  /// Applies the next record of the log.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - observed: What the shard said to it; it decides only where the rules leave it open whether
  ///     a table is full.
  /// - Returns: What the shard must say, in order.
  public func apply(_ record: LoggedRecord, observed: [Told] = []) -> [Told] {
    now = record.time
    position = record.position
    session = record.session
    isOperator = record.roles.contains(.operator)
    said = []
    self.observed = observed
    let request = record.request
    if case .outage(let message) = request { endOutage(message) }
    passTime()
    answer(request, template: record.templateID)
    return said
  }

  private func answer(_ request: BookRequest, template: UInt16) {
    switch request {
    case .bids(let bids): for bid in bids { place(bid) }
    case .tooManyBids(let ref): refuse(Asked(ref: ref, template: MassBid.templateID), .malformed)
    case .lower(let message): lower(message)
    case .remove(let message): remove(message)
    case .create(let message, let text, let tiers): create(message, text, tiers)
    case .update(let message, let text, let tiers): update(message, text, tiers)
    case .cancel(let message): cancel(message)
    case .account(let message): control(message)
    case .configured(let message): setRetention(message.retentionSeconds)
    case .outage, .nothing: break
    case .unknown(let ref): refuse(Asked(ref: ref, template: template), .unknownTemplate)
    }
  }

  /// Retention is at most a century, so that no sum of times overflows.
  private func setRetention(_ seconds: UInt64) {
    let century: UInt64 = 36_525 * 86_400
    retention = min(seconds, century) * TimeSpan.second
  }

  // MARK: Time

  /// Everything due at or before now happens, in the order of due time and auction id.
  private func passTime() {
    guard nothingDueBefore <= now else { return }
    var waiting = lots.all.filter { isDueNow($0) }.sorted { Self.isEarlier($0, $1) }
    var next = 0
    while next < waiting.count {
      let lot = waiting[next]
      next += 1
      happen(lot)
      // What opened may end at once, and what ended may be forgotten at once.
      guard lots[lot.id] != nil, isDueNow(lot) else { continue }
      let place = waiting[next...].firstIndex { Self.isEarlier(lot, $0) } ?? waiting.endIndex
      waiting.insert(lot, at: place)
    }
    nothingDueBefore = lots.all.reduce(.max) { min($0, $1.due ?? .max) }
  }

  private func isDueNow(_ lot: Lot) -> Bool { lot.due.map { $0 <= now } ?? false }

  private static func isEarlier(_ one: Lot, _ other: Lot) -> Bool {
    (one.due ?? .max, one.id) < (other.due ?? .max, other.id)
  }

  private func happen(_ lot: Lot) {
    guard let due = lot.due else { return }
    switch lot.status {
    case .draft: break
    case .scheduled:
      lot.status = .active
      lot.revision += 1
      shoutState(lot)
    case .active:
      let outcome: EndOutcome =
        !lot.hasBids ? .noBids : lot.standing.isReserveMet ? .sold : .reserveNotMet
      close(lot, .ended, at: due)
      shoutEnd(lot, outcome, at: due)
      if outcome == .sold { tellWon(lot, at: due) }
    case .ended, .cancelled: forget(lot)
    }
  }

  /// An auction is over: it no longer commits anybody, and is remembered for a while.
  func close(_ lot: Lot, _ status: AuctionStatus, at time: Nanoseconds) {
    bidCount -= UInt64(lot.standing.offers.count)
    accounts.lead(lot.id, from: lot.leader, to: nil)
    lot.status = status
    lot.revision += 1
    lot.forgottenAt = time + retention
    isDue(lot)
  }

  /// The retention time is over: the slot is free, unless its generations are used up.
  private func forget(_ lot: Lot) {
    lots.forget(lot)
    if generations[Int(lot.slot)] < UInt64(AuctionID.generationMax) { freeSlots.append(lot.slot) }
  }

  /// Takes note of when something happens to an auction.
  func isDue(_ lot: Lot) {
    if let due = lot.due { nothingDueBefore = min(nothingDueBefore, due) }
  }

  // MARK: Slots

  /// The id of a new auction; nil when all slots are taken.
  func newID() -> UInt64? {
    let slot: UInt64
    if freeSlots.isEmpty {
      guard UInt64(generations.count) < limits.auctions else { return nil }
      slot = UInt64(generations.count)
      generations.append(0)
    } else {
      slot = freeSlots.removeFirst()
    }
    generations[Int(slot)] += 1
    return UInt64(shard.number) << 54 | generations[Int(slot)] << 32 | slot
  }

  /// Whether a new auction finds a slot.
  var hasFreeSlot: Bool { !freeSlots.isEmpty || UInt64(generations.count) < limits.auctions }
}
