public import Primitives
public import Wire

extension Gateway {
  /// Decides about the logon that `next` announced.
  ///
  /// Cold, once a connection: it may allocate.
  ///
  /// - Parameters:
  ///   - connection: Where it came.
  ///   - now: The time of the turn, which is the logged time.
  ///   - admission: What the log can take.
  /// - Returns: What to do.
  public mutating func logon(
    _ connection: ConnectionIndex,
    now: Nanoseconds,
    admission: Admission = .open
  ) -> LogonOutcome {
    invariant(connections[connection].state == .logonRead, "a logon was read")
    advance(to: now)
    let frame = unsafe connections[connection].reader.frame
    let byteCount = connections[connection].reader.byteCount
    let message = unsafe Logon(frame: frame)
    remember(connection, message)
    switch unsafe verifier.verdict(frame, byteCount: byteCount, now: now) {
    case .refused(let code):
      probe(.logonRefused)
      return unsafe refuseLogon(connection, code)
    case .accepted(let roles): connections[connection].request.roles = roles
    }
    if isDraining {
      probe(.logonWhileStopping)
      return unsafe refuseLogon(connection, .overloaded)
    }
    if let place = sessions.find(message.sessionIdHigh, message.sessionIdLow) {
      guard sessions[place].accountId == message.accountId else {
        probe(.logonOfForeignSession)
        return unsafe refuseLogon(connection, .notAuthorised)
      }
      bind(connection, place)
      return unsafe .accepted
    }
    if admission == .stopped {
      probe(.logonDiskFull)
      return unsafe refuseLogon(connection, .storageFull)
    }
    guard let (handle, evicted) = newPlace(account: message.accountId) else {
      probe(.sessionsFull)
      return unsafe refuseLogon(connection, .sessionLimit)
    }
    return unsafe openSession(connection, message, handle, evicted)
  }

  /// Refuses a logon: with LogonReject, and the connection closes.
  ///
  /// - Parameters:
  ///   - connection: Which one.
  ///   - code: Why.
  /// - Returns: `refused`.
  @discardableResult
  public mutating func refuseLogon(
    _ connection: ConnectionIndex,
    _ code: RejectCode
  ) -> LogonOutcome {
    let request = connections[connection].request
    if let slot = unsafe pushDirect(connection, byteCount: LogonReject.frameByteCount) {
      let reject = LogonReject(
        sessionIdHigh: request.sessionIdHigh,
        sessionIdLow: request.sessionIdLow,
        serverTime: time,
        code: code.rawValue,
        minVersion: Schema.version,
        maxVersion: Schema.version
      )
      unsafe reject.write(frame: slot)
      unsafe FrameHeader.seal(slot, sequence: 0)
    }
    counters.logonsRefused += 1
    beginClosing(connection, .logonRefused)
    return unsafe .refused
  }

  /// Binds a connection to the session that its logon opened; `sessionOpened` came before.
  ///
  /// - Parameters:
  ///   - connection: Which one.
  ///   - now: The time of the turn.
  public mutating func completeLogon(_ connection: ConnectionIndex, now: Nanoseconds) {
    invariant(connections[connection].state == .openingSession, "a session is being opened")
    advance(to: now)
    let request = connections[connection].request
    let place = sessions.find(request.sessionIdHigh, request.sessionIdLow)
    guard let place else {
      invariant(false, "the session was opened before its logon completes")
      return
    }
    bind(connection, place)
  }

  private func remember(_ connection: ConnectionIndex, _ logon: Logon) {
    connections[connection].request = LogonRequest(
      sessionIdHigh: logon.sessionIdHigh,
      sessionIdLow: logon.sessionIdLow,
      accountId: logon.accountId,
      apiKeyId: logon.apiKeyId,
      nextServerSequence: logon.nextServerSequence,
      keepaliveMs: logon.keepaliveMs
    )
  }

  private mutating func openSession(
    _ connection: ConnectionIndex,
    _ logon: Logon,
    _ handle: SessionHandle,
    _ evicted: SessionHandle
  ) -> LogonOutcome {
    connections[connection].state = .openingSession
    let record = SessionOpened(
      sessionIdHigh: logon.sessionIdHigh,
      sessionIdLow: logon.sessionIdLow,
      accountId: logon.accountId,
      apiKeyId: logon.apiKeyId,
      handle: handle.raw,
      evicted: evicted.raw
    )
    unsafe record.write(frame: scratch.base)
    unsafe FrameHeader.seal(scratch.base, sequence: 0)
    return unsafe .openSession(
      frame: UnsafeRawPointer(scratch.base),
      byteCount: SessionOpened.frameByteCount
    )
  }
}

extension Gateway {
  /// Makes a connection the session's one: the newer connection wins.
  private mutating func bind(_ connection: ConnectionIndex, _ place: Int) {
    invariant(sessions[place].unappliedCount == 0, "commands are applied before a logon")
    if sessions[place].connection != SessionTable.none {
      probe(.sessionTakenOver)
      counters.superseded += 1
      detach(Int(sessions[place].connection), .superseded)
    }
    let request = connections[connection].request
    sessions[place].connection = UInt32(connection)
    sessions[place].expectedSequence = sessions[place].window.highest + 1
    sessions[place].refusalsInRow = 0
    sessions[place].resendCursor = .max
    sessions[place].cursor = firstOffset(place, wanted: request.nextServerSequence)
    connections[connection].state = .bound
    connections[connection].session = UInt32(place)
    connections[connection].roles = request.roles
    connections[connection].accountId = request.accountId
    connections[connection].silenceNs = silence(request.keepaliveMs)
    connections[connection].heldForBatch = pendingBatch(place)
    counters.logonsAccepted += 1
    connections[connection].binding = counters.logonsAccepted
    acknowledgeLogon(connection, place)
  }

  /// From where a client gets the frames that it has missed.
  private mutating func firstOffset(_ place: Int, wanted: UInt64) -> UInt64 {
    let ring = sessions[place].ring
    guard wanted > 0, wanted < sessions[place].nextServerSequence else { return ring.tail }
    probe(.resendAtLogon)
    counters.resends += 1
    return ring.offset(of: max(wanted, oldestReplayable(place)))
  }

  private func silence(_ keepaliveMs: UInt32) -> Nanoseconds {
    let keepalive = 3 * UInt64(min(keepaliveMs, limits.keepaliveMsMax))
    return max(UInt64(limits.silenceMs), keepalive) * TimeSpan.millisecond
  }

  /// Writes the LogonAck; it waits for what is not durable yet, since it tells of it.
  private mutating func acknowledgeLogon(_ connection: ConnectionIndex, _ place: Int) {
    let slot = unsafe pushDirect(connection, byteCount: LogonAck.frameByteCount)
    guard let slot = unsafe slot else {
      invariant(false, "a new connection has room for its LogonAck")
      return
    }
    let session = sessions[place]
    let ack = LogonAck(
      sessionIdHigh: session.idHigh,
      sessionIdLow: session.idLow,
      engineIdHigh: identity.engineIdHigh,
      engineIdLow: identity.engineIdLow,
      serverTime: time,
      nextServerSequence: session.nextServerSequence,
      nextClientSequence: session.window.highest + 1,
      oldestReplayableSequence: oldestReplayable(place),
      keepaliveMs: limits.heartbeatMs,
      maxInFlight: UInt32(limits.inFlightMax),
      ratePerSecond: limits.ratePerSecond,
      burst: limits.burst,
      schemaVersion: Schema.version,
      shard: identity.shard.number,
      shards: identity.shards
    )
    unsafe ack.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
  }
}
