import Gateway
import Primitives
import Wire

extension SessionRun {
  /// Looks at the whole frames that left on a connection.
  mutating func lookAt(_ c: Int) {
    var place = 0
    let output = wires[c].output
    output.withUnsafeBytes { raw in
      while place + 24 <= raw.count {
        let frame = raw.start + place
        let length = Int(LittleEndian.uint32(frame, at: 0))
        check(length >= 24 && length % 8 == 0, "a frame of \(length) bytes leaves")
        guard place + length <= raw.count else { break }
        check(FrameHeader.verify(frame, byteCount: length), "a frame with a wrong checksum leaves")
        lookAt(c, frame, byteCount: length)
        place += length
      }
    }
    wires[c].output.removeFirst(place)
  }

  private mutating func lookAt(_ c: Int, _ frame: UnsafeRawPointer, byteCount: Int) {
    let header = FrameHeader(frame: frame)
    check(
      FrameValidator.verdict(frame, byteCount: byteCount, from: .server) == .valid,
      "template \(header.templateID) leaves and is not valid")
    if header.templateID == LogonAck.templateID { return bind(c, LogonAck(frame: frame)) }
    guard header.sequence > 0 else { return }
    guard let place = wires[c].session, let ledger = ledgers[place] else {
      wrong("a reply leaves before its logon's acknowledgement")
    }
    check(header.sequence <= UInt64(ledger.replies.count), "a reply leaves that nobody gave")
    let reply = ledger.replies[Int(header.sequence) - 1]
    check(reply.checksum == header.checksum, "a reply leaves with other bytes")
    check(reply.batch <= releasedBatch, "a reply leaves before its batch is durable")
    wires[c].lastSequence = header.sequence
  }

  private mutating func bind(_ c: Int, _ ack: LogonAck) {
    check(wires[c].session == nil, "a logon is acknowledged twice")
    guard let logon = wires[c].logon else { wrong("a logon is acknowledged that nobody granted") }
    check(logon.openedInBatch <= releasedBatch, "a logon leaves before its session is durable")
    let place = Int(logon.handle.index)
    // The session may have been given up since, and its place be another's.
    guard ledgers[place]?.handle == logon.handle else { return }
    check(
      gateway.sessionView(at: place).idLow == ack.sessionIdLow,
      "a logon's acknowledgement names another session")
    wires[c].session = place
    nextSequence[place] = ack.nextClientSequence
  }

  /// The server dies and starts again: what was logged comes back, connections do not.
  mutating func restart() {
    guard restartCount < 2 else { return }
    restartCount += 1
    if sealedBatch == releasedBatch { seal() }
    release()
    compareWithLog()
    for c in 0..<Self.connectionCount {
      wires[c].input?.deallocate()
      wires[c] = Wires()
    }
    gateway = replayed()
    hasEnded = false
    sealedBatch = 0
    releasedBatch = 0
    for place in ledgers.indices {
      ledgers[place]?.openedInBatch = 0
      let replies = ledgers[place]?.replies ?? []
      ledgers[place]?.replies = replies.map {
        Ledger.Reply(checksum: $0.checksum, batch: 0)
      }
    }
  }

  /// A gateway made of the log has the same sessions.
  mutating func compareWithLog() {
    let other = replayed()
    check(other.sessionCount == gateway.sessionCount, "the log gives other sessions")
    check(other.ledgerHash() == gateway.ledgerHash(), "the log gives another ledger")
  }

  private func replayed() -> Gateway {
    var copy = Gateway(
      limits: .tiny, identity: LoadedState.identity, credentials: credentials,
      memory: Arena.shared.memory)
    for entry in log {
      switch entry {
      case .opened(let bytes, let time):
        bytes.withUnsafeBytes { copy.sessionOpened($0.start, time: time, gate: .none) }
      case .command(let session, let sequence, let time):
        copy.replayed(session: session, clientSequence: sequence, time: time)
      case .reply(let session, let bytes):
        bytes.withUnsafeBytes {
          _ = copy.deliver(
            session, $0.start, byteCount: bytes.count, sequenced: true, gate: .none)
        }
      }
    }
    return copy
  }
}

