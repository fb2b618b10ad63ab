internal import Primitives

/// A pair of two numbers, as a key.
struct NumberPair: Hashable {
  var first: UInt64
  var second: UInt64
}

/// What the model knows of accounts.
struct AccountBook {
  var blocked: Set<UInt64> = []
  var verified: Set<UInt64> = []
  var limits: [UInt64: Int64] = [:]
  /// Groups of accounts of one person, two or more each.
  var groups: [Set<UInt64>] = []
  /// Sellers and the bidders whom they refuse, each pair once.
  var refusals: [NumberPair] = []
  /// The maxima with which an account leads, by auction.
  private(set) var leading: [UInt64: [UInt64: Int64]] = [:]
  /// Every account that the shard had a reason to remember at some time.
  private(set) var everKept: Set<UInt64> = []

  /// The sum of the maxima with which an account leads.
  func exposure(of account: UInt64) -> Int64 { leading[account]?.values.reduce(0, +) ?? 0 }

  func isLinked(_ one: UInt64, _ other: UInt64) -> Bool {
    groups.contains { $0.contains(one) && $0.contains(other) }
  }

  func groupIndex(of account: UInt64) -> Int? { groups.firstIndex { $0.contains(account) } }

  func refusalCount(of bidder: UInt64) -> Int {
    refusals.reduce(0) { $0 + ($1.second == bidder ? 1 : 0) }
  }

  /// Takes note that an account finds a place in the shard's table.
  mutating func keep(_ account: UInt64) { everKept.insert(account) }

  /// Takes note who leads an auction now, with which maximum; nil for nobody.
  mutating func lead(_ auction: UInt64, from old: Offer?, to new: Offer?) {
    if let old {
      leading[old.bidder]?[auction] = nil
      if leading[old.bidder]?.isEmpty ?? false { leading[old.bidder] = nil }
    }
    if let new { leading[new.bidder, default: [:]][auction] = new.amount }
  }

  /// Accounts that the shard must remember: forgetting one of them would change an answer.
  var needed: [UInt64] { everKept.sorted().filter(isNeeded) }

  func isNeeded(_ account: UInt64) -> Bool {
    blocked.contains(account) || verified.contains(account) || limits[account] != nil
      || leading[account] != nil || groupIndex(of: account) != nil || refusalCount(of: account) > 0
  }
}

/// When a bidder took tokens of its bucket in an auction, since the bucket was full.
struct TakenTokens {
  /// How long until one token comes back, in nanoseconds.
  var refill: Nanoseconds
  var times: [Nanoseconds] = []

  init(refill: Nanoseconds) { self.refill = refill }

  /// How long until the bucket is full again.
  func timeToFull(at now: Nanoseconds) -> Nanoseconds {
    let fullAt = times.reduce(0) { max($0, $1) + refill }
    return fullAt > now ? fullAt - now : 0
  }
}
