internal import Crypto
internal import Primitives
internal import Wire

/// A session's 128-bit name.
public struct SessionName: Hashable, Sendable {
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
}

/// What a client may do beyond bidding for its own account.
public enum ClientRole: Sendable {
  /// Acts for its own account.
  case trader
  /// Acts for any account.
  case broker
  /// Acts for any account, and does what only an operator may.
  case `operator`
}

/// Who a client is, and how it proves it.
public struct ClientIdentity: Sendable {
  /// Its account.
  public let account: UInt64
  /// What it may do.
  public let role: ClientRole
  /// The name of its session.
  public let session: SessionName
  /// The number of its key; 0 where the server has no keys.
  public let keyID: UInt64
  /// The key's secret.
  public let secret: [UInt8]

  /// Makes an identity.
  ///
  /// - Parameters:
  ///   - account: Its account, not 0.
  ///   - role: What it may do.
  ///   - session: The name of its session.
  ///   - keyID: The number of its key; 0 where the server has no keys.
  ///   - secret: The key's secret, at least 16 bytes where there is a key.
  public init(
    account: UInt64, role: ClientRole, session: SessionName, keyID: UInt64 = 0,
    secret: [UInt8] = []
  ) {
    self.account = account
    self.role = role
    self.session = session
    self.keyID = keyID
    self.secret = secret
  }

  /// The line of the server's key file.
  public var keyLine: String {
    let digits = secret.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let roles: String
    switch role {
    case .trader: roles = "trader"
    case .broker: roles = "broker"
    case .operator: roles = "broker,operator"
    }
    return "\(keyID) \(account) \(roles) \(digits)"
  }

  /// A log-on, signed where there is a key.
  ///
  /// - Parameters:
  ///   - clientTime: The client's clock, in nanoseconds since the Unix epoch.
  ///   - nextServerSequence: The first of the server's messages that it wants; 0 = none again.
  ///   - nextClientSequence: Its next number.
  ///   - keepaliveMs: How often it shows that it is alive, in milliseconds.
  /// - Returns: The frame.
  func logon(
    clientTime: UInt64, nextServerSequence: UInt64, nextClientSequence: UInt64,
    keepaliveMs: UInt32
  ) -> [UInt8] {
    var message = Logon(
      sessionIdHigh: session.high, sessionIdLow: session.low, accountId: account,
      apiKeyId: keyID, authTag: .zero, clientTime: clientTime,
      nextServerSequence: nextServerSequence, nextClientSequence: nextClientSequence,
      keepaliveMs: keepaliveMs, minVersion: 1, maxVersion: Schema.version,
      flags: keyID == 0 ? flags.rawValue : 0)
    guard keyID != 0 else { return FrameBytes.make(message) }
    var signed = FrameBytes.make(message)
    for index in 4..<8 { signed[index] = 0 }
    let tag = HMAC<SHA256>.authenticationCode(
      for: signed, using: SymmetricKey(data: secret))
    message.authTag = Self.digest(Array(tag))
    return FrameBytes.make(message)
  }

  private var flags: LogonFlags {
    switch role {
    case .trader: []
    case .broker: .insecureBroker
    case .operator: [.insecureBroker, .insecureOperator]
    }
  }

  private static func digest(_ bytes: [UInt8]) -> Primitives.Digest {
    unsafe FrameBytes.read(bytes, 32) { unsafe LittleEndian.digest($0, at: 0) } ?? .zero
  }
}