/// Frames of the server's side, which the shard gives.
enum Replies {
  static func ack(_ ref: UInt64) -> [UInt8] {
    frame(
      BidAck(
        clientRef: ref, auctionId: 1 << 32, bidderId: 7, bidId: ref, yourMaximum: 100, price: 100,
        minNext: 125, leaderId: 7, revision: 1, logPosition: ref, acceptedTime: 1, endTime: 2,
        outcome: 0, reserveState: 0, status: 2, flags: 0, bidCount: 1))
  }

  static func notice(_ ref: UInt64, extra: Int) -> [UInt8] {
    frame(
      Outbid(
        auctionId: ref, bidderId: 7, yourMaximum: 1, price: 2, minNext: 3, revision: 4,
        logPosition: 5, time: 6, endTime: 7), extra: extra)
  }

  static func state(_ template: UInt16) -> [UInt8] {
    frame(
      AuctionState(
        clientRef: 5, auctionId: UInt64(template), sellerId: 1, price: 2, minNext: 3, leaderId: 4,
        buyNow: .min, revision: 1, startTime: 1, endTime: 2, logPosition: 3, status: 2,
        reserveState: 0, currency: 840, bidCount: 1))
  }

  /// The checksum that a frame has when it leaves with a number.
  static func checksum(_ bytes: [UInt8], sequence: UInt64) -> UInt32 {
    var copy = bytes
    return copy.withUnsafeMutableBytes { raw in
      FrameHeader.seal(raw.start, sequence: sequence)
      return LittleEndian.uint32(raw.start, at: 4)
    }
  }
}

/// Frames of the client's side.
enum Requests {
  static func command(
    _ kind: UInt8, _ account: UInt64, count: Int, _ sequence: UInt64
  ) -> [UInt8] {
    switch kind {
    case 1: massBid(count % 66, account, sequence)
    case 2:
      frame(
        CancelAuction(clientRef: 1, auctionId: 1 << 32, accountId: account, reason: 0),
        sequence: sequence)
    case 3:
      frame(
        LowerMaximum(
          clientRef: 1, auctionId: UInt64(count) << 54, bidderId: account, newMaximum: 5,
          clientTime: 0), sequence: sequence)
    default:
      frame(
        PlaceBid(
          clientRef: sequence, auctionId: 1 << 32, bidderId: account, amount: 100, ifRevision: 0,
          clientTime: 0, deviceTag: 0, kind: kind == 15 ? 9 : 0, flags: 0, currency: 840),
        sequence: sequence)
    }
  }

  private static func massBid(_ count: Int, _ account: UInt64, _ sequence: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: MassBid.frameByteCount(bids: count))
    bytes.withUnsafeMutableBytes { raw in
      MassBid(clientRef: 1, bidderId: account).write(frame: raw.start, byteCount: raw.count)
      GroupSpan.write(
        raw.start + 24 + MassBid.blockLength, entryLength: MassBid.Entry.entryLength, count: count)
      FrameHeader.seal(raw.start, sequence: sequence)
    }
    return bytes
  }

  static func control(_ kind: UInt8, _ value: UInt64, now: UInt64) -> [UInt8] {
    switch kind {
    case 0: frame(Heartbeat(nextSequence: value, time: now))
    case 1: frame(ResendRequest(requestId: 1, fromSequence: value, count: 9))
    case 2: frame(ResendRequest(requestId: 2, fromSequence: value, count: .max))
    case 3: frame(Logout(time: now, code: 0))
    case 4: frame(QueryTopology(clientRef: value))
    case 5: frame(QueryStateHash(clientRef: value))
    case 6: frame(TakeSnapshot(clientRef: value))
    case 7: frame(ResendRequest(requestId: 3, fromSequence: .max, count: value))
    default: frame(QueryAuction(clientRef: value, auctionId: value << 54))
    }
  }
}
