// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// How a bid's amount is meant.
@frozen public enum BidKind: UInt8, Sendable, CaseIterable {
  /// The amount is a hidden maximum.
  case proxy = 0
  /// The amount is the price wanted now.
  case exact = 1
  /// The auction ends as sold at its buy-now price.
  case buyNow = 2

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["proxy", "exact", "buyNow"] }
}

/// What an accepted bid did.
@frozen public enum BidOutcome: UInt8, Sendable, CaseIterable {
  /// The bidder leads now.
  case leading = 0
  /// Accepted and recorded, but an earlier maximum still leads.
  case outbidImmediately = 1
  /// The leader raised its own maximum.
  case maximumRaised = 2
  /// The leader lowered its own maximum.
  case maximumLowered = 3
  /// Bought now: the auction is over.
  case bought = 4

  /// The names of the values, which count up from 0.
  static var names: [StaticString] {
    [
      "leading", "outbidImmediately", "maximumRaised", "maximumLowered", "bought",
    ]
  }
}

/// What the public may know of the reserve.
@frozen public enum ReserveState: UInt8, Sendable, CaseIterable {
  /// The auction has no reserve.
  case none = 0
  /// The price is below the reserve.
  case unmet = 1
  /// The price has reached the reserve.
  case met = 2

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["none", "unmet", "met"] }
}

/// Where an auction is in its life.
@frozen public enum AuctionStatus: UInt8, Sendable, CaseIterable {
  /// Not published.
  case draft = 0
  /// Published, not open yet.
  case scheduled = 1
  /// Open for bids.
  case active = 2
  /// Over.
  case ended = 3
  /// Called off.
  case cancelled = 4

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["draft", "scheduled", "active", "ended", "cancelled"] }
}

/// How an auction ended.
@frozen public enum EndOutcome: UInt8, Sendable, CaseIterable {
  /// Nobody bid.
  case noBids = 0
  /// The price stayed below the reserve.
  case reserveNotMet = 1
  /// Sold to the leader at the price.
  case sold = 2
  /// Called off before its end.
  case cancelled = 3

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["noBids", "reserveNotMet", "sold", "cancelled"] }
}

/// The opening price when a reserve is set and the first maximum is below it.
@frozen public enum ReservePolicy: UInt8, Sendable, CaseIterable {
  /// The starting price.
  case hidden = 0
  /// The bidder's maximum.
  case max = 1

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["hidden", "max"] }
}

/// What happens when the reserve is lowered onto the leader's hidden maximum.
@frozen public enum ReserveLowering: UInt8, Sendable, CaseIterable {
  /// The maximum is cut to just below the new reserve.
  case requireRebid = 0
  /// The price jumps to the new reserve.
  case jump = 1

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["requireRebid", "jump"] }
}

/// The kind of auction.
@frozen public enum AuctionFormat: UInt8, Sendable, CaseIterable {
  /// Ascending, second price with increments.
  case english = 0

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["english"] }
}

/// What an AccountControl command does.
@frozen public enum AccountAction: UInt8, Sendable, CaseIterable {
  /// Operator: the account may not bid anywhere.
  case block = 0
  /// Operator: takes block back.
  case unblock = 1
  /// Operator: the account is verified.
  case verify = 2
  /// Operator: takes verify back.
  case unverify = 3
  /// Operator: the sum of the account's leading maxima on the shard may not pass amount (absent =
  /// no limit).
  case limitExposure = 4
  /// Operator: accountId and otherId belong to one person.
  case link = 5
  /// Operator: accountId leaves its group.
  case unlink = 6
  /// Seller accountId: otherId may not bid on its auctions.
  case sellerBlock = 7
  /// Seller accountId: takes sellerBlock back.
  case sellerUnblock = 8

  /// The names of the values, which count up from 0.
  static var names: [StaticString] {
    [
      "block", "unblock", "verify", "unverify", "limitExposure", "link", "unlink", "sellerBlock",
      "sellerUnblock",
    ]
  }
}

/// Where a payment is.
@frozen public enum SettlementStatus: UInt8, Sendable, CaseIterable {
  /// Waits for the winner.
  case due = 0
  /// Promised by the provider.
  case authorised = 1
  /// Paid.
  case captured = 2
  /// Refused by the provider.
  case failed = 3
  /// Not paid in time.
  case expired = 4
  /// Given back.
  case refunded = 5

  /// The names of the values, which count up from 0.
  static var names: [StaticString] {
    [
      "due", "authorised", "captured", "failed", "expired", "refunded",
    ]
  }
}

/// Why an auction's end was moved without a bid.
@frozen public enum ExtensionReason: UInt8, Sendable, CaseIterable {
  /// No reason is given.
  case unspecified = 0
  /// The server was down while the auction was open, or before it closed.
  case outage = 1

  /// The names of the values, which count up from 0.
  static var names: [StaticString] { ["unspecified", "outage"] }
}
