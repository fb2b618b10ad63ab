public import Kernel
internal import Primitives

/// The network of a world: the server's sockets as its ring sees them, and the clients' ends.
///
/// The part for the ring has the names and the completions of `RequestRing`. A request takes effect
/// in the order of the requests, a moment after it was made; the memory that it names is read then,
/// so that a shard that lets go of it too early is found out.
@safe
public final class SimulatedNetwork {
  /// How the network behaves from now on.
  public var faults: NetworkFaults
  /// What it did so far.
  public internal(set) var counts = NetworkCounts()
  /// A hash over everything that went over it, in order.
  public internal(set) var traceHash: UInt64 = 0
  /// Whether the server's machine is on.
  public internal(set) var isMachineUp = true

  let world: World
  var chance: SeededGenerator
  var sizes: RingSizes
  var lastConnection: UInt64 = 0
  /// Connections of which a client still has its end.
  var connections: [UInt64: SimulatedConnection] = [:]

  // The server's side.
  var places: [SimulatedConnection?]
  var nextPlace = 0
  var backlog: [SimulatedConnection] = []
  var isListening = false
  var isAccepting = false
  var buffers: ReceiveBuffers
  var wakeTarget: UnsafeMutableRawPointer?
  var pendingWakes: UInt64 = 0
  var ringNumber = 0
  var lastOperationTime: Nanoseconds = 0

  /// Connections that wait to be accepted at most; more are refused.
  static let backlogMax = 256

  /// Makes a network with nobody on it.
  ///
  /// - Parameters:
  ///   - world: Its time and its chance.
  ///   - sizes: The sizes of the server's ring.
  ///   - faults: How it behaves.
  public init(world: World, sizes: RingSizes, faults: NetworkFaults = .none) {
    self.world = world
    self.sizes = sizes
    self.faults = faults
    chance = world.generator(.network)
    places = Array(repeating: nil, count: Int(sizes.connectionSlots))
    buffers = ReceiveBuffers(
      count: Int(sizes.receiveBuffers), byteCount: Int(sizes.receiveBufferBytes))
  }
}

extension SimulatedNetwork {
  /// Begins a connection to the server.
  ///
  /// - Parameter peer: Whoever is at this end; it is not kept alive.
  /// - Returns: The connection, not open yet; nil when it is refused at once.
  public func connect(_ peer: any LinkPeer) -> ClientLink? {
    counts.connects += 1
    guard isListening, backlog.count < Self.backlogMax, !happens(faults.refusePerMille) else {
      counts.refused += 1
      return nil
    }
    lastConnection += 1
    let link = ClientLink(number: lastConnection, peer: peer)
    let connection = SimulatedConnection(link: link, network: self, loss: drawLoss())
    link.connection = connection
    connections[link.number] = connection
    trace(0xC0, link.number)
    schedule(at: arrivalTime(notBefore: 0)) { [self] in connected(connection) }
    return link
  }

  private func connected(_ connection: SimulatedConnection) {
    guard isListening, backlog.count < Self.backlogMax else {
      guard connection.link.state == .connecting else { return }
      connection.link.state = .closed
      forget(connection.link.number)
      connection.link.peer?.linkClosed(connection.link, wasReset: true)
      return
    }
    backlog.append(connection)
    if connection.link.state == .connecting {
      connection.link.state = .open
      connection.link.peer?.linkOpened(connection.link)
    }
    serveAccept()
  }

  /// A client's end is closed.
  func forget(_ number: UInt64) { connections[number] = nil }

  private func drawLoss() -> Loss? {
    let isCut = happens(faults.cutPerMille)
    let isHalfOpen = happens(faults.halfOpenPerMille)
    guard isCut || isHalfOpen else { return nil }
    let toldEnd = chance.below(3)
    return Loss(
      isToServer: chance.below(2) == 0, atByte: 1 + chance.below(faults.lossByteCountMax),
      tellsServer: !isHalfOpen || toldEnd == 1, tellsClient: !isHalfOpen || toldEnd == 2)
  }
}

extension SimulatedNetwork {
  /// The power of the server's machine failed: its sockets are gone, and nobody is told.
  ///
  /// What had left before still arrives; a client hears of it when it sends to the machine after
  /// that was switched on again, or never.
  public func powerFailed() {
    isMachineUp = false
    dropSockets(tellsClients: false)
  }

  /// The server's process is gone, in order or not: its machine ends the connections.
  public func ringClosed() {
    guard isMachineUp else { return }
    dropSockets(tellsClients: true)
  }

  /// The server's machine is on again, and a shard may open its ring.
  ///
  /// - Parameter sizes: The sizes of that ring.
  public func beginNextLife(sizes: RingSizes) {
    dropSockets(tellsClients: isMachineUp)
    isMachineUp = true
    self.sizes = sizes
    places = Array(repeating: nil, count: Int(sizes.connectionSlots))
    nextPlace = 0
    buffers = ReceiveBuffers(
      count: Int(sizes.receiveBuffers), byteCount: Int(sizes.receiveBufferBytes))
  }

  private func dropSockets(tellsClients: Bool) {
    ringNumber += 1
    isListening = false
    isAccepting = false
    unsafe wakeTarget = nil
    pendingWakes = 0
    let lost = places.compactMap { $0 } + backlog
    backlog = []
    for place in places.indices { places[place] = nil }
    counts.lostWithServer += lost.count
    for connection in lost { connection.vanish(tellsClient: tellsClients) }
  }
}
