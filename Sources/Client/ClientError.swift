/// Why the client cannot do what it was asked to; the text says what to do.
public enum ClientError: Error, Equatable, CustomStringConvertible {
  /// The key or the key file cannot be used.
  case invalidKey(String)
  /// The server's address cannot be understood or found.
  case invalidEndpoint(String)
  /// No server answered in time.
  case unreachable(String)
  /// The server refused the log-on, for good or until the deadline: its code and what it means.
  case refused(code: UInt16, String)
  /// The request is too large for a frame or names what cannot be.
  case invalidRequest(String)
  /// The operation's deadline passed before the server answered.
  case timedOut(String)
  /// The kernel refused a call.
  case system(String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .invalidKey(let text): "the API key cannot be used: \(text)"
    case .invalidEndpoint(let text): "the server's address cannot be used: \(text)"
    case .unreachable(let text): "the server cannot be reached: \(text)"
    case .refused(let code, let text): "the server refused the log-on (\(code)): \(text)"
    case .invalidRequest(let text): "the request cannot be sent: \(text)"
    case .timedOut(let text): "no answer in time: \(text)"
    case .system(let text): "the system refused a call: \(text)"
    }
  }
}
