/// Why a connection is to be closed.
@frozen public enum CloseReason: Sendable, CaseIterable {
  /// It is not closing.
  case none
  /// The client asked for it with a Logout.
  case logout
  /// A frame's length can't be one: where the next frame starts is unknown.
  case badLength
  /// A frame's checksum is wrong: nothing in the stream can be trusted.
  case badChecksum
  /// The first frame was not a Logon.
  case notLoggedOn
  /// The logon was refused.
  case logonRefused
  /// No logon came in time.
  case logonTimeout
  /// The session logged on again on another connection.
  case superseded
  /// The peer was silent for too long.
  case silent
  /// The peer reads too slowly: what it has not read would be overwritten.
  case slowConsumer
  /// The session went on after too many refusals in a row.
  case abuse
  /// The server stops.
  case draining
  /// The log failed: no acknowledgement can be given any more.
  case logFailed
}
