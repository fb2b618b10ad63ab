internal import Primitives
internal import Wire

extension Gateway {
  /// The highest number that a client's request may carry.
  @inline(__always)
  private static var sequenceMax: UInt64 { @_noLocks get { 1 << 62 } }

  /// Takes a command: its number first, then what the session allows.
  ///
  /// A command that is refused here leaves no record, and its number is used up: the client's next
  /// one is expected then, and the refused number is answered with NotApplied ever after.
  ///
  /// - Returns: The command; nil when it is a duplicate or refused.
  @_noLocks @inline(__always)
  mutating func takeCommand(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ header: FrameHeader,
    _ rule: RequestRule,
    isValid: Bool,
    _ admission: Admission
  ) -> GatewayStep? {
    let sequence = header.sequence
    let isNext = sequence == sessions[place].expectedSequence
    let isGood =
      isValid && isAllowed(connection, unsafe rule.actorID(in: frame))
      && isHere(unsafe rule.auctionID(in: frame)) && isAdmitted(rule, admission)
    let replyCount = isGood ? unsafe replyCount(frame, header.templateID) : 0
    let isTaken =
      isNext && replyCount > 0
      && Int(sessions[place].inFlight + replyCount) <= limits.inFlightMax
      && sessions[place].bucket.hasToken(rate, now: time)
    if !isTaken, let step = unsafe commandsFirst(connection, place) { return unsafe step }
    counters.framesReceived += 1
    if !isNext {
      guard isTakenOutOfOrder(place, header) else { return nil }
    }
    sessions[place].expectedSequence = sequence + 1
    let wait = sessions[place].bucket.take(rate, now: time)
    guard wait == 0, isGood else {
      unsafe refuseRequest(connection, place, frame, header, rule, isValid, wait, admission)
      return nil
    }
    guard replyCount > 0 else {
      probe(.requestWithoutBids)
      // A mass bid without a bid would never be answered.
      unsafe reject(connection, place, frame, rule, .malformed, retryNs: 0)
      return nil
    }
    guard Int(sessions[place].inFlight + replyCount) <= limits.inFlightMax else {
      probe(.requestOverWindow)
      counters.inFlightRefused += 1
      unsafe reject(connection, place, frame, rule, .inFlightLimit, retryNs: 0)
      return nil
    }
    sessions[place].inFlight += replyCount
    sessions[place].refusalsInRow = 0
    counters.commands += 1
    return unsafe .command(
      GatewayCommand(
        session: sessions.handle(place),
        roles: connections[connection].roles,
        frame: frame,
        header: header,
        replyCount: replyCount
      )
    )
  }

  /// Decides about a number that is not the next one.
  ///
  /// - Returns: Whether the command is to be taken all the same: numbers before it are missing.
  @_noLocks @inline(never)
  private mutating func isTakenOutOfOrder(_ place: Int, _ header: FrameHeader) -> Bool {
    let sequence = header.sequence
    guard sequence > 0, sequence <= Self.sequenceMax else {
      probe(.requestBadNumber)
      let connection = Int(sessions[place].connection)
      sendSessionReject(connection, place, header, .malformed)
      return false
    }
    let expected = sessions[place].expectedSequence
    if sequence > expected {
      probe(.requestGap)
      // A client may skip 2^62 numbers again and again: the count wraps, the shard goes on.
      counters.gaps &+= sequence - expected
      notApplied(place, from: expected, count: sequence - expected)
      return sessions[place].connection != SessionTable.none
    }
    switch sessions[place].window.verdict(sequence) {
    case .notApplied:
      probe(.requestNotApplied)
      notApplied(place, from: sequence, count: 1)
    // Its reply is in the recoverable stream.
    case .applied:
      probe(.resendAnswered)
      counters.duplicates += 1
    // Too old for anyone to wait for its reply.
    case .forgotten:
      probe(.requestForgotten)
      counters.duplicates += 1
    // Taken or refused on this very connection: its outcome is already on its way.
    case .new:
      probe(.requestTwice)
      counters.duplicates += 1
    }
    return false
  }

