import Primitives
import Testing

@testable import WAL

/// The expected bytes were computed by a program that shares nothing with this one (Python's
/// struct and hashlib and a bitwise CRC-32C), from the tables of docs/log-format.md.
@Suite struct FormatTests {
  private let identity = LogIdentity(shard: ShardID(3), logID: 0x1122_3344_5566_7788, epoch: 5)
  private let previous = Digest(
    0x0807_0605_0403_0201,
    0x100F_0E0D_0C0B_0A09,
    0x1817_1615_1413_1211,
    0x201F_1E1D_1C1B_1A19
  )

  private let key = Digest(
    0xA7A6_A5A4_A3A2_A1A0,
    0xAFAE_ADAC_ABAA_A9A8,
    0xB7B6_B5B4_B3B2_B1B0,
    0xBFBE_BDBC_BBBA_B9B8
  )

  private func hexadecimal(_ bytes: UnsafeRawPointer, _ byteCount: Int) -> String {
    UnsafeRawBufferPointer(start: bytes, count: byteCount).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  private var segmentHeader: SegmentHeader {
    SegmentHeader(
      identity: identity,
      segmentNumber: 7,
      firstBatchNumber: 42,
      firstPosition: 1001,
      segmentByteCount: 282_624,
      createdTime: 1_700_000_000_000_000_000,
      copiedBatchCount: 1,
      previousHash: previous,
      blindingKey: key
    )
  }

  @Test func segmentHeaderHasTheDocumentedBytes() {
    let region = Region(byteCount: 4096, from: testMemory)
    segmentHeader.encode(region.base)
    let expected =
      "5253545345474d546b26c1920200030088776655443322110700000000000000"
      + "05000000000000002a00000000000000e9030000000000000050040000000000"
      + "00002a36fe9c971701000000000000000102030405060708090a0b0c0d0e0f10"
      + "1112131415161718191a1b1c1d1e1f20a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
      + "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
    #expect(hexadecimal(region.base, 144) == expected)
    #expect(UnsafeRawPointer(region.base + 144).isZero(byteCount: 4096 - 144))
    #expect(SegmentHeader.inspect(region.base) == .valid(segmentHeader))
  }

  @Test func everyFlippedBitOfASegmentHeaderIsDamage() {
    let region = Region(byteCount: 4096, from: testMemory)
    segmentHeader.encode(region.base)
    for bit in 0..<(160 * 8) {
      let byte = region.base.advanced(by: bit / 8).assumingMemoryBound(to: UInt8.self)
      byte.pointee ^= 1 << UInt8(bit % 8)
      #expect(SegmentHeader.inspect(region.base) == .damaged)
      byte.pointee ^= 1 << UInt8(bit % 8)
    }
  }

  @Test func batchHasTheDocumentedBytes() {
    let region = Region(byteCount: 4096, from: testMemory)
    var frame = [UInt8](repeating: 0, count: 32)
    frame.replaceSubrange(
      0..<24,
      with: [32, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8, 0, 100, 0, 1, 0, 1, 0]
    )
    for index in 24..<32 { frame[index] = 0xAB }
    var gathering = GatheringBatch()
    var blinding = Blinding(key: key)
    gathering.append(
      to: region.base + 160,
      time: 1_700_000_000_000_000_123,
      session: SessionHandle(index: 5, generation: 2),
      roles: .broker,
      frame: frame,
      byteCount: 32,
      position: 1001,
      &blinding
    )
    gathering.pad(region.base + 160, batchByteCount: 4096)
    var header = BatchHeader(
      identity: identity,
      flags: [],
      batchNumber: 42,
      firstPosition: 1001,
      stampedTime: 1_700_000_000_000_000_123,
      recordCount: 1,
      payloadByteCount: 48,
      previousHash: previous
    )
    header.payloadChecksum = gathering.checksum
    let root = gathering.finishTree(region.base + 160)
    header.seal(region.base, root: root)
    let expected =
      "5253544241544348529560159509245588776655443322110200030000000000"
      + "05000000000000002a00000000000000e9030000000000007b002a36fe9c9717"
      + "010000003000000000000000000000000102030405060708090a0b0c0d0e0f10"
      + "1112131415161718191a1b1c1d1e1f203251c1338803583cbe64deea0171257f"
      + "4af91a33795c31accdabc03bfc87c014"
    #expect(hexadecimal(region.base, 144) == expected)
    let record =
      "7b002a36fe9c97170500020001000000200000000000000009000000000000000800640001000100"
      + "abababababababab"
    #expect(hexadecimal(region.base + 160, 48) == record)
    #expect(BatchHeader.inspect(region.base, logID: identity.logID) == .valid(header))
    #expect(header.inspectBody(region.base, blindingKey: key) == .proven(root: root))
  }

  @Test func aBlindIsTheDocumentedFourteenBytes() {
    var blinding = Blinding(key: key)
    for position in [0, 1, 2, 1001, .max - 1, .max] as [UInt64] {
      let pair = withUnsafeBytes(of: (position / 2).littleEndian) { Array($0) }
      let halves = sha256(digestBytes(key) + pair)
      let blind = blinding.blind(position)
      #expect(blind.bytes == Array(position % 2 == 0 ? halves[..<14] : halves[16..<30]))
      #expect(RecordBlind(bytes: blind.bytes) == blind)
    }
    #expect(RecordBlind(1, .max) == RecordBlind(1, .max >> 16))
  }

  @Test func theLeafOfABidIsTwoBlocksOfSHA256() {
    let frameByteCount = 88
    let byteCount =
      1 + RecordBlind.byteCount + LogFormat.recordPrefixByteCount + frameByteCount
    // What SHA-256 adds: a bit that is set, and the length in 8 bytes.
    #expect(byteCount + 9 == 2 * 64)
  }

  @Test func aClientsBytesNeverPassForAHeader() {
    // The magic is public, the log's number is not: 64 bits of which a guess has half wrong.
    let region = Region(byteCount: 4096, from: testMemory)
    region.base.put(LogFormat.batchMagic, at: 0)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      region.base.put(generator.next(), at: 16)
      #expect(BatchHeader.inspect(region.base, logID: identity.logID) == .none)
    }
  }

  @Test func namesAreTwentyDigitsAndASuffix() {
    let name = SegmentName(number: 42)
    #expect(name.text == "00000000000000000042.segment")
    let bytes = (0..<32).map { name.bytes[$0] }
    #expect(Array(bytes.prefix(28)) == Array(name.text.utf8) && bytes[28] == 0)
    let preparing = SegmentName(number: 1 << 61, kind: .preparing)
    #expect(preparing.text == "02305843009213693952.preparing")
    #expect(SegmentName("00000000000000000042.segment")?.number == 42)
    #expect(SegmentName(preparing.text)?.kind == .preparing)
    for wrong in [
      "42.segment", "epoch.claim", "00000000000000000000.segment", "x.segment",
      "00000000000000000042.segment.bak", "+0000000000000000042.segment",
      "18446744073709551615.segment",
    ] {
      #expect(SegmentName(wrong) == nil)
    }
  }

  @Test func theDigestOfAHeadAndABodyIsThatOfBothInPieces() {
    let body = (0..<300).map { UInt8($0 % 251) }
    for headByteCount in [0, 1, 17, 40, 55, 56, 63] {
      for byteCount in 0...300 {
        var state = SHA256State()
        state.update(body, byteCount: headByteCount)
        state.update(body, byteCount: byteCount)
        let digest = SHA256State.digest(
          body,
          headByteCount: headByteCount,
          body,
          byteCount: byteCount
        )
        #expect(digest == state.finish())
      }
    }
  }
}
