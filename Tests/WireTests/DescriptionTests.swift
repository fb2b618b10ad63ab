import Primitives
import Testing

@testable import Wire

/// Frames with the names of their fields.
@Suite struct DescriptionTests {
  /// Names and order are those of the message's own properties, and so are the values.
  @Test func everyFieldOfEveryMessageIsShown() throws {
    for type in allSamples { try check(type) }
    #expect(allSamples.count == MessageCatalogue.templateIDs.count)
  }

  private func check<Message: Sample>(_ type: Message.Type) throws {
    for variant in 0..<Draw.variantCount {
      var draw = Draw(variant: variant, seed: UInt64(Message.templateID))
      let message = Message.sample(&draw)
      let groups = Message.groups(&draw)
      let frame = DescriptionTests.frame(message, groups)
      let described = frame.withUnsafeBytes { DescribedFrame($0) }
      #expect(described.name == "\(Message.name)")
      #expect(described.templateID == Message.templateID)
      compare(described.fields, message, "\(Message.name)")
      #expect(described.groups.map(\.name) == groups.map(\.name))
      #expect(described.groups.map(\.entries.count) == groups.map(\.entries.count))
      for (group, sample) in zip(described.groups, groups) {
        for (entry, sent) in zip(group.entries, sample.entries) {
          compare(entry, sent, "\(Message.name).\(group.name)")
        }
      }
    }
  }

  private func compare(_ fields: [DescribedField], _ message: Any, _ name: String) {
    let properties = Array(Mirror(reflecting: message).children)
    #expect(fields.map(\.name) == properties.map { $0.label ?? "" })
    for (field, property) in zip(fields, properties) {
      #expect(Self.isSame(field.value, property.value), "\(name).\(field.name): \(field.value)")
    }
  }

  /// A frame of a message with its groups.
  private static func frame<Message: WireMessage>(
    _ message: Message, _ groups: [SampleGroup]
  ) -> [UInt8] {
    let groupBytes = groups.reduce(0) {
      $0 + Schema.groupHeaderLength + $1.entryLength * $1.entries.count
    }
    var bytes = [UInt8](repeating: 0, count: Message.frameByteCount + groupBytes)
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      message.write(frame: base, byteCount: buffer.count)
      var next = base + Message.frameByteCount
      for group in groups {
        next = GroupSpan.write(
          next, entryLength: group.entryLength, count: group.entries.count)
        for entry in group.entries {
          entry.write(body: next)
          next += group.entryLength
        }
      }
    }
    return bytes
  }

  private static func isSame(_ value: FieldValue, _ property: Any) -> Bool {
    switch (value, property) {
    case (.number(let number), let raw as any BinaryInteger): "\(number)" == "\(raw)"
    case (.signed(let number), let raw as Int64): number == raw
    case (.amount(let amount), let raw as Int64): (amount ?? Money.absent) == raw
    case (.time(let time), let raw as UInt64): time == raw
    case (.digest(let digest), let raw as Digest): digest == raw
    case (.text(let text), let raw as any FixedText): text == raw.string
    case (.name(let name), is any BinaryInteger): !name.isEmpty
    case (.names(let names), let raw as any BinaryInteger):
      names.count == raw.magnitude.words.reduce(0) { $0 + $1.nonzeroBitCount }
    default: false
    }
  }

  /// A change of this list is a change of what anybody may see.
  @Test func hiddenFieldsAreTheseAlone() {
    var hidden: [String] = []
    for template in MessageCatalogue.templateIDs {
      guard let layout = MessageCatalogue.layout(of: template) else { continue }
      for field in layout.fields + layout.groups.flatMap(\.fields) {
        if case .open = field.visibility { continue }
        hidden.append("\(layout.name).\(field.name)")
      }
    }
    #expect(
      hidden == [
        "Logon.authTag", "PlaceBid.amount", "LowerMaximum.newMaximum", "MassBid.amount",
        "CreateAuction.reserve", "UpdateAuction.reserve", "BidAck.yourMaximum",
        "Outbid.yourMaximum", "AccountAck.exposure",
      ])
  }

  @Test func amountsOfProxyBidsAreHidden() throws {
    for kind in BidKind.allCases {
      let bid = PlaceBid(
        clientRef: 1, auctionId: 2, bidderId: 3, amount: 400, ifRevision: 0, clientTime: 0,
        deviceTag: 0, kind: kind.rawValue, flags: 0, currency: 840)
      let described = Self.frame(bid, []).withUnsafeBytes { DescribedFrame($0) }
      let amount = try #require(described.fields.first { $0.name == "amount" })
      #expect(amount.isHidden == (kind == .proxy))
      #expect(described.fields.filter { $0.name != "amount" }.allSatisfy { !$0.isHidden })
      let shown = try #require(described.fields.first { $0.name == "kind" })
      #expect(shown.value == .name("\(kind)"))
    }
  }

  /// Cut and foreign bytes give what is whole, and never read on.
  @Test func cutFramesGiveWhatIsWhole() {
    let entries = (0..<3).map {
      MassBid.Entry(
        auctionId: UInt64($0), amount: 5, subRef: 1, currency: 840, kind: 1, flags: 0)
    }
    let whole = Self.frame(
      MassBid(clientRef: 1, bidderId: 2), [SampleGroup("bids", entries)])
    var counts: [Int] = []
    for byteCount in 0...whole.count {
      let cut = Array(whole.prefix(byteCount))
      let described = cut.withUnsafeBytes { DescribedFrame($0) }
      counts.append(described.fields.count + (described.groups.first?.entries.count ?? 0))
    }
    #expect(counts == counts.sorted())
    #expect(counts.first == 0 && counts.last == 5)
    let unknown = FrameHeader(frameLength: 24, templateID: 999, blockLength: 0)
    var bytes = [UInt8](repeating: 0, count: 24)
    bytes.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { unknown.write(frame: base) }
    }
    #expect(bytes.withUnsafeBytes { DescribedFrame($0) }.name == "message 999")
  }
}
