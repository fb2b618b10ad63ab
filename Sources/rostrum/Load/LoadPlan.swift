import Client
import Primitives

/// What a load does.
struct LoadPlan: Sendable {
  /// How bids are timed.
  enum Pace: Equatable, Sendable {
    /// Open loop: so many bids a second, whatever the answers do.
    case rate(UInt64)
    /// Closed loop: so many bids without an answer a connection.
    case window(Int)
  }

  var auctionCount = 10_000
  var connectionCount = 8
  var pace = Pace.window(128)
  var duration: Nanoseconds = 10 * TimeSpan.second
  var warmUp: Nanoseconds = TimeSpan.second
  /// The skew of the auctions' popularity; nil = all alike.
  var zipfSkew: Double?
  /// Whether all bids go to one auction a shard.
  var isHotAuction = false
  var bidderCount = 1_000
  var seed: UInt64 = 1
  /// How many times the rate every tenth second carries; 1 = all seconds are alike.
  var burstFactor: UInt64 = 1
  /// Whether latencies are kept over time.
  var keepsSeries = false
  /// How long a lost connection may stay lost.
  var patience: Nanoseconds = 30 * TimeSpan.second

  /// The least first bid of every auction, in minor units.
  static let startPrice: Int64 = 100
  /// The account that sells.
  static let seller: UInt64 = 900_000_000
  /// The first of the accounts that bid.
  static let firstBidder: UInt64 = 1_000_000_000
  /// Connections of one account; a server takes a thousand sessions of each.
  static let lanesPerAccount = 512
  /// The most bids without an answer of an open loop: seconds of them at any rate that is bearable.
  static let openInFlightMax = 65_536
  /// What a connection of an open loop may have without an answer at least, however many there are.
  static let openWindowMin = 32
  /// The most bids without an answer of a closed loop: each takes some 500 bytes.
  static let closedInFlightMax = 1 << 20
  /// An open-loop bid that leaves later than this after its time is a late one.
  static let lateAfter: Nanoseconds = 100 * TimeSpan.microsecond

  var increments: LoadIncrements {
    isHotAuction || auctionCount < 8 ? .oneCent : .standard
  }

  /// The most bids without an answer a connection.
  ///
  /// An open loop shares them out: each of many connections has few, and memory for a full window
  /// of each would take half a minute to lay out.
  var windowMax: Int {
    switch pace {
    case .rate:
      min(
        SessionConfiguration.inFlightLimit,
        max(Self.openWindowMin, Self.openInFlightMax / connectionCount))
    case .window(let count): count
    }
  }

  /// The most bids without an answer on all connections.
  var inFlightMax: Int {
    switch pace {
    case .rate: min(windowMax * connectionCount, Self.openInFlightMax)
    case .window(let count): count * connectionCount
    }
  }
}
