public import Primitives
internal import Wire

extension Gateway {
  /// Reads on until there is something for the shard to do.
  ///
  /// Every command that it gives must have been applied or refused before `logon` is called for any
  /// connection; several of one connection may be collected before, to fetch their memory.
  ///
  /// - Parameters:
  ///   - connection: Which one; `receive` gave it bytes, or it was resumed.
  ///   - now: The time of the turn.
  ///   - admission: What the log can take.
  ///   - mustPause: Whether no command can be taken now, because the batch is full.
  /// - Returns: What to do.
  /// - Complexity: O(bytes given), about 50 ns a bid.
  @_noLocks
  public mutating func next(
    _ connection: ConnectionIndex,
    now: Nanoseconds,
    admission: Admission,
    mustPause: Bool
  ) -> GatewayStep {
    advance(to: now)
    while connections[connection].state == .bound {
      let place = Int(connections[connection].session)
      if mustPause || isBackedUp(connection, place) { return unsafe pause(connection, mustPause) }
      switch connections[connection].reader.read(byteCountMax: limits.frameBytesMax) {
      case .needInput: return unsafe .needInput
      case .badLength:
        if sessions[place].unappliedCount > 0 { return unsafe .commandsFirst }
        rejectAndClose(connection, .badLength)
      case .frame:
        if let step = unsafe take(connection, place, admission) { return unsafe step }
      }
    }
    return unsafe nextUnbound(connection, mustPause)
  }

  /// Whether a session has so much unsent that it may ask for nothing more.
  @_noLocks @inline(__always)
  func isBackedUp(_ connection: ConnectionIndex, _ place: Int) -> Bool {
    sessions[place].unsentBytes >= limits.replayRingBytes / 2
      || connections[connection].answers.byteCount >= limits.answerQueueBytes / 2
  }

  @_noLocks @inline(never)
  private mutating func pause(_ connection: ConnectionIndex, _ mustPause: Bool) -> GatewayStep {
    connections[connection].isPaused = true
    if !mustPause && !connections[connection].isBackedUp {
      probe(.connectionPaused)
      connections[connection].isBackedUp = true
      counters.pauses += 1
    }
    return unsafe .paused
  }

  /// What to do for a connection without a session.
  @_noLocks @inline(never)
  private mutating func nextUnbound(
    _ connection: ConnectionIndex,
    _ mustPause: Bool
  ) -> GatewayStep {
    switch connections[connection].state {
    // A logon may have to be logged, so it waits for room as a command does.
    case .awaitingLogon: return mustPause ? unsafe .paused : unsafe readLogon(connection)
    case .logonRead:
      if mustPause { probe(.logonWaits) }
      return mustPause ? unsafe .paused : unsafe .logon
    case .openingSession: return unsafe .paused
    case .closing, .closed: return unsafe .closing(connections[connection].closeReason)
    case .free, .bound:
      invariant(false, "a free connection has no next step")
      return unsafe .closing(.none)
    }
  }

  /// Reads the first frame: nothing but a Logon is taken, and the stream ends otherwise.
  @_noLocks
  private mutating func readLogon(_ connection: ConnectionIndex) -> GatewayStep {
    switch connections[connection].reader.read(byteCountMax: limits.logonFrameBytesMax) {
    case .needInput: return unsafe .needInput
    case .badLength: rejectAndClose(connection, .badLength)
    case .frame:
      connections[connection].lastReceived = time
      let frame = unsafe connections[connection].reader.frame
      let byteCount = connections[connection].reader.byteCount
      if unsafe !FrameHeader.verify(frame, byteCount: byteCount) {
        rejectAndClose(connection, .badChecksum)
      } else if unsafe isLogon(frame, byteCount) {
        counters.framesReceived += 1
        connections[connection].state = .logonRead
        return unsafe .logon
      } else {
        rejectAndClose(connection, .notLoggedOn)
      }
    }
    return unsafe .closing(connections[connection].closeReason)
  }

