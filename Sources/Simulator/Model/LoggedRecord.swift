public import Primitives
public import Wire

/// One record of a log with its frame, kept for as long as an oracle wants it.
public struct LoggedRecord: Equatable, Sendable {
  /// The record's place in the shard's log, from 1.
  public let position: UInt64
  /// The stamped time in nanoseconds since the Unix epoch.
  public let time: Nanoseconds
  /// Who sent it; `.none` for the server itself.
  public let session: SessionHandle
  /// What the sender may do.
  public let roles: Roles
  /// The frame as it came.
  public let frame: [UInt8]

  /// Makes a record of its parts.
  ///
  /// - Parameters:
  ///   - position: The record's place in the shard's log, from 1.
  ///   - time: The stamped time in nanoseconds since the Unix epoch.
  ///   - session: Who sent it.
  ///   - roles: What the sender may do.
  ///   - frame: The frame as it came, at least a header.
  public init(
    position: UInt64, time: Nanoseconds, session: SessionHandle, roles: Roles, frame: [UInt8]
  ) {
    let isFrame = frame.count >= FrameHeader.byteCount
    invariant(isFrame, "a record's frame has a header")
    self.position = position
    self.time = time
    self.session = session
    self.roles = roles
    self.frame = frame
  }

  /// The message number of the frame.
  var templateID: UInt16 { UInt16(frame[18]) | UInt16(frame[19]) << 8 }

  /// The frame's number in its sender's stream.
  var sequence: UInt64 { (0..<8).reduce(0) { $0 | UInt64(frame[8 + $1]) << UInt64(8 * $1) } }

  /// Reads something of the frame; nil only when there is no frame.
  func read<Result>(_ body: (UnsafeRawPointer) -> Result?) -> Result? {
    unsafe frame.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return nil }
      return unsafe body(base)
    }
  }
}

/// One frame that the shard says in answer to a record, with whom it is for.
public struct Told: Equatable, Sendable {
  /// Whom it is for; `.none` for a public frame.
  public let session: SessionHandle
  /// The frame; sequence and checksum are zero.
  public let frame: [UInt8]

  /// Takes a frame as it is.
  ///
  /// - Parameters:
  ///   - session: Whom it is for; `.none` for a public frame.
  ///   - frame: The frame, at least a header.
  public init(session: SessionHandle, frame: [UInt8]) {
    let isFrame = frame.count >= FrameHeader.byteCount
    invariant(isFrame, "a frame that is told has a header")
    self.session = session
    self.frame = frame
  }

  /// Writes a message as a frame.
  init<Message: WireMessage>(_ message: Message, to session: SessionHandle) {
    var bytes = [UInt8](repeating: 0, count: Message.frameByteCount)
    unsafe bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe message.write(frame: base)
    }
    self.session = session
    frame = bytes
  }

  /// Whether the frame is for subscribers and not for one session.
  public var isPublic: Bool { session == .none }

  /// The template of the frame.
  public var templateID: UInt16 { UInt16(frame[18]) | UInt16(frame[19]) << 8 }

  /// The frame as a message, when it is one.
  ///
  /// - Parameter type: Which message.
  /// - Returns: The message; nil when the frame is another one.
  public func message<Message: WireMessage>(_ type: Message.Type) -> Message? {
    guard templateID == type.templateID, frame.count >= type.frameByteCount else { return nil }
    return unsafe frame.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return nil }
      return unsafe Message(frame: base)
    }
  }
}

extension Told: CustomStringConvertible {
  /// Whom it is for, and the message with its fields.
  public var description: String {
    let whom = isPublic ? "public" : "session \(session.raw)"
    return "\(whom): \(text)"
  }

  private var text: String {
    if let message = message(BidAck.self) { return "\(message)" }
    if let message = message(Reject.self) { return "\(message)" }
    if let message = message(Outbid.self) { return "\(message)" }
    if let message = message(AuctionAck.self) { return "\(message)" }
    if let message = message(RemoveAck.self) { return "\(message)" }
    if let message = message(AccountAck.self) { return "\(message)" }
    if let message = message(AuctionWon.self) { return "\(message)" }
    if let message = message(AuctionState.self) { return "\(message)" }
    if let message = message(PriceUpdate.self) { return "\(message)" }
    if let message = message(AuctionEnded.self) { return "\(message)" }
    if let message = message(BidEntry.self) { return "\(message)" }
    if let message = message(AuctionExtended.self) { return "\(message)" }
    return "template \(templateID)"
  }
}
