public import Primitives
internal import Wire

/// Everything that clients sent and were told, and every contradiction in it.
///
/// It judges what one client can see: one outcome a request, a private stream without gaps that is
/// the same whenever it is sent again. What only the log can show, `ClientOracle` compares.
public final class ClientLedger {
  /// The sessions, in the order in which they were made.
  public internal(set) var sessions: [LedgerSession] = []
  /// The requests, in the order in which they were first sent.
  public internal(set) var requests: [LedgerRequest] = []
  /// Every frame that a client saw.
  public internal(set) var frames: [LedgerFrame] = []
  /// The greatest position of the log that a client was told of a request of its own.
  public private(set) var highestPosition: UInt64 = 0
  /// What contradicts itself or the protocol, in words; empty when all is well.
  public internal(set) var contradictions: [String] = []

  private var links: [UInt64: LedgerLink] = [:]
  private var requestsByRef: [UInt64: (request: Int, part: Int)] = [:]
  private var openRequests: [[Int]] = []
  private var engineName: SessionName?
  /// Each session's newest connection that has sent its log-on.
  private var newestLinks: [UInt64?] = []

  /// Makes an empty ledger.
  public init() {}

  /// Takes up a session.
  ///
  /// - Parameter identity: Whose.
  /// - Returns: Its place in `sessions`.
  public func addSession(_ identity: ClientIdentity) -> Int {
    sessions.append(
      LedgerSession(name: identity.session, account: identity.account, role: identity.role))
    openRequests.append([])
    newestLinks.append(nil)
    return sessions.count - 1
  }

  /// Takes up a request that is sent now.
  ///
  /// - Parameters:
  ///   - session: Its session's place.
  ///   - sequence: Its number; 0 for a question.
  ///   - refs: The client's own numbers, one a reply; used nowhere else.
  ///   - frame: Its bytes.
  ///   - time: Now, in nanoseconds since the Unix epoch.
  /// - Returns: Its place in `requests`.
  @discardableResult
  public func addRequest(
    session: Int, sequence: UInt64, refs: [UInt64], frame: [UInt8], time: Nanoseconds
  ) -> Int {
    let index = requests.count
    var request = LedgerRequest(
      session: session, sequence: sequence, refs: refs,
      templateID: FrameBytes.header(frame).templateID, frame: frame, time: time,
      replies: Array(repeating: nil, count: refs.count))
    request.sendCount = 1
    requests.append(request)
    for (part, ref) in refs.enumerated() { requestsByRef[ref] = (index, part) }
    // A mass bid that is refused whole is refused under its own number.
    let ref = FrameBytes.word(frame, at: 0)
    if requestsByRef[ref] == nil { requestsByRef[ref] = (index, 0) }
    openRequests[session].append(index)
    return index
  }

  /// A request is sent once more.
  ///
  /// - Parameter request: Its place.
  public func sentAgain(_ request: Int) { requests[request].sendCount += 1 }

  /// A request's answer is no longer kept by the server.
  ///
  /// - Parameter request: Its place.
  func lose(_ request: Int) {
    if requests[request].isOpen { requests[request].outcome = .lost }
  }

  /// The requests of a session that have no outcome yet, oldest first.
  ///
  /// - Parameter session: The session's place.
  /// - Returns: Their places in `requests`.
  public func open(in session: Int) -> [Int] {
    openRequests[session].removeAll { !requests[$0].isOpen }
    return openRequests[session]
  }

  /// Replies that a session waits for.
  ///
  /// - Parameter session: The session's place.
  /// - Returns: How many; a mass bid counts as many as it has entries.
  public func openReplyCount(in session: Int) -> Int {
    open(in: session).reduce(0) { $0 + requests[$1].refs.count }
  }

  /// Requests of which nothing certain was told.
  public var openCount: Int { requests.reduce(0) { $0 + ($1.isOpen ? 1 : 0) } }

