import Client
import Primitives
import Wire

/// A bid that has no answer yet.
struct SentBid: BitwiseCopyable {
  /// When it was to be sent, in nanoseconds of the monotonic clock.
  var intended: UInt64 = 0
  var amount: Int64 = 0
  var bidder: UInt64 = 0
  var auctionIndex: UInt32 = 0
  var isExact = false
  /// Whether it was sent in the measured time.
  var isMeasured = false
}

/// One connection of a load, with the bids that have no answer yet.
struct LoadLane: ~Copyable {
  var connection: ShardConnection
  let shardIndex: Int
  /// Indexed by the low bits of the request's number: a reply finds its bid without a search.
  private let sentBids: FixedArray<SentBid>
  /// The log position of the newest answer, or what the shard had reached when the lane was idle.
  var reached: UInt64 = 0
  /// When the connection was last seen open.
  var lastOpen: Nanoseconds
  /// Which attempt's socket the poll set knows.
  var watchedAttempt: UInt64 = 0
  /// When time last passed for the connection.
  var lastAdvance: Nanoseconds = 0
  /// How many of its requests are in the load's count of those without an answer.
  var countedInFlight = 0
  /// Whether it is in the load's list of lanes with something to send.
  var isUnsent = false

  init(
    endpoint: Endpoint,
    shardIndex: Int,
    session: SessionConfiguration,
    memory: MemorySource,
    now: Nanoseconds
  ) {
    connection = ShardConnection(endpoint: endpoint, configuration: session, memory: memory)
    self.shardIndex = shardIndex
    lastOpen = now
    var count = 2
    while count < 2 * session.inFlightMax { count *= 2 }
    sentBids = FixedArray(repeating: SentBid(), count: count)
  }

  var inFlight: Int { connection.session.inFlight }

  /// The bid of a request.
  func sentBid(ref: UInt64) -> SentBid {
    sentBids[Int(truncatingIfNeeded: ref) & (sentBids.count - 1)]
  }

  /// Hands a bid to the session.
  ///
  /// - Parameters:
  ///   - bid: What is bid.
  ///   - auction: The auction's name.
  ///   - intended: When it was to be sent, in nanoseconds of the monotonic clock.
  ///   - wallTime: Nanoseconds since the Unix epoch.
  ///   - isMeasured: Whether the warm-up is over.
  /// - Returns: Whether the session had room.
  mutating func place(
    _ bid: PlannedBid,
    auction: UInt64,
    intended: Nanoseconds,
    wallTime: Nanoseconds,
    isMeasured: Bool
  ) -> Bool {
    let message = PlaceBid(
      clientRef: 0,
      auctionId: auction,
      bidderId: bid.bidder,
      amount: bid.amount,
      ifRevision: 0,
      clientTime: wallTime,
      deviceTag: 0,
      kind: bid.isExact ? BidKind.exact.rawValue : BidKind.proxy.rawValue,
      flags: 0,
      currency: Currency.usDollarNumber
    )
    guard let ref = connection.session.submit(message) else { return false }
    sentBids[Int(truncatingIfNeeded: ref) & (sentBids.count - 1)] = SentBid(
      intended: intended,
      amount: bid.amount,
      bidder: bid.bidder,
      auctionIndex: UInt32(bid.auctionIndex),
      isExact: bid.isExact,
      isMeasured: isMeasured
    )
    return true
  }
}

/// The lanes of a load, at fixed places.
@safe
struct LoadLanes: ~Copyable {
  let count: Int
  private let base: UnsafeMutablePointer<LoadLane>

  init(count: Int, make: (Int) -> LoadLane) {
    self.count = count
    unsafe base = UnsafeMutablePointer<LoadLane>.allocate(capacity: count)
    for index in 0..<count { unsafe (base + index).initialize(to: make(index)) }
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  subscript(index: Int) -> LoadLane {
    @inline(__always) _read {
      invariant(index >= 0 && index < count, "a lane has its place")
      yield unsafe base[index]
    }
    @inline(__always) nonmutating _modify {
      invariant(index >= 0 && index < count, "a lane has its place")
      yield unsafe &base[index]
    }
  }
}
