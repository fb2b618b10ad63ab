internal import Primitives
internal import Wire

/// Compares what clients sent and were told with the log, and with what the log implies.
///
/// What is acknowledged stands in the log, what is refused does not, and nothing stands in it that
/// nobody sent. Each message of a private stream is the one that the log implies under its number,
/// and each public frame and each view of an auction is one that the log implies: so nothing was
/// told that was not durable. It keeps what it saw: another look costs only what is new.
public final class ClientOracle {
  private struct RequestKey: Hashable {
    let session: Int
    let sequence: UInt64
  }

  private var sessionsByName: [SessionName: Int] = [:]
  /// Which session of the ledger a handle of the log is.
  private var sessionsByHandle: [UInt32: Int] = [:]
  private var requestsByKey: [RequestKey: Int] = [:]
  /// Where requests stand in the log.
  private var positions: [RequestKey: UInt64] = [:]
  /// Each session's greatest number in the log.
  private var highestLogged: [UInt64] = []
  /// What the log says to each session, in its order.
  private var streams: [[Told]] = []
  private var published: Set<[UInt8]> = []
  private var states: [UInt64: [AuctionState]] = [:]
  private var isOpened: [Bool] = []
  /// Requests whose outcome was not compared yet.
  private var undecided: [Int] = []

  private var requestCount = 0
  private var recordCount = 0
  private var effectCount = 0
  private var publishedCount = 0
  private var frameCount = 0
  private var lastPosition: UInt64 = 0

  /// Makes an oracle that has seen nothing.
  public init() {}

  /// Compares everything that is new.
  ///
  /// - Parameters:
  ///   - ledger: What clients sent and were told.
  ///   - records: All records that the log ever held when a life of the shard was over.
  ///   - engine: What these records imply; it has checked them.
  /// - Returns: The first thing that is wrong, in words; nil when nothing is.
  public func check(
    _ ledger: ClientLedger, _ records: [LoggedRecord], _ engine: EngineOracle
  ) -> String? {
    if let text = ledger.contradictions.first { return "a client was told nonsense: \(text)" }
    takeSessions(ledger)
    takeRequests(ledger)
    lastPosition = records.last?.position ?? 0
    while recordCount < records.count {
      if let text = take(records[recordCount], ledger) { return text }
      recordCount += 1
    }
    // A log without its beginning implies nothing that could be compared with.
    guard engine.effects.count == records.count else { return judgeOutcomes(ledger) }
    takeImplied(engine)
    return judgeOutcomes(ledger) ?? judgeFrames(ledger)
  }

  private func takeSessions(_ ledger: ClientLedger) {
    for session in streams.count..<ledger.sessions.count {
      sessionsByName[ledger.sessions[session].name] = session
      streams.append([])
      highestLogged.append(0)
      isOpened.append(false)
    }
  }

  private func takeRequests(_ ledger: ClientLedger) {
    for index in requestCount..<ledger.requests.count {
      let request = ledger.requests[index]
      guard request.sequence > 0 else { continue }
      requestsByKey[RequestKey(session: request.session, sequence: request.sequence)] = index
      undecided.append(index)
    }
    requestCount = ledger.requests.count
  }

  private func takeImplied(_ engine: EngineOracle) {
    for effect in engine.effects[effectCount...] {
      for told in effect.notices {
        if let session = sessionsByHandle[told.session.raw] { streams[session].append(told) }
      }
      for auction in effect.auctions {
        if let state = auction.state { states[auction.auction, default: []].append(state) }
      }
    }
    effectCount = engine.effects.count
    for frame in engine.published[publishedCount...] { published.insert(frame.told.frame) }
    publishedCount = engine.published.count
  }
}

// MARK: The log

