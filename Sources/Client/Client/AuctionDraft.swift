public import Primitives
public import Wire

/// An auction that a client creates: what the seller decides, with the usual values.
public struct AuctionDraft: Sendable {
  /// Who sells; nil = the account of the client.
  public var seller: UInt64?
  /// The least first bid, in minor units.
  public var startPrice: Int64
  /// The hidden reserve, in minor units; `Money.absent` = none.
  public var reserve = Money.absent
  /// The buy-now price, in minor units; `Money.absent` = none.
  public var buyNow = Money.absent
  /// When it opens, in nanoseconds since the Unix epoch; 0 = at once.
  public var startTime: Nanoseconds = 0
  /// When it ends, in nanoseconds since the Unix epoch.
  public var endTime: Nanoseconds
  /// Soft close never moves the end past it, in nanoseconds since the Unix epoch; 0 = no bound.
  public var hardEnd: Nanoseconds = 0
  /// A bid so near to the end moves it, in milliseconds; 0 = never.
  public var softCloseWindowMs: UInt32 = 0
  /// How far a bid moves the end, in milliseconds.
  public var softCloseExtensionMs: UInt32 = 0
  /// A bidder gets one more bid each so many milliseconds; 0 = no limit.
  public var rateRefillMs: UInt32 = 0
  /// Bids that a bidder may place at once.
  public var rateBurst: UInt16 = 0
  /// The ISO 4217 number of the currency.
  public var currency: UInt16 = 840
  /// The increments: a named table, or the seller's own tiers.
  public var increments = Increments.standard
  /// The opening price while the first maximum is below the reserve.
  public var reservePolicy = ReservePolicy.hidden
  /// What happens when the reserve is lowered onto the leader's maximum.
  public var reserveLowering = ReserveLowering.requireRebid
  /// Choices of the auction.
  public var flags: AuctionFlags = []
  /// The category, a number of the seller's market.
  public var category: UInt32 = 0
  /// The title, at most 80 bytes of UTF-8.
  public var title = ""
  /// The description, at most 4,096 bytes of UTF-8.
  public var text = ""

  /// By how much a bid must top the price.
  public enum Increments: Equatable, Sendable {
    /// The exchange's own table.
    case standard
    /// The table of eBay in the United States.
    case ebayUS
    /// The table of eBay in the United Kingdom.
    case ebayUK
    /// The seller's own table, 1 to 16 tiers; the last one's limit is `Money.absent`.
    case custom([Tier])
  }

  /// One tier of a seller's own table.
  public struct Tier: Equatable, Sendable {
    /// Prices below it take this increment, in minor units; `Money.absent` = all others.
    public var limit: Int64
    /// In minor units.
    public var increment: Int64

    /// Describes a tier.
    ///
    /// - Parameters:
    ///   - limit: Prices below it take this increment, in minor units; `Money.absent` = all others.
    ///   - increment: In minor units.
    public init(limit: Int64, increment: Int64) {
      self.limit = limit
      self.increment = increment
    }
  }

  /// Describes an auction with a starting price and an end; change the rest as needed.
  ///
  /// - Parameters:
  ///   - startPrice: The least first bid, in minor units.
  ///   - endTime: When it ends, in nanoseconds since the Unix epoch.
  ///   - seller: Who sells; nil = the account of the client.
  public init(startPrice: Int64, endTime: Nanoseconds, seller: UInt64? = nil) {
    self.startPrice = startPrice
    self.endTime = endTime
    self.seller = seller
  }

  var tiers: [CreateAuction.Tier] {
    guard case .custom(let tiers) = increments else { return [] }
    return tiers.prefix(CreateAuction.Tier.entryCountMax).map {
      CreateAuction.Tier(limit: $0.limit, increment: $0.increment)
    }
  }

  private var tableNumber: UInt8 {
    switch increments {
    case .standard: 1
    case .ebayUS: 2
    case .ebayUK: 3
    case .custom: 255
    }
  }

  func message(account: UInt64) -> CreateAuction {
    CreateAuction(
      clientRef: 0,
      sellerId: seller ?? account,
      startPrice: startPrice,
      reserve: reserve,
      buyNow: buyNow,
      startTime: startTime,
      endTime: endTime,
      hardEnd: hardEnd,
      clientTime: SystemTime.wall(),
      softCloseWindowMs: softCloseWindowMs,
      softCloseExtensionMs: softCloseExtensionMs,
      rateRefillMs: rateRefillMs,
      category: category,
      rateBurst: rateBurst,
      currency: currency,
      incrementTable: tableNumber,
      reservePolicy: reservePolicy.rawValue,
      reserveLowering: reserveLowering.rawValue,
      format: AuctionFormat.english.rawValue,
      flags: flags.rawValue,
      title: FixedText80(title)
    )
  }
}

extension ClientSession {
  /// Takes the creation of an auction, with its tiers and its text.
  ///
  /// - Parameters:
  ///   - draft: What is offered.
  ///   - tag: What comes back with the outcome.
  /// - Returns: The request's number, or nil when too many are unanswered: take outcomes first.
  public mutating func submit(_ draft: AuctionDraft, tag: UInt64 = 0) -> UInt64? {
    let tiers = draft.tiers
    let lines = TextLines.split(draft.text)
    let byteCount = CreateAuction.frameByteCount(tiers: tiers.count, text: lines.count)
    guard let frame = unsafe beginRequest(byteCount: byteCount) else { return nil }
    let message = draft.message(account: configuration.credentials.account)
    unsafe message.write(frame: frame, byteCount: byteCount)
    var end = unsafe frame + CreateAuction.frameByteCount
    unsafe end = GroupSpan.write(tiers, to: end)
    unsafe GroupSpan.write(lines, to: end)
    return endRequest(byteCount: byteCount, template: CreateAuction.templateID, tag: tag)
  }
}
