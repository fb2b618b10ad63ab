internal import Primitives
internal import Wire

extension Gateway {
  /// Takes a connection that may have something to send.
  ///
  /// - Returns: The connection; call `nextSend` for it. Nil when there is none.
  @_noLocks
  public mutating func takeSendable() -> ConnectionIndex? { sendable.takeFirst() }

  /// Collects what may leave on a connection.
  ///
  /// - Parameter connection: Which one.
  /// - Returns: One run of bytes, in place until `sent`; nil when a send is in flight or when
  ///   nothing may leave.
  /// - Complexity: O(bytes).
  @_noLocks
  public mutating func nextSend(_ connection: ConnectionIndex) -> SendOrder? {
    let state = connections[connection].state
    guard state != .free, state != .closed, !connections[connection].send.isInFlight else {
      return nil
    }
    if connections[connection].send.sentCount == connections[connection].send.byteCount {
      fill(connection)
    }
    let sentCount = connections[connection].send.sentCount
    let byteCount = connections[connection].send.byteCount - sentCount
    guard byteCount > 0 else {
      if state == .closing && connections[connection].isDrained { finishClosing(connection) }
      return nil
    }
    connections[connection].send.isInFlight = true
    connections[connection].send.startedAt = time
    connections[connection].lastSent = time
    let bytes = unsafe UnsafeRawPointer(connections.sendBuffer(connection) + sentCount)
    return unsafe SendOrder(bytes: bytes, byteCount: byteCount)
  }

  /// A send is done, perhaps of a part; the rest is given again.
  ///
  /// - Parameters:
  ///   - connection: Which one.
  ///   - byteCount: The bytes that the kernel took; 0 after an error.
  @_noLocks
  public mutating func sent(_ connection: ConnectionIndex, byteCount: Int) {
    let wasInFlight = connections[connection].send.isInFlight
    invariant(wasInFlight, "a send was in flight")
    connections[connection].send.isInFlight = false
    connections[connection].send.sentCount += byteCount
    let isWithin = connections[connection].send.sentCount <= connections[connection].send.byteCount
    invariant(isWithin, "no more is sent than was given")
    counters.bytesSent += UInt64(byteCount)
    if connections[connection].send.sentCount < connections[connection].send.byteCount {
      probe(.partialSend)
    }
    if connections[connection].state != .closed { sendable.insert(connection) }
  }

  /// Copies what may leave into the connection's send buffer: whole frames, in order.
  @_noLocks
  private mutating func fill(_ connection: ConnectionIndex) {
    connections[connection].send.sentCount = 0
    connections[connection].send.byteCount = 0
    guard connections[connection].heldForBatch <= release.releasedOrdinal else {
      probe(.logonWaitsForBatch)
      return
    }
    let buffer = unsafe connections.sendBuffer(connection)
    var count = connections[connection].directCount
    if count > 0 {
      unsafe buffer.copyMemory(from: connections.directBuffer(connection), byteCount: count)
      connections[connection].directCount = 0
    }
    let place = connections[connection].session
    if place != SessionTable.none {
      unsafe fillFromSession(connection, Int(place), buffer, &count)
      resumeIfDrained(connection, Int(place))
    }
    connections[connection].send.byteCount = count
  }

  /// Merges the ring and the answer queue in the order in which frames were given.
  @_noLocks
  private mutating func fillFromSession(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ buffer: UnsafeMutableRawPointer,
    _ count: inout Int
  ) {
    while true {
      if isResending(connection, place) {
        guard unsafe copyResend(place, buffer, &count) else { return }
      }
      if connections[connection].answers.isEmpty {
        if connections[connection].state == .closing { return }
        unsafe copyRing(place, upTo: sessions[place].durableEnd, buffer, &count)
        return
      }
      let offset = connections[connection].answers.frontOffset
      if sessions[place].cursor < offset {
        unsafe copyRing(place, upTo: min(offset, sessions[place].durableEnd), buffer, &count)
        if sessions[place].cursor < offset { return }
      }
      guard unsafe copyAnswer(connection, buffer, &count) else { return }
    }
  }

  @_noLocks @inline(__always)
  private func copyRing(
    _ place: Int,
    upTo end: UInt64,
    _ buffer: UnsafeMutableRawPointer,
    _ count: inout Int
  ) {
    count += unsafe sessions[place].ring.copy(
      from: &sessions[place].cursor,
      upTo: end,
      to: buffer + count,
      room: limits.sendBufferBytes - count
    )
  }

  /// Copies the oldest answer when it may leave.
  ///
  /// - Returns: Whether it was copied.
  @_noLocks
  private func copyAnswer(
    _ connection: ConnectionIndex,
    _ buffer: UnsafeMutableRawPointer,
    _ count: inout Int
  ) -> Bool {
    guard connections[connection].answers.frontBatch <= release.releasedOrdinal else {
      probe(.answerWaitsForBatch)
      return false
    }
    let byteCount = connections[connection].answers.frontByteCount
    guard count + byteCount <= limits.sendBufferBytes else { return false }
    unsafe (buffer + count).copyMemory(
      from: connections[connection].answers.frontFrame,
      byteCount: byteCount
    )
    count += byteCount
    connections[connection].answers.pop()
    return true
  }

  /// Wakes a paused reader when half of what paused it is gone.
  @_noLocks @inline(__always)
  private mutating func resumeIfDrained(_ connection: ConnectionIndex, _ place: Int) {
    guard connections[connection].isBackedUp, connections[connection].state == .bound,
      sessions[place].unsentBytes < limits.replayRingBytes / 4,
      connections[connection].answers.byteCount < limits.answerQueueBytes / 4
    else { return }
    probe(.connectionResumed)
    connections[connection].isBackedUp = false
    resumable.insert(connection)
  }
}
