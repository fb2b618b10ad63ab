internal import CSockets
public import Primitives
internal import Wire

/// A client of an exchange: one session a shard, requests routed by auction, replies by closure.
///
/// It connects again by itself, sends unanswered requests again and never bids twice: a request
/// has one number for ever, and the server applies a number once.
///
/// A client belongs to one thread: it starts none, has no lock and does its work inside `poll` and
/// the blocking calls, which also call the closures. It is not `Sendable`, so the compiler keeps it
/// where it was made.
public final class RostrumClient {
  /// What is called with every message that answers no request.
  public var onNotice: ((Notice) -> Void)?
  /// What the client is made of.
  public let configuration: ClientConfiguration
  var links: [ShardLink]
  var pending = PendingRequests()
  /// The pages whose question has no outcome yet.
  var collectors: [PageCollector] = []
  /// What the last answer about the shards said, one place a shard.
  var discovered: [Endpoint] = []
  private var nextCreationShard = 0

  /// A shard's connection, and what could not be handed to its session yet.
  final class ShardLink {
    var shard: ShardID
    var connection: ShardConnection
    var isFirstLogon = true

    init(shard: ShardID, endpoint: Endpoint, configuration: SessionConfiguration) {
      self.shard = shard
      connection = ShardConnection(endpoint: endpoint, configuration: configuration)
    }
  }

  /// Connects to a server, asks where its shards are and logs on to each of them.
  ///
  /// - Parameter configuration: What the client is made of.
  /// - Throws: Why no session could be opened before `connectTimeout`.
  public init(_ configuration: ClientConfiguration) throws(ClientError) {
    let limit = SessionConfiguration.inFlightLimit
    guard configuration.inFlightMax >= 1, configuration.inFlightMax <= limit else {
      throw .invalidRequest("inFlightMax must be 1 to \(limit)")
    }
    self.configuration = configuration
    links = [
      ShardLink(
        shard: ShardID(0),
        endpoint: configuration.endpoint,
        configuration: configuration.session
      )
    ]
    let deadline = SystemTime.monotonic() + configuration.connectTimeout
    try awaitOpen(until: deadline)
    try discoverShards(until: deadline)
  }

  /// How many shards the server has.
  public var shardCount: Int { links.count }
  /// Where the shards are, in their order.
  public var shardEndpoints: [Endpoint] { links.map { $0.connection.endpoint } }
  /// How many requests have no outcome yet.
  public var pendingCount: Int { pending.count }
  /// Whether every shard's session is open.
  public var isConnected: Bool { links.allSatisfy { $0.connection.isOpen } }
  /// How many connections stood and were lost.
  public var lostConnectionCount: UInt64 { links.reduce(0) { $0 + $1.connection.lostCount } }

  /// Says goodbye to every shard; the sessions stay known to the server.
  public func close() {
    let now = SystemTime.monotonic()
    for link in links {
      link.connection.session.logOut(wallTime: SystemTime.wall())
      link.connection.flush(now: now)
      link.connection.drop("closed", now: now)
    }
  }

  /// Picks the shard of the next auction: one after the other.
  func shardForCreation() -> ShardID {
    nextCreationShard = (nextCreationShard + 1) % links.count
    return links[nextCreationShard].shard
  }
}

extension RostrumClient {
  /// Sends, receives and calls closures; returns as soon as something was done, or at the timeout.
  ///
  /// - Parameter timeout: How long to wait for something to happen, in nanoseconds.
  /// - Returns: How many frames of the server were taken.
  @discardableResult
  public func poll(timeout: Nanoseconds = 0) -> Int {
    var taken = turn()
    if taken == 0, timeout > 0 {
      waitForSockets(timeout: min(timeout, 20 * TimeSpan.millisecond))
      taken = turn()
    }
    expire(now: SystemTime.monotonic())
    return taken
  }

  private func turn() -> Int {
    let now = SystemTime.monotonic()
    var taken = 0
    for link in links {
      link.connection.advance(now: now)
      link.connection.flush(now: now)
      repeat {
        taken += drain(link, now: now)
      } while link.connection.receive(now: now) > 0
      link.connection.flush(now: now)
    }
    return taken
  }

  private func drain(_ link: ShardLink, now: Nanoseconds) -> Int {
    var taken = 0
    while let event = link.connection.session.nextEvent() {
      taken += 1
      link.connection.note(event, now: now)
      take(event, of: link, now: now)
    }
    return taken
  }

  private func take(_ event: SessionEvent, of link: ShardLink, now: Nanoseconds) {
    switch event {
    case .opened:
      restartPages(of: link.shard)
      onNotice?(.sessionOpened(shard: link.shard, isFirst: link.isFirstLogon))
      link.isFirstLogon = false
    case .answered(let request, let frame): answered(request, frame, now: now)
    case .notApplied(let request): finish(request.tag, .notApplied)
    case .answerLost(let request): finish(request.tag, .answerLost)
    case .notice(let frame):
      if collected(frame, from: link.shard) { return }
      if let notice = Notice(frame) { onNotice?(notice) }
    case .ended(let reason):
      onNotice?(.connectionLost(shard: link.shard, reason: reason.text))
    }
  }

  private func answered(_ request: SessionRequest, _ frame: ServerFrame, now: Nanoseconds) {
    if let wrong = frame.decode(as: WrongShard.self) {
      return redirect(request, wrong, now: now)
    }
    if let reject = frame.decode(as: Reject.self) {
      return finish(request.tag, .rejected(Rejection(reject)))
    }
    if let reject = frame.decode(as: SessionReject.self) {
      return finish(request.tag, .rejected(Rejection(code: reject.code)))
    }
    if let topology = frame.decode(as: Topology.self) {
      discovered = endpoints(in: frame, shards: Int(topology.shards))
    }
    guard let reply = Reply(frame) else { return finish(request.tag, .answerLost) }
    finish(request.tag, .accepted(reply))
  }

  func finish(_ number: UInt64, _ outcome: Outcome<Reply>) {
    if !collectors.isEmpty { collectors.removeAll { $0.number == number } }
    pending.remove(number, outcome)?(outcome)
  }

  private func expire(now: Nanoseconds) {
    for (number, completion) in pending.expire(now: now) {
      completion(.unknown(Ticket(number: number)))
    }
  }

  private func waitForSockets(timeout: Nanoseconds) {
    var set: [pollfd] = []
    for link in links where link.connection.descriptor >= 0 {
      let writes = link.connection.wantsToWrite ? POLLOUT : 0
      set.append(
        pollfd(fd: link.connection.descriptor, events: Int16(POLLIN | writes), revents: 0)
      )
    }
    let milliseconds = set.isEmpty ? 1 : max(1, timeout / TimeSpan.millisecond)
    _ = unsafe rostrum_net_poll(&set, UInt32(set.count), Int32(milliseconds))
  }
}
