public import Primitives

/// The value of a field.
public enum FieldValue: Equatable, Sendable {
  /// A number.
  case number(UInt64)
  /// A number with a sign.
  case signed(Int64)
  /// Minor units; nil = absent.
  case amount(Int64?)
  /// Nanoseconds since the Unix epoch.
  case time(Nanoseconds)
  /// A hash or a tag.
  case digest(Digest)
  /// A text; bytes that are not UTF-8 show as U+FFFD.
  case text(String)
  /// A value by its name; a number that the schema lacks as its digits.
  case name(String)
  /// The bits that are set, by their names.
  case names([String])
}

/// A field of a frame with its name.
public struct DescribedField: Equatable, Sendable {
  /// The field's name in the schema.
  public let name: String
  /// Its value.
  public let value: FieldValue
  /// Whether only its sender and the operator may see it.
  public let isHidden: Bool
}

/// A repeating group of a frame.
public struct DescribedGroup: Equatable, Sendable {
  /// The group's name in the schema.
  public let name: String
  /// The fields of each entry.
  public let entries: [[DescribedField]]
}

/// A frame with the names of its fields.
public struct DescribedFrame: Equatable, Sendable {
  /// The message's name in the schema; its number when the schema lacks it.
  public let name: String
  /// The message's number.
  public let templateID: UInt16
  /// The frame's number in its sender's stream; 0 = not numbered.
  public let sequence: UInt64
  /// The fields of the fixed part.
  public let fields: [DescribedField]
  /// The repeating groups.
  public let groups: [DescribedGroup]

  /// Reads a frame of the log or of the wire, for people and programs that look at it.
  ///
  /// Bytes that do not form the message that the header names are left out, never misread as
  /// others: a frame that is cut gives the fields that are whole.
  ///
  /// - Parameter frame: The bytes; at least a header.
  public init(_ frame: UnsafeRawBufferPointer) {
    guard let base = frame.baseAddress, frame.count >= FrameHeader.byteCount else {
      self.init(name: "no frame", templateID: 0, sequence: 0)
      return
    }
    let header = unsafe FrameHeader(frame: base)
    guard let layout = MessageCatalogue.layout(of: header.templateID) else {
      self.init(
        name: "message \(header.templateID)", templateID: header.templateID,
        sequence: header.sequence)
      return
    }
    let blockEnd = min(FrameHeader.byteCount + Int(header.blockLength), frame.count)
    let block = unsafe UnsafeRawBufferPointer(rebasing: frame[FrameHeader.byteCount..<blockEnd])
    let rest = unsafe UnsafeRawBufferPointer(rebasing: frame[blockEnd...])
    self.init(
      name: "\(layout.name)", templateID: header.templateID, sequence: header.sequence,
      fields: unsafe Self.fields(layout.fields, block), groups: unsafe Self.groups(layout, rest))
  }

  private init(
    name: String, templateID: UInt16, sequence: UInt64, fields: [DescribedField] = [],
    groups: [DescribedGroup] = []
  ) {
    self.name = name
    self.templateID = templateID
    self.sequence = sequence
    self.fields = fields
    self.groups = groups
  }

  private static func groups(
    _ layout: MessageLayout, _ bytes: UnsafeRawBufferPointer
  ) -> [DescribedGroup] {
    var rest = unsafe bytes
    return layout.groups.map { group in
      var entries: [[DescribedField]] = []
      guard let base = rest.baseAddress, rest.count >= Schema.groupHeaderLength else {
        return DescribedGroup(name: "\(group.name)", entries: [])
      }
      let span = unsafe GroupSpan(at: base)
      var start = Schema.groupHeaderLength
      for _ in 0..<(unsafe span.count) {
        let end = unsafe start + span.entryLength
        guard unsafe span.entryLength > 0, end <= rest.count else { break }
        let entry = unsafe UnsafeRawBufferPointer(rebasing: rest[start..<end])
        unsafe entries.append(fields(group.fields, entry))
        start = end
      }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[start...])
      return DescribedGroup(name: "\(group.name)", entries: entries)
    }
  }

  private static func fields(
    _ layout: [FieldLayout], _ block: UnsafeRawBufferPointer
  ) -> [DescribedField] {
    guard let base = block.baseAddress else { return [] }
    let whole = layout.filter { $0.offset + $0.byteCount <= block.count }
    let kind = whole.first { "\($0.name)" == "kind" }
    let isProxy = kind.map { unsafe base.load(fromByteOffset: $0.offset, as: UInt8.self) }
    return whole.map { field in
      let isHidden =
        switch field.visibility {
        case .open: false
        case .hidden: true
        case .hiddenInProxyBids: isProxy ?? 0 == BidKind.proxy.rawValue
        }
      return DescribedField(
        name: "\(field.name)", value: unsafe field.value(base), isHidden: isHidden)
    }
  }
}

extension FieldLayout {
  /// The field's value in a block.
  fileprivate func value(_ block: UnsafeRawPointer) -> FieldValue {
    switch kind {
    case .uint8, .uint16, .uint32, .uint64: return .number(unsafe number(block))
    case .int64: return .signed(Int64(bitPattern: unsafe number(block)))
    case .time: return .time(unsafe number(block))
    case .amount:
      let amount = Int64(bitPattern: unsafe number(block))
      return .amount(amount == Money.absent ? nil : amount)
    case .digest: return .digest(unsafe LittleEndian.digest(block, at: offset))
    case .text(let byteCount):
      let bytes = unsafe UnsafeRawBufferPointer(start: block + offset, count: byteCount)
      return unsafe .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    case .choice(let names):
      let choice = unsafe number(block)
      return .name(choice < UInt64(names.count) ? "\(names[Int(choice)])" : "\(choice)")
    case .bits(_, let names): return .names(Self.names(unsafe number(block), names))
    case .code:
      let code = unsafe number(block)
      if code == 0 { return .name("none") }
      return .name(RejectCode(rawValue: UInt16(code)).map { "\($0)" } ?? "\(code)")
    }
  }

  private static func names(_ bits: UInt64, _ names: [StaticString]) -> [String] {
    (0..<64).filter { bits >> UInt64($0) & 1 == 1 }.map { bit in
      let name = bit < names.count ? "\(names[bit])" : ""
      return name.isEmpty ? "bit \(bit)" : name
    }
  }

  private func number(_ block: UnsafeRawPointer) -> UInt64 {
    (0..<byteCount).reduce(0) { value, place in
      let byte = unsafe block.load(fromByteOffset: offset + place, as: UInt8.self)
      return value | UInt64(byte) << UInt64(8 * place)
    }
  }
}
