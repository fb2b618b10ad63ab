internal import Wire

/// Answers without a record: each belongs to one question, in the order of the requests.
extension ClientLedger {
  /// A request in words.
  func name(of index: Int) -> String {
    let request = requests[index]
    return request.sequence > 0
      ? "request \(request.sequence)" : "the question of template \(request.templateID)"
  }

  /// Each time that a request is sent it is answered once at most.
  func countAnswer(_ index: Int) {
    requests[index].answerCount += 1
    if requests[index].templateID == QueryLogHead.templateID {
      links[requests[index].link]?.openLogHeadCount -= 1
    }
    guard requests[index].answerCount > requests[index].sendCount else { return }
    contradict(
      requests[index].session,
      "\(name(of: index)) was sent \(requests[index].sendCount) times and answered once more")
  }

  /// A refusal came: what was sent before it on the connection must not be decided after it.
  ///
  /// On a connection that was taken over a refusal binds nobody, so that what is open may have been
  /// refused there before, and decided on the newer one.
  func noteOvertaken(by index: Int, _ link: LedgerLink) {
    guard !link.isSuperseded else { return }
    for older in open(in: link.session) where requests[older].sequence > 0 {
      if link.sent(older, before: index), overtaken[older] == nil {
        overtaken[older] = (later: index, link: link.number)
      }
    }
  }

  /// An answer that names no question answers the oldest of its kind.
  func takeLogHead(_ link: LedgerLink) {
    guard link.openLogHeadCount > 0 else {
      return contradict(link.session, "the end of the log, which nobody asked for")
    }
    links[link.number]?.openLogHeadCount -= 1
    guard !link.isSuperseded else { return }
    let asked = open(in: link.session).first {
      requests[$0].templateID == QueryLogHead.templateID
    }
    if let asked {
      requests[asked].answerCount += 1
      requests[asked].outcome = .answered
    }
  }

  func takeAnswer(_ frame: [UInt8], _ header: FrameHeader, _ link: LedgerLink) {
    if header.sequence > 0 {
      contradict(link.session, "template \(header.templateID) in the private stream")
    }
    let ref = FrameBytes.word(frame, at: 0)
    guard ref != 0 else { return }
    guard let (index, part) = requestsByRef[ref], requests[index].session == link.session else {
      return contradict(link.session, "an answer to \(ref), which this session did not ask")
    }
    if let text = AnswerCheck.fault(of: frame, to: requests[index], part: part) {
      return contradict(link.session, text)
    }
    guard requests[index].sequence == 0 else {
      // Another shard's auction: the request left no record here.
      if link.shardCount < 2 { contradict(link.session, "there is no other shard to go to") }
      return takeRefusal(index, code: RejectCode.wrongShard.rawValue, link)
    }
    countAnswer(index)
    if requests[index].isOpen { requests[index].outcome = .answered }
  }
}
