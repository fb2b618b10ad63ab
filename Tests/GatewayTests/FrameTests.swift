import Gateway
import Primitives
import Testing
import Wire

@Suite struct FrameTests {
  /// Logon, bids, a heartbeat and a mass bid, as one stream.
  private var stream: [UInt8] {
    frame(logonMessage()) + bid(1) + bid(2) + frame(Heartbeat(nextSequence: 3, time: 0))
      + massBid(3, entries: 2) + bid(4)
  }

  private func taken(_ pieces: [[UInt8]]) -> Harness {
    let harness = Harness(.tiny)
    harness.open(0)
    for piece in pieces { harness.receive(0, piece) }
    return harness
  }

  @Test func everySplitInTwoGivesTheSameCommands() {
    let whole = taken([stream])
    #expect(whole.commands.map(\.sequence) == [1, 2, 3, 4])
    for cut in 0...stream.count {
      let halves = taken([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(halves.commands == whole.commands, "cut at \(cut)")
    }
  }

  @Test func everySplitInThreeOfABidGivesItExactly() {
    let harness = Harness()
    harness.logon(0)
    var sequence: UInt64 = 0
    for first in stride(from: 0, to: 88, by: 3) {
      for second in stride(from: first, through: 88, by: 5) {
        sequence += 1
        let bytes = bid(sequence)
        harness.receive(0, Array(bytes[..<first]))
        harness.receive(0, Array(bytes[first..<second]))
        harness.receive(0, Array(bytes[second...]))
        #expect(harness.commands.last?.bytes == bytes)
        if sequence % 16 == 0 { harness.turn() }
      }
    }
    #expect(harness.commands.count == Int(sequence))
  }

  @Test func oneByteAtATimeGivesTheSameCommands() {
    #expect(taken(stream.map { [$0] }).commands == taken([stream]).commands)
  }

  @Test func randomPiecesGiveTheSameCommands() {
    var random = SeededGenerator(seed: 11)
    let whole = taken([stream])
    for _ in 0..<200 {
      var pieces: [[UInt8]] = []
      var position = 0
      while position < stream.count {
        let end = min(stream.count, position + 1 + Int(random.below(150)))
        pieces.append(Array(stream[position..<end]))
        position = end
      }
      #expect(taken(pieces).commands == whole.commands)
    }
  }

  @Test func twoSplitFramesInARowStayInPlaceForABatch() {
    let harness = Harness()
    harness.logon(0)
    let bytes = bid(1) + bid(2) + bid(3)
    harness.receive(0, Array(bytes[..<40]))
    harness.give(0, Array(bytes[40..<240]))
    var seen: [GatewayCommand] = []
    while case .command(let command) = harness.gateway.next(
      0,
      now: harness.now,
      admission: .open,
      mustPause: false
    ) { seen.append(command) }
    // The third frame is partly stored by now: the first, put together before, must be unharmed.
    #expect(seen.count == 2)
    for (index, command) in seen.enumerated() {
      let raw = UnsafeRawBufferPointer(start: command.frame, count: command.byteCount)
      #expect([UInt8](raw) == bid(UInt64(index + 1)))
      harness.gateway.applied(command, time: harness.now)
    }
    harness.receive(0, Array(bytes[240...]))
    #expect(harness.commands.map(\.sequence) == [3])
  }

  @Test(arguments: [0, 8, 16, 23, 25, 81, 8_200, 65_544, 1 << 31])
  func aLengthThatCannotBeClosesWithSessionReject(_ length: UInt32) {
    let harness = Harness()
    harness.logon(0)
    var bytes = bid(1)
    withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
    // Four bytes are enough to know.
    harness.receive(0, Array(bytes[..<4]))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [SessionReject.templateID, EndOfSession.templateID])
    #expect(frames[0].message(SessionReject.self).code == RejectCode.malformed.rawValue)
    #expect(harness.closures[0] == .badLength)
  }

  @Test func everyFlippedBitOfABidClosesOrIsCaughtByTheChecksum() {
    for position in 0..<88 {
      for bit in 0..<8 {
        let harness = Harness(.tiny)
        harness.logon(0)
        var bytes = bid(1)
        bytes[position] ^= 1 << UInt8(bit)
        harness.receive(0, bytes + bid(2))
        #expect(!harness.commands.contains { $0.sequence == 1 && $0.bytes == bytes })
        harness.turn()
        let isLength = position < 4
        if isLength { continue }
        #expect(harness.closures[0] == .badChecksum)
        #expect(harness.commands.isEmpty)
      }
    }
  }

  @Test func aWrongChecksumHarmsNobodyElse() {
    let harness = Harness()
    harness.logon(0, session: 1)
    harness.logon(1, session: 2)
    var bad = bid(1)
    bad[50] ^= 1
    harness.receive(0, bad)
    harness.receive(1, bid(1))
    harness.turn()
    #expect(harness.closures == [0: .badChecksum])
    #expect(harness.frames(1).map(\.template) == [BidAck.templateID])
  }

  @Test func fuzzedFramesNeverTrapAndAlwaysHaveAnAnswer() {
    var random = SeededGenerator(seed: 2_024)
    let harness = Harness()
    harness.logon(7, session: 50, account: 8)
    var healthy: UInt64 = 0
    for round in 0..<1_500 {
      let c = Int(random.below(6))
      harness.logonIfNeeded(c)
      harness.receive(c, mutated(&random, sequence: random.below(40)))
      if round % 3 == 0 { harness.turn() }
      if round % 10 == 0 {
        healthy += 1
        harness.receive(7, bid(healthy, bidder: 8))
        harness.turn()
        #expect(harness.frames(7).map(\.template) == [BidAck.templateID])
      }
      harness.reapClosures()
    }
    #expect(harness.gateway.counters.badChecksums > 0)
    #expect(harness.gateway.counters.badLengths > 0)
    #expect(harness.gateway.counters.sessionRejects > 0)
    #expect(harness.gateway.counters.refused > 0)
  }

  private func mutated(_ random: inout SeededGenerator, sequence: UInt64) -> [UInt8] {
    let samples = [
      bid(sequence), massBid(sequence, entries: Int(random.below(5))), frame(logonMessage()),
      frame(Heartbeat(nextSequence: 1, time: 2)),
      frame(ResendRequest(requestId: 1, fromSequence: random.below(9), count: random.below(9))),
      frame(QueryTopology(clientRef: 1)),
      frame(QueryBids(clientRef: 1, auctionId: 1, beforeRow: 0, limit: 9)),
    ]
    var bytes = samples[Int(random.below(UInt64(samples.count)))]
    for _ in 0..<random.below(4) {
      bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
    }
    switch random.below(4) {
    case 0: return bytes
    case 1: return Array(bytes[..<Int(random.below(UInt64(bytes.count) + 1))])
    default:
      return resealed(bytes) { copy in
        let length = UInt32(copy.count).littleEndian
        withUnsafeBytes(of: length) { copy.replaceSubrange(0..<4, with: $0) }
      }
    }
  }
}

extension Harness {
  /// Logs a connection on with a session of its own when it is free.
  func logonIfNeeded(_ c: Int) {
    guard !openConnections.contains(c) else { return }
    open(c)
    receive(c, frame(logonMessage(session: UInt64(c % 3) + 1, account: 7, time: now)))
  }

  func reapClosures() {
    for (c, _) in closures {
      drop(c)
    }
    closures = [:]
  }
}
