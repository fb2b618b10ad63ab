internal import Primitives
internal import Wire

/// The population of a simulation: all clients, what they know, and what they do when.
public final class SimulatedClients {
  /// Everything that was sent and told.
  public let ledger = ClientLedger()
  /// The clients, sellers first, then bidders, brokers and operators.
  public private(set) var clients: [SimulatedClient] = []
  /// Strangers who know no key.
  public private(set) var intruders: [Intruder] = []
  /// What they do.
  public let workload: Workload
  /// Whether new requests are made.
  public private(set) var isAsking = true

  let world: World
  var chance: SeededGenerator
  var board = AuctionBoard()
  var createdCount = 0
  /// Requests made so far, repetitions not counted.
  public internal(set) var requestCount = 0
  /// When the auctions of the profile `manyEnds` end.
  let commonEnd: Nanoseconds
  private let network: SimulatedNetwork
  private var isGone = false

  /// Makes a population; nothing happens before `start`.
  ///
  /// - Parameters:
  ///   - world: The world it lives in.
  ///   - network: Where the server is.
  ///   - workload: Who there is and what they do.
  public init(world: World, network: SimulatedNetwork, workload: Workload) {
    self.world = world
    self.network = network
    self.workload = workload
    chance = world.generator(.workload)
    commonEnd = world.now + workload.lifetimeNsMax / 2 + TimeSpan.second
    addClients(workload.sellerCount, account: 1_001, role: .trader)
    addClients(workload.bidderCount, account: 2_001, role: .trader)
    addClients(workload.brokerCount, account: 3_001, role: .broker)
    addClients(workload.operatorCount, account: 9_001, role: .operator)
    for number in 0..<workload.intruderCount {
      let victim = clients[number % clients.count]
      intruders.append(
        Intruder(world: world, network: network, victim: victim, seed: chance.next()))
    }
  }

  /// The server's key file; nil where it believes every log-on.
  public var keyFile: String? {
    guard workload.hasKeys else { return nil }
    return clients.map(\.identity.keyLine).joined(separator: "\n")
  }

  private func addClients(_ count: Int, account: UInt64, role: ClientRole) {
    for number in 0..<count {
      let place = UInt64(clients.count)
      let identity = ClientIdentity(
        account: account + UInt64(number), role: role,
        session: SessionName(high: chance.next() | 1, low: place + 1),
        keyID: workload.hasKeys ? place + 1 : 0,
        secret: (0..<32).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
      let seed = chance.next()
      let client = SimulatedClient(
        identity: identity, manners: workload.hasMischief ? ClientManners(seed: seed) : .polite,
        world: world, network: network, ledger: ledger, seed: chance.next())
      client.onFrame = { [unowned self] _, frame in board.learn(frame) }
      clients.append(client)
    }
  }
}

// MARK: Time

extension SimulatedClients {
  /// Lets the clients live from now on.
  public func start() {
    for index in clients.indices { scheduleStep(index) }
    for intruder in intruders { intruder.start() }
  }

  private func scheduleStep(_ index: Int) {
    // A client that thinks long still has to show that it is alive.
    let pause = min(chance.below(2 * workload.thinkNsMean) + 1_000, 400 * TimeSpan.millisecond)
    let delay = isAsking && !hasAskedAll ? pause : 20 * TimeSpan.millisecond
    world.schedule(after: delay) { [weak self] in
      guard let self, !isGone else { return }
      step(index)
      scheduleStep(index)
    }
  }

  private func step(_ index: Int) {
    let client = clients[index]
    client.tend()
    guard isAsking, client.isOpen, requestCount < workload.requestCountMax else { return }
    let burst = chance.below(12) == 0 ? 1 + chance.below(40) : 1
    for _ in 0..<burst where client.room > 0 {
      act(client)
      // Questions about nothing must not use up what is to be asked about auctions.
      if board.count > 0 || sells(client) { requestCount += 1 }
    }
  }

  /// Whether all requests that there were to be have been made.
  public var hasAskedAll: Bool { requestCount >= workload.requestCountMax }

  /// No new requests and no more mischief: what is open is brought to its outcome.
  public func stopAsking() {
    isAsking = false
    for client in clients {
      client.manners = .polite
      client.link?.isReading = true
      client.showLife()
    }
    for intruder in intruders { intruder.stop() }
  }

  /// Whether every client is connected and knows the outcome of every request.
  public var isSettled: Bool {
    clients.allSatisfy(\.isOpen) && ledger.openCount == 0
  }

  /// Who is not connected or waits for an outcome, in words, for the report.
  public var unsettled: String {
    let absent = clients.filter { !$0.isOpen }.map {
      "account \($0.identity.account) (\($0.hasLoggedOn ? "was" : "never was") logged on, link"
        + " \($0.link.map { "\($0.state)" } ?? "none"), refused \($0.lastRefusal))"
    }
    let open = ledger.requests.filter(\.isOpen).prefix(5).map {
      "number \($0.sequence) of account \(ledger.sessions[$0.session].account)"
        + " (template \($0.templateID), sent \($0.sendCount) times)"
    }
    return "\(ledger.openCount) requests have no outcome: \(open); not connected: \(absent)"
  }

  /// Ends everything.
  public func leave() {
    isGone = true
    for client in clients { client.leave() }
    for intruder in intruders { intruder.stop() }
  }

  /// What intruders were told that is not for them, in words.
  public var intruderFindings: [String] { intruders.flatMap(\.findings) }
}

// MARK: What they do

extension SimulatedClients {
  private func sells(_ client: SimulatedClient) -> Bool {
    (1_001..<2_001).contains(client.identity.account)
  }

  private func act(_ client: SimulatedClient) {
    switch client.identity.account {
    case _ where sells(client): sell(client)
    case 9_001...: operate(client)
    default: bid(client)
    }
  }

  /// Asks about auctions, the same for everybody.
  func ask(_ client: SimulatedClient) {
    let auction = board.pick(&chance, at: world.now)?.id ?? 1
    switch chance.below(8) {
    case 0, 1: client.ask { QueryAuction(clientRef: $0, auctionId: auction) }
    case 2:
      let before = chance.below(3) == 0 ? 0 : chance.below(30)
      client.ask { QueryBids(clientRef: $0, auctionId: auction, beforeRow: before, limit: 20) }
    case 3: client.ask { QueryLogHead(clientRef: $0) }
    case 4: client.ask { QueryTopology(clientRef: $0) }
    case 5: client.ask { Unsubscribe(clientRef: $0, auctionId: auction) }
    default:
      let all = chance.below(4) == 0
      let flags = SubscribeFlags.conflate.rawValue * UInt32(chance.below(2))
      client.ask {
        Subscribe(clientRef: $0, auctionId: all ? 0 : auction, fromRevision: 0, flags: flags)
      }
    }
  }
}
