import Primitives
import Testing

/// SHA-256 against published values, whatever code computes it.
@Suite struct DigestTests {
  /// FIPS 180-4's examples and two of NIST's byte-oriented vectors (SHA256ShortMsg).
  static let published: [(text: String, hexadecimal: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
        + "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]

  @Test(arguments: published.indices)
  func publishedExamples(index: Int) {
    let example = Self.published[index]
    let bytes = Array(example.text.utf8)
    #expect(sha256(bytes).hexadecimal == example.hexadecimal)
    #expect(PortableCode.use { sha256(bytes) }.hexadecimal == example.hexadecimal)
  }

  @Test func aMillionLetters() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let wanted = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(sha256(bytes).hexadecimal == wanted)
  }

  /// The digest of the digests of all lengths to 1,000, computed once with OpenSSL.
  @Test func everyLengthAgreesWithAnotherLibrary() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let wanted = "cda434928e5df689ee9ffa39182b1cf3e75b1160fdfb2f96aeb2df864ed3c88b"
    #expect(digestOfDigests(bytes).hexadecimal == wanted)
    #expect(PortableCode.use { digestOfDigests(bytes) }.hexadecimal == wanted)
  }

  @Test func portableCodeAgreesOnRandomLengths() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<100 {
      let bytes = randomBytes(count: Int(generator.below(5_000)), &generator)
      #expect(sha256(bytes) == PortableCode.use { sha256(bytes) }, "\(bytes.count) bytes")
    }
  }

  @Test func piecesGiveTheDigestOfTheWhole() {
    var generator = SeededGenerator(seed: 12)
    let bytes = randomBytes(count: 1_000, &generator)
    let whole = sha256(bytes)
    for _ in 0..<200 {
      var state = SHA256State()
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = Array(rest.prefix(Int(generator.below(200))))
        withAddress(of: piece) { state.update($0, byteCount: $1) }
        rest = rest.dropFirst(piece.count)
      }
      #expect(state.finish() == whole)
    }
  }

  @Test func twoAtOnceGiveTheDigestsOfEach() {
    var generator = SeededGenerator(seed: 13)
    let one = randomBytes(count: 1_000, &generator)
    let two = randomBytes(count: 1_000, &generator)
    for headByteCount in [0, 1, 15, 40, 63] {
      for byteCount in Array(0...300) + [511, 512, 513, 615, 616, 617, 631, 632, 900] {
        let wanted = [one, two].map { sha256(Array($0[..<headByteCount] + $0[..<byteCount])) }
        for digests in [both(), PortableCode.use { both() }] {
          let areRight = digests.0 == wanted[0] && digests.1 == wanted[1]
          #expect(areRight, "\(headByteCount), \(byteCount)")
        }
        func both() -> (Digest, Digest) {
          one.withUnsafeBytes { one in
            two.withUnsafeBytes { two in
              guard let one = one.baseAddress, let two = two.baseAddress else {
                return (.zero, .zero)
              }
              return SHA256State.digests(
                (one, two), headByteCount: headByteCount, (one, two), byteCount: byteCount)
            }
          }
        }
      }
    }
  }

  @Test func wordsAreTheDigestsBytesInTheirOrder() {
    let digest = sha256(Array("abc".utf8))
    #expect(digest.word0 == 0xEACF_018F_BF16_78BA)
    #expect(Digest(digest.word0, digest.word1, digest.word2, digest.word3) == digest)
    #expect(Digest.zero.hexadecimal == String(repeating: "0", count: 64))
  }

  private func sha256(_ bytes: [UInt8]) -> Digest {
    var state = SHA256State()
    withAddress(of: bytes) { state.update($0, byteCount: $1) }
    return state.finish()
  }

  private func digestOfDigests(_ bytes: [UInt8]) -> Digest {
    var outer = SHA256State()
    for count in 0...bytes.count {
      let inner = sha256(Array(bytes.prefix(count)))
      for word in [inner.word0, inner.word1, inner.word2, inner.word3] {
        var little = word.littleEndian
        outer.update(&little, byteCount: 8)
      }
    }
    return outer.finish()
  }
}
