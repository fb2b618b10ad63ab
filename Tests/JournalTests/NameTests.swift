import Testing

@testable import Journal

@Suite struct NameTests {
  @Test func aNameIsItsOffset() {
    #expect(JournalName("00000000000067108864.journal")?.fileOffset == 67_108_864)
    #expect(JournalName(fileOffset: 0).text == "00000000000000000000.journal")
  }

  /// A file that anybody may have put there must not bring a sum over its end.
  @Test(arguments: [
    "18446744073709551615.journal", "04611686018427387904.journal", "1.journal",
    "0000000000000000000x.journal", "00000000000000000000.segment", "",
  ])
  func othersAreNoNames(text: String) {
    #expect(JournalName(text) == nil)
  }
}
