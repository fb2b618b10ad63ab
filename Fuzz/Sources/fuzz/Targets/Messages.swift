import Primitives
import Wire

/// The decoders of every template: what the validator passes is read without a crash, and what is
/// read and written again is the same, and valid.
///
/// Script: a byte of choices (bit 0 makes the length right, bit 1 schema and version, bit 2 the
/// block's length, bit 3 asks for a description whatever the verdict), then the frame.
enum Messages {
  private static let copyByteCount = 16_384
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let copy = UnsafeMutableRawPointer.allocate(
    byteCount: copyByteCount, alignment: 8)

  static func run(_ script: inout Script) {
    let choices = script.byte()
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, script.rest.count), alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyMemory(from: script.rest)
    let count = script.rest.count
    if count >= FrameHeader.byteCount { fixUp(bytes.start, count, choices) }
    let frame = UnsafeRawPointer(bytes.start)
    var isValid = false
    for side in [MessageSender.client, .server, .log] {
      if FrameValidator.verdict(frame, byteCount: count, from: side) == .valid {
        isValid = true
        takeValid(frame, side)
      }
    }
    if isValid || choices & 8 != 0 { describe(UnsafeRawBufferPointer(start: frame, count: count)) }
  }

  private static func fixUp(_ frame: UnsafeMutableRawPointer, _ count: Int, _ choices: UInt8) {
    var header = FrameHeader(frame: frame)
    if choices & 1 != 0 { header.frameLength = UInt32(count) }
    if choices & 2 != 0 {
      header.schemaID = Schema.id
      header.version = Schema.version
    }
    if choices & 4 != 0, let facts = MessageCatalogue.facts(of: header.templateID) {
      header.blockLength = UInt16(facts.blockLength)
    }
    header.write(frame: frame)
  }

  private static func takeValid(_ frame: UnsafeRawPointer, _ side: MessageSender) {
    let templateID = FrameHeader(frame: frame).templateID
    check(roundTrip(templateID, frame), "template \(templateID) is valid and unknown")
    let byteCount = writeGroups(templateID, frame)
    check(
      FrameValidator.verdict(copy, byteCount: byteCount, from: side) == .valid,
      "template \(templateID), written again, is not valid")
    FrameHeader.seal(copy, sequence: 5)
    check(FrameHeader.verify(copy, byteCount: byteCount), "a sealed frame has a wrong checksum")
  }

  /// Reads a message, writes it, and reads it again.
  static func same<M: WireMessage>(_ type: M.Type, _ frame: UnsafeRawPointer) {
    let message = M(frame: frame)
    message.write(frame: copy)
    check(M(frame: copy) == message, "\(M.name) is not what was written")
    let bytes = UnsafeRawBufferPointer(start: copy, count: M.frameByteCount)
    let first = Array(bytes)
    M(frame: copy).write(frame: copy)
    check(bytes.elementsEqual(first), "\(M.name) is written in two ways")
  }

  /// Writes the groups of a frame behind its copy; gives the copy's length.
  private static func writeGroups(_ templateID: UInt16, _ frame: UnsafeRawPointer) -> Int {
    var end = copy + Int(FrameHeader(frame: copy).frameLength)
    switch templateID {
    case MassBid.templateID: write(MassBid.Entry.self, MassBid.bids(in: frame), &end)
    case CreateAuction.templateID:
      write(CreateAuction.Tier.self, CreateAuction.tiers(in: frame), &end)
      write(CreateAuction.TextLine.self, CreateAuction.text(in: frame), &end)
    case UpdateAuction.templateID:
      write(CreateAuction.Tier.self, UpdateAuction.tiers(in: frame), &end)
      write(CreateAuction.TextLine.self, UpdateAuction.text(in: frame), &end)
    case Topology.templateID:
      write(Topology.Endpoint.self, Topology.endpoints(in: frame), &end)
    default: break
    }
    let byteCount = end - copy
    LittleEndian.store(UInt32(byteCount), copy, at: 0)
    return byteCount
  }

  private static func write<Entry: GroupEntry>(
    _ type: Entry.Type, _ group: GroupSpan, _ end: inout UnsafeMutableRawPointer
  ) {
    check(group.count <= Entry.entryCountMax, "a group of \(group.count) entries is valid")
    var next = GroupSpan.write(end, entryLength: Entry.entryLength, count: group.count)
    for index in 0..<group.count {
      let entry = Entry(body: group.entry(index))
      entry.write(body: next)
      // Planted: the second entry of a group loses its first byte.
      if isPlanted, index == 1 { next.storeBytes(of: 0, as: UInt8.self) }
      check(Entry(body: next) == entry, "an entry is not what was written")
      next += Entry.entryLength
    }
    end = next
  }

  /// What inspectors show: any bytes at all must do.
  private static func describe(_ frame: UnsafeRawBufferPointer) {
    let described = DescribedFrame(frame)
    check(described.groups.count <= 2, "a message has at most two groups")
  }

  static func seeds() -> [[UInt8]] {
    let plain = MessageCatalogue.templateIDs.map { templateID -> [UInt8] in
      let facts = MessageCatalogue.facts(of: templateID)
      let blockLength = facts?.blockLength ?? 0
      let groupCount = (facts?.firstGroup == nil ? 0 : 1) + (facts?.secondGroup == nil ? 0 : 1)
      var bytes = [UInt8](repeating: 0, count: 24 + blockLength + 8 * groupCount)
      bytes.withUnsafeMutableBytes { raw in
        FrameHeader.begin(
          raw.start, byteCount: raw.count, templateID: templateID, blockLength: blockLength)
        for (index, group) in [facts?.firstGroup, facts?.secondGroup].enumerated() {
          guard let group, index < groupCount else { continue }
          let place = raw.start + 24 + blockLength + 8 * index
          GroupSpan.write(place, entryLength: group.entryLength, count: 0)
        }
      }
      return [7] + bytes
    }
    return plain + [massBid()]
  }

  private static func massBid() -> [UInt8] {
    let entry = MassBid.Entry(
      auctionId: 5 << 32 | 7, amount: 500, subRef: 3, currency: 840, kind: 0, flags: 0)
    var bytes = [UInt8](repeating: 0, count: MassBid.frameByteCount(bids: 2))
    bytes.withUnsafeMutableBytes { raw in
      MassBid(clientRef: 1, bidderId: 2).write(frame: raw.start, byteCount: raw.count)
      let group = raw.start + 24 + MassBid.blockLength
      GroupSpan.write([entry, entry], to: group)
    }
    return [7] + bytes
  }
}
