/// Whoever is at a client's end of a connection.
public protocol LinkPeer: AnyObject {
  /// The connection stands: bytes may be sent.
  ///
  /// - Parameter link: Which connection.
  func linkOpened(_ link: ClientLink)
  /// Bytes came, in order, cut anywhere.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - bytes: The bytes.
  func linkReceived(_ link: ClientLink, _ bytes: [UInt8])
  /// The connection is over, or was refused late; nothing comes any more.
  ///
  /// - Parameters:
  ///   - link: Which connection.
  ///   - wasReset: Whether it broke; otherwise the server ended it in order.
  func linkClosed(_ link: ClientLink, wasReset: Bool)
}

/// A client's end of a connection.
public final class ClientLink {
  /// Where it stands, as this end knows.
  public enum State: Sendable {
    /// Nobody has answered yet.
    case connecting
    /// Bytes may go.
    case open
    /// Nothing goes or comes any more.
    case closed
  }

  /// The connection's number, from 1, never used again.
  public let number: UInt64
  /// Where it stands.
  public internal(set) var state = State.connecting
  /// Whether this end takes what comes; one that does not fills the server's socket.
  public var isReading = true {
    didSet { if isReading && !oldValue { connection?.clientReads() } }
  }

  weak var peer: (any LinkPeer)?
  weak var connection: SimulatedConnection?

  init(number: UInt64, peer: any LinkPeer) {
    self.number = number
    self.peer = peer
  }

  /// Sends bytes; they go as the server's socket takes them.
  ///
  /// - Parameter bytes: The bytes.
  public func send(_ bytes: [UInt8]) {
    guard state == .open else { return }
    connection?.clientSends(bytes)
  }

  /// Ends the connection in order, behind what was sent.
  public func close() {
    guard state != .closed else { return }
    state = .closed
    connection?.clientEnds()
  }

  /// Breaks the connection: what is under way may be lost.
  public func reset() {
    guard state != .closed else { return }
    state = .closed
    connection?.clientResets()
  }

  /// Bytes that wait at this end, because the server does not read.
  public var unsentByteCount: Int { connection?.unsentByteCount ?? 0 }
}
