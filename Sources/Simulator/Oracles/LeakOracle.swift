internal import Primitives
internal import Wire

/// Looks for what is hidden in what clients were told: maxima that are another's, reserves, drafts,
/// and what only an operator may know.
///
/// Two ways: the meaning of every field, and the bytes. Some maxima and reserves are drawn from a
/// range so wide that nothing equals them by chance; as long as one is hidden, its eight bytes may
/// stand in no frame of anybody who neither owns nor named it.
public final class LeakOracle {
  /// The amounts that are known again, in minor units.
  public static let greatAmounts: ClosedRange<Int64> = 900_000_000_000...999_000_000_000

  /// An amount that is hidden for a while.
  private struct Secret {
    let auction: UInt64
    /// Whose maximum it is; the seller for a reserve.
    let owner: UInt64
    /// The record since which it is hidden.
    let since: UInt64
    /// The record with which it became public; none yet when nil.
    var until: UInt64?
    /// Two have the same in mind: what the one is told may be the other's.
    var isShared = false
  }

  private struct Named: Hashable {
    let account: UInt64
    let amount: Int64
  }

  private var secrets: [Int64: Secret] = [:]
  /// The amounts of each auction that are hidden still.
  private var hidden: [UInt64: [Int64]] = [:]
  /// The first record with which an amount was told to everybody.
  private var spoken: [Int64: UInt64] = [:]
  private var named: Set<Named> = []
  private var requestCount = 0
  private var effectCount = 0
  private var publishedCount = 0
  private var frameCount = 0
  /// Amounts that were looked for so far.
  public private(set) var secretCount = 0

  /// Makes an oracle that has seen nothing.
  public init() {}

  /// Looks at everything that is new.
  ///
  /// - Parameters:
  ///   - ledger: What clients sent and were told.
  ///   - engine: What the log implies; it has checked its records.
  /// - Returns: The first leak, in words; nil when there is none.
  public func check(_ ledger: ClientLedger, _ engine: EngineOracle) -> String? {
    for request in ledger.requests[requestCount...] { take(request, ledger) }
    requestCount = ledger.requests.count
    for frame in engine.published[publishedCount...] { take(frame) }
    publishedCount = engine.published.count
    for effect in engine.effects[effectCount...] {
      for auction in effect.auctions { take(auction, at: effect.position) }
    }
    effectCount = engine.effects.count
    for index in frameCount..<ledger.frames.count {
      let seen = ledger.frames[index]
      let session = ledger.sessions[seen.session]
      if let text = misplaced(in: seen.frame, session) ?? secret(in: seen.frame, session) {
        return "account \(session.account) learned \(text)"
      }
    }
    frameCount = ledger.frames.count
    return nil
  }
}

// MARK: What fields mean

extension LeakOracle {
  private func misplaced(in frame: [UInt8], _ receiver: LedgerSession) -> String? {
    let isTrader = receiver.role == .trader
    func othersBid(_ bidder: UInt64) -> String? {
      isTrader && bidder != receiver.account ? "of a bid of account \(bidder)" : nil
    }
    if let ack = FrameBytes.decode(frame, as: BidAck.self) { return othersBid(ack.bidderId) }
    if let outbid = FrameBytes.decode(frame, as: Outbid.self) { return othersBid(outbid.bidderId) }
    if let won = FrameBytes.decode(frame, as: AuctionWon.self) { return othersBid(won.bidderId) }
    if let row = FrameBytes.decode(frame, as: BidEntry.self) {
      return row.amount > row.priceAfter ? "a row's amount above the price: \(row)" : nil
    }
    if let ack = FrameBytes.decode(frame, as: AccountAck.self) {
      let isOwn = ack.accountId == receiver.account || receiver.role == .operator
      return isOwn ? nil : "the exposure of account \(ack.accountId)"
    }
    if let state = FrameBytes.decode(frame, as: AuctionState.self) {
      let isDraft = state.status == AuctionStatus.draft.rawValue
      return isDraft ? "of the draft \(state.auctionId)" : nil
    }
    switch FrameBytes.header(frame).templateID {
    case StateHash.templateID, SnapshotTaken.templateID, EventsEnd.templateID:
      return receiver.role == .operator ? nil : "what only an operator may know"
    default: return nil
    }
  }
}

