import Primitives
import Testing

/// CRC-32C against published values and against the definition, whatever code computes it.
@Suite struct ChecksumTests {
  /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  static let published: [(bytes: [UInt8], checksum: UInt32)] = [
    (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
  ]

  @Test(arguments: published.indices)
  func knownAnswers(index: Int) {
    let (bytes, checksum) = Self.published[index]
    #expect(crc(bytes) == checksum)
    #expect(PortableCode.use { crc(bytes) } == checksum)
  }

  /// Every length around the eight bytes that one instruction takes, at every alignment.
  @Test func fastCodeFollowsTheDefinition() {
    var generator = SeededGenerator(seed: 7)
    let bytes = (0..<256).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    for start in 0..<8 {
      for count in 0...(bytes.count - start) {
        let piece = Array(bytes[start..<start + count])
        let aligned = withAddress(of: bytes) { address, _ in
          CRC32C.checksum(address + start, byteCount: count)
        }
        #expect(aligned == definition(piece), "\(count) bytes from \(start)")
      }
    }
  }

  @Test func portableCodeAgreesOnRandomLengths() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<200 {
      let bytes = randomBytes(count: Int(generator.below(20_000)), &generator)
      #expect(crc(bytes) == PortableCode.use { crc(bytes) }, "\(bytes.count) bytes")
    }
  }

  @Test func piecesGiveTheChecksumOfTheWhole() {
    var generator = SeededGenerator(seed: 9)
    let bytes = randomBytes(count: 3_000, &generator)
    for _ in 0..<100 {
      let cut = Int(generator.below(3_001))
      let front = crc(Array(bytes[..<cut]))
      #expect(crc(Array(bytes[cut...]), continuing: front) == crc(bytes), "cut at \(cut)")
    }
  }

  @Test func everyChangedBitShows() {
    var generator = SeededGenerator(seed: 10)
    var bytes = randomBytes(count: 88, &generator)
    let whole = crc(bytes)
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(crc(bytes) != whole, "bit \(bit)")
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  private func crc(_ bytes: [UInt8], continuing: UInt32 = 0) -> UInt32 {
    withAddress(of: bytes) { CRC32C.checksum($0, byteCount: $1, continuing: continuing) }
  }

  /// The polynomial's division, bit by bit.
  private func definition(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
    return ~crc
  }
}
