public import Primitives
public import Wire

/// What anybody may know of an auction, and to whom it belongs.
public struct AuctionView: Equatable, Sendable, BitwiseCopyable {
  /// The auction.
  public var id: AuctionID
  /// The account that sells; a draft is shown to it alone.
  public var seller: UInt64
  /// The public price in minor units; absent while there is no bid.
  public var price: Int64
  /// The least next bid in minor units; absent when no bid can be taken any more.
  public var minNext: Int64
  /// The leading account; 0 = none.
  public var leader: UInt64
  /// The buy-now price in minor units; absent unless it can be used now.
  public var buyNow: Int64
  /// Counts the public changes, from 1.
  public var revision: UInt64
  /// When it opens or opened.
  public var startTime: Nanoseconds
  /// When it ends or was to end.
  public var endTime: Nanoseconds
  /// Where it is in its life.
  public var status: AuctionStatus
  /// What the public may know of the reserve.
  public var reserveState: ReserveState
  /// ISO 4217 number.
  public var currency: UInt16
  /// Public rows of the history.
  public var bidCount: UInt32

  /// The view as the wire's AuctionState.
  ///
  /// - Parameters:
  ///   - clientRef: The request's number; 0 when nobody asked.
  ///   - logPosition: The position after which the view is true.
  /// - Returns: The message.
  public func message(clientRef: UInt64, logPosition: UInt64) -> AuctionState {
    AuctionState(
      clientRef: clientRef,
      auctionId: id.raw,
      sellerId: seller,
      price: price,
      minNext: minNext,
      leaderId: leader,
      buyNow: buyNow,
      revision: revision,
      startTime: startTime,
      endTime: endTime,
      logPosition: logPosition,
      status: status.rawValue,
      reserveState: reserveState.rawValue,
      currency: currency,
      bidCount: bidCount
    )
  }
}

/// How many of what an engine holds.
public struct EngineCounts: Equatable, Sendable, BitwiseCopyable {
  /// Auctions that are remembered, ended ones included.
  public var auctions: Int
  /// Auctions that are open for bids now.
  public var activeAuctions: Int
  /// Accounts in the table, idle ones included.
  public var accounts: Int
  /// Different increment tables of sellers.
  public var incrementTables: Int
  /// Pairs of a seller and a bidder whom it refuses.
  public var sellerBlocks: Int
}

extension Engine {
  /// The public view of an auction.
  ///
  /// - Parameter id: The auction.
  /// - Returns: The view; nil when the auction is unknown.
  public func view(of id: AuctionID) -> AuctionView? {
    guard let slot = auctions.find(id, on: shard) else { return nil }
    return view(slot)
  }

  func view(_ slot: UInt32) -> AuctionView {
    let record = auctions[slot]
    return AuctionView(
      id: auctions.id(slot, on: shard),
      seller: record.seller,
      price: record.price,
      minNext: shownMinNext(slot),
      leader: record.leader,
      buyNow: usableBuyNow(record),
      revision: UInt64(record.revision),
      startTime: record.startTime,
      endTime: record.endTime,
      status: AuctionStatus(rawValue: UInt8(record.status)) ?? .ended,
      reserveState: AuctionRules.reserveState(price: record.price, reserve: record.reserve),
      currency: record.currency,
      bidCount: record.bidCount
    )
  }

  private func usableBuyNow(_ record: AuctionRecord) -> Int64 {
    record.status < SlotStatus.ended
      && AuctionRules.canBuyNow(record.standing, reserve: record.reserve) ? record.buyNow : .min
  }

  /// The sum of an account's leading maxima in open auctions of this shard, in minor units.
  ///
  /// - Parameter account: The account.
  /// - Returns: The sum; 0 for an account that leads nowhere.
  public func exposure(of account: UInt64) -> Int64 {
    let index = accounts.find(account)
    return index < 0 ? 0 : accounts[index].exposure
  }

  /// How many of what the engine holds now.
  public var counts: EngineCounts {
    EngineCounts(
      auctions: auctions.count,
      activeAuctions: activeCount,
      accounts: accounts.count,
      incrementTables: increments.customCount,
      sellerBlocks: sellerBlocks.count
    )
  }
}