extension ClientOracle {
  /// A record is a request that was sent as it stands there, or one of the server's own.
  private func take(_ record: LoggedRecord, _ ledger: ClientLedger) -> String? {
    guard record.session != .none else { return takeServersOwn(record, ledger) }
    guard let session = sessionsByHandle[record.session.raw] else {
      return "record \(record.position) is of session \(record.session.raw), which is not open"
    }
    let key = RequestKey(session: session, sequence: record.sequence)
    let account = ledger.sessions[session].account
    guard let index = requestsByKey[key] else {
      return "record \(record.position) is request \(key.sequence) of account \(account),"
        + " which was never sent"
    }
    guard ledger.requests[index].frame == record.frame else {
      return "record \(record.position) is not request \(key.sequence) of account \(account)"
        + " as it was sent"
    }
    guard record.roles == Self.roles(ledger.sessions[session].role) else {
      return "record \(record.position) has the roles \(record.roles.rawValue), which account"
        + " \(account) does not have"
    }
    if let position = positions[key] {
      return "request \(key.sequence) of account \(account) stands at \(position) and at"
        + " \(record.position)"
    }
    positions[key] = record.position
    highestLogged[session] = max(highestLogged[session], key.sequence)
    return refutation(of: index, key, ledger)
  }

  private func takeServersOwn(_ record: LoggedRecord, _ ledger: ClientLedger) -> String? {
    switch record.templateID {
    case EngineConfigured.templateID, Tick.templateID, OutageEnded.templateID: return nil
    case SessionOpened.templateID: break
    default: return "record \(record.position) is of the server: template \(record.templateID)"
    }
    guard let opened = FrameBytes.decode(record.frame, as: SessionOpened.self) else { return nil }
    let name = SessionName(high: opened.sessionIdHigh, low: opened.sessionIdLow)
    guard let session = sessionsByName[name],
      ledger.sessions[session].account == opened.accountId
    else { return "record \(record.position) opens a session that is no client's" }
    guard !isOpened[session] else {
      return "record \(record.position) opens the session of account \(opened.accountId) again"
    }
    isOpened[session] = true
    sessionsByHandle[opened.handle] = session
    return nil
  }

  private static func roles(_ role: ClientRole) -> Roles {
    switch role {
    case .trader: []
    case .broker: .broker
    case .operator: [.broker, .operator]
    }
  }
}

// MARK: Outcomes

extension ClientOracle {
  private func judgeOutcomes(_ ledger: ClientLedger) -> String? {
    var waiting: [Int] = []
    for index in undecided {
      let request = ledger.requests[index]
      let key = RequestKey(session: request.session, sequence: request.sequence)
      switch request.outcome {
      case .open: waiting.append(index)
      case .lost, .answered: break
      case .refused, .notApplied:
        if positions[key] != nil, let text = refutation(of: index, key, ledger) { return text }
      case .decided(let position):
        if let text = missing(request, key, position, ledger) { return text }
      }
    }
    undecided = waiting
    return nil
  }

  /// A request that was told not to stand in the log must not stand there.
  private func refutation(
    of index: Int, _ key: RequestKey, _ ledger: ClientLedger
  ) -> String? {
    let outcome = ledger.requests[index].outcome
    switch outcome {
    case .refused, .notApplied:
      return "request \(key.sequence) of account \(ledger.sessions[key.session].account) was told"
        + " \(outcome), and stands at \(positions[key] ?? 0)"
    default: return nil
    }
  }

  private func missing(
    _ request: LedgerRequest, _ key: RequestKey, _ position: UInt64, _ ledger: ClientLedger
  ) -> String? {
    guard positions[key] != position else { return nil }
    let place = positions[key].map { "stands at \($0)" } ?? "is not in the log"
    return "request \(key.sequence) of account \(ledger.sessions[key.session].account), template"
      + " \(request.templateID), was acknowledged at \(position) and \(place); the log ends with"
      + " \(lastPosition)"
  }
}

// MARK: Frames

extension ClientOracle {
  private func judgeFrames(_ ledger: ClientLedger) -> String? {
    for index in frameCount..<ledger.frames.count {
      if let text = judge(ledger.frames[index]) {
        let account = ledger.sessions[ledger.frames[index].session].account
        return "account \(account) was told: \(text)"
      }
    }
    frameCount = ledger.frames.count
    return nil
  }

