internal import CSockets
public import Primitives

/// A session together with its socket: connects, and connects again with growing pauses.
///
/// Its owner calls `advance`, `flush` and `receive` from one thread and then takes events from
/// `session`; none of them blocks.
@safe
public struct ShardConnection: ~Copyable {
  /// The session, which outlives connections.
  public var session: ClientSession
  /// Where the shard is.
  public private(set) var endpoint: Endpoint
  /// Why the last connection went, or could not be made, for a person.
  public private(set) var lastFailure = "not tried yet"
  /// The code of the last failure when it was a refused log-on; nil when it was another one.
  private(set) var lastRefusalCode: UInt16?
  /// How many connections stood and went.
  public private(set) var lostCount: UInt64 = 0
  /// The socket's descriptor, -1 when there is none.
  public private(set) var descriptor: Int32 = -1
  /// How many times a connection was tried: tells two sockets with one descriptor apart.
  public private(set) var attemptCount: UInt64 = 0
  private var socket: TCPSocket?
  private var phase = Phase.waiting(until: 0)
  private var pause = ShardConnection.pauseMin

  private enum Phase {
    case waiting(until: Nanoseconds)
    case connecting(until: Nanoseconds)
    case connected(logonUntil: Nanoseconds)
    case refused(code: UInt16)
  }

  static let pauseMin: Nanoseconds = 5 * TimeSpan.millisecond
  static let pauseMax: Nanoseconds = 500 * TimeSpan.millisecond
  static let connectPatience: Nanoseconds = 3 * TimeSpan.second
  static let logonPatience: Nanoseconds = 10 * TimeSpan.second

  /// Makes a connection that `advance` will open.
  ///
  /// - Parameters:
  ///   - endpoint: Where the shard is.
  ///   - configuration: What the session is made of.
  ///   - memory: Where the session's memory comes from.
  public init(
    endpoint: Endpoint,
    configuration: SessionConfiguration,
    memory: MemorySource = .heap
  ) {
    self.endpoint = endpoint
    session = ClientSession(configuration: configuration, memory: memory)
  }

  /// Whether requests flow.
  public var isOpen: Bool { session.state == .open }
  /// Whether the socket should be watched for room to write.
  public var wantsToWrite: Bool {
    if case .connecting = phase { return true }
    return !session.isFlushed
  }
  /// The code of a log-on that was refused for good; nil while there is hope.
  public var refusedCode: UInt16? {
    if case .refused(let code) = phase { return code }
    return nil
  }

  /// Lets time pass: connects, gives up what takes too long, sends heartbeats.
  ///
  /// - Parameter now: A clock that never steps backwards, in nanoseconds.
  public mutating func advance(now: Nanoseconds) {
    switch phase {
    case .refused: return
    case .waiting(let until):
      if now >= until { connect(now: now) }
    case .connecting(let until):
      finishConnecting(now: now, until: until)
    case .connected(let logonUntil):
      if session.state == .loggingOn, now >= logonUntil {
        drop("the server did not answer the log-on", now: now)
      } else if !session.tick(now: now, wallTime: SystemTime.wall()) {
        drop("the server fell silent", now: now)
      }
    }
  }

  private mutating func connect(now: Nanoseconds) {
    var errorNumber: Int32 = 0
    attemptCount += 1
    guard let made = TCPSocket(connectingTo: endpoint, errorNumber: &errorNumber) else {
      return drop(Self.text(errorNumber), now: now)
    }
    descriptor = made.descriptor
    socket = consume made
    phase = .connecting(until: now + Self.connectPatience)
    finishConnecting(now: now, until: now + Self.connectPatience)
  }

  private mutating func finishConnecting(now: Nanoseconds, until: Nanoseconds) {
    guard let result = socket?.connectResult() else {
      if now >= until { drop("the server did not take the connection", now: now) }
      return
    }
    guard result == 0 else { return drop(Self.text(result), now: now) }
    phase = .connected(logonUntil: now + Self.logonPatience)
    session.connected(now: now, wallTime: SystemTime.wall())
    flush(now: now)
  }

  /// Closes the socket and waits before the next try; unanswered requests stay in the session.
  ///
  /// - Parameters:
  ///   - reason: Why, for a person.
  ///   - now: A clock that never steps backwards, in nanoseconds.
  public mutating func drop(_ reason: String, now: Nanoseconds) {
    if session.state != .disconnected {
      if case .ended(.refused) = session.state {} else { lostCount += 1 }
      session.disconnected()
    }
    socket = nil
    descriptor = -1
    lastFailure = reason
    lastRefusalCode = nil
    phase = .waiting(until: now + pause)
    pause = min(2 * pause, Self.pauseMax)
  }

  /// Points the connection to another place; it connects there at once.
  ///
  /// - Parameters:
  ///   - endpoint: Where the shard is now.
  ///   - now: A clock that never steps backwards, in nanoseconds.
  public mutating func move(to endpoint: Endpoint, now: Nanoseconds) {
    guard endpoint != self.endpoint else { return }
    self.endpoint = endpoint
    drop("the shard moved to \(endpoint)", now: now)
    phase = .waiting(until: now)
  }

  static func text(_ errorNumber: Int32) -> String {
    unsafe String(cString: rostrum_net_error_text(errorNumber))
  }
}

extension ShardConnection {
  /// Gives the socket what waits, as far as it takes it.
  ///
  /// - Parameter now: A clock that never steps backwards, in nanoseconds.
  public mutating func flush(now: Nanoseconds) {
    while true {
      let bytes = unsafe session.output()
      guard bytes.count > 0, socket != nil else { return }
      guard let result = unsafe socket?.send(bytes) else { return }
      switch result {
      case .bytes(let count):
        session.sent(byteCount: count, now: now)
        if count < bytes.count { return }
      case .wouldBlock: return
      case .closed: return drop("the server closed the connection", now: now)
      case .failed(let errorNumber): return drop(Self.text(errorNumber), now: now)
      }
    }
  }

  /// Reads once what the socket has; take events until there are none before the next call.
  ///
  /// - Parameter now: A clock that never steps backwards, in nanoseconds.
  /// - Returns: How many bytes came.
  @discardableResult
  public mutating func receive(now: Nanoseconds) -> Int {
    guard case .connected = phase else { return 0 }
    let space = unsafe session.inputSpace()
    guard let result = unsafe socket?.receive(into: space) else { return 0 }
    switch result {
    case .bytes(let count):
      session.received(byteCount: count, now: now)
      return count
    case .wouldBlock: return 0
    case .closed: drop("the server closed the connection", now: now)
    case .failed(let errorNumber): drop(Self.text(errorNumber), now: now)
    }
    return 0
  }

  /// Looks at an event that the session gave: resets the pauses, closes what ended.
  ///
  /// - Parameters:
  ///   - event: What `session.nextEvent` gave.
  ///   - now: A clock that never steps backwards, in nanoseconds.
  public mutating func note(_ event: SessionEvent, now: Nanoseconds) {
    switch event {
    case .opened: pause = Self.pauseMin
    case .ended(let reason): ended(reason, now: now)
    default: break
    }
  }

  private mutating func ended(_ reason: SessionEnd, now: Nanoseconds) {
    drop(reason.text, now: now)
    guard case .refused(let code) = reason else { return }
    lastRefusalCode = code
    if !Self.isPassing(code) { phase = .refused(code: code) }
  }

  /// Whether a refused log-on may be taken a little later: the server is full, or recovers.
  static func isPassing(_ code: UInt16) -> Bool { code == 40 || code == 41 || code == 43 }
}
