internal import Primitives
internal import Wire

/// A client of the exchange: one session, its connections, and what it knows of its requests.
///
/// It speaks the protocol from the protocol's page alone and shares no code with the client
/// library. Whatever it sends and sees goes into the ledger.
public final class SimulatedClient: LinkPeer {
  /// Who it is.
  public let identity: ClientIdentity
  /// How it behaves.
  public var manners: ClientManners
  /// Its session's place in the ledger.
  public let session: Int
  /// Called for every frame that it sees, after the ledger.
  public var onFrame: ((SimulatedClient, [UInt8]) -> Void)?
  /// Whether the server took its log-on on the newest connection.
  public internal(set) var isOpen = false

  /// Why its last log-on was refused; 0 = none was.
  public internal(set) var lastRefusal: UInt16 = 0
  /// Whether the server ever took its log-on.
  public internal(set) var hasLoggedOn = false

  let world: World
  let network: SimulatedNetwork
  let ledger: ClientLedger
  var chance: SeededGenerator
  var link: ClientLink?
  var olderLinks: [ClientLink] = []
  var assemblers: [UInt64: FrameAssembler] = [:]
  var nextSequence: UInt64 = 1
  var nextServerSequence: UInt64 = 1
  var inFlightMax = 1_024
  var clockOffsetNs: Int64 = 0
  private var nextRef: UInt64
  private var nextConnectTime: Nanoseconds = 0
  private var failures: UInt64 = 0
  private var showsLife = false
  private var lastSent: Nanoseconds = 0
  private var lastReceived: Nanoseconds = 0
  /// What it sent last cannot be read: nothing more may follow on this connection.
  var hasBabbled = false
  /// A request that its client holds back, to send it behind the next one.
  var heldBack: [UInt8]?
  /// Requests that were open when the server no longer kept all that this client had missed.
  private var missedRequests: [Int] = []
  /// The question behind which those that are still open have lost their answers.
  private var lossMarker: UInt64?

  /// How long a silent server is waited for, in nanoseconds.
  static let patienceNs = 15 * TimeSpan.second

  /// Numbers below the highest applied one that the server can still tell apart.
  private static let rememberedNumbers: UInt64 = 1_024

  /// Makes a client that has no connection yet.
  ///
  /// - Parameters:
  ///   - identity: Who it is.
  ///   - manners: How it behaves.
  ///   - world: The world it lives in.
  ///   - network: Where the server is.
  ///   - ledger: Where everything is written down.
  ///   - seed: What its own chance follows from.
  public init(
    identity: ClientIdentity, manners: ClientManners, world: World, network: SimulatedNetwork,
    ledger: ClientLedger, seed: UInt64
  ) {
    self.identity = identity
    self.manners = manners
    self.world = world
    self.network = network
    self.ledger = ledger
    session = ledger.addSession(identity)
    chance = SeededGenerator(seed: seed)
    nextRef = UInt64(session + 1) << 40 | 1
    clockOffsetNs = Int64(chance.below(4_000_000_000)) - 2_000_000_000
  }

  /// A number for a request that is used nowhere else.
  public func takeRef() -> UInt64 {
    defer { nextRef += 1 }
    return nextRef
  }

  /// Replies that it may still wait for, beside those that it waits for already.
  public var room: Int { min(manners.windowMax, 4_096) - ledger.openReplyCount(in: session) }

  /// Does what is due: connects, shows that it is alive, gives up a silent server, misbehaves.
  public func tend() {
    guard let link else {
      if world.now >= nextConnectTime { connect() }
      return
    }
    if link.state == .closed {
      self.link = nil
      return
    }
    if world.now > lastReceived + max(Self.patienceNs, 3 * keepaliveNs) { return drop() }
    if isOpen && !hasBabbled && world.now >= lastSent + keepaliveNs {
      say(FrameBytes.make(Heartbeat(nextSequence: nextSequence, time: world.now)))
    }
    if isOpen { misbehave() }
    if chance.below(16) == 0 { sayHeldBack() }
  }

  private var keepaliveNs: Nanoseconds { UInt64(manners.keepaliveMs) * TimeSpan.millisecond }

  /// Asks something on this connection and each later one, so that none to a server that died
  /// unnoticed counts as one; the log-on, too, may be told by a server that is dead by now.
  func showLife() {
    showsLife = true
    if hasBabbled { return drop() }
    ask { QueryLogHead(clientRef: $0) }
  }

  /// Ends all connections for good.
  public func leave() {
    for old in olderLinks { old.close() }
    olderLinks = []
    link?.close()
    lost()
    nextConnectTime = .max
  }
}

// MARK: Requests

extension SimulatedClient {
  /// Sends a request that is logged.
  ///
  /// - Parameters:
  ///   - refs: The numbers of its replies.
  ///   - make: Gives the sealed frame for a sequence.
  /// - Returns: Its place in the ledger; nil when there is no open connection.
  @discardableResult
  func request(refs: [UInt64], _ make: (UInt64) -> [UInt8]) -> Int? {
    guard isOpen, !hasBabbled else { return nil }
    let sequence = nextSequence
    nextSequence += 1
    let frame = make(sequence)
    let index = ledger.addRequest(
      session: session, sequence: sequence, refs: refs, frame: frame, time: world.now)
    sayInSomeOrder(frame)
    return index
  }

  /// Sends a request of one reply whose message has no repeating groups.
  ///
  /// - Parameter make: Gives the message for its number.
  /// - Returns: Its place in the ledger; nil when there is no open connection.
  @discardableResult
  func request<Message: WireMessage>(_ make: (UInt64) -> Message) -> Int? {
    let ref = takeRef()
    return request(refs: [ref]) { FrameBytes.make(make(ref), sequence: $0) }
  }

