public import Primitives
internal import Wire

extension ClientSession {
  /// A connection stands: queues the log-on that opens or continues the session.
  ///
  /// - Parameters:
  ///   - now: A clock that never steps backwards, in nanoseconds.
  ///   - wallTime: Nanoseconds since the Unix epoch.
  public mutating func connected(now: Nanoseconds, wallTime: Nanoseconds) {
    let isFree = state == .disconnected
    invariant(isFree, "a session has one connection at a time")
    input.clear()
    control.clear()
    state = .loggingOn
    lastSent = now
    lastReceived = now
    let isQueued = control.append(
      Logon(
        configuration,
        clientTime: wallTime,
        nextServerSequence: nextServerSequence,
        nextClientSequence: nextClientSequence
      )
    )
    invariant(isQueued, "an empty control buffer holds a log-on")
  }

  /// The connection is gone: unanswered requests stay and are sent again on the next one.
  public mutating func disconnected() {
    input.clear()
    control.clear()
    state = .disconnected
  }

  /// Queues a goodbye; the session stays known to the server.
  ///
  /// - Parameter wallTime: Nanoseconds since the Unix epoch.
  public mutating func logOut(wallTime: Nanoseconds) {
    guard state == .open else { return }
    _ = control.append(Logout(time: wallTime, code: 0))
  }

  /// The next bytes for the socket, valid until the next call; empty when there are none.
  public func output() -> UnsafeRawBufferPointer {
    let mayGoFirst = control.isStarted || store.isAtFrameBoundary || state != .open
    if !control.isEmpty, mayGoFirst { return unsafe control.output() }
    guard state == .open else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe store.output()
  }

  /// The socket took so many of the bytes that `output` gave.
  ///
  /// - Parameters:
  ///   - byteCount: How many.
  ///   - now: A clock that never steps backwards, in nanoseconds.
  public mutating func sent(byteCount: Int, now: Nanoseconds) {
    lastSent = now
    let mayGoFirst = control.isStarted || store.isAtFrameBoundary || state != .open
    if !control.isEmpty, mayGoFirst {
      control.sent(byteCount: byteCount)
    } else {
      store.sent(byteCount: byteCount)
    }
  }

  /// Where received bytes go; valid until the next call.
  public mutating func inputSpace() -> UnsafeMutableRawBufferPointer { unsafe input.space() }

  /// So many bytes came and stand in `inputSpace`; `nextEvent` takes them apart.
  ///
  /// - Parameters:
  ///   - byteCount: How many.
  ///   - now: A clock that never steps backwards, in nanoseconds.
  public mutating func received(byteCount: Int, now: Nanoseconds) {
    lastReceived = now
    input.received(byteCount: byteCount)
  }

  /// Time passes: queues a heartbeat when the session was silent.
  ///
  /// - Parameters:
  ///   - now: A clock that never steps backwards, in nanoseconds.
  ///   - wallTime: Nanoseconds since the Unix epoch.
  /// - Returns: Whether the server still shows that it is alive; else drop the connection.
  public mutating func tick(now: Nanoseconds, wallTime: Nanoseconds) -> Bool {
    if state == .open, control.isEmpty, isSilent(now: now) {
      _ = control.append(Heartbeat(nextSequence: nextClientSequence, time: wallTime))
    }
    let patience = max(15_000, 3 * UInt64(terms.keepaliveMs)) * TimeSpan.millisecond
    return state == .disconnected || now < lastReceived + patience
  }

  private func isSilent(now: Nanoseconds) -> Bool {
    now >= lastSent + UInt64(configuration.keepaliveMs) * TimeSpan.millisecond
  }
}

extension ClientSession {
  /// The server took the log-on: decides what it still knows and sends the unanswered again.
  mutating func logonTaken(_ ack: LogonAck) -> SessionEvent? {
    guard state == .loggingOn else { return nil }
    let isOtherEngine =
      ack.engineIdHigh != terms.engineIDHigh || ack.engineIdLow != terms.engineIDLow
    let isForgotten =
      hasLoggedOnBefore && (isOtherEngine || ack.nextClientSequence <= highestLogged)
    terms = SessionTerms(ack)
    state = .open
    counters.logonCount += 1
    if isForgotten { return startAnew(ack) }
    if hasLoggedOnBefore {
      counters.resentCount += UInt64(store.waitingCount)
    } else {
      continueNumbering(ack)
    }
    hasLoggedOnBefore = true
    store.rewind()
    noteLostAnswers(ack)
    return .opened
  }

  /// A client that continues a session of an earlier run takes up its numbering: nothing that waits
  /// was sent yet, and under the old numbers it would be dropped as seen before.
  private mutating func continueNumbering(_ ack: LogonAck) {
    guard ack.nextClientSequence > 1 else { return }
    store.renumber(adding: ack.nextClientSequence - 1)
    nextClientSequence += ack.nextClientSequence - 1
  }

  /// The server knows nothing of this session any more: what was under way cannot be told.
  private mutating func startAnew(_ ack: LogonAck) -> SessionEvent? {
    nextClientSequence = ack.nextClientSequence
    nextServerSequence = 1
    highestLogged = 0
    lossMarkerRef = 0
    sweep = OutcomeSweep(kind: .answerLost, nextRef: store.oldest, endRef: store.next)
    store.rewind()
    return .opened
  }

  /// The server kept only a part of the stream: after everything unanswered was sent again, the
  /// answer to one more question tells that whatever is still open lost its answer.
  private mutating func noteLostAnswers(_ ack: LogonAck) {
    let oldest = ack.oldestReplayableSequence
    guard oldest > nextServerSequence, ack.nextServerSequence > nextServerSequence else { return }
    guard lossMarkerRef == 0, store.waitingCount > 0 else { return }
    let byteCount = QueryTopology.frameByteCount
    guard let frame = unsafe store.place(byteCount: byteCount) else { return }
    unsafe QueryTopology(clientRef: 0).write(frame: frame)
    lossMarkerRef = take(
      byteCount: byteCount,
      template: QueryTopology.templateID,
      tag: 0,
      isInternal: true
    )
  }
}

extension SessionTerms {
  init(_ ack: LogonAck) {
    engineIDHigh = ack.engineIdHigh
    engineIDLow = ack.engineIdLow
    shard = ack.shard
    shards = max(ack.shards, 1)
    inFlightMax = min(Int(ack.maxInFlight), SessionConfiguration.inFlightLimit)
    if inFlightMax == 0 { inFlightMax = SessionConfiguration.inFlightLimit }
    keepaliveMs = ack.keepaliveMs
    ratePerSecond = ack.ratePerSecond
  }
}
