public import Primitives
internal import Wire

extension Gateway {
  /// Looks after connections: heartbeats, dead and slow peers, logons and closings that never end.
  ///
  /// Call it about ten times a second; it looks at a part of the connections each time, so that all
  /// have been looked at within half a second.
  ///
  /// - Parameter now: The time.
  @_noLocks
  public mutating func onTick(now: Nanoseconds) {
    advance(to: now)
    let share = max(512, connections.count / 5)
    for _ in 0..<min(share, connections.count) {
      tick(tickPosition)
      tickPosition = tickPosition + 1 == connections.count ? 0 : tickPosition + 1
    }
  }

  @_noLocks @inline(__always)
  private mutating func tick(_ connection: ConnectionIndex) {
    switch connections[connection].state {
    case .free, .closed: break
    case .awaitingLogon, .logonRead, .openingSession:
      if isOver(connections[connection].sinceTime, limits.logonMs) {
        probe(.logonTimedOut)
        abort(connection, .logonTimeout)
      }
    case .bound: tickBound(connection)
    case .closing:
      if isOver(connections[connection].sinceTime, limits.closingMs) {
        probe(.closingTimedOut)
        abort(connection, connections[connection].closeReason)
      }
    }
  }

  @_noLocks
  private mutating func tickBound(_ connection: ConnectionIndex) {
    if connections[connection].send.isInFlight {
      guard isOver(connections[connection].send.startedAt, limits.sendStallMs) else { return }
      probe(.sendStalled)
      return closeSlowConsumer(connection)
    }
    // The peer of a paused connection may have sent what was not read.
    if connections[connection].isPaused { connections[connection].lastReceived = time }
    if time - min(time, connections[connection].lastReceived) > connections[connection].silenceNs {
      probe(.peerSilent)
      counters.silentPeers += 1
      return abort(connection, .silent)
    }
    if isOver(connections[connection].lastSent, limits.heartbeatMs) { sendHeartbeat(connection) }
  }

  @_noLocks @inline(__always)
  private func isOver(_ since: Nanoseconds, _ milliseconds: UInt32) -> Bool {
    time - min(time, since) >= UInt64(milliseconds) * 1_000_000
  }

  /// Sends a heartbeat ahead of what waits for durability: it says that the server is alive, and
  /// names the number of the next frame that the client will get.
  @_noLocks
  private mutating func sendHeartbeat(_ connection: ConnectionIndex) {
    guard connections[connection].directCount == 0,
      let slot = unsafe pushDirect(connection, byteCount: Heartbeat.frameByteCount)
    else { return }
    let place = Int(connections[connection].session)
    let next = sessions[place].ring.nextSequence(
      at: sessions[place].cursor,
      next: sessions[place].nextServerSequence
    )
    unsafe Heartbeat(nextSequence: next, time: time).write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    connections[connection].lastSent = time
    probe(.heartbeatSent)
    counters.heartbeatsSent += 1
  }
}
