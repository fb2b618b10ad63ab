import Foundation
import Primitives
import Testing
import Wire

/// Frames against bytes worked out by hand, and against the examples of the protocol page.
@Suite struct GoldenBytesTests {
  private func bytes(_ hex: String) -> [UInt8] {
    hex.split(whereSeparator: \.isWhitespace).flatMap { word in
      stride(from: 0, to: word.count, by: 2).compactMap { start in
        UInt8(word.dropFirst(start).prefix(2), radix: 16)
      }
    }
  }

  private func frame(_ message: some WireMessage, byteCount: Int) -> [UInt8] {
    var written = [UInt8](repeating: 0xFF, count: byteCount)
    written.withUnsafeMutableBytes { message.write(frame: $0.start, byteCount: byteCount) }
    return written
  }

  @Test func placeBid() {
    let bid = PlaceBid(
      clientRef: 0x0102_0304_0506_0708,
      auctionId: 0x0040_0000_0000_0001,
      bidderId: 9,
      amount: 12_345,
      ifRevision: 3,
      clientTime: 1,
      deviceTag: 0xFFFF_FFFF_FFFF_FFFF,
      kind: BidKind.exact.rawValue,
      flags: 0,
      currency: 978
    )
    let expected = bytes(
      """
      58000000 00000000 0000000000000000 4000 6400 e81c 0100
      0807060504030201 0100000000004000 0900000000000000 3930000000000000
      0300000000000000 0100000000000000 ffffffffffffffff 01 00 d203 00000000
      """
    )
    #expect(frame(bid, byteCount: PlaceBid.frameByteCount) == expected)
  }

  @Test func rejectWithoutAPrice() {
    let reject = Reject(
      clientRef: 7,
      auctionId: 8,
      price: Money.absent,
      minNext: 100,
      revision: 0,
      logPosition: 0,
      time: 0x0A0B,
      refTemplateId: 100,
      code: RejectCode.throttled.rawValue,
      retryAfterMicroseconds: 1_000_000
    )
    let expected = bytes(
      """
      58000000 00000000 0000000000000000 4000 c900 e81c 0100
      0700000000000000 0800000000000000 0000000000000080 6400000000000000
      0000000000000000 0000000000000000 0b0a000000000000 6400 1e00 40420f00
      """
    )
    #expect(frame(reject, byteCount: Reject.frameByteCount) == expected)
  }

  @Test func digestStandsInTheOrderOfItsBytes() {
    let head = LogHead(
      logPosition: 2,
      time: 3,
      hash: Digest(
        0x0706_0504_0302_0100,
        0x0F0E_0D0C_0B0A_0908,
        0x1716_1514_1312_1110,
        0x1F1E_1D1C_1B1A_1918
      )
    )
    let written = frame(head, byteCount: LogHead.frameByteCount)
    #expect(Array(written[40...]) == Array(0..<32))
  }

  @Test func massBidWithOneEntry() {
    let byteCount = MassBid.frameByteCount(bids: 1)
    var written = frame(MassBid(clientRef: 1, bidderId: 2), byteCount: byteCount)
    let entry = MassBid.Entry(
      auctionId: 3,
      amount: -1,
      subRef: 4,
      currency: 840,
      kind: 0,
      flags: 0
    )
    _ = written.withUnsafeMutableBytes { GroupSpan.write([entry], to: $0.start + 40) }
    let expected = bytes(
      """
      50000000 00000000 0000000000000000 1000 6700 e81c 0100
      0100000000000000 0200000000000000 20000000 01000000
      0300000000000000 ffffffffffffffff 0400000000000000 4803 00 00 00000000
      """
    )
    #expect(written == expected)
  }

  @Test func snapshotsAndEvents() {
    let query = QueryEvents(clientRef: 1, fromOffset: 0x40, limit: 500, waitMs: 1_000)
    let asked = bytes(
      """
      30000000 00000000 0000000000000000 1800 8000 e81c 0100
      0100000000000000 4000000000000000 f4010000 e8030000
      """
    )
    #expect(frame(query, byteCount: QueryEvents.frameByteCount) == asked)
    let end = EventsEnd(
      clientRef: 1, nextOffset: 2, endOffset: 3, oldestOffset: 4, eventCount: 5)
    let ended = bytes(
      """
      40000000 00000000 0000000000000000 2800 3201 e81c 0100
      0100000000000000 0200000000000000 0300000000000000 0400000000000000 05000000 00000000
      """
    )
    #expect(frame(end, byteCount: EventsEnd.frameByteCount) == ended)
    let taken = SnapshotTaken(clientRef: 1, logPosition: 2, byteCount: 4_096, tookNs: 0x0102)
    let told = bytes(
      """
      38000000 00000000 0000000000000000 2000 3801 e81c 0100
      0100000000000000 0200000000000000 0010000000000000 0201000000000000
      """
    )
    #expect(frame(taken, byteCount: SnapshotTaken.frameByteCount) == told)
  }

