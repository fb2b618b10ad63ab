/// What the check of a frame found.
@frozen public enum FrameVerdict: UInt8, Sendable, CaseIterable {
  /// Every field can be read at its place.
  case valid
  /// The length is out of bounds, not a multiple of 8, or not the one in the header.
  case wrongLength
  /// The schema is not this one.
  case unknownSchema
  /// The version is none that can be read.
  case unsupportedVersion
  /// The schema has no such template, or this side may not send it.
  case unknownTemplate
  /// The fixed part is too short, not a multiple of 8, or longer than the frame.
  case wrongBlock
  /// A repeating group is missing, too long for the frame, or has too many entries.
  case wrongGroup
  /// An enum holds a value that the schema lacks.
  case unknownValue

  /// The reject code to answer with; nil for a valid frame.
  public var rejectCode: RejectCode? {
    switch self {
    case .valid: nil
    case .wrongLength, .wrongBlock, .wrongGroup, .unknownValue: .malformed
    case .unknownSchema, .unsupportedVersion: .unsupportedVersion
    case .unknownTemplate: .unknownTemplate
    }
  }
}

/// Decides whether a frame can be read with the schema's structs; its checksum is checked before.
///
/// After `valid` every field of the fixed part and of every group entry lies within the frame, so
/// that the rest of the program reads without a check of its own. Padding and unknown bits of sets
/// are ignored. Bytes after the last known group are a newer sender's, and allowed.
public enum FrameValidator {
  /// Checks a frame.
  ///
  /// - Parameters:
  ///   - frame: The frame's first byte, of any alignment.
  ///   - byteCount: The bytes that are there.
  ///   - side: Where the frame came from: `.client`, `.server`, or `.log` for a log's own record.
  /// - Returns: `.valid`, or the first thing that is wrong.
  /// - Complexity: O(1), and O(entries) for a group whose entries hold an enum.
  @_noLocks
  public static func verdict(
    _ frame: UnsafeRawPointer,
    byteCount: Int,
    from side: MessageSender
  ) -> FrameVerdict {
    guard unsafe hasRightLength(frame, byteCount) else { return .wrongLength }
    let header = unsafe FrameHeader(frame: frame)
    if isPlainBid(header, side) {
      return unsafe PlaceBid.hasKnownValues(body: frame + FrameHeader.byteCount)
        ? .valid : .unknownValue
    }
    guard header.schemaID == Schema.id else { return .unknownSchema }
    guard isReadable(header) else { return .unsupportedVersion }
    guard let facts = MessageCatalogue.facts(of: header.templateID), facts.sender.includes(side)
    else { return .unknownTemplate }
    let blockLength = Int(header.blockLength)
    guard blockLength >= facts.blockLength, blockLength & 7 == 0,
      FrameHeader.byteCount + blockLength <= byteCount
    else { return .wrongBlock }
    let body = unsafe frame + FrameHeader.byteCount
    guard unsafe MessageCatalogue.hasKnownValues(header.templateID, body: body) else {
      return .unknownValue
    }
    guard facts.firstGroup != nil else { return .valid }
    return unsafe groupsVerdict(
      body + blockLength,
      byteCount: byteCount - FrameHeader.byteCount - blockLength,
      templateID: header.templateID,
      facts
    )
  }

  @_noLocks
  private static func hasRightLength(_ frame: UnsafeRawPointer, _ byteCount: Int) -> Bool {
    guard byteCount >= Schema.frameByteCountMin else { return false }
    let length = unsafe LittleEndian.uint32(frame, at: 0)
    return Schema.isFrameByteCount(length) && Int(length) == byteCount
  }

  /// Nearly every frame is a bid of this version: a few comparisons decide it, a third of the time
  /// that looking its template up takes.
  @_noLocks
  private static func isPlainBid(_ header: FrameHeader, _ side: MessageSender) -> Bool {
    header.templateID == PlaceBid.templateID && MessageSender.client.includes(side)
      && Int(header.frameLength) == FrameHeader.byteCount + PlaceBid.blockLength
      && Int(header.blockLength) == PlaceBid.blockLength
      && header.schemaID == Schema.id && header.version == Schema.version
  }

  /// A Logon may come with a newer version, since it is there that both sides settle on one.
  @_noLocks
  private static func isReadable(_ header: FrameHeader) -> Bool {
    header.version > 0
      && (header.version <= Schema.version || header.templateID == Logon.templateID)
  }
}

extension FrameValidator {
  @_noLocks
  private static func groupsVerdict(
    _ groups: UnsafeRawPointer,
    byteCount: Int,
    templateID: UInt16,
    _ facts: MessageFacts
  ) -> FrameVerdict {
    var next = unsafe groups
    var rest = byteCount
    for index in 0..<2 {
      guard let group = index == 0 ? facts.firstGroup : facts.secondGroup else { break }
      let length = unsafe groupByteCount(next, available: rest, group)
      guard length > 0 else { return .wrongGroup }
      guard unsafe entriesHaveKnownValues(next, templateID) else { return .unknownValue }
      unsafe next += length
      rest -= length
    }
    return .valid
  }

  /// The bytes of a group with its dimensions; 0 when it is not one.
  ///
  /// Both dimensions are below 2^32, so their product can't overflow an Int.
  @_noLocks
  private static func groupByteCount(
    _ dimensions: UnsafeRawPointer,
    available: Int,
    _ facts: GroupFacts
  ) -> Int {
    guard available >= Schema.groupHeaderLength else { return 0 }
    let group = unsafe GroupSpan(at: dimensions)
    let (entryLength, count) = unsafe (group.entryLength, group.count)
    guard entryLength >= facts.entryLength, entryLength & 7 == 0, count <= facts.entryCountMax
    else { return 0 }
    let length = Schema.groupHeaderLength + entryLength * count
    return length <= available ? length : 0
  }

  @_noLocks
  private static func entriesHaveKnownValues(
    _ dimensions: UnsafeRawPointer,
    _ templateID: UInt16
  ) -> Bool {
    let group = unsafe GroupSpan(at: dimensions)
    for index in unsafe 0..<group.count {
      guard unsafe MessageCatalogue.hasKnownEntryValues(templateID, entry: group.entry(index))
      else { return false }
    }
    return true
  }
}
