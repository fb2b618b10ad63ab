internal import Primitives
internal import Wire

/// Compares what clients sent and were told with the log, and with what the log implies.
///
/// What is acknowledged stands in the log, what is refused does not, and nothing stands in it that
/// nobody sent. Each message of a private stream is the one that the log implies under its number,
/// and each public frame and each view of an auction is one that the log implies: so nothing was
/// told that was not durable. It keeps what it saw: another look costs only what is new.
public final class ClientOracle {
  struct RequestKey: Hashable {
    let session: Int
    let sequence: UInt64
  }

  private var sessionsByName: [SessionName: Int] = [:]
  /// Which session of the ledger a handle of the log is.
  private var sessionsByHandle: [UInt32: Int] = [:]
  private var requestsByKey: [RequestKey: Int] = [:]
  /// Where requests stand in the log.
  var positions: [RequestKey: UInt64] = [:]
  /// Each session's greatest number in the log.
  var highestLogged: [UInt64] = []
  /// What the log says to each session, in its order.
  var streams: [[Told]] = []
  /// The record that each of these messages follows from.
  var streamSources: [[(position: UInt64, time: Nanoseconds)]] = []
  /// The newest record that is a client's request.
  var lastRequestPosition: UInt64 = 0
  var published: Set<[UInt8]> = []
  var states: [UInt64: [AuctionState]] = [:]
  var isOpened: [Bool] = []
  /// Requests whose outcome was not compared yet.
  var undecided: [Int] = []
  private(set) var subscribers = SubscriberOracle()

  /// What the server was run with so far.
  var conditions: ShardConditions
  /// The greatest number that a server takes of a request.
  static let sequenceMax: UInt64 = 1 << 62
  /// The longest message of a private stream.
  static let replyByteCountMax = 1_024
  private var requestCount = 0
  private var recordCount = 0
  private var effectCount = 0
  var publishedCount = 0
  var frameCount = 0
  var lastPosition: UInt64 = 0

  /// Makes an oracle that has seen nothing.
  ///
  /// - Parameter conditions: What the server was run with.
  public init(_ conditions: ShardConditions = ShardConditions()) { self.conditions = conditions }

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
    takeImplied(engine, records)
    return judgeOutcomes(ledger) ?? judgeFrames(ledger) ?? subscribers.check(ledger, engine)
  }

  private func takeSessions(_ ledger: ClientLedger) {
    for session in streams.count..<ledger.sessions.count {
      sessionsByName[ledger.sessions[session].name] = session
      streams.append([])
      streamSources.append([])
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

  private func takeImplied(_ engine: EngineOracle, _ records: [LoggedRecord]) {
    for (effect, record) in zip(engine.effects[effectCount...], records[effectCount...]) {
      for told in effect.notices {
        guard let session = sessionsByHandle[told.session.raw] else { continue }
        streams[session].append(told)
        streamSources[session].append((record.position, record.time))
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
    lastRequestPosition = record.position
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
