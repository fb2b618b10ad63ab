import Testing
import WAL

@Suite struct LimitsTests {
  @Test func theDefaultsAndTheSmallSizesFitTogether() throws {
    try LogLimits().check()
    try smallLimits().check()
  }

  @Test(arguments: 0..<9)
  func eachBrokenRelationIsNamed(_ index: Int) {
    var limits = smallLimits()
    let word: String
    switch index {
    case 0: (limits.batchByteCountMax, word) = (69_633, "batchByteCountMax")
    case 1: (limits.batchByteCountMax, word) = (65_536, "batchByteCountMax")
    case 2: (limits.batchByteCountMax, word) = (32 << 20, "16 MiB")
    case 3: (limits.segmentByteCount, word) = (4 * 69_632, "segmentByteCount")
    case 4: (limits.zeroPieceByteCount, word) = (0, "zeroPieceByteCount")
    case 5: (limits.preparedSegmentCount, word) = (5, "preparedSegmentCount")
    case 6: (limits.reserveSegmentCount, word) = (2, "reserveSegmentCount")
    case 7: (limits.readByteCountMax, word) = (100, "readByteCountMax")
    default: (limits.stuckWriteCountMax, word) = (0, "stuckWriteCountMax")
    }
    #expect {
      try limits.check()
    } throws: { error in
      "\(error)".contains(word) && "\(error)".contains("change the setting")
    }
  }
}