  @_noLocks
  private func isLogon(_ frame: UnsafeRawPointer, _ byteCount: Int) -> Bool {
    guard unsafe FrameHeader(frame: frame).templateID == Logon.templateID else { return false }
    return unsafe FrameValidator.verdict(frame, byteCount: byteCount, from: .client) == .valid
  }
}

extension Gateway {
  /// Takes a frame of a session.
  ///
  /// - Returns: What the shard has to do; nil when the gateway dealt with it.
  @_noLocks @inline(__always)
  private mutating func take(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ admission: Admission
  ) -> GatewayStep? {
    let frame = unsafe connections[connection].reader.frame
    let byteCount = connections[connection].reader.byteCount
    let header = unsafe FrameHeader(frame: frame)
    guard unsafe header.checksum == FrameHeader.checksum(of: frame, byteCount: byteCount) else {
      if let step = unsafe commandsFirst(connection, place) { return unsafe step }
      rejectAndClose(connection, .badChecksum)
      return nil
    }
    connections[connection].lastReceived = time
    connections[connection].isPaused = false
    let verdict = unsafe verdict(header, frame, byteCount)
    let rule = RequestRule(header.templateID)
    if rule.kind == .command && !Self.isUnreadable(verdict) {
      return unsafe takeCommand(
        connection,
        place,
        frame,
        header,
        rule,
        isValid: verdict == .valid,
        admission
      )
    }
    if let step = unsafe commandsFirst(connection, place) { return unsafe step }
    counters.framesReceived += 1
    return unsafe takeOther(connection, place, frame, header, rule, verdict)
  }

  /// Puts a frame off whose answer is the gateway's own while commands before it are not applied:
  /// a refusal never overtakes a reply.
  ///
  /// - Returns: What the shard has to do before; nil when the frame can be answered now.
  @_noLocks @inline(__always)
  mutating func commandsFirst(_ connection: ConnectionIndex, _ place: Int) -> GatewayStep? {
    guard sessions[place].unappliedCount > 0 else { return nil }
    probe(.commandsFirst)
    connections[connection].reader.unread()
    return unsafe .commandsFirst
  }

  /// Checks a bid here, and everything else by the schema's facts.
  @_noLocks @inline(__always)
  private func verdict(
    _ header: FrameHeader,
    _ frame: UnsafeRawPointer,
    _ byteCount: Int
  ) -> FrameVerdict {
    if header.templateID == 100 && header.schemaID == Schema.id
      && header.version == Schema.version && header.blockLength == 64 && byteCount >= 88
    {
      return unsafe PlaceBid.hasKnownValues(body: frame + FrameHeader.byteCount)
        ? .valid : .unknownValue
    }
    return unsafe FrameValidator.verdict(frame, byteCount: byteCount, from: .client)
  }

  /// Whether not even the fixed part of a frame can be read.
  @_noLocks @inline(__always)
  private static func isUnreadable(_ verdict: FrameVerdict) -> Bool {
    switch verdict {
    case .valid, .wrongGroup, .unknownValue: false
    case .wrongLength, .unknownSchema, .unsupportedVersion, .unknownTemplate, .wrongBlock: true
    }
  }

  @_noLocks @inline(never)
  private mutating func takeOther(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ header: FrameHeader,
    _ rule: RequestRule,
    _ verdict: FrameVerdict
  ) -> GatewayStep? {
    guard verdict == .valid, rule.kind != .unknown, header.sequence == 0 else {
      let code = Self.code(verdict, rule.kind)
      rejectFrame(connection, place, header, code)
      return nil
    }
    if rule.kind == .query { return unsafe takeQuery(connection, place, frame, header, rule) }
    unsafe takeControl(connection, place, frame, header)
    return nil
  }

  /// The code for a frame that can't be taken; a frame that only stands in the wrong place, or is
  /// numbered when it may not be, is malformed.
  @_noLocks
  private static func code(_ verdict: FrameVerdict, _ kind: RequestKind) -> RejectCode {
    switch verdict {
    case .valid, .wrongLength, .wrongBlock, .wrongGroup, .unknownValue: .malformed
    case .unknownSchema, .unsupportedVersion: .unsupportedVersion
    case .unknownTemplate: .unknownTemplate
    }
  }
}
