import Primitives
import Testing
import Wire

@testable import Journal

/// The expected bytes were computed by a program that shares nothing with this one (Python's
/// struct and hashlib and a bitwise CRC-32C), from the tables of docs/journal-format.md.
@Suite struct FormatTests {
  private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func plainFrame(_ byteCount: Int, filled byte: UInt8) -> [UInt8] {
    frame(byteCount: byteCount) { base in
      FrameHeader.begin(
        base, byteCount: byteCount, templateID: 301, blockLength: byteCount - 24)
      for place in 24..<byteCount { base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
    }
  }

  private func append(
    _ harness: Harness, _ frame: [UInt8], _ slot: UInt32, _ position: UInt64, _ time: UInt64
  ) {
    frame.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      harness.writer.append(
        base, byteCount: bytes.count, auctionID: auction(slot), position: position, time: time)
    }
    harness.writer.release(through: harness.writer.mark())
    harness.drain()
  }

  @Test func headerAndEventsHaveTheDocumentedBytes() throws {
    let harness = try Harness()
    append(harness, plainFrame(32, filled: 0xAB), 9, 5, 1_700_000_000_000_000_123)
    append(harness, plainFrame(24, filled: 0), 9, 6, 1_700_000_000_000_000_456)
    let expected =
      "4000000049ca4e6205000000000000007b002a36fe9c97175253544a4f55524e"
      + "0000000000000000ffff01000300000088776655443322110020000000000000"
      + "5000000068362c9705000000000000007b002a36fe9c9717090000000100c000"
      + "00000000000000002d0100000000000020000000000000000000000000000000"
      + "08002d01e81c0100abababababababab48000000d6b5dcd20600000000000000"
      + "c8012a36fe9c9717090000000100c00040000000000000002d01000000000000"
      + "1800000000000000000000000000000000002d01e81c0100"
    // The second event names the first, at 64, as the one before.
    #expect(hexadecimal(harness.folder.bytes) == expected)
  }

  @Test func sevenFilesHaveTheDocumentedBytes() throws {
    let harness = try Harness()
    for index in 0..<200 {
      let bytes = plainFrame(24 + 8 * (index * 37 % 50), filled: UInt8(index * 13 & 255))
      let position = UInt64(index / 2 + 1)
      append(harness, bytes, UInt32(index % 7), position, position * 1_000)
    }
    #expect(harness.endOffset == 54_496 && harness.folder.files.count == 7)
    var hash = SHA256State()
    harness.folder.bytes.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { hash.update(base, byteCount: bytes.count) }
    }
    let digest = hash.finish().hexadecimal
    #expect(digest == "ff772aeacafcac700b540e8ac86117380e2bf8e3d4177d6136f5ed7dc420bc15")
  }

  @Test func aFillerHasTheDocumentedBytes() throws {
    let harness = try Harness()
    append(harness, plainFrame(4_048, filled: 1), 1, 6, 8)
    append(harness, plainFrame(3_928, filled: 1), 1, 6, 8)
    #expect(harness.endOffset == 8_192 - 56)
    append(harness, plainFrame(24, filled: 0), 1, 7, 8)
    let expected =
      "3800000065cdc9d2070000000000000008000000000000000000000000000000"
      + "0000000000000000feff0000000000000000000000000000"
    #expect(hexadecimal(harness.folder.bytes[(8_192 - 56)..<8_192]) == expected)
    // Less than an event's header stays zero.
    let short = try Harness()
    append(short, plainFrame(4_048, filled: 1), 1, 6, 8)
    append(short, plainFrame(3_944, filled: 1), 1, 6, 8)
    append(short, plainFrame(24, filled: 0), 1, 7, 8)
    #expect(short.folder.bytes[(8_192 - 40)..<8_192].allSatisfy { $0 == 0 })
    #expect(short.endOffset == 8_192 + 64 + 72)
    #expect(try verify(short.folder, expectedEnd: short.endOffset).fault == nil)
    short.folder.files[0]?[8_190] = 1
    #expect(try verify(short.folder).fault?.offset == 8_192 - 40)
  }

  /// A state that ends at 1,000, at position 41, and no journal.
  @Test func aGapHasTheDocumentedBytes() throws {
    let harness = try Harness()
    let words: [UInt64] = [1_000, 41, 0, 8_192, testLogID, 3]
    let isLoaded = words.withUnsafeBytes { payload in
      harness.writer.load(SnapshotPiece(kind: 41, index: 0, payload: payload))
    }
    #expect(isLoaded && harness.writer.finishLoading())
    harness.writer.resume(.empty(known: 1_000))
    harness.drain()
    let expected =
      "400000004346524f290000000000000000000000000000005253544a4f55524e"
      + "0000000000000000ffff01000300000088776655443322110020000000000000"
      + "a80300000d28f897290000000000000000000000000000000000000000000000"
      + "0000000000000000fdff000000000000"
    #expect(hexadecimal(harness.folder.bytes) == expected)
    #expect(harness.oldestOffset == 1_000)
  }

  @Test func aHeaderOfANewerVersionIsNamed() throws {
    let folder = Folder()
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
    defer { bytes.deallocate() }
    var header = JournalFileHeader(layout: testLayout, fileOffset: 0, logPosition: 1, time: 2)
    header.encode(bytes)
    #expect(JournalFileHeader.inspect(bytes, at: 0) == .valid(header))
    #expect(JournalFileHeader.inspect(bytes, at: 8_192) == .damaged)
    header.version = 2
    header.encode(bytes)
    folder.files[0] = Array(UnsafeRawBufferPointer(start: bytes, count: 64))
    let name = JournalName(fileOffset: 0).text
    #expect(throws: JournalError.newerVersion(file: name, version: 2)) {
      try scan(folder, known: 0)
    }
  }

  @Test func namesAreTwentyDigitsAndASuffix() {
    let name = JournalName(fileOffset: 8_192)
    #expect(name.text == "00000000000000008192.journal" && JournalName(name.text) == name)
    let bytes = name.bytes
    #expect((0..<32).map { bytes[$0] } == Array(name.text.utf8) + [0, 0, 0, 0])
    let last = JournalName(fileOffset: 1 << 61)
    #expect(JournalName(last.text) == last)
    for wrong in ["8192.journal", "00000000000000008192.segment", "+0000000000000008192.journal"] {
      #expect(JournalName(wrong) == nil)
    }
  }

  /// Bits of one event, each flipped: none passes, and none at another offset.
  @Test func everyFlippedBitOfAnEventIsDamage() throws {
    let harness = try Harness()
    append(harness, plainFrame(88, filled: 3), 1, 5, 6)
    var bytes = Array(harness.folder.bytes[64...])
    func isEvent(at offset: UInt64) -> Bool {
      bytes.withUnsafeBytes { raw in
        guard let base = raw.baseAddress,
          case .event = testLayout.item(base, held: raw.count, at: offset)
        else { return false }
        return true
      }
    }
    #expect(isEvent(at: 64) && !isEvent(at: 72) && !isEvent(at: 64 + (1 << 32)))
    for bit in 0..<(bytes.count * 8) {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!isEvent(at: 64), "bit \(bit)")
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
  }
}
