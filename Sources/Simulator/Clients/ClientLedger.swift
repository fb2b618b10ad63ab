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
  /// The greatest position of the log that any frame named to a client.
  public internal(set) var highestPosition: UInt64 = 0
  /// What contradicts itself or the protocol, in words; empty when all is well.
  public internal(set) var contradictions: [String] = []

  var links: [UInt64: LedgerLink] = [:]
  var requestsByRef: [UInt64: (request: Int, part: Int)] = [:]
  var engineName: SessionName?
  /// Each session's newest connection that has sent its log-on.
  var newestLinks: [UInt64?] = []
  /// Requests before which a refusal of a later one came, that later one, and on which connection:
  /// the reply may still come on another that was taken over long ago.
  var overtaken: [Int: (later: Int, link: UInt64)] = [:]
  private var openRequests: [[Int]] = []

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
    request.link = newestLinks[session] ?? 0
    requests.append(request)
    for (part, ref) in refs.enumerated() { requestsByRef[ref] = (index, part) }
    // A mass bid that is refused whole is refused under its own number.
    let ref = FrameBytes.word(frame, at: 0)
    if requestsByRef[ref] == nil { requestsByRef[ref] = (index, 0) }
    openRequests[session].append(index)
    sends(index)
    return index
  }

  private func sends(_ index: Int) {
    let session = requests[index].session
    requests[index].sendCount += 1
    requests[index].openCountMax = max(
      requests[index].openCountMax, openReplyCount(in: session))
    if let link = newestLinks[session] { links[link]?.sends(index, requests[index].templateID) }
  }

  /// A request is sent once more.
  ///
  /// - Parameter request: Its place.
  public func sentAgain(_ request: Int) { sends(request) }

  /// A request's answer is no longer kept by the server.
  ///
  /// - Parameter request: Its place.
  func lose(_ request: Int) {
    guard requests[request].isOpen else { return }
    requests[request].outcome = .lost
    sessions[requests[request].session].hasLostReplies = true
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
