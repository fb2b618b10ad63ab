import Gateway
import Primitives
import Testing
import Wire

@Suite struct RequestTests {
  private func codes(_ harness: Harness, _ c: Int = 0) -> [UInt16] {
    harness.turn()
    return harness.frames(c).map { sent in
      switch sent.template {
      case Reject.templateID: sent.message(Reject.self).code
      case SessionReject.templateID: 1_000 + sent.message(SessionReject.self).code
      default: sent.template
      }
    }
  }

  /// Where each command names the account that acts.
  private let actorOffsets: [(UInt16, Int)] = [
    (100, 16), (101, 16), (102, 24), (103, 8), (110, 8), (111, 16), (112, 16), (130, 16), (140, 8),
  ]

  /// Every template with a body of zeros.
  private func blank(_ template: UInt16, sequence: UInt64, length: Int? = nil) -> [UInt8] {
    let facts = MessageCatalogue.facts(of: template)
    let block = facts?.blockLength ?? 16
    // A mass bid without a bid is refused, so it gets one of zeros.
    let entries = template == MassBid.templateID ? 1 : 0
    let groups = (facts?.groupCount ?? 0) * 8 + entries * MassBid.Entry.entryLength
    let byteCount = 24 + (length ?? block) + groups
    var bytes = [UInt8](repeating: 0, count: byteCount)
    bytes.withUnsafeMutableBytes { raw in
      let base = raw.start
      FrameHeader.begin(
        base,
        byteCount: byteCount,
        templateID: template,
        blockLength: length ?? block
      )
      var group = 24 + (length ?? block)
      for facts in [facts?.firstGroup, facts?.secondGroup].compactMap({ $0 }) {
        GroupSpan.write(base + group, entryLength: facts.entryLength, count: entries)
        group += 8
      }
      FrameHeader.seal(base, sequence: sequence)
    }
    return bytes
  }

  /// A request that the session may not make, a number twice, a gap, too many, a question of the
  /// gateway's, an unknown template, a wrong checksum, a wrong length.
  static let refused: [[UInt8]] = [
    bid(3, bidder: 8), bid(2), bid(5), massBid(3, entries: 64), bid(3, kind: 9),
    frame(QueryTopology(clientRef: 9), sequence: 0), frame(Tick(reserved: 0), sequence: 0),
    [UInt8](repeating: 0, count: 64), bid(3).enumerated().map { $0 == 40 ? $1 ^ 1 : $1 },
  ]

  @Test(arguments: refused.indices)
  func anAnswerOfTheGatewayNeverOvertakesAReply(index: Int) {
    let harness = Harness()
    harness.isReadingAhead = true
    harness.logon(0)
    harness.receive(0, bid(1) + bid(2) + Self.refused[index])
    harness.turn()
    harness.turn()
    let templates = harness.frames(0).map(\.template)
    #expect(templates.starts(with: [BidAck.templateID, BidAck.templateID]))
  }

  @Test func commandsThatAreReadAheadAreAllTaken() {
    let harness = Harness()
    harness.isReadingAhead = true
    harness.logon(0)
    harness.receive(0, (1...9).flatMap { bid($0, bidder: $0 % 3 == 0 ? 8 : 7) })
    #expect(harness.commands.map(\.sequence) == [1, 2, 4, 5, 7, 8])
    let refusal = RejectCode.notAuthorised.rawValue
    let expected = (1...9).map { $0 % 3 == 0 ? refusal : BidAck.templateID }
    #expect(codes(harness) == expected)
  }

  @Test func serverAndLogAndUnknownTemplatesAreRejectedAndTheStreamGoesOn() {
    let harness = Harness()
    harness.logon(0)
    let templates: [UInt16] = [
      2, 3, 6, 7, 9, 10, 11, 12, 104, 200, 201, 300, 320, 900, 901, 902, 9_999,
    ]
    for template in templates { harness.receive(0, blank(template, sequence: 0)) }
    harness.receive(0, bid(1))
    let unknown = 1_000 + RejectCode.unknownTemplate.rawValue
    let expected = [UInt16](repeating: unknown, count: templates.count)
    #expect(codes(harness) == expected + [BidAck.templateID])
  }

