internal import Primitives
internal import Wire

/// Frames, each compared with what the log implies.
extension ClientOracle {
  func judgeFrames(_ ledger: ClientLedger) -> String? {
    for index in frameCount..<ledger.frames.count {
      if let text = judge(ledger.frames[index], ledger) {
        let account = ledger.sessions[ledger.frames[index].session].account
        return "account \(account) was told: \(text)"
      }
    }
    frameCount = ledger.frames.count
    return nil
  }

  private func judge(_ seen: LedgerFrame, _ ledger: ClientLedger) -> String? {
    let header = FrameBytes.header(seen.frame)
    if header.sequence > 0 { return judgePrivate(seen, header.sequence) }
    switch header.templateID {
    case AuctionState.templateID: return judgeState(seen)
    case PriceUpdate.templateID, AuctionEnded.templateID, BidEntry.templateID,
      AuctionExtended.templateID:
      let told = Self.asTold(seen, to: .none)
      return published.contains(told.frame) ? nil : "\(told), which the log does not imply"
    case LogonAck.templateID: return judgeLogonAck(seen)
    case Reject.templateID: return judgeRefusal(seen, ledger)
    case SessionReject.templateID: return judgeSessionReject(seen, ledger)
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
    return judgeForgotten(ack, seen.session)
  }

  /// A server keeps what fits in its ring, but for the quarter that it keeps free.
  private func judgeForgotten(_ ack: LogonAck, _ session: Int) -> String? {
    let stream = streams[session]
    let oldest = Int(ack.oldestReplayableSequence)
    guard oldest > 1, oldest - 1 <= stream.count, ack.nextServerSequence > 1 else { return nil }
    let end = min(Int(ack.nextServerSequence) - 1, stream.count)
    guard oldest - 2 < end else { return nil }
    let kept = stream[(oldest - 2)..<end].reduce(0) { $0 + $1.frame.count }
    let room = conditions.replayRingByteCount / 4 * 3 - 2 * ClientOracle.replyByteCountMax
    return kept > room
      ? nil : "message \(oldest - 1) is kept no more, and \(kept) bytes go back to it"
  }

  /// A refusal without a record says nothing of any auction.
  private func judgeRefusal(_ seen: LedgerFrame, _ ledger: ClientLedger) -> String? {
    guard let reject = FrameBytes.decode(seen.frame, as: Reject.self) else { return nil }
    let isSilent =
      reject.price == Money.absent && reject.minNext == Money.absent && reject.revision == 0
    guard isSilent else { return "\(reject), though the request left no record" }
    guard let index = ledger.requestsByRef[reject.clientRef]?.request else { return nil }
    let request = ledger.requests[index]
    return RefusalCheck(conditions, ledger.sessions[request.session])
      .fault(of: reject, to: request)
  }

  /// Clients send no request that a session must refuse unread.
  private func judgeSessionReject(_ seen: LedgerFrame, _ ledger: ClientLedger) -> String? {
    guard let reject = FrameBytes.decode(seen.frame, as: SessionReject.self),
      (1...ClientOracle.sequenceMax).contains(reject.refSequence)
    else { return nil }
    return "request \(reject.refSequence) cannot be taken, code \(reject.code)"
  }

  private func judgePosition(_ seen: LedgerFrame, at offset: Int) -> String? {
    let position = FrameBytes.word(seen.frame, at: offset)
    guard position > lastPosition else { return nil }
    return "position \(position), and the log ends with \(lastPosition)"
  }
}