  /// Whether the session may act for an account.
  @_noLocks @inline(__always)
  private func isAllowed(_ connection: ConnectionIndex, _ actor: UInt64) -> Bool {
    actor == connections[connection].accountId
      || (actor != 0 && connections[connection].roles.rawValue != 0)
  }

  /// Whether an auction is of this shard, or of none that there is.
  @_noLocks @inline(__always)
  private func isHere(_ auction: UInt64) -> Bool {
    let shard = AuctionID(raw: auction).shard.number
    return shard == identity.shard.number || shard >= identity.shards || auction == 0
  }

  @_noLocks @inline(__always)
  private func isAdmitted(_ rule: RequestRule, _ admission: Admission) -> Bool {
    switch admission {
    case .open: true
    case .reserveOnly: !rule.needsOpenLog
    case .stopped: false
    }
  }

  @_noLocks @inline(__always)
  private func replyCount(_ frame: UnsafeRawPointer, _ templateID: UInt16) -> UInt32 {
    guard templateID == 103 else { return 1 }
    return UInt32(truncatingIfNeeded: unsafe MassBid.bids(in: frame).count)
  }

  /// Finds out why a request is refused, in the order of its gates, and says so.
  @_noLocks @inline(never)
  private mutating func refuseRequest(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ header: FrameHeader,
    _ rule: RequestRule,
    _ isValid: Bool,
    _ wait: Nanoseconds,
    _ admission: Admission
  ) {
    if wait > 0 {
      probe(.requestThrottled)
      counters.throttled += 1
      return unsafe reject(connection, place, frame, rule, .throttled, retryNs: wait)
    }
    let actor = unsafe rule.actorID(in: frame)
    if !isValid || (rule.actorOffset >= 0 && actor == 0) {
      probe(.requestMalformed)
      counters.refused += 1
      return unsafe reject(connection, place, frame, rule, .malformed, retryNs: 0)
    }
    if rule.actorOffset >= 0 && !isAllowed(connection, actor) {
      probe(.requestNotAllowed)
      counters.refused += 1
      return unsafe reject(connection, place, frame, rule, .notAuthorised, retryNs: 0)
    }
    if unsafe !isHere(rule.auctionID(in: frame)) {
      probe(.requestWrongShard)
      return unsafe sendElsewhere(place, frame, rule.auctionID(in: frame))
    }
    let isLast = !isAdmitted(rule, admission)
    invariant(isLast, "a refused request has a reason")
    probe(.requestDiskFull)
    counters.storageRefused += 1
    unsafe reject(connection, place, frame, rule, .storageFull, retryNs: 0)
  }
}

extension Gateway {
  /// Takes a query; the topology is answered here.
  @_noLocks
  mutating func takeQuery(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ header: FrameHeader,
    _ rule: RequestRule
  ) -> GatewayStep? {
    let wait = sessions[place].bucket.take(rate, now: time)
    if wait > 0 {
      probe(.queryThrottled)
      counters.throttled += 1
      unsafe reject(connection, place, frame, rule, .throttled, retryNs: wait)
      return nil
    }
    guard isHere(unsafe rule.auctionID(in: frame)) else {
      probe(.queryWrongShard)
      unsafe sendElsewhere(place, frame, rule.auctionID(in: frame))
      return nil
    }
    if header.templateID == QueryTopology.templateID {
      sendTopology(place, clientRef: unsafe QueryTopology(frame: frame).clientRef)
      return nil
    }
    let roles = connections[connection].roles
    guard !rule.isOperators || roles.rawValue & 2 != 0 else {
      probe(.queryNotAllowed)
      counters.refused += 1
      unsafe reject(connection, place, frame, rule, .notAuthorised, retryNs: 0)
      return nil
    }
    counters.queries += 1
    return unsafe .query(
      GatewayQuery(
        session: sessions.handle(place),
        roles: roles,
        frame: frame,
        header: header
      )
    )
  }

  /// Takes a frame about the session itself.
  @_noLocks
  mutating func takeControl(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ header: FrameHeader
  ) {
    switch header.templateID {
    case Heartbeat.templateID: break
    case ResendRequest.templateID: resend(place, unsafe ResendRequest(frame: frame))
    case Logout.templateID: farewell(connection, .logout)
    default: invariant(false, "a control frame is one of three")
    }
  }
}
