import Compression
import Primitives
import Testing
import WAL

@Suite struct ZstandardTests {
  /// Compresses in pieces of some length into pieces of some length.
  private func compress(_ bytes: [UInt8], piece: Int, room: Int, level: Int = 3) throws -> [UInt8] {
    var codec = try Zstandard(level: level)
    try codec.beginCompressing(byteCount: UInt64(bytes.count))
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: room)
    var start = 0
    var isComplete = false
    while !isComplete {
      let end = min(bytes.count, start + piece)
      let progress = try bytes[start..<end].withUnsafeBytes { input in
        try output.withUnsafeMutableBytes {
          try codec.compress(input, into: $0, isLast: end == bytes.count)
        }
      }
      start += progress.consumedByteCount
      result += output.prefix(progress.producedByteCount)
      isComplete = progress.isComplete
    }
    return result
  }

  private func decompress(_ bytes: [UInt8], piece: Int, room: Int) throws -> [UInt8]? {
    var codec = try Zstandard()
    try codec.beginDecompressing()
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: room)
    var start = 0
    while true {
      let end = min(bytes.count, start + piece)
      let progress = try bytes[start..<end].withUnsafeBytes { input in
        try output.withUnsafeMutableBytes { try codec.decompress(input, into: $0) }
      }
      start += progress.consumedByteCount
      result += output.prefix(progress.producedByteCount)
      if progress.isComplete { return result }
      if start == bytes.count && progress.producedByteCount == 0 { return nil }
    }
  }

  private func text(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      index % 64 < 40 ? UInt8(index % 7) : UInt8(truncatingIfNeeded: generator.next())
    }
  }

  @Test(arguments: [(1, 100_000, 100_000), (3, 1000, 77), (19, 4096, 4096), (3, 7, 5000)])
  func whatGoesInComesOut(level: Int, piece: Int, room: Int) throws {
    for count in [0, 1, 4096, 70_000] {
      let bytes = text(count, seed: UInt64(count))
      let frame = try compress(bytes, piece: piece, room: room, level: level)
      #expect(try decompress(frame, piece: room, room: piece) == bytes)
      if count > 4096 { #expect(frame.count < count * 3 / 4) }
    }
  }

  @Test func damageAndCutsAreFound() throws {
    let bytes = text(20_000, seed: 1)
    let frame = try compress(bytes, piece: 4096, room: 4096)
    for count in stride(from: 0, to: frame.count, by: 97) {
      #expect(try decompress(Array(frame.prefix(count)), piece: 4096, room: 4096) == nil)
    }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      var changed = frame
      changed[Int(generator.below(UInt64(frame.count)))] ^= 1 << UInt8(generator.below(8))
      #expect((try? decompress(changed, piece: 4096, room: 4096)) != bytes)
    }
    #expect(throws: CodecError.self) {
      try decompress([UInt8](repeating: 7, count: 100), piece: 100, room: 100)
    }
  }

  @Test func aCodecIsUsedAgainAfterAFailure() throws {
    var codec = try Zstandard()
    var output = [UInt8](repeating: 0, count: 1000)
    try codec.beginDecompressing()
    let junk = [UInt8](repeating: 9, count: 50)
    #expect(throws: CodecError.self) {
      try junk.withUnsafeBytes { input in
        try output.withUnsafeMutableBytes { try codec.decompress(input, into: $0) }
      }
    }
    let frame = try compress([1, 2, 3], piece: 3, room: 1000)
    try codec.beginDecompressing()
    let progress = try frame.withUnsafeBytes { input in
      try output.withUnsafeMutableBytes { try codec.decompress(input, into: $0) }
    }
    #expect(progress.isComplete && Array(output.prefix(progress.producedByteCount)) == [1, 2, 3])
    #expect(Zstandard.libraryVersion >= 10_400)
  }

  /// What the documentation says of an archive file: header and padding are frames to skip, so that
  /// the whole file is one that zstd reads.
  @Test func headerAndPaddingAreSkippedByZstd() throws {
    let bytes = text(9_000, seed: 2)
    let frame = try compress(bytes, piece: 9_000, room: 20_000)
    func skippable(_ count: Int) -> [UInt8] {
      let size = UInt32(count - 8)
      return [0x50, 0x2A, 0x4D, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        + [UInt8](repeating: 0, count: count - 8)
    }
    let padding = ArchiveFormat.paddingByteCount(frameByteCount: UInt64(frame.count))
    let file = skippable(4096) + frame + skippable(padding)
    #expect(file.count % 4096 == 0)
    var codec = try Zstandard()
    try codec.beginDecompressing()
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: 4096)
    var start = 0
    while start < file.count {
      let progress = try file[start...].withUnsafeBytes { input in
        try output.withUnsafeMutableBytes { try codec.decompress(input, into: $0) }
      }
      start += progress.consumedByteCount
      result += output.prefix(progress.producedByteCount)
    }
    #expect(result == bytes)
  }
}