  func contradict(_ session: Int, _ text: String) {
    guard contradictions.count < 100 else { return }
    contradictions.append("account \(sessions[session].account), session \(session): \(text)")
  }
}

// MARK: Connections

extension ClientLedger {
  /// A log-on is sent on a new connection; older connections of the session bind nobody from now,
  /// and nobody waits for what was asked on them: a question is never sent again.
  ///
  /// - Parameters:
  ///   - link: The connection's number.
  ///   - session: The session's place.
  ///   - wanted: The first message of the server that it asks for; 0 = none again.
  public func logsOn(link: UInt64, session: Int, wanted: UInt64) {
    if let older = newestLinks[session], links[older] != nil {
      links[older]?.isSuperseded = true
      loseQuestions(of: session)
    }
    newestLinks[session] = link
    links[link] = LedgerLink(session: session, wanted: wanted)
  }

  /// A connection is over: its questions get no answer any more.
  ///
  /// - Parameter link: The connection's number.
  public func closed(link: UInt64) {
    guard let entry = links.removeValue(forKey: link), !entry.isSuperseded else { return }
    loseQuestions(of: entry.session)
  }

  private func loseQuestions(of session: Int) {
    for index in open(in: session) where requests[index].sequence == 0 {
      requests[index].outcome = .lost
    }
  }

  /// A client saw a frame.
  ///
  /// - Parameters:
  ///   - frame: Its bytes, whole.
  ///   - link: The connection's number.
  ///   - time: Now, in nanoseconds since the Unix epoch.
  public func see(_ frame: [UInt8], link: UInt64, time: Nanoseconds) {
    guard let entry = links[link] else { return }
    let session = entry.session
    guard FrameBytes.isSoundFromServer(frame) else {
      return contradict(session, "a frame of the server cannot be read")
    }
    frames.append(LedgerFrame(session: session, time: time, frame: frame))
    let header = FrameBytes.header(frame)
    if header.sequence > 0 {
      takePrivate(frame, header, link: link)
    }
    route(frame, header, link: link, time: time)
  }

  private func takePrivate(_ frame: [UInt8], _ header: FrameHeader, link: UInt64) {
    guard var entry = links[link] else { return }
    let session = entry.session
    if !entry.isLoggedOn { contradict(session, "a private message before the log-on is taken") }
    if !entry.resending.isEmpty {
      if header.sequence != entry.resending.lowerBound {
        contradict(
          session, "message \(header.sequence) is sent again, not \(entry.resending.lowerBound)")
      }
      let next = min(header.sequence + 1, entry.resending.upperBound)
      entry.resending = max(next, entry.resending.lowerBound)..<entry.resending.upperBound
    } else {
      if header.sequence != entry.expected {
        contradict(
          session, "message \(header.sequence) came where \(entry.expected) was to come")
      }
      entry.expected = header.sequence + 1
    }
    links[link] = entry
    remember(frame, header.sequence, session)
  }

  private func remember(_ frame: [UInt8], _ sequence: UInt64, _ session: Int) {
    if let first = sessions[session].stream[sequence] {
      if first == frame {
        sessions[session].replayCount += 1
      } else {
        contradict(session, "message \(sequence) was another one when it came before")
      }
      return
    }
    sessions[session].stream[sequence] = frame
    sessions[session].highestSeen = max(sessions[session].highestSeen, sequence)
  }
}

// MARK: What frames say