// MARK: What bytes are

extension LeakOracle {
  /// Calls the body with each great amount among the words of a frame's body.
  private static func greatWords(_ frame: [UInt8], _ body: (Int64) -> Void) {
    var place = FrameHeader.byteCount
    while place + 8 <= frame.count {
      // Most words are too small or too great for it by their upper bytes alone.
      if frame[place + 4] >= 0xD1, frame[place + 5] == 0, frame[place + 6] == 0 {
        let word = Int64(
          bitPattern: FrameBytes.word(frame, at: place - FrameHeader.byteCount))
        if greatAmounts.contains(word) { body(word) }
      }
      place += 8
    }
  }

  /// What a client wrote itself is no news to it.
  private func take(_ request: LedgerRequest, _ ledger: ClientLedger) {
    let account = ledger.sessions[request.session].account
    Self.greatWords(request.frame) { named.insert(Named(account: account, amount: $0)) }
  }

  private func take(_ frame: PublishedFrame) {
    Self.greatWords(frame.told.frame) { amount in
      if spoken[amount] == nil { spoken[amount] = frame.position }
    }
  }

  private func take(_ after: AuctionAfter, at position: UInt64) {
    guard let state = after.state, let terms = after.hidden else { return }
    hide(terms.maximum, of: terms.leader, state, position)
    hide(terms.reserve, of: state.sellerId, state, position)
    guard let waiting = hidden[after.auction] else { return }
    hidden[after.auction] = waiting.filter { amount in
      guard Self.isTold(amount, by: state) else { return true }
      secrets[amount]?.until = position
      return false
    }
  }

  private func hide(
    _ amount: Int64, of owner: UInt64, _ state: AuctionState, _ position: UInt64
  ) {
    guard Self.greatAmounts.contains(amount) else { return }
    if let known = secrets[amount] {
      // The same account may mean the same amount in two auctions, and the one may tell it.
      if known.owner != owner || known.auction != state.auctionId {
        secrets[amount]?.isShared = true
      }
      return
    }
    guard !Self.isTold(amount, by: state), (spoken[amount] ?? position) >= position else { return }
    secrets[amount] = Secret(auction: state.auctionId, owner: owner, since: position)
    hidden[state.auctionId, default: []].append(amount)
    secretCount += 1
  }

  /// Whether the public standing reaches an amount or may say it.
  private static func isTold(_ amount: Int64, by state: AuctionState) -> Bool {
    state.price >= amount || state.minNext >= amount || state.buyNow == amount
  }

  private func secret(in frame: [UInt8], _ receiver: LedgerSession) -> String? {
    // An exposure is the sum of maxima; whose it may be was looked at above.
    guard FrameBytes.header(frame).templateID != AccountAck.templateID else { return nil }
    var found: String?
    Self.greatWords(frame) { amount in
      guard found == nil, let secret = secrets[amount], !secret.isShared,
        secret.owner != receiver.account,
        !named.contains(Named(account: receiver.account, amount: amount))
      else { return }
      let position = Self.position(frame)
      let isHidden =
        position.map { $0 >= secret.since && $0 < secret.until ?? .max } ?? (secret.until == nil)
      guard isHidden else { return }
      found =
        "\(amount), which account \(secret.owner) keeps hidden in auction \(secret.auction), from"
        + " template \(FrameBytes.header(frame).templateID)"
    }
    return found
  }

  /// The record that a frame says it follows from; nil when it names none.
  private static func position(_ frame: [UInt8]) -> UInt64? {
    let position = FrameBytes.position(frame)
    return position > 0 ? position : nil
  }
}
