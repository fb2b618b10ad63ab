public import Primitives
internal import Wire

/// What a shard knows of an account, for tools that show and compare states.
public struct AccountView: Equatable, Sendable, BitwiseCopyable {
  /// The account.
  public var id: UInt64
  /// The sum of its leading maxima in open auctions, in minor units.
  public var exposure: Int64
  /// The most that the exposure may be, in minor units; absent = no limit.
  public var limit: Int64
  /// Whether an operator blocked it.
  public var isBlocked: Bool
  /// Whether an operator verified it.
  public var isVerified: Bool
  /// Its group of linked accounts; 0 = none.
  public var linkGroup: UInt32
  /// How many sellers refuse it.
  public var sellerBlockCount: UInt16
}

/// What of an auction only its seller, its leader and an operator may know.
public struct AuctionSecrets: Equatable, Sendable, BitwiseCopyable {
  /// The leader's maximum in minor units; absent while there is no bid.
  public var maximum: Int64
  /// The reserve in minor units; absent = none.
  public var reserve: Int64
  /// The account that leads; 0 = none.
  public var leader: UInt64
  /// When it ends at the latest; 0 = no such time, and none once it has ended.
  public var hardEnd: Nanoseconds
}

extension Engine {
  /// The next account of which the shard knows something that matters, for a walk over all.
  ///
  /// - Parameter place: The place of the account before; nil for the first.
  /// - Returns: Its place and what is known; nil after the last.
  /// - Complexity: O(1) but for empty places and idle accounts, which are passed over.
  public func nextAccount(after place: Int?) -> (place: Int, account: AccountView)? {
    var next = accounts.next(place.map { $0 + 1 } ?? 0)
    while next < accounts.placeCount, accounts[next].isIdle { next = accounts.next(next + 1) }
    guard next < accounts.placeCount else { return nil }
    let record = accounts[next]
    let view = AccountView(
      id: record.id, exposure: record.exposure, limit: record.limit, isBlocked: record.isBlocked,
      isVerified: record.isVerified, linkGroup: record.linkGroup,
      sellerBlockCount: record.sellerBlockCount)
    return (next, view)
  }

  /// What of an auction not everybody may know, for operators.
  ///
  /// - Parameter id: The auction.
  /// - Returns: The secrets; nil when the auction is unknown.
  public func secrets(of id: AuctionID) -> AuctionSecrets? {
    guard let slot = auctions.find(id, on: shard) else { return nil }
    let record = auctions[slot]
    // Once it is over the field holds when it is forgotten.
    let isOver = record.status >= SlotStatus.ended
    return AuctionSecrets(
      maximum: record.maximum, reserve: record.reserve, leader: record.leader,
      hardEnd: isOver ? 0 : record.hardEnd)
  }
}
