internal import Kernel
internal import Primitives

/// What goes over a connection at once.
enum Piece {
  case bytes([UInt8])
  /// Nothing more comes in this direction.
  case end
  /// The connection is broken.
  case reset
}

/// When a connection is lost, and who hears of it.
struct Loss {
  var isToServer: Bool
  var atByte: UInt64
  var tellsServer: Bool
  var tellsClient: Bool
}

/// One connection: the sockets of both ends and what is between them.
///
/// The server's end does what a Linux TCP socket does under io_uring: bytes that came before a
/// reset can still be read, an error is told once, a send takes what there is room for.
@safe
final class SimulatedConnection {
  static let errnoReset: Int32 = -104
  static let errnoPipe: Int32 = -32
  static let errnoNotConnected: Int32 = -107

  let link: ClientLink
  unowned let network: SimulatedNetwork
  private var loss: Loss?
  /// Everything that goes is lost.
  private var isLost = false
  private var lastArrival: (toServer: Nanoseconds, toClient: Nanoseconds) = (0, 0)
  private var passed: (toServer: UInt64, toClient: UInt64) = (0, 0)

  // The client's end.
  private var outbox = ByteQueue()
  private var hasClientEnded = false
  private var hasSentClientEnd = false
  private var heldForClient: [Piece] = []

  // The server's end.
  private(set) var inbox = ByteQueue()
  private var inFlightToServer = 0
  private var hasInputEnded = false
  private var error: Int32 = 0
  /// The server's end knows no connection any more: reset, or gone with its machine.
  private(set) var isBroken = false
  private var isGone = false
  private var isShutDown = false
  private var unacknowledged = 0
  private var receiving: Token?
  private var sending: (bytes: UnsafeRawPointer, byteCount: Int, token: Token)?

  init(link: ClientLink, network: SimulatedNetwork, loss: Loss?) {
    self.link = link
    self.network = network
    self.loss = loss
  }

  var unsentByteCount: Int { outbox.count }
}

// MARK: Between the ends

extension SimulatedConnection {
  /// Sends a piece on its way, behind those before it.
  private func depart(_ piece: Piece, toServer: Bool) {
    let due = network.arrivalTime(notBefore: toServer ? lastArrival.toServer : lastArrival.toClient)
    if toServer { lastArrival.toServer = due } else { lastArrival.toClient = due }
    network.schedule(at: due) { [self] in arrive(piece, toServer: toServer) }
  }

  private func arrive(_ piece: Piece, toServer: Bool) {
    guard !isLost else { return }
    // One that was drawn while things went wrong does not happen when nothing does any more.
    guard case .bytes(let bytes) = piece, let loss, loss.isToServer == toServer,
      network.faults != .none
    else { return land(piece, toServer: toServer) }
    let done = toServer ? passed.toServer : passed.toClient
    let room = loss.atByte > done ? loss.atByte - done : 0
    guard UInt64(bytes.count) >= room else { return land(piece, toServer: toServer) }
    if room > 0 { land(.bytes(Array(bytes.prefix(Int(room)))), toServer: toServer) }
    strike(loss)
  }

  private func land(_ piece: Piece, toServer: Bool) {
    network.trace(link.number, piece, toServer)
    if case .bytes(let bytes) = piece {
      network.count(bytes.count, toServer: toServer)
      if toServer {
        passed.toServer += UInt64(bytes.count)
      } else {
        passed.toClient += UInt64(bytes.count)
      }
    }
    if toServer { landAtServer(piece) } else { landAtClient(piece) }
  }

  /// The connection is lost here and now.
  private func strike(_ loss: Loss) {
    guard !isLost else { return }
    isLost = true
    if loss.tellsServer && loss.tellsClient {
      network.counts.cuts += 1
    } else {
      network.counts.halfOpen += 1
    }
    if loss.tellsServer {
      network.schedule(at: network.arrivalTime(notBefore: 0)) { [self] in landAtServer(.reset) }
    }
    if loss.tellsClient {
      network.schedule(at: network.arrivalTime(notBefore: 0)) { [self] in landAtClient(.reset) }
    }
  }
}

// MARK: The client's end

extension SimulatedConnection {
  func clientSends(_ bytes: [UInt8]) {
    outbox.append(bytes)
    pump()
  }

  func clientEnds() {
    hasClientEnded = true
    heldForClient.removeAll()
    pump()
    network.forget(link.number)
  }

  func clientResets() {
    outbox.removeAll()
    hasClientEnded = true
    hasSentClientEnd = true
    heldForClient.removeAll()
    depart(.reset, toServer: true)
    network.forget(link.number)
  }

  func clientReads() {
    let held = heldForClient
    heldForClient = []
    for piece in held { landAtClient(piece) }
  }

  /// Sends as much as the server's socket has room for.
  private func pump() {
    while !outbox.isEmpty {
      let room = network.faults.receiveRoom - inbox.count - inFlightToServer
      guard room > 0 || isGone || isBroken else { return }
      let most = room > 0 ? min(room, outbox.count) : outbox.count
      let piece = outbox.take(network.pieceByteCount(most))
      inFlightToServer += piece.count
      depart(.bytes(piece), toServer: true)
    }
    if hasClientEnded && !hasSentClientEnd {
      hasSentClientEnd = true
      depart(.end, toServer: true)
    }
  }