  @Test func anUnknownTemplateUsesItsNumberUp() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, blank(104, sequence: 1) + bid(2))
    #expect(codes(harness) == [1_000 + RejectCode.unknownTemplate.rawValue, BidAck.templateID])
  }

  @Test func schemaVersionAndBlockAreChecked() {
    let harness = Harness()
    harness.logon(0)
    let version = 1_000 + RejectCode.unsupportedVersion.rawValue
    let malformed = 1_000 + RejectCode.malformed.rawValue
    harness.receive(0, resealed(bid(1)) { $0[20] ^= 1 })
    harness.receive(0, resealed(bid(2)) { $0[22] = 2 })
    harness.receive(0, resealed(bid(3)) { $0[22] = 0 })
    harness.receive(0, blank(100, sequence: 4, length: 56))
    harness.receive(0, resealed(bid(5)) { $0[16] = 72 })
    harness.receive(0, bid(6))
    #expect(codes(harness) == [version, version, version, malformed, malformed, BidAck.templateID])
    #expect(harness.commands.map(\.sequence) == [6])
  }

  @Test func longerBodiesAndTailsAreTaken() {
    let harness = Harness()
    harness.logon(0)
    let tail = frame(
      PlaceBid(
        clientRef: 1,
        auctionId: 1 << 32,
        bidderId: 7,
        amount: 1,
        ifRevision: 0,
        clientTime: 0,
        deviceTag: 0,
        kind: 0,
        flags: 0,
        currency: 840
      ),
      sequence: 1,
      extra: 16
    )
    let longer = resealed(resealed(tail) { $0[16] = 80 }) { $0[8] = 2 }
    harness.receive(0, tail + longer)
    #expect(codes(harness) == [BidAck.templateID, BidAck.templateID])
    #expect(harness.commands.map(\.bytes) == [tail, longer])
  }

  @Test func valuesAndGroupsAreChecked() {
    var limits = GatewayLimits.small
    limits.replayRingBytes = 32_768
    limits.inFlightMax = 128
    let harness = Harness(limits)
    harness.logon(0)
    let malformed = RejectCode.malformed.rawValue
    harness.receive(0, bid(1, kind: 3))
    harness.receive(0, massBid(2, entries: 64) + massBid(3, entries: 65))
    harness.receive(0, resealed(massBid(4, entries: 2)) { $0[44] = 3 })
    harness.receive(0, resealed(massBid(5, entries: 2)) { $0[48 + 32 + 26] = 9 })
    harness.receive(0, bid(6, bidder: 0))
    let all = codes(harness)
    #expect(all.filter { $0 == malformed }.count == 5)
    #expect(all.filter { $0 == BidAck.templateID }.count == 64)
    #expect(harness.commands.map(\.replyCount) == [64])
  }

  @Test func everyCommandNamesItsActor() {
    for (template, offset) in actorOffsets {
      let harness = Harness()
      harness.logon(0)
      harness.logon(1, session: 2, flags: LogonFlags.insecureBroker.rawValue)
      harness.logon(2, session: 3, flags: LogonFlags.insecureOperator.rawValue)
      let own = resealed(blank(template, sequence: 1)) { $0[24 + offset] = 7 }
      let other = resealed(blank(template, sequence: 2)) { $0[24 + offset] = 8 }
      let nobody = blank(template, sequence: 3)
      for c in 0..<3 { harness.receive(c, own + other + nobody) }
      harness.turn()
      #expect(harness.commands.map(\.sequence) == [1, 1, 2, 1, 2], "template \(template)")
      let refusals = harness.frames(0).filter { $0.template == 201 }.map { $0.message(Reject.self) }
      #expect(refusals.map(\.code) == [32, 33], "template \(template)")
      #expect(refusals.map(\.refTemplateId) == [template, template])
    }
  }

  @Test func everyCommandIsNumbered() {
    for (template, offset) in actorOffsets {
      let harness = Harness()
      harness.logon(0)
      for sequence in [1, 1, 2, 4, 3] as [UInt64] {
        let bytes = blank(template, sequence: sequence)
        harness.receive(0, resealed(bytes) { $0[24 + offset] = 7 })
      }
      #expect(harness.commands.map(\.sequence) == [1, 2, 4], "template \(template)")
      harness.turn()
      #expect(harness.frames(0).map(\.template) == [200, 200, 10, 200, 10])
    }
  }

  @Test func queriesAreNotNumbered() {
    let harness = Harness()
    harness.logon(0)
    for template in [120, 121, 122, 123, 125] as [UInt16] {
      harness.receive(0, blank(template, sequence: 0))
    }
    harness.receive(0, blank(122, sequence: 1))
    #expect(harness.queries == [120, 121, 122, 123, 125])
    #expect(codes(harness) == [1_033])
  }

  @Test(arguments: [126, 127, 128] as [UInt16])
  func hashesSnapshotsAndEventsAreForOperators(_ template: UInt16) {
    let harness = Harness()
    harness.logon(0, flags: LogonFlags.insecureBroker.rawValue)
    harness.logon(1, session: 2, flags: LogonFlags.insecureOperator.rawValue)
    harness.receive(0, blank(template, sequence: 0))
    #expect(harness.queries.isEmpty)
    #expect(codes(harness) == [RejectCode.notAuthorised.rawValue])
    harness.receive(1, blank(template, sequence: 0))
    #expect(harness.queries == [template])
    harness.receive(1, blank(template, sequence: 1))
    #expect(harness.queries == [template], "a question has no number")
  }

  @Test func anAuctionOfAnotherShardIsSentThere() {
    let harness = Harness(shards: 3)
    harness.gateway.setEndpoint(shard: ShardID(2), address: 0x7F00_0001, port: 7_402)
    harness.logon(0)
    let elsewhere = AuctionID(shard: ShardID(2), generation: 1, slotIndex: 5).raw
    let nowhere = AuctionID(shard: ShardID(3), generation: 1, slotIndex: 5).raw
    harness.receive(0, bid(1, ref: 55, auction: elsewhere) + bid(2) + bid(3, auction: nowhere))
    harness.receive(0, frame(QueryAuction(clientRef: 9, auctionId: elsewhere)))
    harness.receive(0, frame(Subscribe(clientRef: 9, auctionId: 0, fromRevision: 0, flags: 0)))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [12, 200, 200, 12])
    let message = frames[0].message(WrongShard.self)
    #expect(
      message
        == WrongShard(
          clientRef: 55,
          auctionId: elsewhere,
          address: 0x7F00_0001,
          shard: 2,
          port: 7_402
        )
    )
    #expect(
      harness.commands.map(\.sequence) == [2, 3],
      "an unknown shard is the engine's to refuse"
    )
    #expect(harness.queries == [120])
  }

  @Test func theTopologyIsAnswered() {
    let harness = Harness(shards: 1_024)
    harness.gateway.setEndpoint(shard: ShardID(1_023), address: 1, port: 9)
    harness.logon(0)
    harness.receive(0, frame(QueryTopology(clientRef: 31)))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.count == 1 && frames[0].message(Topology.self).shards == 1_024)
    frames[0].bytes.withUnsafeBytes { raw in
      let group = Topology.endpoints(in: raw.start)
      #expect(group.count == 1_024)
      let last = Topology.Endpoint(body: group.entry(1_023))
      #expect(last == Topology.Endpoint(address: 1, shard: 1_023, port: 9))
    }
  }

  @Test func massBidWithoutABidIsRefused() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, massBid(1, entries: 0))
    #expect(harness.commands.isEmpty)
    #expect(codes(harness) == [RejectCode.malformed.rawValue])
    harness.receive(0, massBid(2, entries: 1))
    #expect(harness.commands.count == 1)
  }

  @Test func admissionRefusesByKind() {
    let reserve: Set<UInt16> = [100, 103, 110, 111]
    for (template, offset) in actorOffsets {
      for admission in Admission.allCases {
        let harness = Harness()
        harness.logon(0, flags: LogonFlags.insecureBroker.rawValue)
        harness.admission = admission
        harness.receive(0, resealed(blank(template, sequence: 1)) { $0[24 + offset] = 7 })
        let isRefused =
          admission == .stopped || (admission == .reserveOnly && reserve.contains(template))
        #expect(harness.commands.isEmpty == isRefused, "\(template) \(admission)")
        if isRefused { #expect(codes(harness) == [RejectCode.storageFull.rawValue]) }
      }
    }
  }

  @Test func theShardMayRefuseWhatItTook() {
    let harness = Harness()
    harness.logon(0)
    harness.give(0, bid(1))
    let step = harness.gateway.next(0, now: harness.now, admission: .open, mustPause: false)
    guard case .command(let command) = step else { return #expect(Bool(false), "a command") }
    harness.gateway.refuse(command, .overloaded, retryAfterNs: 1_500)
    harness.receive(0, bid(2) + bid(1))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [201, 200, 10])
    #expect(frames[0].message(Reject.self).retryAfterMicroseconds == 2)
  }

  /// The client is gone when the shard refuses: nothing is said, and the request never was.
  @Test func aRefusalAfterTheClientLeftIsCountedAlone() {
    let harness = Harness()
    harness.logon(0)
    harness.give(0, bid(1))
    let step = harness.gateway.next(0, now: harness.now, admission: .open, mustPause: false)
    guard case .command(let command) = step else { return #expect(Bool(false), "a command") }
    harness.drop(0)
    harness.gateway.refuse(command, .overloaded)
    #expect(harness.gateway.counters.refused == 1)
    #expect(harness.logon(1).nextClientSequence == 1)
    #expect(harness.frames(1).isEmpty)
    harness.receive(1, bid(1))
    harness.turn()
    #expect(harness.frames(1).map(\.template) == [BidAck.templateID])
  }
}
