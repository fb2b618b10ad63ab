import Gateway
import Primitives
import Testing
import Wire

@Suite struct ResendTests {
  private func request(_ from: UInt64, _ count: UInt64, id: UInt64 = 1) -> [UInt8] {
    frame(ResendRequest(requestId: id, fromSequence: from, count: count))
  }

  private func ready(_ replies: UInt64) -> Harness {
    let harness = Harness()
    harness.logon(0)
    for sequence in 1...replies {
      harness.receive(0, bid(sequence))
      if sequence % 20 == 0 { harness.turn() }
    }
    harness.turn()
    _ = harness.frames(0)
    return harness
  }

  @Test func aRangeComesAgainBehindItsBegin() {
    let harness = ready(10)
    harness.receive(0, request(3, 4))
    harness.flush()
    let frames = harness.frames(0)
    #expect(
      frames[0].message(ResendBegin.self) == ResendBegin(requestId: 1, fromSequence: 3, count: 4)
    )
    #expect(frames.dropFirst().map(\.sequence) == [3, 4, 5, 6])
  }

  @Test func everyRangeIsExact() {
    let harness = ready(6)
    for from in 1...7 as ClosedRange<UInt64> {
      for count in 0...8 as ClosedRange<UInt64> {
        harness.receive(0, request(from, count))
        harness.flush()
        let frames = harness.frames(0)
        let end = count == 0 ? 7 : min(7, from + count)
        #expect(frames[0].message(ResendBegin.self).count == end - from)
        #expect(frames.dropFirst().map(\.sequence) == Array(from..<end))
      }
    }
  }

  @Test func newRepliesComeBehindAResend() {
    let harness = ready(4)
    harness.receive(0, request(1, 0) + bid(5))
    harness.notice(handle1, 1)
    harness.flush()
    #expect(harness.frames(0).map(\.sequence) == [0, 1, 2, 3, 4])
    harness.turn()
    #expect(harness.frames(0).map(\.sequence) == [5, 6])
  }

  @Test func aResendOfWhatIsNotDurableWaits() {
    let harness = ready(2)
    harness.receive(0, bid(3) + request(2, 0))
    harness.flush()
    #expect(harness.frames(0).isEmpty, "ResendBegin stays behind reply 3")
    harness.turn()
    #expect(harness.frames(0).map(\.sequence) == [3, 0, 2, 3])
  }

  @Test func whatIsNotThereIsRefused() {
    let harness = ready(5)
    for (from, code) in [(0, RejectCode.malformed), (7, .malformed), (.max, .malformed)]
      as [(UInt64, RejectCode)]
    {
      harness.receive(0, request(from, 1, id: 8))
      harness.flush()
      let reject = harness.frames(0)[0].message(ResendReject.self)
      #expect(
        reject == ResendReject(requestId: 8, oldestReplayableSequence: 1, code: code.rawValue)
      )
    }
  }

  @Test func whatIsNoLongerKeptIsRefusedWithTheOldest() {
    let harness = ready(400)
    harness.receive(0, request(1, 1))
    harness.flush()
    let reject = harness.frames(0)[0].message(ResendReject.self)
    #expect(reject.code == RejectCode.limitExceeded.rawValue)
    let oldest = reject.oldestReplayableSequence
    // Three quarters of 16,384 bytes in frames of 128.
    #expect(oldest == 400 - 96 + 1)
    harness.receive(0, request(oldest - 1, 1) + request(oldest, 0))
    harness.flush()
    let frames = harness.frames(0)
    #expect(frames[0].template == ResendReject.templateID)
    #expect(frames.dropFirst(2).map(\.sequence) == Array(oldest...400))
  }

  @Test func oneResendAtATime() {
    let harness = ready(5)
    harness.receive(0, request(1, 0, id: 1) + request(2, 0, id: 2))
    harness.flush()
    let frames = harness.frames(0)
    #expect(
      frames.map(\.template) == [6, 7] + [200, 200, 200, 200, 200]
        || frames.map(\.template) == [6, 200, 200, 200, 200, 200, 7]
    )
    let reject = frames.first { $0.template == 7 }?.message(ResendReject.self)
    #expect(reject?.requestId == 2 && reject?.code == RejectCode.throttled.rawValue)
    harness.receive(0, request(5, 0))
    harness.flush()
    #expect(harness.frames(0).map(\.sequence) == [0, 5])
  }

  @Test func newFramesMayComeWhileOldOnesAreSentAgain() {
    let harness = ready(400)
    harness.drop(0)
    harness.open(1)
    harness.receive(1, frame(logonMessage(next: 1)))
    // The quarter that is kept free takes 32 replies of 128 bytes while nothing has left yet.
    for ref in 1...32 as ClosedRange<UInt64> { harness.deliver(handle1, ack(ref: ref)) }
    harness.turn()
    #expect(harness.gateway.counters.slowConsumers == 0)
    let frames = harness.frames(1)
    let ack0 = frames[0].message(LogonAck.self)
    #expect(frames.dropFirst().map(\.sequence) == Array(ack0.oldestReplayableSequence...432))
  }

  @Test func aReaderThatSleepsThroughAResendIsClosed() {
    let harness = ready(400)
    harness.drop(0)
    harness.open(1)
    harness.receive(1, frame(logonMessage(next: 1)))
    for ref in 1...33 as ClosedRange<UInt64> { harness.deliver(handle1, ack(ref: ref)) }
    harness.turn()
    #expect(harness.closures[1] == .slowConsumer)
  }

  @Test(arguments: [(32, false), (33, true)])
  func framesAskedForAgainAreNeverOverwrittenUnsent(_ newCount: Int, _ isClosed: Bool) {
    let harness = ready(400)
    harness.receive(0, request(305, 0))
    for ref in 1...newCount { harness.deliver(handle1, ack(ref: UInt64(ref))) }
    harness.turn()
    #expect((harness.closures[0] == .slowConsumer) == isClosed)
    if !isClosed {
      #expect(harness.frames(0).dropFirst().map(\.sequence) == Array(305...432))
    }
  }

  @Test func updatesAreNeverSentAgain() {
    let harness = ready(3)
    let update = frame(LogHead(logPosition: 1, time: 2, hash: .zero))
    harness.deliver(handle1, update, sequenced: false)
    harness.receive(0, bid(4))
    harness.turn()
    #expect(harness.frames(0).map(\.sequence) == [0, 4])
    harness.receive(0, request(3, 0))
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [6, 200, 200])
  }
}
