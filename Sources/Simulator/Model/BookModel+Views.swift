internal import Primitives
public import Wire

/// What only the seller, the leader and operators may know of an auction.
public struct HiddenTerms: Equatable, Sendable {
  /// The leader's maximum in minor units; absent while there is no bid.
  public var maximum: Int64
  /// The reserve in minor units; absent = none.
  public var reserve: Int64
  /// The account that leads; 0 = none.
  public var leader: UInt64
  /// When it ends at the latest; 0 = no such time, and none once it is over.
  public var hardEnd: UInt64
}

/// What the model knows, for comparisons.
extension BookModel {
  /// The auctions that are remembered, in the order of their ids.
  public var auctionIDs: [UInt64] { lots.all.map(\.id).sorted() }

  /// The public view of an auction.
  ///
  /// - Parameter id: The auction.
  /// - Returns: The view after the newest record; nil when the auction is unknown.
  public func state(of id: UInt64) -> AuctionState? { lots[id].map(view) }

  /// What is hidden of an auction.
  ///
  /// - Parameter id: The auction.
  /// - Returns: What is hidden; nil when the auction is unknown.
  public func hidden(of id: UInt64) -> HiddenTerms? {
    guard let lot = lots[id] else { return nil }
    return HiddenTerms(
      maximum: lot.leader?.amount ?? Money.absent, reserve: lot.terms.reserve ?? Money.absent,
      leader: lot.leader?.bidder ?? 0, hardEnd: lot.isOver ? 0 : lot.terms.hardEnd ?? 0)
  }

  /// The sum of the maxima with which an account leads, in minor units.
  ///
  /// - Parameter account: The account.
  /// - Returns: The sum; 0 for an account that leads nowhere.
  public func exposure(of account: UInt64) -> Int64 { accounts.exposure(of: account) }

  /// When the next auction opens, ends or is forgotten; `UInt64.max` when none does.
  public var nextDue: UInt64 { lots.all.reduce(.max) { min($0, $1.due ?? .max) } }

  /// Auctions that are open for bids.
  var openCount: Int { lots.all.reduce(0) { $0 + ($1.status == .active ? 1 : 0) } }
  /// Different tables of sellers.
  var sellersTableCount: Int { Set(lots.all.map(\.ladder).filter(\.isSellers)).count }
  /// Pairs of a seller and a bidder whom it refuses.
  var sellerBlockCount: Int { accounts.refusals.count }
  /// The accounts that the shard had a reason to remember at some time.
  var knownAccounts: [UInt64] { accounts.everKept.sorted() }
  /// The sum of the maxima with which open auctions are led.
  var committedSum: Int64 {
    lots.all.reduce(0) { $0 + ($1.status == .active ? $1.leader?.amount ?? 0 : 0) }
  }
  /// The accounts that the shard has a reason to remember now.
  var neededAccounts: Set<UInt64> { Set(accounts.needed) }
}
