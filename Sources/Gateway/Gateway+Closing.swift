public import Primitives
internal import Wire

extension Gateway {
  /// Reads nothing more; what is left is sent, then the connection is named for closing.
  @_noLocks
  mutating func beginClosing(_ connection: ConnectionIndex, _ reason: CloseReason) {
    guard connections[connection].state.isReading else { return }
    connections[connection].state = .closing
    connections[connection].closeReason = reason
    connections[connection].sinceTime = time
    connections[connection].reader.discard()
    resumable.remove(connection)
    sendable.insert(connection)
  }

  /// Gives up what is left, and names the connection for closing.
  @_noLocks
  mutating func abort(_ connection: ConnectionIndex, _ reason: CloseReason) {
    guard connections[connection].state != .closed else { return }
    if case .none = connections[connection].closeReason {
      connections[connection].closeReason = reason
    }
    unbind(connection)
    finishClosing(connection)
  }

  /// Names a connection for closing.
  @_noLocks
  mutating func finishClosing(_ connection: ConnectionIndex) {
    unbind(connection)
    connections[connection].state = .closed
    connections[connection].reader.discard()
    connections[connection].directCount = 0
    sendable.remove(connection)
    resumable.remove(connection)
    closures.insert(connection)
  }

  /// Says goodbye behind everything that waits, and closes then.
  @_noLocks
  mutating func farewell(
    _ connection: ConnectionIndex,
    _ reason: CloseReason,
    logoutCode: RejectCode? = nil
  ) {
    let place = Int(connections[connection].session)
    if let logoutCode {
      guard let slot = unsafe pushAnswer(place, byteCount: Logout.frameByteCount, batch: 0) else {
        return
      }
      unsafe Logout(time: time, code: logoutCode.rawValue).write(frame: slot)
      unsafe FrameHeader.seal(slot, sequence: 0)
    }
    guard let slot = unsafe pushAnswer(place, byteCount: EndOfSession.frameByteCount, batch: 0)
    else { return }
    let last = sessions[place].nextServerSequence - 1
    unsafe EndOfSession(time: time, lastSequence: last).write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    beginClosing(connection, reason)
  }

  /// Takes a connection away from its session at once: what waits stays in the ring alone.
  @_noLocks
  mutating func detach(
    _ connection: ConnectionIndex,
    _ reason: CloseReason,
    logoutCode: RejectCode? = nil
  ) {
    let place = Int(connections[connection].session)
    let last = sessions[place].ring.nextSequence(
      at: sessions[place].cursor,
      next: sessions[place].nextServerSequence
    )
    // An acknowledgement of the logon that is not durable yet must not leave.
    if connections[connection].heldForBatch > release.releasedOrdinal {
      probe(.logonUntold)
      connections[connection].directCount = 0
      connections[connection].heldForBatch = 0
    }
    unbind(connection)
    if let logoutCode, let slot = unsafe pushDirect(connection, byteCount: Logout.frameByteCount) {
      unsafe Logout(time: time, code: logoutCode.rawValue).write(frame: slot)
      unsafe FrameHeader.seal(slot, sequence: 0)
    }
    if let slot = unsafe pushDirect(connection, byteCount: EndOfSession.frameByteCount) {
      unsafe EndOfSession(time: time, lastSequence: last - 1).write(frame: slot)
      unsafe FrameHeader.seal(slot, sequence: 0)
    }
    beginClosing(connection, reason)
  }

  /// Makes room for a frame that goes ahead of all others.
  @_noLocks
  mutating func pushDirect(
    _ connection: ConnectionIndex,
    byteCount: Int
  ) -> UnsafeMutableRawPointer? {
    let count = connections[connection].directCount
    guard count + byteCount <= GatewayLimits.directBytesMax else { return nil }
    connections[connection].directCount = count + byteCount
    sendable.insert(connection)
    return unsafe connections.directBuffer(connection) + count
  }
}

extension Gateway {
  /// Ends every connection in good order: each gets its replies, then EndOfSession.
  ///
  /// - Parameter now: The time.
  @_noLocks
  public mutating func drain(now: Nanoseconds) {
    advance(to: now)
    isDraining = true
    for connection in 0..<connections.count {
      switch connections[connection].state {
      case .free, .closing, .closed: break
      case .bound:
        probe(.drained)
        farewell(connection, .draining)
      case .awaitingLogon, .logonRead, .openingSession: abort(connection, .draining)
      }
    }
  }

  /// Tells every session that the log failed, and closes: no reply that waits may leave any more.
  ///
  /// - Parameter now: The time.
  @_noLocks
  public mutating func logFailed(now: Nanoseconds) {
    advance(to: now)
    isDraining = true
    for connection in 0..<connections.count {
      switch connections[connection].state {
      case .free, .closed: break
      case .bound:
        probe(.toldOfFailure)
        detach(connection, .logFailed, logoutCode: .internalFault)
      case .closing:
        if connections[connection].session != SessionTable.none { abort(connection, .logFailed) }
      case .awaitingLogon, .logonRead, .openingSession:
        probe(.closedWhileOpening)
        abort(connection, .logFailed)
      }
    }
  }
}
