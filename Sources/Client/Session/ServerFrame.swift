public import Wire

/// A frame of the server, in the session's receive buffer: valid until the session reads on.
@safe
public struct ServerFrame {
  /// What kind of message it is.
  public let templateID: UInt16
  /// The server's sequence; 0 when the message is not part of the recoverable stream.
  public let sequence: UInt64
  /// Where the frame starts: its header, then its body.
  public let start: UnsafeRawPointer
  /// How long the frame is, in bytes.
  public let byteCount: Int

  /// Reads the message, or nil when the frame holds another kind or is too short.
  ///
  /// - Parameter type: The kind of message.
  /// - Returns: The message; nil when the frame is of another kind or too short.
  @inlinable
  public func decode<Message: WireMessage>(as type: Message.Type) -> Message? {
    guard templateID == Message.templateID, byteCount >= Message.frameByteCount else { return nil }
    return unsafe Message(frame: start)
  }
}

/// A request of the session: its number, and what the caller attached to it.
public struct SessionRequest: Equatable, Sendable {
  /// The request's number, which the server calls `clientRef`; from 1, one more each.
  public let ref: UInt64
  /// What the caller attached.
  public let tag: UInt64
}

/// What happened on a session.
public enum SessionEvent {
  /// The log-on was taken; unanswered requests are on their way again.
  case opened
  /// The server answered a request: accepted, rejected, or sent elsewhere.
  case answered(SessionRequest, ServerFrame)
  /// The request was not applied and never will be.
  case notApplied(SessionRequest)
  /// The request reached the server, but its answer is no longer kept: ask for the state.
  case answerLost(SessionRequest)
  /// A message that answers no request: a private notice or a public update.
  case notice(ServerFrame)
  /// The connection is of no more use.
  case ended(SessionEnd)
}

/// Why a connection is of no more use.
public enum SessionEnd: Equatable, Sendable {
  /// The server refused the log-on, with its code.
  case refused(code: UInt16)
  /// The server said goodbye, with its code; 0 when it stops in good order.
  case loggedOut(code: UInt16)
  /// What came is no frame: the stream cannot be trusted.
  case brokenStream
}

/// Where a session stands.
public enum SessionState: Equatable, Sendable {
  /// No connection.
  case disconnected
  /// Connected, the log-on is not answered yet.
  case loggingOn
  /// Requests flow.
  case open
  /// The connection is of no more use and must be closed.
  case ended(SessionEnd)
}

/// What the server said at the log-on.
public struct SessionTerms: Equatable, Sendable {
  /// First half of the name of the server's data folder.
  public var engineIDHigh: UInt64 = 0
  /// Second half of the name of the server's data folder.
  public var engineIDLow: UInt64 = 0
  /// The shard that the session lives on.
  public var shard: UInt16 = 0
  /// How many shards there are.
  public var shards: UInt16 = 1
  /// The most requests without an answer.
  public var inFlightMax: Int = SessionConfiguration.inFlightLimit
  /// How often the server shows that it is alive, in milliseconds.
  public var keepaliveMs: UInt32 = 1_000
  /// Requests a second that the session may send; 0 = no limit.
  public var ratePerSecond: UInt32 = 0
}

extension SessionEnd {
  /// The reason for a person.
  public var text: String {
    switch self {
    case .refused(let code): "the server refused the log-on: \(Self.clause(code))"
    case .loggedOut(0): "the server stopped"
    case .loggedOut(let code): "the server logged the session out: \(Self.clause(code))"
    case .brokenStream: "what the server sent was no frame"
    }
  }

  /// A code's meaning without the full stop: the text goes on after it.
  private static func clause(_ code: UInt16) -> String {
    let meaning = RejectCode.text(code)
    return meaning.hasSuffix(".") ? String(meaning.dropLast()) : meaning
  }
}

extension RejectCode {
  /// What a code from the wire means, also one that this build does not know.
  ///
  /// - Parameter code: The code.
  /// - Returns: Its meaning in one line.
  public static func text(_ code: UInt16) -> String {
    guard let known = RejectCode(rawValue: code) else { return "code \(code)" }
    return "\(known.meaning)"
  }
}
