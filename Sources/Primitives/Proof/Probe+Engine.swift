internal import CIntrinsics

extension Probe {
  // In Sources/Engine:
  /// The rare branches of the auction rules.
  public enum Engine: UInt16, CaseIterable, Sendable {
    /// The leader made an exact bid, which says nothing new.
    case bidExactByLeader = 72
    /// The leader's new maximum was not above its own.
    case bidNotHigher = 73
    /// A first maximum below the reserve opened at itself.
    case bidOpensAtMaximum = 74
    /// The leader's raise met the reserve and moved the price to it.
    case bidRaiseMeetsReserve = 75
    /// A bid was equal to the leader's maximum, and the earlier one led on.
    case bidTied = 77
    /// A soft close ended at the auction's hard end.
    case softCloseCapped = 78
    /// A reserve was lowered onto the leader's maximum, which was cut below it.
    case reserveCutsMaximum = 79
    /// A reserve was lowered onto the leader's maximum, and the price went up to it.
    case reserveJumps = 80
    /// A bid was exactly the reserve.
    case bidAtReserve = 81
    /// A bid or a new account found its table full.
    case bidFindsNoRoom = 82
    /// A bid of no known kind was refused.
    case bidMalformed = 83
    /// A bid named an auction that is not there.
    case bidOnUnknown = 84
    /// A bid changed an auction whose page a snapshot still needed.
    case bidKeepsPage = 85
    /// A late bid moved the auction's end.
    case softCloseExtended = 86
    /// A bid came before the auction's start or after its end.
    case bidNotOpen = 87
    /// The seller bid on the own auction.
    case bidBySeller = 88
    /// An account never seen bid where only verified ones may.
    case bidByUnknownUnverified = 89
    /// A bid was in another currency than the auction.
    case bidInWrongCurrency = 90
    /// A bid's amount was outside of all bounds.
    case bidOutOfRange = 91
    /// A bid was for a revision that is no more.
    case bidOnOldRevision = 92
    /// A known account bid where only verified ones may.
    case bidByUnverified = 93
    /// A bid went over its account's limit of exposure.
    case bidOverLimit = 94
    /// An account linked to the seller bid.
    case bidByLinkedSeller = 95
    /// A blocked account bid, or one that the seller refuses.
    case bidByBlocked = 96
    /// A bid came sooner than the auction's rate allows.
    case bidTooSoon = 97
    /// A bid found no bucket to count its rate in.
    case rateBucketsFull = 98
    /// An auction could not be bought at once, or not at that price.
    case buyNowUnavailable = 99
    /// An auction was bought at once.
    case boughtNow = 100
    /// An auction was bought at once over another's bid below the reserve.
    case boughtFromLeader = 101
    /// A leader lowered its own maximum.
    case maximumLowered = 102
    /// A maximum could not be lowered so.
    case maximumNotLowered = 103
    /// A mass bid had too many bids.
    case massBidTooLong = 104
    /// Bids were not removed because a next leader might find no account.
    case removalFindsNoRoom = 105
    /// Bids were to be removed of an account that has none.
    case removalOfNothing = 106
    /// Removing bids lowered the price.
    case removalLowersPrice = 107
    /// Without the removed bids the price would be higher, and stays.
    case removalKeepsPrice = 108
    /// Removing bids left the auction without any.
    case removalLeavesNobody = 109
    /// A maximum that was lowered counted as lowered in a removal.
    case removalOfLowered = 110
    /// A bid that a removal left is below a reserve that was lowered since and is met now.
    case removalKeepsReservePrice = 281
    /// An operator cancelled an auction that had bids.
    case cancelledWithBids = 111
    /// A new auction found no slot, or no increment table.
    case auctionsFull = 112
    /// A new auction's terms were refused.
    case auctionInvalid = 113
    /// A change of an open auction was not allowed.
    case updateRefused = 114
    /// A seller moved the end of an open auction.
    case endMovedBySeller = 115
    /// An auction ended later because of an outage.
    case outageExtended = 116
    /// The auctions of an outage did not fit into one answer.
    case outageResumed = 117
    /// An outage extended nothing: no grace, or a time that is yet to come.
    case outageIgnored = 118
    /// Several timers fired before one command.
    case timersSeveral = 119
    /// The timers before a command did not fit into one answer.
    case timersResumed = 120
    /// A scheduled auction's start came.
    case auctionOpened = 121
    /// An auction was forgotten after its retention.
    case auctionForgotten = 122
    /// An auction ended without a bid.
    case endedWithoutBids = 123
    /// An auction ended below its reserve.
    case endedBelowReserve = 124
    /// The next timer was moved to its auction's later end.
    case timerPostponed = 125
    /// A command waited for room for its answer.
    case answerPostponed = 126
    /// An outage moved ends before they could come.
    case outageBeforeEnds = 127
    /// A new auction got the slot of a forgotten one.
    case auctionSlotReused = 128
    /// A slot has no generation left and is never used again.
    case auctionSlotSpent = 129
    /// An idle account gave up its place.
    case accountForgotten = 130
    /// A new account found no place.
    case accountsFull = 131
    /// Linking two accounts joined their groups.
    case linkGroupsMerged = 132
    /// Linking two accounts would have made a group too large.
    case linkGroupTooLarge = 133
    /// Linking two accounts found no place for a group.
    case linkGroupsFull = 134
    /// The last but one account left its group.
    case linkGroupDissolved = 135
    /// A seller's refusal of a bidder found no place.
    case sellerBlocksFull = 136
    /// A seller admitted a bidder again.
    case sellerBlockLifted = 137
    /// A control of an account was refused.
    case accountControlRefused = 138
    /// Two auctions share a table of increments of their own.
    case incrementTableShared = 139
    /// An auction's own increments found no place.
    case incrementTablesFull = 140
    /// The last auction of a table of increments was forgotten.
    case incrementTableFreed = 141
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.Engine) { rostrum_probe_hit(probe.rawValue) }
