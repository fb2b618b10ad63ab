import Primitives
import Testing
import Wire

/// A frame is refused for each kind of damage, and passes whole.
@Suite struct ValidatorTests {
  @Test func wholeFramesPass() {
    for type in allSamples {
      for variant in 0..<Draw.variantCount {
        let bytes = SampleFrame(type, variant: variant).bytes
        #expect(verdict(bytes, from: side(of: type)) == .valid, "\(type) \(variant)")
      }
    }
  }

  @Test func framesOfTheOtherSideAreUnknown() {
    for type in allSamples {
      let bytes = SampleFrame(type, variant: 2).bytes
      for side in [MessageSender.client, .server, .log] {
        let mine = type.facts.sender
        let isMine = mine == side || (mine == .both && side != .log)
        #expect((verdict(bytes, from: side) == .valid) == isMine, "\(type) from \(side)")
      }
    }
  }

  @Test func cutFramesAreRefused() {
    for type in allSamples {
      let whole = SampleFrame(type, variant: 2).bytes
      for count in 1..<whole.count {
        var cut = Array(whole.prefix(count))
        #expect(verdict(cut, from: side(of: type)) == .wrongLength)
        guard count >= 24 else { continue }
        store(UInt32(count), &cut, at: 0)
        let found = verdict(cut, from: side(of: type))
        #expect(found != .valid, "\(type) cut to \(count)")
      }
    }
  }

  @Test func lengthsOutOfBoundsAreRefused() {
    var bytes = SampleFrame(PlaceBid.self, variant: 2).bytes
    for length in [0, 16, 84, 87, 96, 65_544, UInt32.max] {
      store(length, &bytes, at: 0)
      #expect(verdict(bytes, from: .client) == .wrongLength)
    }
  }

  @Test func foreignSchemasAndVersionsAreRefused() {
    let bid = SampleFrame(PlaceBid.self, variant: 2).bytes
    var bad = bid
    store(UInt16(7401), &bad, at: 20)
    #expect(verdict(bad, from: .client) == .unknownSchema)
    for version in [0, 2, 999] as [UInt16] {
      bad = bid
      store(version, &bad, at: 22)
      #expect(verdict(bad, from: .client) == .unsupportedVersion)
    }
    var logon = SampleFrame(Logon.self, variant: 2).bytes
    store(UInt16(2), &logon, at: 22)
    #expect(verdict(logon, from: .client) == .valid)
    store(UInt16(0), &logon, at: 22)
    #expect(verdict(logon, from: .client) == .unsupportedVersion)
  }

  @Test func unknownTemplatesAreRefused() {
    let known = Set(MessageCatalogue.templateIDs)
    var bytes = SampleFrame(PlaceBid.self, variant: 2).bytes
    for template in (0...1_100 as ClosedRange<UInt16>).filter({ !known.contains($0) }) + [.max] {
      store(template, &bytes, at: 18)
      for side in [MessageSender.client, .server, .log] {
        #expect(verdict(bytes, from: side) == .unknownTemplate)
      }
    }
  }

  @Test func blocksOfTheWrongLengthAreRefused() {
    for type in allSamples {
      let good = SampleFrame(type, variant: 0).bytes
      for length in [0, type.blockLength - 8, type.blockLength + 4, 65_528, 65_535] {
        var bad = good
        store(UInt16(length), &bad, at: 16)
        #expect(verdict(bad, from: side(of: type)) == .wrongBlock, "\(type) \(length)")
      }
    }
  }

  /// A newer sender's block is longer; what this build knows of it is read.
  @Test func longerBlocksPass() {
    for type in allSamples {
      var bytes = SampleFrame(type, variant: 3).bytes
      let tail = FrameHeader.byteCount + type.blockLength
      bytes.insert(contentsOf: [UInt8](repeating: 0xEE, count: 16), at: tail)
      store(UInt16(type.blockLength + 16), &bytes, at: 16)
      store(UInt32(bytes.count), &bytes, at: 0)
      #expect(verdict(bytes, from: side(of: type)) == .valid, "\(type)")
    }
  }

  @Test func everyVerdictNamesItsRejectCode() {
    for verdict in FrameVerdict.allCases {
      #expect((verdict.rejectCode == nil) == (verdict == .valid))
    }
    #expect(FrameVerdict.wrongGroup.rejectCode == .malformed)
    #expect(FrameVerdict.unknownTemplate.rejectCode == .unknownTemplate)
    #expect(FrameVerdict.unknownSchema.rejectCode == .unsupportedVersion)
  }
}

/// Groups and values of a frame.
@Suite struct ValidatorGroupTests {
  /// The dimensions of a group at an offset, with what follows.
  private func refused(
    _ bytes: [UInt8],
    at offset: Int,
    entryLength: UInt32? = nil,
    count: UInt32? = nil
  ) -> FrameVerdict {
    var bad = bytes
    if let entryLength { store(entryLength, &bad, at: offset) }
    if let count { store(count, &bad, at: offset + 4) }
    return verdict(bad, from: .client)
  }

  @Test func dimensionsOutsideTheFrameAreRefused() {
    let bytes = SampleFrame(MassBid.self, variant: 2).bytes
    let group = 24 + MassBid.blockLength
    for entryLength in [0, 8, 24, 31, 33, 36, 40, 0x8000_0000, UInt32.max] {
      #expect(refused(bytes, at: group, entryLength: entryLength) == .wrongGroup)
    }
    for count in [4, 64, 65, 0x0800_0000, 0x0800_0003, UInt32.max] {
      #expect(refused(bytes, at: group, count: count) == .wrongGroup)
    }
    #expect(refused(bytes, at: group, entryLength: .max, count: .max) == .wrongGroup)
  }