extension ClientLedger {
  private func route(_ frame: [UInt8], _ header: FrameHeader, link: UInt64, time: Nanoseconds) {
    guard let entry = links[link] else { return }
    switch header.templateID {
    case LogonAck.templateID: takeLogonAck(frame, link)
    case ResendBegin.templateID: takeResendBegin(frame, link)
    case BidAck.templateID, Reject.templateID, AuctionAck.templateID, RemoveAck.templateID,
      AccountAck.templateID:
      takeReply(frame, header, entry, time)
    case Outbid.templateID, AuctionWon.templateID:
      if header.sequence == 0 { contradict(entry.session, "a private notice without a number") }
    case NotApplied.templateID: takeNotApplied(frame, entry)
    case LogHead.templateID: answerOldest(QueryLogHead.templateID, entry)
    case SessionReject.templateID: takeSessionReject(frame, entry)
    case WrongShard.templateID, Topology.templateID, BidsEnd.templateID, SubscribeAck.templateID,
      StateHash.templateID, EventsEnd.templateID, SnapshotTaken.templateID,
      AuctionState.templateID:
      takeAnswer(frame, header, entry)
    default:
      if header.sequence > 0 {
        contradict(entry.session, "template \(header.templateID) in the private stream")
      }
    }
  }

  private func takeLogonAck(_ frame: [UInt8], _ link: UInt64) {
    guard let ack = FrameBytes.decode(frame, as: LogonAck.self), var entry = links[link] else {
      return
    }
    let known = sessions[entry.session]
    let name = SessionName(high: ack.engineIdHigh, low: ack.engineIdLow)
    if let engineName, engineName != name {
      contradict(entry.session, "the data folder has another name than before")
    }
    engineName = name
    if ack.sessionIdHigh != known.name.high || ack.sessionIdLow != known.name.low {
      contradict(entry.session, "the log-on of another session was taken")
    }
    if ack.nextServerSequence <= known.highestSeen {
      contradict(
        entry.session,
        "message \(known.highestSeen) was sent, and the next is to be \(ack.nextServerSequence)")
    }
    if ack.nextClientSequence <= known.highestDecided {
      contradict(
        entry.session,
        "request \(known.highestDecided) is decided, and \(ack.nextClientSequence) is to come")
    }
    entry.isLoggedOn = true
    entry.expected = ack.nextServerSequence
    if entry.wanted > 0, entry.wanted < ack.nextServerSequence {
      entry.expected = max(entry.wanted, ack.oldestReplayableSequence)
    }
    links[link] = entry
    sessions[entry.session].logonCount += 1
  }

  private func takeResendBegin(_ frame: [UInt8], _ link: UInt64) {
    guard let begin = FrameBytes.decode(frame, as: ResendBegin.self) else { return }
    links[link]?.resending = begin.fromSequence..<(begin.fromSequence &+ begin.count)
  }

  private func takeReply(
    _ frame: [UInt8], _ header: FrameHeader, _ link: LedgerLink, _ time: Nanoseconds
  ) {
    let session = link.session
    let ref = FrameBytes.word(frame, at: 0)
    guard let (index, part) = requestsByRef[ref] else {
      return contradict(session, "a reply to \(ref), which nobody asked")
    }
    guard requests[index].session == session else {
      return contradict(session, "a reply to a request of session \(requests[index].session)")
    }
    let position = Self.position(frame, header.templateID)
    if header.sequence == 0 {
      guard header.templateID == Reject.templateID, position == 0 else {
        return contradict(session, "a decision about request \(ref) without a number")
      }
      return takeRefusal(index, code: Self.code(frame), link)
    }
    guard position > 0 else {
      return contradict(session, "a numbered reply to \(ref) that names no position")
    }
    guard requests[index].refs[part] == ref else {
      return contradict(session, "the mass bid \(ref) is decided as a whole")
    }
    let reply = LedgerReply(
      time: time, serverSequence: header.sequence, position: position, frame: frame)
    decide(index, part, reply)
  }

