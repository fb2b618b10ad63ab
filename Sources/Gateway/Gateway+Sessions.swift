public import Primitives
internal import Wire

extension Gateway {
  /// A SessionOpened record was logged, or is replayed: the session is known from here on.
  ///
  /// - Parameters:
  ///   - frame: The record's frame.
  ///   - time: The record's time.
  ///   - gate: `batch` when it was staged now, `none` in replay.
  public mutating func sessionOpened(
    _ frame: UnsafeRawPointer,
    time: Nanoseconds,
    gate: ReplyGate
  ) {
    let record = unsafe SessionOpened(frame: frame)
    if record.evicted != 0 {
      probe(.sessionEvicted)
      counters.sessionsEvicted += 1
    }
    willChange(Int(SessionHandle(raw: record.handle).index))
    let place = sessions.open(record, time: time)
    counters.sessionsOpened += 1
    if gate.isBatch {
      recordStaged()
      touch(place)
    }
  }

  /// A command that `next` gave was staged and applied.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - time: The record's time.
  @_noLocks
  public mutating func applied(_ command: GatewayCommand, time: Nanoseconds) {
    guard let place = sessions.place(of: unsafe command.session) else {
      invariant(false, "a session with a command in flight is never evicted")
      return
    }
    willChange(place)
    unsafe sessions[place].window.mark(command.clientSequence)
    sessions[place].lastActivity = time
    unsafe sessions[place].gatheredCount += command.replyCount
    let isOnce = sessions[place].gatheredCount <= sessions[place].inFlight
    invariant(isOnce, "a command is applied once")
    recordStaged()
    touch(place)
  }

  /// A command is replayed from the log; deliver its replies with the gate `none`.
  ///
  /// - Parameters:
  ///   - session: The record's session; nothing happens for the server's own records.
  ///   - clientSequence: The sequence in the frame's header.
  ///   - time: The record's time.
  @_noLocks
  public mutating func replayed(
    session: SessionHandle,
    clientSequence: UInt64,
    time: Nanoseconds
  ) {
    guard let place = sessions.place(of: session) else { return }
    willChange(place)
    sessions[place].window.mark(clientSequence)
    sessions[place].lastActivity = time
  }

  /// How many sessions are known.
  public var sessionCount: Int { sessions.count }

  /// The hash of what is logged of all sessions: equal after equal logs.
  ///
  /// - Complexity: O(sessions).
  public func ledgerHash() -> Digest {
    var hash = SHA256State()
    unsafe LittleEndian.store(UInt64(sessions.count), scratch.base, at: 0)
    unsafe hash.update(scratch.base, byteCount: 8)
    for place in 0..<sessions.count {
      let byteCount = writeLedger(place)
      unsafe hash.update(scratch.base, byteCount: byteCount)
    }
    return hash.finish()
  }

  private func writeLedger(_ place: Int) -> Int {
    let session = sessions[place]
    let fields = (
      UInt64(sessions.handle(place).raw), session.idHigh, session.idLow, session.accountId,
      session.apiKeyId, session.window.highest, session.nextServerSequence, session.lastActivity
    )
    unsafe LittleEndian.store(fields.0, scratch.base, at: 0)
    unsafe LittleEndian.store(fields.1, scratch.base, at: 8)
    unsafe LittleEndian.store(fields.2, scratch.base, at: 16)
    unsafe LittleEndian.store(fields.3, scratch.base, at: 24)
    unsafe LittleEndian.store(fields.4, scratch.base, at: 32)
    unsafe LittleEndian.store(fields.5, scratch.base, at: 40)
    unsafe LittleEndian.store(fields.6, scratch.base, at: 48)
    unsafe LittleEndian.store(fields.7, scratch.base, at: 56)
    for index in 0..<16 {
      unsafe LittleEndian.store(session.window.word(index), scratch.base, at: 64 + index * 8)
    }
    return 64 + AppliedWindow.byteCount
  }
}

extension Gateway {
  /// Finds a place for a new session, if need be that of one that was idle for long.
  ///
  /// The choice may depend on who is connected, which is not logged: so it goes into the record,
  /// and replay does as the record says.
  ///
  /// - Returns: The new session's handle and that of the evicted one; nil when there is no place.
  func newPlace(account: UInt64) -> (handle: SessionHandle, evicted: SessionHandle)? {
    var ownCount = 0
    for place in 0..<sessions.count where sessions[place].accountId == account { ownCount += 1 }
    if ownCount >= limits.sessionsPerAccountMax {
      probe(.ownSessionReplaced)
      return replacing(idlest(of: account, forSeconds: limits.ownSessionIdleSeconds))
    }
    if sessions.count < limits.sessionsMax {
      return (SessionHandle(index: UInt16(sessions.count), generation: 1), .none)
    }
    return replacing(idlest(of: nil, forSeconds: limits.sessionIdleSeconds))
  }

  private func replacing(_ place: Int?) -> (handle: SessionHandle, evicted: SessionHandle)? {
    guard let place else { return nil }
    let evicted = sessions.handle(place)
    let generation = evicted.generation == .max ? 1 : evicted.generation + 1
    return (SessionHandle(index: evicted.index, generation: generation), evicted)
  }

  /// The session that was idle longest, with nobody connected and nothing pending.
  private func idlest(of account: UInt64?, forSeconds seconds: UInt64) -> Int? {
    var idlest: Int?
    for place in 0..<sessions.count where isEvictable(place, account) {
      guard time >= sessions[place].lastActivity,
        time - sessions[place].lastActivity > idleSecondsMin(place, seconds) * TimeSpan.second
      else { continue }
      if let other = idlest, sessions[other].lastActivity <= sessions[place].lastActivity {
        continue
      }
      idlest = place
    }
    return idlest
  }

  /// A session that never asked for anything has nothing to lose: nobody may fill the table with
  /// logons alone.
  private func idleSecondsMin(_ place: Int, _ seconds: UInt64) -> UInt64 {
    let isUnused = sessions[place].window.highest == 0 && sessions[place].nextServerSequence == 1
    return isUnused ? min(seconds, limits.unusedSessionIdleSeconds) : seconds
  }

  private func isEvictable(_ place: Int, _ account: UInt64?) -> Bool {
    if let account, sessions[place].accountId != account { return false }
    return sessions[place].connection == SessionTable.none && sessions[place].listBits == 0
      && sessions[place].inFlight == 0
  }
}
