internal import Primitives
internal import Wire

/// A walk over the unanswered requests that ends some of them.
struct OutcomeSweep {
  enum Kind {
    /// The server said that these sequences were not applied.
    case notApplied(fromSequence: UInt64, toSequence: UInt64)
    /// Nobody can tell any more.
    case answerLost
  }
  var kind: Kind
  var nextRef: UInt64
  var endRef: UInt64
}

extension ClientSession {
  /// The next thing that happened, or nil when more bytes are needed.
  ///
  /// A frame in an event stands in the receive buffer until the next call.
  public mutating func nextEvent() -> SessionEvent? {
    while true {
      if sweep != nil {
        if let event = nextSwept() { return event }
      }
      if case .ended = state { return nil }
      switch input.nextFrame() {
      case .needInput: return nil
      case .broken: return end(.brokenStream)
      case .frame(let frame):
        if let event = take(frame) { return event }
      }
    }
  }

  private mutating func end(_ reason: SessionEnd) -> SessionEvent {
    state = .ended(reason)
    return .ended(reason)
  }

  private mutating func nextSwept() -> SessionEvent? {
    guard var walk = sweep else { return nil }
    while walk.nextRef < walk.endRef {
      let ref = walk.nextRef
      walk.nextRef += 1
      guard let slot = store.waiting(ref: ref), covers(walk.kind, slot) else { continue }
      sweep = walk
      store.finish(ref: ref)
      if slot.isInternal { continue }
      return swept(walk.kind, SessionRequest(ref: ref, tag: slot.tag))
    }
    sweep = nil
    return nil
  }

  private func covers(_ kind: OutcomeSweep.Kind, _ slot: RequestSlot) -> Bool {
    switch kind {
    case .answerLost: true
    case .notApplied(let from, let to): slot.sequence >= from && slot.sequence < to
    }
  }

  private mutating func swept(
    _ kind: OutcomeSweep.Kind,
    _ request: SessionRequest
  ) -> SessionEvent {
    switch kind {
    case .notApplied:
      counters.notAppliedCount += 1
      return .notApplied(request)
    case .answerLost:
      counters.answerLostCount += 1
      return .answerLost(request)
    }
  }
}

extension ClientSession {
  private mutating func take(_ frame: ServerFrame) -> SessionEvent? {
    if frame.sequence > 0 {
      if frame.sequence < nextServerSequence {
        counters.duplicateCount += 1
        return nil
      }
      counters.missedCount += frame.sequence - nextServerSequence
      nextServerSequence = frame.sequence + 1
    }
    switch frame.templateID {
    case BidAck.templateID, Reject.templateID, AuctionAck.templateID, RemoveAck.templateID,
      AccountAck.templateID, WrongShard.templateID, Topology.templateID, BidsEnd.templateID,
      SubscribeAck.templateID, StateHash.templateID, EventsEnd.templateID,
      SnapshotTaken.templateID:
      return answered(frame)
    case AuctionState.templateID, LogHead.templateID: return maybeAnswered(frame)
    default: return takeOther(frame)
    }
  }

  /// A frame whose first field is the `clientRef` of the request that it answers.
  private mutating func answered(_ frame: ServerFrame) -> SessionEvent? {
    guard frame.byteCount >= FrameHeader.byteCount + 8 else { return end(.brokenStream) }
    let ref = unsafe LittleEndian.uint64(frame.start, at: FrameHeader.byteCount)
    guard let slot = store.waiting(ref: ref) else {
      counters.strayCount += 1
      return nil
    }
    return finish(slot, with: frame)
  }

  private mutating func finish(_ slot: RequestSlot, with frame: ServerFrame) -> SessionEvent? {
    if frame.sequence > 0, slot.sequence > highestLogged { highestLogged = slot.sequence }
    store.finish(ref: slot.ref)
    guard slot.isInternal else {
      return .answered(SessionRequest(ref: slot.ref, tag: slot.tag), frame)
    }
    if slot.ref == lossMarkerRef {
      lossMarkerRef = 0
      sweep = OutcomeSweep(kind: .answerLost, nextRef: store.oldest, endRef: slot.ref)
      return nextSwept()
    }
    return nil
  }

  /// A public message that may also answer a question: the state of an auction, the log's head.
  private mutating func maybeAnswered(_ frame: ServerFrame) -> SessionEvent? {
    if frame.templateID == LogHead.templateID {
      guard let slot = oldestWaiting(template: QueryLogHead.templateID) else {
        return .notice(frame)
      }
      return finish(slot, with: frame)
    }
    guard frame.byteCount >= FrameHeader.byteCount + 8 else { return end(.brokenStream) }
    let ref = unsafe LittleEndian.uint64(frame.start, at: FrameHeader.byteCount)
    guard ref != 0, let slot = store.waiting(ref: ref),
      slot.template == QueryAuction.templateID
    else { return .notice(frame) }
    return finish(slot, with: frame)
  }

  private func oldestWaiting(template: UInt16) -> RequestSlot? {
    var ref = store.oldest
    while ref < store.next {
      if let slot = store.waiting(ref: ref), slot.template == template { return slot }
      ref += 1
    }
    return nil
  }

  private func waiting(sequence: UInt64) -> RequestSlot? {
    guard sequence > 0 else { return nil }
    var ref = store.oldest
    while ref < store.next {
      if let slot = store.waiting(ref: ref), slot.sequence == sequence { return slot }
      ref += 1
    }
    return nil
  }
}

extension ClientSession {
  private mutating func takeOther(_ frame: ServerFrame) -> SessionEvent? {
    switch frame.templateID {
    case LogonAck.templateID:
      guard let ack = frame.decode(as: LogonAck.self) else { return end(.brokenStream) }
      return logonTaken(ack)
    case LogonReject.templateID:
      return end(.refused(code: frame.decode(as: LogonReject.self)?.code ?? 0))
    case Logout.templateID:
      return end(.loggedOut(code: frame.decode(as: Logout.self)?.code ?? 0))
    case EndOfSession.templateID: return end(.loggedOut(code: 0))
    case Heartbeat.templateID, ResendBegin.templateID, ResendReject.templateID: return nil
    case NotApplied.templateID: return notApplied(frame)
    case SessionReject.templateID: return sessionRejected(frame)
    default: return .notice(frame)
    }
  }

  private mutating func notApplied(_ frame: ServerFrame) -> SessionEvent? {
    guard let message = frame.decode(as: NotApplied.self) else { return end(.brokenStream) }
    let from = message.fromClientSequence
    let (to, overflows) = from.addingReportingOverflow(message.count)
    sweep = OutcomeSweep(
      kind: .notApplied(fromSequence: max(from, 1), toSequence: overflows ? UInt64.max : to),
      nextRef: store.oldest,
      endRef: store.next
    )
    return nextSwept()
  }

  /// The server could not take a frame; where it tells which, that request is refused.
  private mutating func sessionRejected(_ frame: ServerFrame) -> SessionEvent? {
    guard let message = frame.decode(as: SessionReject.self) else { return end(.brokenStream) }
    if let slot = waiting(sequence: message.refSequence) { return finish(slot, with: frame) }
    if let slot = oldestWaiting(template: message.refTemplateId) {
      return finish(slot, with: frame)
    }
    return .notice(frame)
  }
}
