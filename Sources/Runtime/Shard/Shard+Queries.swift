internal import Engine
internal import Gateway
public import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// Answers a question that leaves no record.
  mutating func answer(_ query: GatewayQuery) {
    switch unsafe query.templateID {
    case QueryAuction.templateID: unsafe answerAuction(query)
    case QueryLogHead.templateID: unsafe answerLogHead(query)
    case QueryStateHash.templateID: unsafe answerStateHash(query)
    case Subscribe.templateID: unsafe subscribe(query)
    case Unsubscribe.templateID: unsafe unsubscribe(query)
    case QueryBids.templateID: unsafe answerBids(query)
    case QueryEvents.templateID: unsafe answerEvents(query)
    case TakeSnapshot.templateID: unsafe takeSnapshot(query)
    default: unsafe rejectQuery(query, .unknownTemplate)
    }
  }

  private mutating func answerAuction(_ query: GatewayQuery) {
    let message = unsafe QueryAuction(frame: query.frame)
    guard let view = visibleAuction(message.auctionId) else {
      return unsafe rejectQuery(query, .unknownAuction)
    }
    unsafe reply(
      query.session,
      view.message(clientRef: message.clientRef, logPosition: log.commit.stagedPosition))
  }

  /// An auction that anybody may see: a draft is nobody's business.
  func visibleAuction(_ id: UInt64) -> AuctionView? {
    guard let view = engine.view(of: AuctionID(raw: id)), view.status != .draft else { return nil }
    return view
  }

  private mutating func answerLogHead(_ query: GatewayQuery) {
    unsafe reply(
      query.session,
      LogHead(logPosition: log.commit.durablePosition, time: now, hash: log.commit.head),
      gate: .none)
  }

  /// Walks the whole state: an operator's question, for a server that is not busy.
  private mutating func answerStateHash(_ query: GatewayQuery) {
    guard unsafe query.roles.contains(.operator) else {
      return unsafe rejectQuery(query, .notAuthorised)
    }
    let hash = StateDigest.combine(engine: engine.stateHash(), ledger: gateway.ledgerHash())
    unsafe reply(
      query.session,
      StateHash(
        clientRef: QueryStateHash(frame: query.frame).clientRef,
        logPosition: log.commit.stagedPosition, hash: hash))
  }

  /// Refuses a question; its first field is always the client's own number.
  func rejected(_ query: GatewayQuery, _ code: RejectCode) -> Reject {
    let body = unsafe query.frame + FrameHeader.byteCount
    return unsafe refusal(LittleEndian.uint64(body, at: 0), query.templateID, code)
  }

  /// A refusal of a request that is not at hand any more.
  func refusal(_ clientRef: UInt64, _ templateID: UInt16, _ code: RejectCode) -> Reject {
    Reject(
      clientRef: clientRef, auctionId: 0, price: Money.absent, minNext: Money.absent, revision: 0,
      logPosition: 0, time: now, refTemplateId: templateID, code: code.rawValue,
      retryAfterMicroseconds: 0)
  }

  mutating func rejectQuery(_ query: GatewayQuery, _ code: RejectCode) {
    unsafe reply(query.session, rejected(query, code), gate: .none)
  }

  /// Sends an answer; one that speaks of state waits until that state is durable.
  mutating func reply<Message: WireMessage>(
    _ session: SessionHandle, _ message: Message, gate: ReplyGate = .batch
  ) {
    unsafe message.write(frame: scratch.answer)
    unsafe gateway.deliver(
      session, UnsafeRawPointer(scratch.answer), byteCount: Message.frameByteCount,
      sequenced: false, gate: gate)
  }
}

/// The hash of a shard's whole state: the auctions and the sessions.
public enum StateDigest {
  /// Joins the two hashes.
  ///
  /// - Parameters:
  ///   - engine: The engine's state hash.
  ///   - ledger: The gateway's hash of the sessions.
  /// - Returns: SHA-256 over both.
  public static func combine(engine: Digest, ledger: Digest) -> Digest {
    var hash = SHA256State()
    for digest in [engine, ledger] {
      for word in [digest.word0, digest.word1, digest.word2, digest.word3] {
        var little = word.littleEndian
        unsafe withUnsafeBytes(of: &little) { bytes in
          if let base = bytes.baseAddress { unsafe hash.update(base, byteCount: 8) }
        }
      }
    }
    return hash.finish()
  }
}
