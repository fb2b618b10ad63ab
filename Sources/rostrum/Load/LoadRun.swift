import Client
import Primitives
import Wire

/// A load under way: its connections, its auctions, what it has counted and its own model.
///
/// One thread does everything in turns: receive, send, compare. Nothing is allocated a bid.
struct LoadRun: ~Copyable {
  let plan: LoadPlan
  let shardCount: Int
  let lanes: LoadLanes
  let pollSet: LanePollSet?
  var generator: LoadGenerator
  /// The auctions' names, in the order of their indexes; 0 = not created yet.
  let auctionIDs: FixedArray<UInt64>
  let model: FixedArray<ModelAuction>
  /// One order a shard.
  let orders: LoadOrders
  var totals = LoadTotals()
  /// Answers that still tell of an auction's creation or state, not of a bid.
  var stage = Stage.creating
  var unfinished: [Int] = []
  var mismatchedAuctions = 0
  var firstMismatch: String?
  /// Answers that came before the measured time was over.
  var answeredInTime: UInt64 = 0
  private let inPlace = InPlace()

  enum Stage { case creating, bidding, verifying }

  /// Makes a load; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - plan: What to do.
  ///   - endpoints: Where the shards are, in their order.
  ///   - credentials: Who bids.
  /// - Throws: Why the system refuses what it needs.
  init(
    _ plan: LoadPlan,
    endpoints: [Endpoint],
    credentials: Credentials
  ) throws(CommandFailure) {
    self.plan = plan
    if plan.keepsSeries { totals.series = LatencySeries(duration: plan.duration) }
    shardCount = endpoints.count
    let now = SystemTime.monotonic()
    lanes = LoadLanes(count: plan.connectionCount) { index in
      var session = SessionConfiguration(credentials: Self.credentials(credentials, lane: index))
      session.inFlightMax = plan.windowMax
      session.requestByteCount = max(65_536, 2 * plan.windowMax * 128)
      let shard = index % endpoints.count
      return LoadLane(endpoint: endpoints[shard], shardIndex: shard, session: session, now: now)
    }
    pollSet = plan.connectionCount > 16 ? try LanePollSet() : nil
    generator = LoadGenerator(plan, shardCount: shardCount)
    auctionIDs = FixedArray(repeating: 0, count: plan.auctionCount)
    model = FixedArray(repeating: ModelAuction(), count: plan.auctionCount)
    orders = LoadOrders(
      count: shardCount,
      inFlightMax: plan.windowMax * plan.connectionCount
    )
  }

  /// Who bids on a lane: an account has a limited number of sessions, so that without keys many
  /// lanes share several accounts.
  private static func credentials(_ credentials: Credentials, lane: Int) -> Credentials {
    guard case .insecure(let account, let roles) = credentials else { return credentials }
    return .insecure(account: account + UInt64(lane / LoadPlan.lanesPerAccount), roles: roles)
  }

  /// Whether a connection that stayed lost ends the load.
  func checkPatience(now: Nanoseconds) throws(CommandFailure) {
    for index in 0..<lanes.count {
      if let code = lanes[index].connection.refusedCode {
        throw CommandFailure("the server refused the log-on: \(RejectCode.text(code))")
      }
      if now > lanes[index].lastOpen + plan.patience {
        throw CommandFailure(
          "connection \(index) to \(lanes[index].connection.endpoint) stays lost: "
            + "\(lanes[index].connection.lastFailure); see --patience"
        )
      }
    }
  }
}

/// One order a shard, at fixed places.
@safe
struct LoadOrders: ~Copyable {
  private let base: UnsafeMutablePointer<LoadOrder>
  let count: Int

  init(count: Int, inFlightMax: Int) {
    self.count = count
    unsafe base = UnsafeMutablePointer<LoadOrder>.allocate(capacity: count)
    for index in 0..<count {
      unsafe (base + index).initialize(to: LoadOrder(inFlightMax: inFlightMax))
    }
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  subscript(index: Int) -> LoadOrder {
    @inline(__always) _read {
      invariant(index >= 0 && index < count, "a shard has its order")
      yield unsafe base[index]
    }
    @inline(__always) nonmutating _modify {
      invariant(index >= 0 && index < count, "a shard has its order")
      yield unsafe &base[index]
    }
  }
}
