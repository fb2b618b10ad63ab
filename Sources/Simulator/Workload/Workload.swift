public import Primitives

/// How many clients there are and what they do; everything else follows from chance.
public struct Workload: Equatable, Sendable {
  /// What most requests are about.
  public enum Profile: CaseIterable, Sendable {
    /// A few dozen auctions, all kinds of requests.
    case mixed
    /// One auction that everybody wants.
    case hotAuction
    /// Very many auctions that end in the same second.
    case manyEnds
    /// Bids on many auctions at once.
    case massBids
  }

  /// What most requests are about.
  public var profile: Profile
  /// Clients that sell.
  public var sellerCount: Int
  /// Clients that bid for themselves.
  public var bidderCount: Int
  /// Clients that bid for anybody.
  public var brokerCount: Int
  /// Clients that may do what only an operator may.
  public var operatorCount: Int
  /// Strangers who connect and may learn nothing.
  public var intruderCount: Int
  /// Auctions that are created at most.
  public var auctionCountMax: Int
  /// Requests that are sent at most, repetitions not counted.
  public var requestCountMax: Int
  /// The mean time between two requests of a client, in nanoseconds.
  public var thinkNsMean: Nanoseconds
  /// The longest time that an auction is open, in nanoseconds.
  public var lifetimeNsMax: Nanoseconds
  /// Whether log-ons are signed with keys.
  public var hasKeys: Bool
  /// Whether clients misbehave.
  public var hasMischief: Bool
  /// Whether some maxima and reserves are so great that they are known again wherever they stand.
  public var hasGreatAmounts: Bool

  /// Draws a population and its work.
  ///
  /// - Parameter seed: Any number; the same one gives the same work.
  public init(seed: UInt64) {
    var chance = SeededGenerator(seed: mix64(seed ^ 0x776F_726B_6C6F_6164))
    profile = Self.drawProfile(&chance)
    sellerCount = 1 + Int(chance.below(3))
    bidderCount = 2 + Int(chance.below(7))
    brokerCount = Int(chance.below(3))
    operatorCount = 1 + Int(chance.below(2))
    intruderCount = Int(chance.below(3))
    requestCountMax = 300 << Int(chance.below(4))
    thinkNsMean = (100 << chance.below(11)) * TimeSpan.microsecond
    lifetimeNsMax = (1 + chance.below(60)) * TimeSpan.second
    hasKeys = chance.below(2) == 0
    hasMischief = chance.below(4) != 0
    hasGreatAmounts = false
    switch profile {
    case .mixed: auctionCountMax = 8 + Int(chance.below(40))
    case .hotAuction: auctionCountMax = 1 + Int(chance.below(2))
    case .manyEnds:
      auctionCountMax = 1_000 + Int(chance.below(3_000))
      requestCountMax += 2 * auctionCountMax
      thinkNsMean = min(thinkNsMean, 2 * TimeSpan.millisecond)
    case .massBids: auctionCountMax = 40 + Int(chance.below(100))
    }
    hasGreatAmounts = chance.below(4) == 0
  }

  private static func drawProfile(_ chance: inout SeededGenerator) -> Profile {
    switch chance.below(16) {
    case 0..<8: .mixed
    case 8..<11: .hotAuction
    case 11..<12: .manyEnds
    default: .massBids
    }
  }
}
