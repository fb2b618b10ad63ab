import Gateway
import Primitives
import Testing
import Wire

/// The order and the gating, as plain as can be: what may leave a connection, frame by frame.
private struct Model {
  struct Entry {
    var name: UInt64
    /// The batch that must be durable: a number counted like the test's own.
    var batch: Int
  }
  var pending: [Entry] = []
  var sent: [UInt64] = []

  mutating func drain(durable: Int) {
    while let first = pending.first, first.batch <= durable {
      sent.append(first.name)
      pending.removeFirst()
    }
  }
}

@Suite struct ReleaseTests {
  /// The name of a frame: unsequenced ones are LogHead with a position, others Outbid.
  private func name(_ sent: SentFrame) -> UInt64 {
    sent.template == LogHead.templateID
      ? sent.message(LogHead.self).logPosition : sent.message(Outbid.self).auctionId
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func nothingLeavesBeforeItsBatchIsDurableAndEverythingInOrder(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let harness = Harness()
    let sessions = 3
    for c in 0..<sessions { harness.logon(c, session: UInt64(c + 1)) }
    var models = [Model](repeating: Model(), count: sessions)
    var name: UInt64 = 0
    var gathering = 1, sealed = 0, durable = 0
    var hasStaged = false
    var bytesSent: UInt64 = 0
    for _ in 0..<400 {
      let c = Int(random.below(UInt64(sessions)))
      let handle = SessionHandle(index: UInt16(c), generation: 1)
      switch random.below(10) {
      case 0...3:
        name += 1
        harness.deliver(handle, outbid(name))
        models[c].pending.append(.init(name: name, batch: gathering))
        hasStaged = true
      case 4:
        name += 1
        let answer = frame(LogHead(logPosition: name, time: 0, hash: .zero))
        harness.deliver(handle, answer, sequenced: false)
        let batch = hasStaged ? gathering : sealed
        models[c].pending.append(.init(name: name, batch: batch))
      case 5:
        name += 1
        let answer = frame(LogHead(logPosition: name, time: 0, hash: .zero))
        harness.deliver(handle, answer, sequenced: false, gate: .none)
        models[c].pending.append(.init(name: name, batch: 0))
      case 6 where sealed == durable && hasStaged:
        harness.seal()
        sealed = gathering
        gathering += 1
        hasStaged = false
      case 7 where sealed != durable:
        harness.release()
        durable = sealed
      default:
        harness.flush(limit: 1 + Int(random.below(300)))
      }
      for index in 0..<sessions { models[index].drain(durable: durable) }
      guard harness.bytesSent != bytesSent else { continue }
      bytesSent = harness.bytesSent
      for index in 0..<sessions {
        let got = split(harness.outputs[index] ?? []).map(self.name)
        #expect(got.count <= models[index].sent.count, "seed \(seed): a frame left too early")
        #expect(got == Array(models[index].sent.prefix(got.count)), "seed \(seed): order")
      }
    }
    harness.flush()
    for index in 0..<sessions {
      let got = split(harness.outputs[index] ?? []).map(self.name)
      #expect(got == models[index].sent, "seed \(seed): everything that may leave has left")
    }
  }

  @Test func aBatchWithoutTheSessionReleasesNothingOfIt() {
    let harness = Harness()
    harness.logon(0)
    harness.seal()
    harness.receive(0, bid(1))
    harness.release()
    harness.flush()
    #expect(harness.frames(0).isEmpty)
    harness.seal()
    harness.gateway.released(throughBatch: harness.batch - 1)
    harness.flush()
    #expect(harness.frames(0).isEmpty)
    harness.release()
    harness.flush()
    #expect(harness.frames(0).count == 1)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func aRingThatWrapsManyTimesKeepsEveryByte(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let harness = Harness()
    harness.logon(0)
    var expected: [[UInt8]] = []
    for index in 1...600 as ClosedRange<UInt64> {
      // Frames of 64 to 1,024 bytes, so that laps end at every kind of place.
      let extra = Int(random.below(116)) * 8
      let bytes = frame(
        Outbid(
          auctionId: index,
          bidderId: random.next(),
          yourMaximum: 1,
          price: 2,
          minNext: 3,
          revision: 4,
          logPosition: 5,
          time: 6,
          endTime: 7
        ),
        extra: extra
      )
      harness.deliver(handle1, bytes)
      expected.append(
        resealed(bytes) {
          $0[8] = UInt8(index & 255); $0[9] = UInt8(index >> 8)
        }
      )
      if random.below(3) == 0 { harness.turn() }
    }
    harness.turn()
    #expect(harness.closures.isEmpty)
    #expect(harness.frames(0).map(\.bytes) == expected)
    // And what is still promised comes again, byte by byte.
    let ack = harness.logon(1, next: 1)
    let again = harness.frames(1)
    #expect(again.first?.sequence == ack.oldestReplayableSequence)
    #expect(again.map(\.bytes) == Array(expected.suffix(again.count)))
    #expect(again.count > 10)
  }
}
