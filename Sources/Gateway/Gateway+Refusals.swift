public import Primitives
public import Wire

extension Gateway {
  /// Refuses a command that `next` gave, because it can't be logged after all.
  ///
  /// - Parameters:
  ///   - command: The command; it was not applied.
  ///   - code: Why.
  ///   - retryAfterNs: When to try again; 0 = do not.
  @_noLocks
  public mutating func refuse(
    _ command: GatewayCommand,
    _ code: RejectCode,
    retryAfterNs: Nanoseconds = 0
  ) {
    guard let place = sessions.place(of: unsafe command.session) else { return }
    let wasTaken = unsafe sessions[place].unappliedCount >= command.replyCount
    invariant(wasTaken, "only a command that was taken can be refused")
    unsafe sessions[place].inFlight -= command.replyCount
    probe(.commandRefusedLate)
    counters.refused += 1
    guard sessions[place].connection != SessionTable.none else { return }
    unsafe reject(
      Int(sessions[place].connection),
      place,
      command.frame,
      RequestRule(command.templateID),
      code,
      retryNs: retryAfterNs
    )
  }

  /// Refuses a request without a record.
  @_noLocks @inline(never)
  mutating func reject(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ rule: RequestRule,
    _ code: RejectCode,
    retryNs: Nanoseconds
  ) {
    guard let slot = unsafe pushAnswer(place, byteCount: Reject.frameByteCount, batch: 0) else {
      return
    }
    let micros = min((retryNs + 999) / 1_000, UInt64(UInt32.max))
    let message = unsafe Reject(
      clientRef: LittleEndian.uint64(frame, at: FrameHeader.byteCount),
      auctionId: rule.auctionID(in: frame),
      price: .min,
      minNext: .min,
      revision: 0,
      logPosition: 0,
      time: time,
      refTemplateId: FrameHeader(frame: frame).templateID,
      code: code.rawValue,
      retryAfterMicroseconds: UInt32(truncatingIfNeeded: micros)
    )
    unsafe message.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    countRefusal(connection, place)
  }

  /// Refuses a frame that can't be taken though the stream is good; its number is used up.
  @_noLocks
  mutating func rejectFrame(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ header: FrameHeader,
    _ code: RejectCode
  ) {
    if header.sequence == sessions[place].expectedSequence {
      sessions[place].expectedSequence = header.sequence + 1
    }
    sendSessionReject(connection, place, header, code)
  }

  @_noLocks
  mutating func sendSessionReject(
    _ connection: ConnectionIndex,
    _ place: Int,
    _ header: FrameHeader,
    _ code: RejectCode
  ) {
    guard let slot = unsafe pushAnswer(place, byteCount: SessionReject.frameByteCount, batch: 0)
    else { return }
    let message = SessionReject(
      refSequence: header.sequence,
      refTemplateId: header.templateID,
      code: code.rawValue
    )
    probe(.sessionReject)
    unsafe message.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    counters.sessionRejects += 1
    countRefusal(connection, place)
  }

  /// Answers a stream that can't be trusted any more, and closes.
  @_noLocks @inline(never)
  mutating func rejectAndClose(_ connection: ConnectionIndex, _ reason: CloseReason) {
    var code = RejectCode.malformed
    switch reason {
    case .badLength:
      probe(.badLength)
      counters.badLengths += 1
    case .badChecksum:
      probe(.badChecksum)
      counters.badChecksums += 1
    case .notLoggedOn:
      probe(.notLoggedOn)
      code = .notAuthorised
    default: break
    }
    counters.sessionRejects += 1
    let message = SessionReject(refSequence: 0, refTemplateId: 0, code: code.rawValue)
    if connections[connection].state == .bound {
      let place = Int(connections[connection].session)
      guard let slot = unsafe pushAnswer(place, byteCount: SessionReject.frameByteCount, batch: 0)
      else { return }
      unsafe message.write(frame: slot)
      unsafe FrameHeader.seal(slot, sequence: 0)
      farewell(connection, reason)
    } else {
      if let slot = unsafe pushDirect(connection, byteCount: SessionReject.frameByteCount) {
        unsafe message.write(frame: slot)
        unsafe FrameHeader.seal(slot, sequence: 0)
      }
      beginClosing(connection, reason)
    }
  }

  /// Logs a session out that does nothing but what is refused.
  @_noLocks
  private mutating func countRefusal(_ connection: ConnectionIndex, _ place: Int) {
    guard connections[connection].state == .bound else { return }
    sessions[place].refusalsInRow += 1
    guard sessions[place].refusalsInRow >= limits.refusalsInRowMax else { return }
    sessions[place].refusalsInRow = 0
    probe(.sessionAbused)
    counters.abusers += 1
    farewell(connection, .abuse, logoutCode: .throttled)
  }
}

extension Gateway {
  /// Says that requests were not applied and never will be under these numbers.
  @_noLocks
  mutating func notApplied(_ place: Int, from sequence: UInt64, count: UInt64) {
    guard let slot = unsafe pushAnswer(place, byteCount: NotApplied.frameByteCount, batch: 0)
    else { return }
    unsafe NotApplied(fromClientSequence: sequence, count: count).write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    counters.notApplied += 1
  }

  /// Says on which shard an auction lives, and where that is.
  @_noLocks
  mutating func sendElsewhere(_ place: Int, _ frame: UnsafeRawPointer, _ auction: UInt64) {
    guard let slot = unsafe pushAnswer(place, byteCount: WrongShard.frameByteCount, batch: 0)
    else { return }
    let shard = AuctionID(raw: auction).shard.number
    let endpoint = unsafe Topology.Endpoint(body: endpoints.base + Int(shard) * 8)
    let message = unsafe WrongShard(
      clientRef: LittleEndian.uint64(frame, at: FrameHeader.byteCount),
      auctionId: auction,
      address: endpoint.address,
      shard: shard,
      port: endpoint.port
    )
    unsafe message.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    counters.wrongShard += 1
  }

  /// Says where all shards are.
  @_noLocks
  mutating func sendTopology(_ place: Int, clientRef: UInt64) {
    let count = Int(identity.shards)
    let byteCount = Topology.frameByteCount(endpoints: count)
    guard let slot = unsafe pushAnswer(place, byteCount: byteCount, batch: 0) else { return }
    let message = Topology(
      clientRef: clientRef,
      shard: identity.shard.number,
      shards: identity.shards
    )
    unsafe message.write(frame: slot, byteCount: byteCount)
    let group = unsafe slot + FrameHeader.byteCount + Topology.blockLength
    let first = unsafe GroupSpan.write(
      group,
      entryLength: Topology.Endpoint.entryLength,
      count: count
    )
    unsafe first.copyMemory(from: endpoints.base, byteCount: count * 8)
    unsafe FrameHeader.seal(slot, sequence: 0)
  }
}
