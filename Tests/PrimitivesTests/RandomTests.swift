import Primitives
import Testing

/// A seed means the same numbers on every machine and for ever: seeds are written into bug reports.
@Suite struct RandomTests {
  /// The first numbers of the published algorithm for two seeds.
  static let sequences: [(seed: UInt64, numbers: [UInt64])] = [
    (0, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]),
    (1, [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E]),
  ]

  @Test(arguments: sequences.indices)
  func aSeedGivesItsSequence(index: Int) {
    var generator = SeededGenerator(seed: Self.sequences[index].seed)
    for number in Self.sequences[index].numbers { #expect(generator.next() == number) }
  }

  @Test(arguments: [1 as UInt64, 2, 3, 10, 1_000, .max])
  func numbersStayBelowTheirBound(bound: UInt64) {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<10_000 { #expect(generator.below(bound) < bound) }
  }

  @Test func everyNumberBelowABoundComes() {
    var generator = SeededGenerator(seed: 4)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 { counts[Int(generator.below(10))] += 1 }
    for count in counts { #expect(count > 850 && count < 1_150) }
  }

  @Test func mixingIsInvertibleAndMixes() {
    var generator = SeededGenerator(seed: 5)
    var seen: Set<UInt64> = []
    for value in 0..<10_000 as Range<UInt64> { #expect(seen.insert(mix64(value)).inserted) }
    var flipped = 0
    for _ in 0..<1_000 {
      let value = generator.next()
      let bit = UInt64(1) << generator.below(64)
      flipped += (mix64(value) ^ mix64(value ^ bit)).nonzeroBitCount
    }
    #expect(flipped > 30_000 && flipped < 34_000)
  }
}