  private func landAtClient(_ piece: Piece) {
    if !link.isReading, link.state != .closed {
      guard case .reset = piece else { return heldForClient.append(piece) }
      heldForClient.removeAll()
    }
    switch piece {
    case .bytes(let bytes):
      unacknowledged -= bytes.count
      if link.state == .open {
        link.peer?.linkReceived(link, bytes)
      } else if !isBroken {
        // A socket that was closed answers bytes with a reset.
        depart(.reset, toServer: true)
      }
      resumeSend()
    case .end: closeClient(wasReset: false)
    case .reset: closeClient(wasReset: true)
    }
  }

  private func closeClient(wasReset: Bool) {
    guard link.state != .closed else { return }
    link.state = .closed
    if wasReset {
      outbox.removeAll()
      hasSentClientEnd = true
    } else {
      hasClientEnded = true
      pump()
    }
    network.forget(link.number)
    link.peer?.linkClosed(link, wasReset: wasReset)
  }
}

// MARK: The server's end

extension SimulatedConnection {
  private func landAtServer(_ piece: Piece) {
    if isGone { return landNowhere(piece) }
    switch piece {
    case .bytes(let bytes):
      inFlightToServer -= bytes.count
      if isShutDown || isBroken { return refuseInput() }
      inbox.append(bytes)
    case .end: hasInputEnded = true
    case .reset:
      guard !isBroken else { return }
      network.counts.serverResets += 1
      isBroken = true
      error = hasInputEnded ? Self.errnoPipe : Self.errnoReset
    }
    serveReceive()
    resumeSend()
  }

  /// A machine that was off knows nothing of the connection, and says so once it is on again.
  private func landNowhere(_ piece: Piece) {
    if case .reset = piece { return }
    guard network.isMachineUp else { return }
    network.schedule(at: network.arrivalTime(notBefore: 0)) { [self] in resetClient() }
  }

  private func resetClient() { landAtClient(.reset) }

  private func refuseInput() {
    guard !isBroken || isShutDown else { return }
    isBroken = true
    depart(.reset, toServer: false)
  }

  /// The server asks for bytes until told otherwise.
  func receive(_ token: Token) {
    receiving = token
    serveReceive()
  }

  /// Stops a receive.
  ///
  /// - Returns: Whether there was one.
  func cancelReceive() -> Bool {
    guard let token = receiving else { return false }
    receiving = nil
    network.complete(token, -125)
    return true
  }

  private func serveReceive() {
    while let token = receiving {
      if !inbox.isEmpty {
        guard giveBytes(token) else { return }
      } else if error != 0 {
        endReceive(token, takeError())
      } else if hasInputEnded || isBroken || isShutDown {
        endReceive(token, 0)
      } else {
        return
      }
    }
  }

  private func giveBytes(_ token: Token) -> Bool {
    guard let buffer = network.takeBuffer() else {
      network.counts.noBuffers += 1
      endReceive(token, -105)
      return false
    }
    let bytes = inbox.take(network.receiveBufferByteCount)
    network.fill(buffer, with: bytes)
    let hasMore = !network.endsEarly()
    if !hasMore { receiving = nil }
    network.complete(token, Int32(bytes.count), hasMore: hasMore, bufferIndex: buffer)
    pump()
    return hasMore
  }

  private func endReceive(_ token: Token, _ result: Int32) {
    receiving = nil
    network.complete(token, result)
  }

  private func takeError() -> Int32 {
    defer { error = 0 }
    return error
  }
}

extension SimulatedConnection {
  /// The server sends; the bytes are copied when there is room for some.
  func send(_ bytes: UnsafeRawPointer, byteCount: Int, token: Token) {
    unsafe sending = (bytes, byteCount, token)
    if !isBroken && !isShutDown && network.faults.sendRoom <= unacknowledged {
      network.counts.fullSends += 1
    }
    resumeSend()
  }

  private func resumeSend() {
    guard let order = unsafe sending else { return }
    if isBroken || isShutDown || error != 0 {
      unsafe sending = nil
      let result = error != 0 ? takeError() : Self.errnoPipe
      return unsafe network.complete(order.token, result)
    }
    let room = network.faults.sendRoom - unacknowledged
    guard room > 0 else { return }
    unsafe sending = nil
    let taken = network.sendByteCount(unsafe min(order.byteCount, room))
    dispatch(unsafe [UInt8](UnsafeRawBufferPointer(start: order.bytes, count: taken)))
    unsafe network.complete(order.token, Int32(taken))
  }

  /// Puts bytes on their way to the client, in one piece or more.
  private func dispatch(_ bytes: [UInt8]) {
    unacknowledged += bytes.count
    var start = 0
    while start < bytes.count {
      let end = start + network.pieceByteCount(bytes.count - start)
      depart(.bytes(Array(bytes[start..<end])), toServer: false)
      start = end
    }
  }

  /// Ends both directions: what was sent still goes, what waits ends.
  ///
  /// - Returns: 0, or the errno of a connection that is broken already.
  func shutDown() -> Int32 {
    if isBroken { return Self.errnoNotConnected }
    if !isShutDown {
      isShutDown = true
      depart(.end, toServer: false)
    }
    serveReceive()
    resumeSend()
    return 0
  }

  /// The server's socket is closed; bytes that it did not read break the connection.
  func close() {
    if !isBroken {
      if !inbox.isEmpty {
        depart(.reset, toServer: false)
      } else if !isShutDown {
        depart(.end, toServer: false)
      }
    }
    isShutDown = true
    inbox.removeAll()
    hasInputEnded = true
    serveReceive()
    resumeSend()
  }

  /// The machine or the process is gone: its requests never complete.
  func vanish(tellsClient: Bool) {
    receiving = nil
    unsafe sending = nil
    if tellsClient { close() }
    isGone = true
    inbox.removeAll()
    pump()
  }
}