  @Test func extensionAfterAnOutage() {
    let moved = AuctionExtended(
      auctionId: 1,
      oldEndTime: 2,
      endTime: 3,
      revision: 4,
      logPosition: 5,
      time: 6,
      reason: ExtensionReason.outage.rawValue
    )
    let expected = bytes(
      """
      50000000 00000000 0000000000000000 3800 3301 e81c 0100
      0100000000000000 0200000000000000 0300000000000000 0400000000000000
      0500000000000000 0600000000000000 01 00 0000 00000000
      """
    )
    #expect(frame(moved, byteCount: AuctionExtended.frameByteCount) == expected)
  }

  /// The page's examples are made by another program: each must be whole, valid, and come out
  /// the same when its fixed part and its groups are read and written again.
  @Test func examplesOfTheProtocolPage() throws {
    let examples = try pageExamples()
    #expect(examples.count == allSamples.count)
    for type in allSamples {
      let example = bytes(examples["\(type)"] ?? "")
      #expect(!example.isEmpty, "\(type) has no example")
      #expect(rewritten(example, as: type) == example, "\(type)")
      #expect(verdict(example, from: side(of: type)) == .valid, "\(type)")
    }
  }

  private func rewritten<T: Sample>(_ example: [UInt8], as type: T.Type) -> [UInt8] {
    example.withUnsafeBytes { raw in
      guard FrameHeader.verify(raw.start, byteCount: raw.count) else { return [] }
      let groups = T.readGroups(of: raw.start)
      return SampleFrame.encode(T(frame: raw.start), groups, FrameHeader(frame: raw.start).sequence)
    }
  }

  @Test func exampleOfABidHoldsThePagesNumbers() throws {
    let example = bytes(try pageExamples()["PlaceBid"] ?? "")
    let bid = example.withUnsafeBytes { PlaceBid(frame: $0.start) }
    #expect(
      bid
        == PlaceBid(
          clientRef: 1,
          auctionId: 2,
          bidderId: 3,
          amount: 10_400,
          ifRevision: 5,
          clientTime: 1_767_225_600_000_000_006,
          deviceTag: 7,
          kind: BidKind.buyNow.rawValue,
          flags: 9,
          currency: 978
        )
    )
  }

  /// Message name to the hexadecimal of its example.
  private func pageExamples() throws -> [String: String] {
    let page = try String(contentsOf: Repository.file("docs/protocol.md"), encoding: .utf8)
    var examples: [String: String] = [:]
    var heading = ""
    var inside = false
    for line in page.split(separator: "\n") {
      if line.hasPrefix("### ") { heading = String(line.dropFirst(4)) }
      if inside && line != "```" { examples[heading, default: ""] += line.dropFirst(4) + "\n" }
      if line.hasPrefix("```") { inside = line == "```hex" }
    }
    return examples
  }
}

extension Sample {
  /// The groups of a frame that is known to be valid.
  static func readGroups(of frame: UnsafeRawPointer) -> [SampleGroup] {
    switch templateID {
    case MassBid.templateID: [read("bids", MassBid.bids(in: frame), MassBid.Entry.self)]
    case Topology.templateID:
      [read("endpoints", Topology.endpoints(in: frame), Topology.Endpoint.self)]
    case CreateAuction.templateID, UpdateAuction.templateID:
      [
        read("tiers", CreateAuction.tiers(in: frame), CreateAuction.Tier.self),
        read("text", CreateAuction.text(in: frame), CreateAuction.TextLine.self),
      ]
    default: []
    }
  }

  private static func read<Entry: GroupEntry>(
    _ name: String,
    _ span: GroupSpan,
    _: Entry.Type
  )
    -> SampleGroup
  {
    SampleGroup(name, (0..<span.count).map { Entry(body: span.entry($0)) })
  }
}
