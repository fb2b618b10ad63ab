internal import Primitives
internal import Wire

/// A stranger: connects, says nothing, nonsense or a log-on that is not its own.
///
/// Whatever it does, it is told why it is refused and nothing else.
public final class Intruder: LinkPeer {
  /// What it was told that is not for a stranger, in words.
  public private(set) var findings: [String] = []
  /// Frames that it was told.
  public private(set) var toldCount = 0

  private let world: World
  private let network: SimulatedNetwork
  private unowned let victim: SimulatedClient
  private var chance: SeededGenerator
  private var link: ClientLink?
  private var assembler = FrameAssembler()
  private var isStopped = false

  /// Makes a stranger.
  ///
  /// - Parameters:
  ///   - world: The world it lives in.
  ///   - network: Where the server is.
  ///   - victim: Whose session it tries to take over.
  ///   - seed: What its chance follows from.
  public init(world: World, network: SimulatedNetwork, victim: SimulatedClient, seed: UInt64) {
    self.world = world
    self.network = network
    self.victim = victim
    chance = SeededGenerator(seed: seed)
  }

  /// Begins.
  public func start() {
    world.schedule(after: chance.below(2 * TimeSpan.second)) { [weak self] in
      guard let self, !isStopped else { return }
      step()
      start()
    }
  }

  /// Ends.
  public func stop() {
    isStopped = true
    link?.reset()
    link = nil
  }

  private func step() {
    if let link, link.state != .closed {
      if chance.below(3) == 0 { link.reset() }
      return
    }
    assembler = FrameAssembler()
    link = network.connect(self)
  }

  /// The connection stands: says what it says.
  ///
  /// - Parameter link: Which connection.
  public func linkOpened(_ link: ClientLink) {
    // Where there are no keys a session belongs to whoever opened it: it must be the victim.
    switch chance.below(victim.hasLoggedOn ? 5 : 3) {
    case 0: break
    case 1: link.send((0..<chance.below(300)).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
    case 2: link.send(FrameBytes.make(QueryLogHead(clientRef: 1)))
    case 3: link.send(Array(stolenLogon().prefix(60)))
    default: link.send(stolenLogon())
    }
  }

  /// The victim's session under another account, or signed with the wrong key.
  private func stolenLogon() -> [UInt8] {
    let victim = victim.identity
    let isSigned = victim.keyID != 0
    let thief = ClientIdentity(
      account: isSigned ? victim.account : victim.account + 5_000, role: .trader,
      session: victim.session, keyID: victim.keyID, secret: Array(repeating: 7, count: 32))
    return thief.logon(
      clientTime: world.now, nextServerSequence: 1, nextClientSequence: 1, keepaliveMs: 1_000)
  }

  /// Bytes came.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - bytes: The bytes.
  public func linkReceived(_ link: ClientLink, _ bytes: [UInt8]) {
    guard link === self.link else { return }
    assembler.append(bytes)
    while let frame = assembler.next() {
      toldCount += 1
      let template = FrameBytes.header(frame).templateID
      if template != LogonReject.templateID, template != SessionReject.templateID {
        findings.append("a stranger was told template \(template)")
      }
    }
  }

  /// The connection is over.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - wasReset: Whether it broke.
  public func linkClosed(_ link: ClientLink, wasReset: Bool) {
    if link === self.link { self.link = nil }
  }
}
