/// How the bytes of a field are to be read.
public enum FieldKind: Sendable {
  /// One byte.
  case uint8
  /// Two bytes.
  case uint16
  /// Four bytes.
  case uint32
  /// Eight bytes.
  case uint64
  /// Eight bytes in two's complement.
  case int64
  /// Minor units in eight bytes; absent = the least number.
  case amount
  /// Nanoseconds since the Unix epoch in eight bytes.
  case time
  /// 32 bytes.
  case digest
  /// So many bytes of UTF-8, padded with zeros.
  case text(byteCount: Int)
  /// One byte that counts the names.
  case choice([StaticString])
  /// So many bytes, a name a bit from the lowest on; an empty name is a bit without one.
  case bits(byteCount: Int, [StaticString])
  /// A `RejectCode` in two bytes, which may be newer than this build; 0 = none.
  case code
}

/// Who may see a field that a frame holds.
public enum FieldVisibility: Sendable {
  /// Whoever may see the frame.
  case open
  /// Its sender and the operator: it would give a maximum, a reserve or a key away.
  case hidden
  /// As `hidden`, unless the field `kind` beside it says that the bid is no proxy bid.
  case hiddenInProxyBids
}

/// Where a field stands in its block.
public struct FieldLayout: Sendable {
  /// The field's name in the schema.
  public let name: StaticString
  /// Its first byte, counted from the block's start.
  public let offset: Int
  /// How its bytes are to be read.
  public let kind: FieldKind
  /// Who may see it.
  public let visibility: FieldVisibility

  init(
    _ name: StaticString, at offset: Int, _ kind: FieldKind,
    _ visibility: FieldVisibility = .open
  ) {
    self.name = name
    self.offset = offset
    self.kind = kind
    self.visibility = visibility
  }

  /// Its bytes.
  public var byteCount: Int {
    switch kind {
    case .uint8, .choice: 1
    case .uint16, .code: 2
    case .uint32: 4
    case .uint64, .int64, .amount, .time: 8
    case .digest: 32
    case .text(let byteCount), .bits(let byteCount, _): byteCount
    }
  }
}

/// The fields of a repeating group's entries.
public struct GroupLayout: Sendable {
  /// The group's name in the schema.
  public let name: StaticString
  /// The fields, in the order of the schema.
  public let fields: [FieldLayout]

  init(_ name: StaticString, _ fields: [FieldLayout]) {
    self.name = name
    self.fields = fields
  }
}

/// Where the fields of a message stand, for programs that show frames; padding is left out.
public struct MessageLayout: Sendable {
  /// The message's name in the schema.
  public let name: StaticString
  /// The fields of the fixed part, in the order of the schema.
  public let fields: [FieldLayout]
  /// The repeating groups, in order.
  public let groups: [GroupLayout]

  init(_ name: StaticString, _ fields: [FieldLayout], _ groups: [GroupLayout] = []) {
    self.name = name
    self.fields = fields
    self.groups = groups
  }
}