  private func decide(_ index: Int, _ part: Int, _ reply: LedgerReply) {
    let request = requests[index]
    let session = request.session
    if let first = request.replies[part] {
      if first.serverSequence != reply.serverSequence || first.frame != reply.frame {
        contradict(session, "request \(request.sequence) was decided twice")
      }
      return
    }
    switch request.outcome {
    // One that was still being flushed when the client gave up its answer is told of after all.
    case .open, .lost: break
    case .decided(let position):
      if position != reply.position {
        contradict(session, "request \(request.sequence) stands at two positions")
      }
    case .refused, .notApplied, .answered:
      contradict(session, "request \(request.sequence): \(request.outcome), and then decided")
    }
    requests[index].replies[part] = reply
    highestPosition = max(highestPosition, reply.position)
    let replies = requests[index].replies
    let isWhole = !replies.contains { $0 == nil }
    if isWhole { requests[index].outcome = .decided(position: reply.position) }
    if replies.contains(where: { ($0?.position ?? reply.position) != reply.position }) {
      contradict(session, "the parts of request \(request.sequence) stand at different positions")
    }
    sessions[session].highestDecided = max(sessions[session].highestDecided, request.sequence)
  }

  /// A refusal without a record ends a request, unless it was sent again on a newer connection.
  private func takeRefusal(_ index: Int, code: UInt16, _ link: LedgerLink) {
    if link.isSuperseded { return }
    let request = requests[index]
    if request.replies.contains(where: { $0 != nil }) {
      return contradict(
        link.session, "request \(request.sequence) was decided, and then refused with \(code)")
    }
    if request.isOpen { requests[index].outcome = .refused(code: code) }
  }

  private func takeNotApplied(_ frame: [UInt8], _ link: LedgerLink) {
    guard let message = FrameBytes.decode(frame, as: NotApplied.self), !link.isSuperseded else {
      return
    }
    let end = message.fromClientSequence.addingReportingOverflow(message.count)
    let last = end.overflow ? UInt64.max : end.partialValue
    for index in requests.indices.reversed() where requests[index].session == link.session {
      let sequence = requests[index].sequence
      if sequence > 0, sequence < message.fromClientSequence { break }
      guard sequence >= message.fromClientSequence, sequence < last, sequence > 0 else { continue }
      if requests[index].replies.contains(where: { $0 != nil }) {
        contradict(link.session, "request \(sequence) was decided, and then not applied")
      } else if requests[index].isOpen {
        requests[index].outcome = .notApplied
      }
    }
  }

  private func takeSessionReject(_ frame: [UInt8], _ link: LedgerLink) {
    guard let message = FrameBytes.decode(frame, as: SessionReject.self), message.refSequence > 0
    else { return }
    let asked = open(in: link.session).first { requests[$0].sequence == message.refSequence }
    if let asked { takeRefusal(asked, code: message.code, link) }
  }

  /// An answer that names no request answers the oldest of its kind.
  private func answerOldest(_ templateID: UInt16, _ link: LedgerLink) {
    guard !link.isSuperseded else { return }
    let asked = open(in: link.session).first { requests[$0].templateID == templateID }
    if let asked { requests[asked].outcome = .answered }
  }

  private func takeAnswer(_ frame: [UInt8], _ header: FrameHeader, _ link: LedgerLink) {
    if header.sequence > 0 {
      contradict(link.session, "template \(header.templateID) in the private stream")
    }
    let ref = FrameBytes.word(frame, at: 0)
    guard ref != 0 else { return }
    guard let (index, _) = requestsByRef[ref], requests[index].session == link.session else {
      return contradict(link.session, "an answer to \(ref), which this session did not ask")
    }
    guard requests[index].sequence == 0 else {
      // Another shard's auction: the request left no record here.
      return takeRefusal(index, code: RejectCode.wrongShard.rawValue, link)
    }
    if requests[index].isOpen { requests[index].outcome = .answered }
  }

  private static func position(_ frame: [UInt8], _ templateID: UInt16) -> UInt64 {
    switch templateID {
    case BidAck.templateID: FrameBytes.word(frame, at: 72)
    case Reject.templateID: FrameBytes.word(frame, at: 40)
    default: FrameBytes.word(frame, at: 24)
    }
  }

  private static func code(_ frame: [UInt8]) -> UInt16 {
    FrameBytes.decode(frame, as: Reject.self)?.code ?? 0
  }
}
