import Primitives
import Testing

@testable import WAL

/// The root over a batch's records against the page's words, hashed one by one.
@Suite struct RecordTreeTests {
  private static let key = Digest(7, 8, 9, 10)

  /// Counts around one node, two nodes, a level and two levels; one tree is used for all.
  @Test(arguments: [1, 2, 1_000, 1_001] as [UInt64])
  func rootIsThatOfThePage(firstPosition: UInt64) {
    var generator = SeededGenerator(seed: firstPosition)
    var tree = RecordTree()
    for count in Array(0...70) + [255, 256, 257, 258, 271, 272, 273, 511, 512, 513, 4_100] {
      // Most are alike, as bids are; the others break the pairs up.
      let lengths = (0..<count).map { _ in
        generator.below(4) > 0 ? 104 : 40 + 8 * Int(generator.below(90))
      }
      let payload = (0..<lengths.reduce(0, +)).map { _ in UInt8(generator.below(256)) }
      let root = Self.root(of: payload, lengths, firstPosition, &tree)
      #expect(digestBytes(root) == Self.plainRoot(of: payload, lengths, firstPosition), "\(count)")
      tree.reset()
    }
  }

  private static func root(
    of payload: [UInt8], _ lengths: [Int], _ firstPosition: UInt64, _ tree: inout RecordTree
  ) -> Digest {
    var blinding = Blinding(key: key)
    // An empty array has no address.
    return (payload + [0]).withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return .zero }
      var offset = 0
      for (index, length) in lengths.enumerated() {
        tree.add(
          base, offset: offset, byteCount: length, position: firstPosition + UInt64(index),
          &blinding)
        offset += length
      }
      return tree.finish(base)
    }
  }

  private static func plainRoot(
    of payload: [UInt8], _ lengths: [Int], _ firstPosition: UInt64
  ) -> [UInt8] {
    var hashes: [[UInt8]] = []
    var offset = 0
    for (index, length) in lengths.enumerated() {
      let position = firstPosition + UInt64(index)
      let pair = withUnsafeBytes(of: (position / 2).littleEndian) { Array($0) }
      let halves = sha256(digestBytes(key) + pair)
      let blind = position % 2 == 0 ? halves[..<14] : halves[16..<30]
      hashes.append(sha256([0] + blind + payload[offset..<offset + length]))
      offset += length
    }
    if hashes.isEmpty { return sha256([2]) }
    while hashes.count > 1 {
      hashes = stride(from: 0, to: hashes.count, by: 16).map { first in
        sha256([1] + hashes[first..<min(first + 16, hashes.count)].flatMap { $0 })
      }
    }
    return hashes[0]
  }
}
