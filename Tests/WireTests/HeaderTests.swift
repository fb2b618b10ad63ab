import Testing
import Wire

/// The 24 bytes in front of a body.
@Suite struct HeaderTests {
  private func sealed() -> [UInt8] { SampleFrame(PlaceBid.self, variant: 5).bytes }

  private func isWhole(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { FrameHeader.verify($0.start, byteCount: bytes.count) }
  }

  @Test func everyFlippedBitShows() {
    let good = sealed()
    #expect(isWhole(good))
    for bit in 0..<good.count * 8 {
      var bad = good
      bad[bit / 8] ^= 1 << (bit % 8)
      #expect(!isWhole(bad), "bit \(bit)")
    }
  }

  @Test func everyLostByteShows() {
    let good = sealed()
    for count in 0..<good.count {
      #expect(!isWhole(Array(good.prefix(count))), "\(count) bytes")
    }
  }

  @Test func sealingAgainChangesSequenceAndChecksumAlone() {
    let first = sealed()
    var second = first
    second.withUnsafeMutableBytes { FrameHeader.seal($0.start, sequence: 0xABCD) }
    #expect(isWhole(second))
    #expect(Array(second[0..<4]) == Array(first[0..<4]))
    #expect(Array(second[16...]) == Array(first[16...]))
    #expect(Array(second[8..<16]) == [0xCD, 0xAB, 0, 0, 0, 0, 0, 0])
    #expect(Array(second[4..<8]) != Array(first[4..<8]))
  }

  @Test func unsealedFrameHasNoSequenceAndNoChecksum() {
    var bytes = [UInt8](repeating: 0xFF, count: Heartbeat.frameByteCount)
    bytes.withUnsafeMutableBytes {
      Heartbeat(nextSequence: 1, time: 2).write(frame: $0.start)
    }
    let header = bytes.withUnsafeBytes { FrameHeader(frame: $0.start) }
    #expect(header == FrameHeader(frameLength: 40, templateID: 4, blockLength: 16))
    #expect(header.sequence == 0 && header.checksum == 0)
    #expect(header.schemaID == 7400 && header.version == 1)
  }

  @Test func frameLengthsAreMultiplesOfEightWithinBounds() {
    for length in [24, 32, 40, 65_528, 65_536] as [UInt32] {
      #expect(Schema.isFrameByteCount(length))
    }
    for length in [0, 8, 16, 23, 25, 28, 65_537, 65_544, .max] as [UInt32] {
      #expect(!Schema.isFrameByteCount(length))
    }
  }

  @Test func greatestFramesFit() {
    let lengths = [
      MassBid.frameByteCount(bids: 64), CreateAuction.frameByteCount(tiers: 16, text: 64),
      UpdateAuction.frameByteCount(tiers: 16, text: 64), Topology.frameByteCount(endpoints: 1024),
    ]
    for length in lengths { #expect(Schema.isFrameByteCount(UInt32(length))) }
  }
}
