import Primitives
import Testing

@testable import WAL

/// The expected bytes were computed by a program that shares nothing with this one (Python's
/// struct and hashlib and a bitwise CRC-32C), from the tables of docs/snapshot-format.md.
@Suite struct SnapshotFormatTests {
  private let header = SnapshotFileHeader(
    identity: LogIdentity(shard: ShardID(3), logID: 0x1122_3344_5566_7788, epoch: 5),
    position: 1001,
    batchNumber: 42,
    batchHash: Digest(
      0x0807_0605_0403_0201, 0x100F_0E0D_0C0B_0A09, 0x1817_1615_1413_1211, 0x201F_1E1D_1C1B_1A19),
    time: 1_700_000_000_000_000_123,
    journalEndOffset: 0x1_2345_6789,
    engineIDHigh: 0xA1,
    engineIDLow: 0xB2
  )

  private func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func write() throws -> [UInt8] {
    let disk = FaultyDisk()
    var storage = FaultyStorage(disk: disk)
    var source = TestPieceSource([
      TestPiece(kind: 7, index: 5, payload: [UInt8](repeating: 0xAB, count: 24)),
      TestPiece(kind: 20, index: 6, payload: []),
    ])
    let info = try SnapshotStore.write(
      &storage, header, limits: smallSnapshotLimits(), memory: testMemory, source: &source)
    #expect(info.name.text == "00000000000000001001.snapshot" && info.header != header)
    return disk.bytes(info.name.text)
  }

  @Test func aHeaderWithNumbersThatNoLogReachesIsDamaged() {
    for field in [24, 32, 40] {
      var block = [UInt8](repeating: 0, count: 4_096)
      block.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return }
        header.encode(base)
        #expect(SnapshotFileHeader.inspect(base) == header)
        base.storeBytes(of: UInt64.max, toByteOffset: field, as: UInt64.self)
        base.put(SnapshotFormat.blockChecksum(base), at: 8)
        #expect(SnapshotFileHeader.inspect(base) == nil)
      }
    }
  }

  @Test func aFileHasTheDocumentedBytes() throws {
    let bytes = try write()
    #expect(bytes.count == 3 * 4096)
    let first =
      "525354534e415053e4a1a0a2010003008877665544332211e903000000000000"
      + "05000000000000002a000000000000007b002a36fe9c97178967452301000000"
      + "a100000000000000b2000000000000000102030405060708090a0b0c0d0e0f10"
      + "1112131415161718191a1b1c1d1e1f2000200000"
    #expect(hexadecimal(bytes[0..<116]) == first)
    let chunk =
      "5253544348554e4b2a86def03800000000000000000000000200000000000000"
      + "8f6048d9fba548d166aebd84bf5433053d64f4afb7ed355b23bce73f12846fd5"
      + "28000000070000000500000000000000abababababababababababababababab"
      + "abababababababab10000000140000000600000000000000"
    #expect(hexadecimal(bytes[4096..<4216]) == chunk)
    let trailer =
      "525354534e454e4458529baa000000008877665544332211e903000000000000"
      + "0100000000000000020000000000000000300000000000000000000000000000"
      + "43f434739a6eb2da985ea8c57ebaf7a8248c41286ee950d1414edda1b41fae8c"
    #expect(hexadecimal(bytes[8192..<8288]) == trailer)
    let zeros = [bytes[116..<4096], bytes[4216..<8192], bytes[8288..<12_288]]
    #expect(zeros.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test func namesAreThePositionAndASuffix() {
    let name = SnapshotName(position: 42)
    #expect(name.text == "00000000000000000042.snapshot")
    let bytes = (0..<32).map { name.bytes[$0] }
    #expect(Array(bytes.prefix(29)) == Array(name.text.utf8) && bytes[29] == 0)
    let writing = SnapshotName(position: 1 << 61, kind: .writing)
    #expect(writing.text == "02305843009213693952.writing" && writing != name)
    #expect(SnapshotName("00000000000000000000.snapshot")?.position == 0)
    #expect(SnapshotName(writing.text) == writing)
    for wrong in [
      "42.snapshot", "00000000000000000042.segment", "+0000000000000000042.snapshot",
      "18446744073709551615.snapshot",
    ] {
      #expect(SnapshotName(wrong) == nil)
    }
  }
}
