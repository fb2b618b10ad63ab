import Primitives
import Testing
import Wire

/// Every message comes back from its bytes, whatever its fields hold.
@Suite struct RoundTripTests {
  @Test func samplesAreTheWholeSchema() {
    #expect(allSamples.map { $0.templateID } == MessageCatalogue.templateIDs)
    #expect(Set(MessageCatalogue.templateIDs).count == allSamples.count)
    for type in allSamples {
      let facts = MessageCatalogue.facts(of: type.templateID)
      #expect(facts?.name.description == "\(type)")
      #expect(facts?.blockLength == type.blockLength)
      #expect(type.blockLength % 8 == 0)
    }
    #expect(MessageCatalogue.facts(of: 0) == nil)
    #expect(MessageCatalogue.facts(of: 899) == nil)
    #expect(MessageCatalogue.facts(of: .max) == nil)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func messageComesBack(seed: UInt64) {
    for type in allSamples {
      for variant in 0..<Draw.variantCount { check(type, variant, seed) }
    }
  }

  private func check<T: Sample>(_ type: T.Type, _ variant: Int, _ seed: UInt64) {
    let sample = SampleFrame(type, variant: variant, seed: seed)
    #expect(sample.bytes.count % 8 == 0)
    sample.bytes.withUnsafeBytes { raw in
      let frame = raw.start
      #expect(FrameHeader.verify(frame, byteCount: raw.count))
      #expect(T(frame: frame) == sample.message as? T)
      let header = FrameHeader(frame: frame)
      #expect(header.templateID == T.templateID)
      #expect(header.sequence == sample.sequence)
      #expect(header.frameLength == UInt32(raw.count))
    }
  }

  /// Reading random bytes and writing them leaves all but the padding, which becomes zero.
  @Test func everyByteIsAFieldOrZero() {
    var random = SeededGenerator(seed: 5)
    for type in allSamples { checkBytes(type, &random) }
  }

  private func checkBytes<T: Sample>(_ type: T.Type, _ random: inout SeededGenerator) {
    let given = (0..<T.blockLength).map { _ in UInt8(truncatingIfNeeded: random.next()) | 1 }
    var written = [UInt8](repeating: 0xAA, count: T.blockLength)
    let message = given.withUnsafeBytes { T(body: $0.start) }
    written.withUnsafeMutableBytes { message.write(body: $0.start) }
    let kept = zip(given, written).filter { $0 == $1 }.count
    let zeroed = written.filter { $0 == 0 }.count
    #expect(kept + zeroed == T.blockLength)
    #expect(zeroed < 8)
  }

  @Test func unalignedFramesAreRead() {
    let sample = SampleFrame(PlaceBid.self, variant: 7)
    var shifted = [0] + sample.bytes
    shifted.withUnsafeMutableBytes { raw in
      let frame = raw.start + 1
      #expect(PlaceBid(frame: frame) == sample.message as? PlaceBid)
      FrameHeader.seal(frame, sequence: sample.sequence)
    }
    #expect(Array(shifted.dropFirst()) == sample.bytes)
  }

  @Test func groupsComeBack() {
    for variant in 0..<8 {
      let sample = SampleFrame(CreateAuction.self, variant: variant)
      let tiers = sample.groups[0].entries as? [CreateAuction.Tier]
      let text = sample.groups[1].entries as? [CreateAuction.TextLine]
      sample.bytes.withUnsafeBytes { raw in
        let group = CreateAuction.tiers(in: raw.start)
        let lines = CreateAuction.text(in: raw.start)
        #expect((0..<group.count).map { CreateAuction.Tier(body: group.entry($0)) } == tiers)
        #expect((0..<lines.count).map { CreateAuction.TextLine(body: lines.entry($0)) } == text)
        #expect(lines.end == raw.start + raw.count)
        #expect(
          raw.count == CreateAuction.frameByteCount(tiers: group.count, text: lines.count)
        )
      }
    }
  }

  @Test func groupIsWrittenFromAnArray() {
    let bids = (0..<5).map { index in
      var draw = Draw(variant: index, seed: 9)
      return MassBid.Entry.sample(&draw)
    }
    var bytes = [UInt8](repeating: 0xFF, count: MassBid.frameByteCount(bids: bids.count))
    bytes.withUnsafeMutableBytes { raw in
      let frame = raw.start
      MassBid(clientRef: 1, bidderId: 2).write(frame: frame, byteCount: raw.count)
      let group = UnsafeMutableRawPointer(mutating: FrameHeader.firstGroup(of: frame))
      #expect(GroupSpan.write(bids, to: group) == frame + raw.count)
      let read = MassBid.bids(in: frame)
      #expect((0..<read.count).map { MassBid.Entry(body: read.entry($0)) } == bids)
    }
    #expect(verdict(bytes, from: .client) == .valid)
  }
}