  /// Sends a question, which leaves no record.
  ///
  /// - Parameter make: Gives the message for its number.
  /// - Returns: Its place in the ledger; nil when there is no open connection.
  @discardableResult
  func ask<Message: WireMessage>(_ make: (UInt64) -> Message) -> Int? {
    guard isOpen, !hasBabbled else { return nil }
    // Only a request overtakes another: answers are held to the order in which all else is sent.
    sayHeldBack()
    let ref = takeRef()
    let frame = FrameBytes.make(make(ref))
    let index = ledger.addRequest(
      session: session, sequence: 0, refs: [ref], frame: frame, time: world.now)
    say(frame)
    return index
  }

  /// Sends bytes on the newest connection.
  func say(_ bytes: [UInt8]) {
    lastSent = world.now
    link?.send(bytes)
  }
}

// MARK: Connections

extension SimulatedClient {
  /// Begins a connection; an older one that stands is left to the server to end.
  func connect() {
    if let link, link.state != .closed { olderLinks.append(link) }
    olderLinks.removeAll { $0.state == .closed }
    isOpen = false
    hasBabbled = false
    link = network.connect(self)
    if let link {
      lastReceived = world.now
      assemblers[link.number] = FrameAssembler()
    } else {
      retryLater()
    }
  }

  /// Breaks the connection.
  func drop() {
    guard let link else { return }
    link.reset()
    linkClosed(link, wasReset: true)
  }

  /// The connection stands: logs on.
  ///
  /// - Parameter link: Which connection.
  public func linkOpened(_ link: ClientLink) {
    guard link === self.link else { return link.close() }
    var wanted = nextServerSequence
    // What was seen may be asked for again, and must come the same.
    if manners.rewinds > 0, chance.below(4) == 0 { wanted = 1 + chance.below(wanted) }
    ledger.logsOn(link: link.number, session: session, wanted: wanted)
    say(
      identity.logon(
        clientTime: UInt64(Int64(world.now) + clockOffsetNs), nextServerSequence: wanted,
        nextClientSequence: nextSequence, keepaliveMs: manners.keepaliveMs))
  }

  /// Bytes came.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - bytes: The bytes.
  public func linkReceived(_ link: ClientLink, _ bytes: [UInt8]) {
    if link === self.link { lastReceived = world.now }
    assemblers[link.number]?.append(bytes)
    while let frame = assemblers[link.number]?.next() {
      ledger.see(frame, link: link.number, time: world.now)
      take(frame, on: link)
      onFrame?(self, frame)
    }
    if assemblers[link.number]?.isBroken ?? false {
      ledger.contradict(session, "what the server sent is no frame")
      link.reset()
      linkClosed(link, wasReset: true)
    }
  }

  /// The connection is over.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - wasReset: Whether it broke.
  public func linkClosed(_ link: ClientLink, wasReset: Bool) {
    assemblers[link.number] = nil
    ledger.closed(link: link.number)
    guard link === self.link else {
      olderLinks.removeAll { $0 === link }
      return
    }
    lost()
    retryLater()
  }

  private func lost() {
    if let link {
      assemblers[link.number] = nil
      ledger.closed(link: link.number)
    }
    link = nil
    isOpen = false
    lossMarker = nil
  }

  private func retryLater() {
    failures = min(failures + 1, 8)
    nextConnectTime = world.now + (1 + chance.below(5 << failures)) * TimeSpan.millisecond
  }
}

// MARK: Frames

extension SimulatedClient {
  private func take(_ frame: [UInt8], on link: ClientLink) {
    let header = FrameBytes.header(frame)
    if header.sequence >= nextServerSequence { nextServerSequence = header.sequence + 1 }
    guard link === self.link else { return }
    switch header.templateID {
    case LogonAck.templateID:
      if let ack = FrameBytes.decode(frame, as: LogonAck.self) { opened(ack) }
    case LogonReject.templateID, EndOfSession.templateID:
      if let reject = FrameBytes.decode(frame, as: LogonReject.self) { lastRefusal = reject.code }
      link.close()
      linkClosed(link, wasReset: false)
    case Topology.templateID:
      guard let lossMarker, FrameBytes.word(frame, at: 0) == lossMarker else { return }
      for request in missedRequests { ledger.lose(request) }
      missedRequests = []
    default: break
    }
  }

  /// The log-on is taken: everything without an outcome goes again, in its order.
  private func opened(_ ack: LogonAck) {
    isOpen = true
    // It is without an outcome, so it goes again with the others.
    heldBack = nil
    hasLoggedOn = true
    failures = 0
    inFlightMax = Int(ack.maxInFlight)
    // A number that the server has seen is never given to another request.
    if nextSequence < ack.nextClientSequence { nextSequence = ack.nextClientSequence }
    let open = ledger.open(in: session).filter { ledger.requests[$0].sequence > 0 }
    for index in open { sendAgain(index) }
    if showsLife { ask { QueryLogHead(clientRef: $0) } }
    let missed = ack.oldestReplayableSequence > nextServerSequence
    if missed, ack.nextServerSequence > nextServerSequence {
      missedRequests = open.filter { ledger.requests[$0].sequence < ack.nextClientSequence }
    }
    // Who sends more than may be in flight may ask about numbers that nobody remembers any more.
    missedRequests += open.filter {
      ledger.requests[$0].sequence + Self.rememberedNumbers < ack.nextClientSequence
    }
    guard !missedRequests.isEmpty else { return }
    // Asked on each connection until it is answered: what was missed once never comes again.
    lossMarker = ask { QueryTopology(clientRef: $0) }.map { ledger.requests[$0].refs[0] }
  }

  func sendAgain(_ index: Int) {
    ledger.sentAgain(index)
    say(ledger.requests[index].frame)
  }
}
