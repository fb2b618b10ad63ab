/// A session's 128-bit name, chosen by the client.
public struct SessionID: Equatable, Hashable, Sendable {
  /// The first half.
  public let high: UInt64
  /// The second half.
  public let low: UInt64

  /// Names a session.
  ///
  /// - Parameters:
  ///   - high: The first half.
  ///   - low: The second half.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A name that nobody else has, from the system's random numbers.
  public static func random() -> SessionID {
    SessionID(high: .random(in: 1...UInt64.max), low: .random(in: 1...UInt64.max))
  }
}

/// What a session is made of.
public struct SessionConfiguration: Sendable {
  /// The session's name; keep it to continue the session after a restart of the client.
  public var sessionID: SessionID
  /// Who the session is.
  public var credentials: Credentials
  /// How often the client shows that it is alive, in milliseconds.
  public var keepaliveMs: UInt32 = 1_000
  /// The most requests without an answer, at most 1,024 (the server's window of sequences).
  public var inFlightMax: Int = 1_024
  /// Room for the frames of unanswered requests, in bytes, at least 65,536.
  public var requestByteCount: Int = 262_144
  /// Room for received bytes, in bytes, at least 131,072.
  public var receiveByteCount: Int = 262_144

  /// The number of the first request; a run that continues a session must not use one again,
  /// or answers to the earlier run's requests would be taken for its own.
  public var firstRef: UInt64 = 1

  /// Makes the configuration of a new session, with the usual sizes.
  ///
  /// - Parameter credentials: Who the session is.
  public init(credentials: Credentials) {
    self.credentials = credentials
    sessionID = .random()
  }

  /// Makes the configuration of a session that an earlier run of the client may have opened.
  ///
  /// - Parameters:
  ///   - credentials: Who the session is.
  ///   - sessionID: The session's name.
  public init(credentials: Credentials, continuing sessionID: SessionID) {
    self.credentials = credentials
    self.sessionID = sessionID
    firstRef = .random(in: (1 << 32)...(1 << 62))
  }

  /// The most that `inFlightMax` may be: the server remembers so many sequences.
  public static let inFlightLimit = 1_024
}
