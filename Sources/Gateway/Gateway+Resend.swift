internal import Primitives
internal import Wire

extension Gateway {
  /// The oldest sequence that a client may still ask for.
  ///
  /// A quarter of the ring is kept free of promises, so that new frames do not overwrite what is
  /// being sent again before it has left.
  @_noLocks
  func oldestReplayable(_ place: Int) -> UInt64 {
    let kept = UInt64(limits.replayRingBytes / 4 * 3)
    let tail = sessions[place].ring.tail
    if tail <= kept || sessions[place].ring.start >= tail - kept {
      return sessions[place].ring.oldestSequence
    }
    return sessions[place].ring.sequence(
      from: tail - kept,
      next: sessions[place].nextServerSequence
    )
  }

  /// Answers a ResendRequest: ResendBegin, the frames asked for, then what comes after.
  ///
  /// One at a time, so that asking costs the client more than the server.
  @_noLocks
  mutating func resend(_ place: Int, _ request: ResendRequest) {
    let next = sessions[place].nextServerSequence
    let first = request.fromSequence
    guard sessions[place].resendCursor == .max, sessions[place].bucket.take(rate, now: time) == 0
    else {
      probe(.resendBusy)
      return rejectResend(place, request, .throttled)
    }
    guard first > 0, first <= next else {
      probe(.resendMalformed)
      return rejectResend(place, request, .malformed)
    }
    guard first >= oldestReplayable(place) else {
      probe(.resendTooOld)
      return rejectResend(place, request, .limitExceeded)
    }
    let available = next - first
    let count = request.count == 0 ? available : min(request.count, available)
    guard let connection = connectionIndex(place),
      let slot = unsafe pushAnswer(place, byteCount: ResendBegin.frameByteCount, batch: 0)
    else { return }
    let begin = ResendBegin(requestId: request.requestId, fromSequence: first, count: count)
    unsafe begin.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    counters.resends += 1
    guard count > 0 else {
      probe(.resendOfNothing)
      return
    }
    probe(.resendServed)
    sessions[place].resendTrigger = connections[connection].answers.tail
    sessions[place].resendCursor = sessions[place].ring.offset(of: first)
    sessions[place].resendEnd = sessions[place].ring.offset(of: first + count)
  }

  @_noLocks
  private mutating func rejectResend(
    _ place: Int,
    _ request: ResendRequest,
    _ code: RejectCode
  ) {
    guard let slot = unsafe pushAnswer(place, byteCount: ResendReject.frameByteCount, batch: 0)
    else { return }
    let reject = ResendReject(
      requestId: request.requestId,
      oldestReplayableSequence: oldestReplayable(place),
      code: code.rawValue
    )
    unsafe reject.write(frame: slot)
    unsafe FrameHeader.seal(slot, sequence: 0)
    counters.resendsRefused += 1
  }

  /// Whether a resend's ResendBegin is out and its frames are next.
  @_noLocks @inline(__always)
  func isResending(_ connection: ConnectionIndex, _ place: Int) -> Bool {
    sessions[place].resendCursor != .max
      && connections[connection].answers.head >= sessions[place].resendTrigger
  }

  /// Copies frames that are sent again.
  ///
  /// - Returns: Whether the resend is complete.
  @_noLocks
  func copyResend(
    _ place: Int,
    _ buffer: UnsafeMutableRawPointer,
    _ count: inout Int
  ) -> Bool {
    count += unsafe sessions[place].ring.copy(
      from: &sessions[place].resendCursor,
      upTo: sessions[place].resendEnd,
      to: buffer + count,
      room: limits.sendBufferBytes - count
    )
    guard sessions[place].resendCursor >= sessions[place].resendEnd else { return false }
    sessions[place].resendCursor = .max
    return true
  }
}
