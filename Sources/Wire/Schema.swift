/// The constants of the schema and of its frames.
public enum Schema {
  /// The schema's number, in every header.
  @inlinable public static var id: UInt16 { @_noLocks get { MessageCatalogue.schemaID } }
  /// The schema's version that this build writes.
  @inlinable public static var version: UInt16 { @_noLocks get { MessageCatalogue.schemaVersion } }
  /// The least bytes of a frame: a header and no body.
  @inlinable public static var frameByteCountMin: Int { @_noLocks get { 24 } }
  /// The most bytes of a frame.
  @inlinable public static var frameByteCountMax: Int { @_noLocks get { 65_536 } }

  /// The bytes of a repeating group's dimensions.
  @inlinable public static var groupHeaderLength: Int { @_noLocks get { 8 } }

  /// Whether a length from the wire can be a frame's: in its bounds, and a multiple of 8.
  ///
  /// - Parameter byteCount: The frame's first four bytes.
  /// - Returns: Whether a frame can be so long.
  @inlinable @inline(__always) @_noLocks
  public static func isFrameByteCount(_ byteCount: UInt32) -> Bool {
    byteCount >= 24 && byteCount <= 65_536 && byteCount & 7 == 0
  }
}

/// Who sends a message.
@frozen public enum MessageSender: UInt8, Sendable, CaseIterable {
  /// The client alone.
  case client = 1
  /// The server alone.
  case server = 2
  /// Either side.
  case both = 3
  /// Nobody: it stands in the log alone.
  case log = 4

  /// Whether a side may send it.
  ///
  /// - Parameter side: Where a frame came from.
  /// - Returns: Whether it may come from there.
  @inlinable @inline(__always) @_noLocks
  public func includes(_ side: MessageSender) -> Bool {
    rawValue == side.rawValue || (rawValue == 3 && side.rawValue != 4)
  }
}

/// What a check of a frame needs to know about its template.
public struct MessageFacts: Sendable, BitwiseCopyable {
  /// The message's name in the schema.
  public let name: StaticString
  /// The bytes of the fixed part.
  public let blockLength: Int
  /// Who may send it.
  public let sender: MessageSender
  /// The first repeating group.
  public let firstGroup: GroupFacts?
  /// The second repeating group.
  public let secondGroup: GroupFacts?

  /// Describes a template.
  ///
  /// - Parameters:
  ///   - name: The message's name in the schema.
  ///   - blockLength: The bytes of the fixed part.
  ///   - sender: Who may send it.
  ///   - firstGroup: The first repeating group.
  ///   - secondGroup: The second repeating group.
  @inlinable @_noLocks
  public init(
    name: StaticString,
    blockLength: Int,
    sender: MessageSender,
    firstGroup: GroupFacts? = nil,
    secondGroup: GroupFacts? = nil
  ) {
    self.name = name
    self.blockLength = blockLength
    self.sender = sender
    self.firstGroup = firstGroup
    self.secondGroup = secondGroup
  }

  /// How many repeating groups follow the fixed part.
  @inlinable public var groupCount: Int {
    (firstGroup == nil ? 0 : 1) + (secondGroup == nil ? 0 : 1)
  }
}

/// What a check of a frame needs to know about a repeating group.
public struct GroupFacts: Sendable, BitwiseCopyable {
  /// The bytes of an entry.
  public let entryLength: Int
  /// The most entries that a frame may have.
  public let entryCountMax: Int

  /// Describes a group.
  ///
  /// - Parameters:
  ///   - entryLength: The bytes of an entry.
  ///   - entryCountMax: The most entries that a frame may have.
  @inlinable @_noLocks
  public init(entryLength: Int, entryCountMax: Int) {
    self.entryLength = entryLength
    self.entryCountMax = entryCountMax
  }
}
