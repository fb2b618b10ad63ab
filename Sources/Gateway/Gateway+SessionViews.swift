public import Primitives

/// What the log says of a session, for tools that show and compare states.
public struct SessionView: Equatable, Sendable, BitwiseCopyable {
  /// First half of its name.
  public var idHigh: UInt64
  /// Second half.
  public var idLow: UInt64
  /// Its place and generation.
  public var handle: SessionHandle
  /// The account it acts for.
  public var account: UInt64
  /// The key that opened it.
  public var apiKey: UInt64
  /// The highest number of its requests that left a record.
  public var highestRequest: UInt64
  /// The number of the next frame to it.
  public var nextServerSequence: UInt64
  /// The logged time of its last request, in nanoseconds since the Unix epoch.
  public var lastActivity: Nanoseconds
  /// Which of its newest requests left a record, as one number.
  public var windowHash: UInt64
}

extension Gateway {
  /// What the log says of the session at a place.
  ///
  /// - Parameter place: The place, below `sessionCount`.
  /// - Returns: The view.
  public func sessionView(at place: Int) -> SessionView {
    let session = sessions[place]
    var hash: UInt64 = 0
    for index in 0..<16 { hash = mix64(hash ^ session.window.word(index)) }
    return SessionView(
      idHigh: session.idHigh, idLow: session.idLow, handle: sessions.handle(place),
      account: session.accountId, apiKey: session.apiKeyId,
      highestRequest: session.window.highest, nextServerSequence: session.nextServerSequence,
      lastActivity: session.lastActivity, windowHash: hash)
  }
}