  private func judge(_ seen: LedgerFrame) -> String? {
    let header = FrameBytes.header(seen.frame)
    if header.sequence > 0 { return judgePrivate(seen, header.sequence) }
    switch header.templateID {
    case AuctionState.templateID: return judgeState(seen)
    case PriceUpdate.templateID, AuctionEnded.templateID, BidEntry.templateID,
      AuctionExtended.templateID:
      let told = Self.asTold(seen, to: .none)
      return published.contains(told.frame) ? nil : "\(told), which the log does not imply"
    case LogonAck.templateID: return judgeLogonAck(seen)
    case Reject.templateID: return judgeRefusal(seen)
    case LogHead.templateID: return judgePosition(seen, at: 0)
    case StateHash.templateID, SnapshotTaken.templateID: return judgePosition(seen, at: 8)
    default: return nil
    }
  }

  /// The frame as the engine makes it: number and checksum come later.
  private static func asTold(_ seen: LedgerFrame, to session: SessionHandle) -> Told {
    var frame = seen.frame
    for place in 4..<16 { frame[place] = 0 }
    return Told(session: session, frame: frame)
  }

  private func judgePrivate(_ seen: LedgerFrame, _ sequence: UInt64) -> String? {
    let stream = streams[seen.session]
    guard sequence <= UInt64(stream.count) else {
      return "message \(sequence), and the log implies \(stream.count): "
        + "\(Self.asTold(seen, to: stream.last?.session ?? .none))"
    }
    let implied = stream[Int(sequence - 1)]
    let told = Self.asTold(seen, to: implied.session)
    return told == implied ? nil : "message \(sequence), \(told); the log implies \(implied)"
  }

  private func judgeState(_ seen: LedgerFrame) -> String? {
    if published.contains(Self.asTold(seen, to: .none).frame) { return nil }
    guard let told = FrameBytes.decode(seen.frame, as: AuctionState.self) else { return nil }
    if told.logPosition > lastPosition { return "\(told), behind the last record \(lastPosition)" }
    guard var implied = state(of: told.auctionId, at: told.logPosition) else {
      return "\(told), an auction that nobody created"
    }
    implied.clientRef = told.clientRef
    implied.logPosition = told.logPosition
    return told == implied ? nil : "\(told); the log implies \(implied)"
  }

  /// The newest of an auction's views that is not newer than a record.
  private func state(of auction: UInt64, at position: UInt64) -> AuctionState? {
    guard let views = states[auction] else { return nil }
    var (low, high) = (0, views.count)
    while low < high {
      let middle = (low + high) / 2
      if views[middle].logPosition <= position { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? views[low - 1] : nil
  }

  private func judgeLogonAck(_ seen: LedgerFrame) -> String? {
    guard let ack = FrameBytes.decode(seen.frame, as: LogonAck.self) else { return nil }
    let sent = UInt64(streams[seen.session].count)
    if ack.nextServerSequence > sent + 1 {
      return "message \(ack.nextServerSequence) is the next, and the log implies \(sent)"
    }
    let logged = highestLogged[seen.session]
    if ack.nextClientSequence > logged + 1 {
      return "request \(ack.nextClientSequence) is the next, and the log holds them to \(logged)"
    }
    return nil
  }

  /// A refusal without a record says nothing of any auction.
  private func judgeRefusal(_ seen: LedgerFrame) -> String? {
    guard let reject = FrameBytes.decode(seen.frame, as: Reject.self) else { return nil }
    let isSilent =
      reject.price == Money.absent && reject.minNext == Money.absent && reject.revision == 0
    return isSilent ? nil : "\(reject), though the request left no record"
  }

  private func judgePosition(_ seen: LedgerFrame, at offset: Int) -> String? {
    let position = FrameBytes.word(seen.frame, at: offset)
    guard position > lastPosition else { return nil }
    return "position \(position), and the log ends with \(lastPosition)"
  }
}
