// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Why a request or a session was refused; fields carry it as a plain uint16, since codes may be
/// added without a new version.
@frozen public enum RejectCode: UInt16, Sendable, CaseIterable {
  /// No auction has this id on this shard.
  case unknownAuction = 1
  /// The auction has not opened.
  case notOpenYet = 2
  /// The auction is over.
  case ended = 3
  /// The auction was called off.
  case cancelled = 4
  /// The amount is below the least next bid.
  case bidTooLow = 5
  /// The leader's new maximum is not above its own.
  case notHigherThanOwnMaximum = 6
  /// The seller, or an account linked to it, may not bid on its own auction.
  case sellerMayNotBid = 7
  /// The bidder is blocked, by an operator or by this seller.
  case bidderBlocked = 8
  /// The auction takes bids of verified accounts alone.
  case bidderNotVerified = 9
  /// A limit is reached: bids a bidder and auction, exposure of the account, or room for more.
  case limitExceeded = 10
  /// The amount's currency is not the auction's.
  case currencyMismatch = 11
  /// The auction has changed since the revision that the request names.
  case revisionMismatch = 12
  /// These bids may not be removed.
  case removalNotAllowed = 13
  /// A maximum may not be lowered below the price.
  case lowerBelowPrice = 14
  /// The auction can't be bought now, or not at this amount.
  case buyNowUnavailable = 15
  /// This may not be changed any more.
  case editNotAllowed = 16
  /// An amount is absent, not positive or too great.
  case amountOutOfRange = 17
  /// The auction belongs to another account.
  case notOwner = 18
  /// The clientRef was used before for a different request.
  case refReusedDifferently = 19
  /// The bidder leads already.
  case alreadyLeading = 20
  /// Too many requests a second; retry after the time that the reply names.
  case throttled = 30
  /// Too many requests without a reply.
  case inFlightLimit = 31
  /// The session may not do this, or its logon is not valid.
  case notAuthorised = 32
  /// The frame's length, checksum, groups or values are wrong.
  case malformed = 33
  /// The server takes no message of this number.
  case unknownTemplate = 34
  /// The schema or its version is not one that the server understands.
  case unsupportedVersion = 35
  /// The disk is nearly full; only what ends auctions goes on.
  case storageFull = 36
  /// The server has no room for it now; retry later.
  case overloaded = 40
  /// The server is still replaying its log; retry later.
  case recovering = 41
  /// The auction lives on another shard.
  case wrongShard = 42
  /// The server has no room for one more session.
  case sessionLimit = 43
  /// The auction's history is not held any more, or is being rebuilt.
  case historyUnavailable = 44
  /// A snapshot is being taken already.
  case snapshotRunning = 45
  /// The server stopped the request because of a fault of its own.
  case internalFault = 50
}

extension RejectCode {
  /// What the code means, in one line for a person.
  public var meaning: StaticString {
    switch self {
    case .unknownAuction: "No auction has this id on this shard."
    case .notOpenYet: "The auction has not opened."
    case .ended: "The auction is over."
    case .cancelled: "The auction was called off."
    case .bidTooLow: "The amount is below the least next bid."
    case .notHigherThanOwnMaximum: "The leader's new maximum is not above its own."
    case .sellerMayNotBid: "The seller, or an account linked to it, may not bid on its own auction."
    case .bidderBlocked: "The bidder is blocked, by an operator or by this seller."
    case .bidderNotVerified: "The auction takes bids of verified accounts alone."
    case .limitExceeded:
      "A limit is reached: bids a bidder and auction, exposure of the account, or room for more."
    case .currencyMismatch: "The amount's currency is not the auction's."
    case .revisionMismatch: "The auction has changed since the revision that the request names."
    case .removalNotAllowed: "These bids may not be removed."
    case .lowerBelowPrice: "A maximum may not be lowered below the price."
    case .buyNowUnavailable: "The auction can't be bought now, or not at this amount."
    case .editNotAllowed: "This may not be changed any more."
    case .amountOutOfRange: "An amount is absent, not positive or too great."
    case .notOwner: "The auction belongs to another account."
    case .refReusedDifferently: "The clientRef was used before for a different request."
    case .alreadyLeading: "The bidder leads already."
    case .throttled: "Too many requests a second; retry after the time that the reply names."
    case .inFlightLimit: "Too many requests without a reply."
    case .notAuthorised: "The session may not do this, or its logon is not valid."
    case .malformed: "The frame's length, checksum, groups or values are wrong."
    case .unknownTemplate: "The server takes no message of this number."
    case .unsupportedVersion: "The schema or its version is not one that the server understands."
    case .storageFull: "The disk is nearly full; only what ends auctions goes on."
    case .overloaded: "The server has no room for it now; retry later."
    case .recovering: "The server is still replaying its log; retry later."
    case .wrongShard: "The auction lives on another shard."
    case .sessionLimit: "The server has no room for one more session."
    case .historyUnavailable: "The auction's history is not held any more, or is being rebuilt."
    case .snapshotRunning: "A snapshot is being taken already."
    case .internalFault: "The server stopped the request because of a fault of its own."
    }
  }
}
