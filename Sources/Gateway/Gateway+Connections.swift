public import Primitives
public import Wire

extension Gateway {
  /// Begins a connection; a logon must come in time.
  ///
  /// - Parameters:
  ///   - connection: A free place.
  ///   - now: The time.
  @_noLocks
  public mutating func openConnection(_ connection: ConnectionIndex, now: Nanoseconds) {
    let isFree = connections[connection].state == .free
    invariant(isFree, "a connection's place is free")
    advance(to: now)
    connections[connection].state = .awaitingLogon
    connections[connection].sinceTime = now
    connections[connection].lastReceived = now
    connections[connection].lastSent = now
    counters.connectionsOpened += 1
  }

  /// Gives bytes that came; then call `next` until it needs input.
  ///
  /// - Parameters:
  ///   - connection: Where they came.
  ///   - bytes: The first byte; they stay in place until `next` has answered `needInput`.
  ///   - byteCount: How many bytes.
  @_noLocks
  public mutating func receive(
    _ connection: ConnectionIndex,
    _ bytes: UnsafeRawPointer,
    byteCount: Int
  ) {
    let isOpen = connections[connection].state != .free
    invariant(isOpen, "bytes come on an open connection")
    guard connections[connection].state.isReading else { return }
    counters.bytesReceived += UInt64(byteCount)
    unsafe connections[connection].reader.give(bytes, byteCount: byteCount)
  }

  /// Ends a connection: the peer left, or the closure that `takeClosure` named is done.
  ///
  /// Call it when the kernel holds no operation of the connection any more; its place is free then.
  /// The session, if there was one, stays: a lost connection cancels nothing.
  ///
  /// - Parameter connection: Which one.
  @_noLocks
  public mutating func connectionClosed(_ connection: ConnectionIndex) {
    let isOpen = connections[connection].state != .free
    invariant(isOpen, "only an open connection can end")
    unbind(connection)
    sendable.remove(connection)
    resumable.remove(connection)
    closures.remove(connection)
    connections.reset(connection)
    counters.connectionsClosed += 1
  }

  /// Takes a connection whose socket is to be closed.
  ///
  /// - Returns: The connection and why; nil when there is none. Call `connectionClosed` when the
  ///   kernel is done with it.
  @_noLocks
  public mutating func takeClosure() -> (connection: ConnectionIndex, reason: CloseReason)? {
    guard let connection = closures.takeFirst() else { return nil }
    return (connection, connections[connection].closeReason)
  }

  /// Takes a connection that was paused and may be received from again.
  ///
  /// - Returns: The connection; call `next` for it. Nil when there is none.
  @_noLocks
  public mutating func takeResumable() -> ConnectionIndex? { resumable.takeFirst() }

  /// Whether a session has a live connection.
  ///
  /// - Parameter session: The session.
  /// - Returns: Whether there is one.
  @_noLocks
  public func isConnected(_ session: SessionHandle) -> Bool {
    guard let place = sessions.place(of: session) else { return false }
    return sessions[place].connection != SessionTable.none
  }

  /// Which log-on a session's live connection came with: another number for each.
  ///
  /// - Parameter session: The session.
  /// - Returns: The number, from 1; 0 when nobody is connected.
  @_noLocks
  public func binding(of session: SessionHandle) -> UInt64 {
    guard let place = sessions.place(of: session) else { return 0 }
    let connection = sessions[place].connection
    return connection == SessionTable.none ? 0 : connections[Int(connection)].binding
  }

  /// Writes the answer to a connection that finds no free place; send it and close.
  ///
  /// - Parameters:
  ///   - code: Why.
  ///   - target: Where to; at least 56 bytes.
  ///   - now: The time.
  /// - Returns: The bytes written.
  public func writeRefusal(
    _ code: RejectCode,
    to target: UnsafeMutableRawPointer,
    now: Nanoseconds
  ) -> Int {
    let reject = LogonReject(
      sessionIdHigh: 0,
      sessionIdLow: 0,
      serverTime: now,
      code: code.rawValue,
      minVersion: Schema.version,
      maxVersion: Schema.version
    )
    unsafe reject.write(frame: target)
    unsafe FrameHeader.seal(target, sequence: 0)
    return LogonReject.frameByteCount
  }
}

extension Gateway {
  /// Parts a connection from its session; what the session keeps stays in its ring.
  @_noLocks
  mutating func unbind(_ connection: ConnectionIndex) {
    let place = connections[connection].session
    guard place != SessionTable.none else { return }
    let session = Int(place)
    let isPair = Int(sessions[session].connection) == connection
    invariant(isPair, "a session and its connection are a pair")
    sessions[session].connection = SessionTable.none
    sessions[session].resendCursor = .max
    connections[connection].session = SessionTable.none
    connections[connection].answers.clear()
  }
}
