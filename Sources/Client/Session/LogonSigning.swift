internal import Crypto
internal import Primitives
internal import Wire

extension Logon {
  /// The log-on of a session, signed when there is a key.
  ///
  /// - Parameters:
  ///   - configuration: Who logs on.
  ///   - clientTime: The client's clock, in nanoseconds since the Unix epoch.
  ///   - nextServerSequence: The next server sequence wanted.
  ///   - nextClientSequence: The sequence that the client uses next.
  init(
    _ configuration: SessionConfiguration,
    clientTime: Nanoseconds,
    nextServerSequence: UInt64,
    nextClientSequence: UInt64
  ) {
    var keyID: UInt64 = 0
    var flags: LogonFlags = []
    switch configuration.credentials {
    case .key(let key): keyID = key.id
    case .insecure(_, let roles):
      if roles.contains(.broker) { flags.insert(.insecureBroker) }
      if roles.contains(.operator) { flags.insert(.insecureOperator) }
    }
    self.init(
      sessionIdHigh: configuration.sessionID.high,
      sessionIdLow: configuration.sessionID.low,
      accountId: configuration.credentials.account,
      apiKeyId: keyID,
      authTag: .zero,
      clientTime: clientTime,
      nextServerSequence: nextServerSequence,
      nextClientSequence: nextClientSequence,
      keepaliveMs: configuration.keepaliveMs,
      minVersion: 1,
      maxVersion: Schema.version,
      flags: flags.rawValue
    )
    if case .key(let key) = configuration.credentials { authTag = signature(secret: key.secret) }
  }

  /// HMAC-SHA-256 over the whole frame, with checksum and tag as zero.
  private func signature(secret: [UInt8]) -> Primitives.Digest {
    var unsigned = self
    unsigned.authTag = .zero
    var frame = [UInt8](repeating: 0, count: Self.frameByteCount)
    unsafe frame.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe unsigned.write(frame: base)
    }
    let code = HMAC<SHA256>.authenticationCode(for: frame, using: SymmetricKey(data: secret))
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in code.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    return Primitives.Digest(words[0], words[1], words[2], words[3])
  }
}
