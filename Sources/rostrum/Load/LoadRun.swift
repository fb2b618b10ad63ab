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
  /// After which position of its shard's log a lane's next answer comes; `.max` while it has no
  /// request without an answer.
  let floors: FixedArray<UInt64>
  /// Requests without an answer, on all lanes.
  private(set) var inFlightNow = 0
  /// The lanes with something to send.
  let unsent: FixedArray<UInt32>
  var unsentCount = 0
  /// The lane for which time passes next.
  var nextAdvanced = 0
  /// How long it took until all lanes were logged on, in nanoseconds.
  var connectTime: Nanoseconds = 0
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
    let windowByteCount = 2 * plan.windowMax * 128
    let memory = LaneMemory(laneCount: plan.connectionCount, touchedByteCount: windowByteCount)
    lanes = LoadLanes(count: plan.connectionCount) { index in
      var session = SessionConfiguration(credentials: Self.credentials(credentials, lane: index))
      session.inFlightMax = plan.windowMax
      session.requestByteCount = windowByteCount
      session.receiveByteCount = windowByteCount
      let shard = index % endpoints.count
      return LoadLane(
        endpoint: endpoints[shard], shardIndex: shard, session: session, memory: memory.source,
        now: now)
    }
    pollSet = plan.connectionCount > 16 ? try LanePollSet() : nil
    generator = LoadGenerator(plan, shardCount: shardCount)
    auctionIDs = FixedArray(repeating: 0, count: plan.auctionCount)
    model = FixedArray(repeating: ModelAuction(), count: plan.auctionCount)
    orders = LoadOrders(count: shardCount, inFlightMax: plan.inFlightMax)
    floors = FixedArray(repeating: .max, count: plan.connectionCount)
    unsent = FixedArray(repeating: 0, count: plan.connectionCount)
  }

  /// Who bids on a lane: an account has a limited number of sessions, so that without keys many
  /// lanes share several accounts.
  private static func credentials(_ credentials: Credentials, lane: Int) -> Credentials {
    guard case .insecure(let account, let roles) = credentials else { return credentials }
    return .insecure(account: account + UInt64(lane / LoadPlan.lanesPerAccount), roles: roles)
  }

  /// Brings what is known of all lanes up to date after requests of one were made or answered, so
  /// that a turn need not look at every lane: with ten thousand that would take longer than a bid.
  mutating func settle(lane index: Int) {
    let inFlight = lanes[index].inFlight
    inFlightNow += inFlight - lanes[index].countedInFlight
    lanes[index].countedInFlight = inFlight
    floors[index] = inFlight > 0 ? lanes[index].reached : .max
    noteUnsent(lane: index)
  }

  /// Puts a lane into the list of those with something to send, if it has something.
  mutating func noteUnsent(lane index: Int) {
    guard !lanes[index].isUnsent, !lanes[index].connection.session.isFlushed else { return }
    lanes[index].isUnsent = true
    unsent[unsentCount] = UInt32(index)
    unsentCount += 1
  }

  /// Whether a connection that stayed lost ends the load.
  func checkPatience(lane index: Int, now: Nanoseconds) throws(CommandFailure) {
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
