internal import Primitives
internal import Wire

/// What frames say of requests.
extension ClientLedger {
  func route(_ frame: [UInt8], _ header: FrameHeader, link: UInt64, time: Nanoseconds) {
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
    case EndOfSession.templateID: takeEnd(frame, link)
    case LogHead.templateID: takeLogHead(entry)
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
    let position = FrameBytes.position(frame)
    if let text = AnswerCheck.fault(of: frame, to: requests[index], part: part) {
      return contradict(session, text)
    }
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
    decide(index, part, reply, link)
  }

  private func decide(_ index: Int, _ part: Int, _ reply: LedgerReply, _ link: LedgerLink) {
    let request = requests[index]
    let session = request.session
    if let first = request.replies[part] {
      if first.serverSequence != reply.serverSequence || first.frame != reply.frame {
        contradict(session, "request \(request.sequence) was decided twice")
      }
      return
    }
    if let overtaking = overtaken[index], overtaking.link == link.number {
      let later = name(of: overtaking.later)
      contradict(
        session,
        "request \(request.sequence) was decided, and the refusal of \(later), which was sent"
          + " after it, came before")
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
    let replies = requests[index].replies
    let isWhole = !replies.contains { $0 == nil }
    if isWhole { requests[index].outcome = .decided(position: reply.position) }
    if replies.contains(where: { ($0?.position ?? reply.position) != reply.position }) {
      contradict(session, "the parts of request \(request.sequence) stand at different positions")
    }
    sessions[session].highestDecided = max(sessions[session].highestDecided, request.sequence)
  }

  /// A refusal without a record ends a request, unless it was sent again on a newer connection.
  func takeRefusal(_ index: Int, code: UInt16, _ link: LedgerLink) {
    countAnswer(index)
    noteOvertaken(by: index, link)
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

  private static func code(_ frame: [UInt8]) -> UInt16 {
    FrameBytes.decode(frame, as: Reject.self)?.code ?? 0
  }
}