  @Test func theSecondGroupIsCheckedToo() {
    let sample = SampleFrame(CreateAuction.self, variant: 2)
    let tiers = 24 + CreateAuction.blockLength
    let text = tiers + 8 + 16 * sample.groups[0].entries.count
    #expect(refused(sample.bytes, at: text, count: 4) == .wrongGroup)
    #expect(refused(sample.bytes, at: text, entryLength: 56) == .wrongGroup)
    #expect(refused(sample.bytes, at: tiers, count: 17) == .wrongGroup)
    #expect(verdict(sample.bytes, from: .client) == .valid)
  }

  @Test func tooManyEntriesAreRefusedThoughTheyFit() {
    let limits: [(any Sample.Type, group: Int, entryLength: Int, countMax: Int)] = [
      (MassBid.self, 0, 32, 64), (Topology.self, 0, 8, 1024), (CreateAuction.self, 1, 64, 64),
    ]
    for (type, group, entryLength, countMax) in limits {
      var bytes = SampleFrame(type, variant: 0).bytes
      bytes += [UInt8](repeating: 0, count: entryLength * (countMax + 1))
      store(UInt32(bytes.count), &bytes, at: 0)
      let dimensions = 24 + type.blockLength + 8 * group
      store(UInt32(countMax), &bytes, at: dimensions + 4)
      #expect(verdict(bytes, from: side(of: type)) == .valid)
      store(UInt32(countMax + 1), &bytes, at: dimensions + 4)
      #expect(verdict(bytes, from: side(of: type)) == .wrongGroup)
    }
  }

  /// A newer sender's entries are longer and a new group follows: both are stepped over.
  @Test func longerEntriesPassAndAreRead() {
    var bytes = SampleFrame(MassBid.self, variant: 0).bytes
    let entries: [UInt8] = (0..<2).flatMap { [UInt8](repeating: $0 + 1, count: 40) }
    var second = entries
    for entry in 0..<2 { second[entry * 40 + 26] = 0 }
    bytes += second + [UInt8](repeating: 0, count: 8)
    store(UInt32(40), &bytes, at: 40)
    store(UInt32(2), &bytes, at: 44)
    store(UInt32(bytes.count), &bytes, at: 0)
    #expect(verdict(bytes, from: .client) == .valid)
    let ids = bytes.withUnsafeBytes { raw in
      let group = MassBid.bids(in: raw.start)
      return (0..<group.count).map { MassBid.Entry(body: group.entry($0)).auctionId }
    }
    #expect(ids == [0x0101_0101_0101_0101, 0x0202_0202_0202_0202])
  }

  /// Each byte of each block that holds an enum, counted by what changes the verdict.
  @Test func unknownEnumValuesAreRefused() {
    let enumCount: [String: Int] = [
      "PlaceBid": 1, "CreateAuction": 3, "UpdateAuction": 2, "SettlePayment": 1,
      "AccountControl": 1, "BidAck": 3, "AuctionAck": 1, "AuctionState": 2, "PriceUpdate": 2,
      "AuctionEnded": 1, "BidEntry": 1, "AuctionExtended": 1,
    ]
    for type in allSamples {
      let good = SampleFrame(type, variant: 0).bytes
      let refused = (24..<24 + type.blockLength).filter { offset in
        var bad = good
        bad[offset] = 0xFF
        return verdict(bad, from: side(of: type)) == .unknownValue
      }
      #expect(refused.count == enumCount["\(type)", default: 0], "\(type)")
    }
  }

  @Test func theFirstValuePastAnEnumIsRefused() {
    var bid = SampleFrame(PlaceBid.self, variant: 0).bytes
    for kind in 0..<4 as Range<UInt8> {
      bid[24 + 56] = kind
      #expect(verdict(bid, from: .client) == (kind < 3 ? .valid : .unknownValue))
    }
    var mass = SampleFrame(MassBid.self, variant: 2).bytes
    for entry in 0..<3 {
      var bad = mass
      bad[48 + entry * 32 + 26] = 3
      #expect(verdict(bad, from: .client) == .unknownValue)
    }
    mass[48 + 27] = 0xFF
    #expect(verdict(mass, from: .client) == .valid)
  }

  /// Whatever passes can be read to its last entry without leaving the frame.
  @Test func randomDamageNeverPassesWhatCannotBeRead() {
    var random = SeededGenerator(seed: 77)
    for round in 0..<6_000 {
      let type = allSamples[round % allSamples.count]
      var bytes = SampleFrame(type, variant: 2 + round % 2).bytes
      for _ in 0..<3 {
        let offset = random.below(2) == 0 ? random.below(64) : random.below(UInt64(bytes.count))
        bytes[min(Int(offset), bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
      }
      guard verdict(bytes, from: side(of: type)) == .valid else { continue }
      #expect(isReadable(bytes), "\(type) round \(round)")
    }
  }

  private func isReadable(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { raw in
      let header = FrameHeader(frame: raw.start)
      guard let facts = MessageCatalogue.facts(of: header.templateID) else { return false }
      var end = FrameHeader.byteCount + Int(header.blockLength)
      guard Int(header.blockLength) >= facts.blockLength else { return false }
      for group in [facts.firstGroup, facts.secondGroup].compactMap({ $0 }) {
        guard end + 8 <= raw.count else { return false }
        let span = GroupSpan(at: raw.start + end)
        guard span.entryLength >= group.entryLength else { return false }
        end += 8 + span.entryLength * span.count
      }
      return end <= raw.count
    }
  }
}
