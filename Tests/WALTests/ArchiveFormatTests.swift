import Primitives
import Testing

@testable import WAL

/// The expected bytes were computed by a program that shares nothing with this one (Python's
/// struct and a bitwise CRC-32C), from the table of docs/snapshot-format.md.
@Suite struct ArchiveFormatTests {
  private func digest(_ first: UInt8) -> Digest {
    let bytes = (0..<32).map { first + UInt8($0) }
    return bytes.withUnsafeBytes { raw in
      let word = { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self)) }
      return Digest(word(0), word(8), word(16), word(24))
    }
  }

  private func segmentHeader(
    _ number: UInt64, _ batch: UInt64, _ position: UInt64, _ hash: UInt8
  )
    -> SegmentHeader
  {
    SegmentHeader(
      identity: LogIdentity(shard: ShardID(3), logID: 0x1122_3344_5566_7788, epoch: 5),
      segmentNumber: number, firstBatchNumber: batch, firstPosition: position,
      segmentByteCount: 282_624, createdTime: 0, copiedBatchCount: 0,
      previousHash: digest(hash), blindingKey: digest(9))
  }

  private var header: ArchiveHeader {
    var header = ArchiveHeader(
      ClosedSegment(
        byteCount: 282_624, header: segmentHeader(7, 42, 1001, 1),
        next: segmentHeader(8, 52, 1101, 33)))
    header.frameByteCount = 12_345
    header.segmentHash = digest(65)
    header.storedHash = digest(97)
    return header
  }

  @Test func aHeaderHasTheDocumentedBytes() {
    let region = Region(byteCount: 4096, from: testMemory)
    header.encode(region.base)
    let bytes = UnsafeRawBufferPointer(start: region.base, count: 4096)
    let hexadecimal = bytes[0..<224].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let expected =
      "502a4d18f80f00005253544152434856d6234ff8010003008877665544332211"
      + "070000000000000005000000000000002a00000000000000e903000000000000"
      + "34000000000000004d0400000000000000500400000000003930000000000000"
      + "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
      + "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40"
      + "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60"
      + "6162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80"
    #expect(hexadecimal.joined() == expected && bytes[224...].allSatisfy { $0 == 0 })
    #expect(ArchiveHeader.inspect(region.base) == header)
    #expect(header.fileByteCount == 20_480)
  }

  @Test func everyFlippedBitOfAHeaderIsDamage() {
    let region = Region(byteCount: 4096, from: testMemory)
    header.encode(region.base)
    for bit in 0..<4096 * 8 where bit < 256 * 8 || bit % 61 == 0 {
      let byte = region.base.advanced(by: bit / 8).assumingMemoryBound(to: UInt8.self)
      byte.pointee ^= 1 << UInt8(bit % 8)
      #expect(ArchiveHeader.inspect(region.base) == nil)
      byte.pointee ^= 1 << UInt8(bit % 8)
    }
  }

  @Test func namesAreTheSegmentsAndASuffix() {
    #expect(ArchiveName.text(42) == "00000000000000000042.segment.zst")
    #expect(ArchiveName.number("00000000000000000042.segment.zst") == 42)
    for wrong in ["42.segment.zst", "00000000000000000042.preparing.zst", "epoch.claim"] {
      #expect(ArchiveName.number(wrong) == nil)
    }
  }

  @Test func paddingIsAFrameToSkip() {
    #expect(ArchiveFormat.paddingByteCount(frameByteCount: 8192) == 0)
    #expect(ArchiveFormat.paddingByteCount(frameByteCount: 8193) == 4095)
    #expect(ArchiveFormat.paddingByteCount(frameByteCount: 12_280) == 8)
    #expect(ArchiveFormat.paddingByteCount(frameByteCount: 12_281) == 4103)
  }
}
