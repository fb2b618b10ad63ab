public import Primitives

/// What a client is made of.
public struct ClientConfiguration: Sendable {
  /// Any shard's address: the others are asked for there.
  public var endpoint: Endpoint
  /// Who the client is.
  public var credentials: Credentials
  /// How long a blocking call waits for its outcome, in nanoseconds.
  public var requestTimeout: Nanoseconds = 5 * TimeSpan.second
  /// How long `connect` waits for the first log-on, in nanoseconds.
  public var connectTimeout: Nanoseconds = 5 * TimeSpan.second
  /// The most requests without an outcome a shard, at most 1,024.
  public var inFlightMax = 256
  /// How often the client shows that it is alive, in milliseconds.
  public var keepaliveMs: UInt32 = 1_000

  /// Makes a configuration with the usual times.
  ///
  /// - Parameters:
  ///   - endpoint: Any shard's address.
  ///   - credentials: Who the client is.
  public init(endpoint: Endpoint, credentials: Credentials) {
    self.endpoint = endpoint
    self.credentials = credentials
  }

  var session: SessionConfiguration {
    var session = SessionConfiguration(credentials: credentials)
    session.inFlightMax = inFlightMax
    session.keepaliveMs = keepaliveMs
    return session
  }
}
