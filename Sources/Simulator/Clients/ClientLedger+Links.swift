public import Primitives
internal import Wire

/// Connections and the private stream over them.
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
    links[link] = LedgerLink(number: link, session: session, wanted: wanted)
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
    frames.append(LedgerFrame(session: session, link: link, time: time, frame: frame))
    highestPosition = max(highestPosition, FrameBytes.position(frame))
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

// MARK: What a log-on establishes

extension ClientLedger {
  func takeLogonAck(_ frame: [UInt8], _ link: UInt64) {
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
    entry.shardCount = ack.shards
    entry.expected = ack.nextServerSequence
    if entry.wanted > 0, entry.wanted < ack.nextServerSequence {
      entry.expected = max(entry.wanted, ack.oldestReplayableSequence)
      if entry.expected > entry.wanted {
        sessions[entry.session].forgotten.append(entry.wanted..<entry.expected)
      }
    }
    links[link] = entry
    sessions[entry.session].logonCount += 1
    sessions[entry.session].hasEndedInOrder = false
  }

  func takeResendBegin(_ frame: [UInt8], _ link: UInt64) {
    guard let begin = FrameBytes.decode(frame, as: ResendBegin.self) else { return }
    links[link]?.resending = begin.fromSequence..<(begin.fromSequence &+ begin.count)
  }
  /// The last message says how far the private stream went: all of it must have come before.
  func takeEnd(_ frame: [UInt8], _ link: UInt64) {
    guard let end = FrameBytes.decode(frame, as: EndOfSession.self), let entry = links[link],
      entry.isLoggedOn
    else { return }
    if end.lastSequence &+ 1 != entry.expected {
      contradict(
        entry.session,
        "the connection ends with message \(end.lastSequence), and \(entry.expected) was to come")
    }
    sessions[entry.session].hasEndedInOrder = true
  }
}
