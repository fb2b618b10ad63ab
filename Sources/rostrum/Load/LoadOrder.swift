import Primitives
import Wire

/// One answered bid, kept until every bid before it in the log is known.
struct AnsweredBid: BitwiseCopyable {
  /// Its position in the shard's log; 0 = the place is free.
  var position: UInt64 = 0
  var amount: Int64 = 0
  var price: Int64 = 0
  var bidder: UInt64 = 0
  var leader: UInt64 = 0
  var auctionIndex: UInt32 = 0
  var rowCount: UInt32 = 0
  /// 0 = accepted.
  var code: UInt16 = 0
  var outcome: UInt8 = 0
  var isExact = false
}

/// Brings one shard's answers, which several connections get, into the order of the log.
///
/// Answers of one session come in the order of the log. So everything up to the least position that
/// some busy connection has reached is complete, and nothing before it can still come.
struct LoadOrder: ~Copyable {
  private let places: FixedArray<AnsweredBid>
  private let mask: UInt64
  /// Everything up to here was taken.
  private(set) var taken: UInt64 = 0
  /// The greatest position seen.
  private(set) var newest: UInt64 = 0
  /// Whether answers came so far out of order that they could not be kept.
  private(set) var hasOverflowed = false

  /// Makes room.
  ///
  /// - Parameter inFlightMax: The most bids without an answer on the shard.
  init(inFlightMax: Int) {
    var count = 1 << 15
    while count < 8 * inFlightMax { count *= 2 }
    places = FixedArray(repeating: AnsweredBid(), count: count)
    mask = UInt64(count - 1)
  }

  /// Whether more bids may be sent: a connection that hangs must not let the others run away.
  var hasRoom: Bool { newest - taken < UInt64(places.count / 2) }

  /// Positions up to here are not waited for: auctions were created there.
  mutating func start(after position: UInt64) {
    taken = max(taken, position)
    newest = max(newest, position)
  }

  mutating func add(_ bid: AnsweredBid) {
    guard bid.position > taken, bid.position - taken <= mask else {
      hasOverflowed = true
      return
    }
    newest = max(newest, bid.position)
    places[Int(bid.position & mask)] = bid
  }

  /// Notes a logged answer that changed no auction of the load.
  mutating func note(position: UInt64) { newest = max(newest, position) }

  /// The next bid of the log up to a position, or nil when all up to there are taken.
  mutating func next(through position: UInt64) -> AnsweredBid? {
    while taken < position {
      taken += 1
      let index = Int(taken & mask)
      let bid = places[index]
      if bid.position == taken {
        places[index].position = 0
        return bid
      }
    }
    return nil
  }
}
