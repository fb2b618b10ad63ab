internal import Crypto
internal import Primitives
internal import Wire

/// Decides whether a logon is good: version, key, signature, clock, account.
///
/// Cold: once a connection; it may allocate. The answer to a wrong key, a wrong signature and a
/// wrong account is the same, and takes the same work, so that nobody learns which keys exist.
struct LogonVerifier: Sendable {
  /// What was decided.
  enum Verdict: Equatable {
    /// The session may act with these roles.
    case accepted(Roles)
    /// Refused with this code.
    case refused(RejectCode)
  }

  private let credentials: Credentials
  private let clockSkewNs: Nanoseconds
  private let decoy = SymmetricKey(size: .bits256)

  /// Makes a verifier.
  ///
  /// - Parameters:
  ///   - credentials: The keys, or none.
  ///   - clockSkewNs: How far a client's clock may be from the server's.
  init(credentials: Credentials, clockSkewNs: Nanoseconds) {
    self.credentials = credentials
    self.clockSkewNs = clockSkewNs
  }

  /// Decides.
  ///
  /// - Parameters:
  ///   - frame: The logon's frame, valid by the schema.
  ///   - byteCount: Its bytes.
  ///   - now: The server's time.
  /// - Returns: What was decided.
  func verdict(_ frame: UnsafeRawPointer, byteCount: Int, now: Nanoseconds) -> Verdict {
    let logon = unsafe Logon(frame: frame)
    guard logon.minVersion <= logon.maxVersion, logon.accountId != 0,
      logon.sessionIdHigh | logon.sessionIdLow != 0
    else { return .refused(.malformed) }
    guard logon.minVersion <= Schema.version, logon.maxVersion >= Schema.version else {
      return .refused(.unsupportedVersion)
    }
    guard isNear(logon.clientTime, now) else { return .refused(.notAuthorised) }
    switch credentials {
    case .insecure: return .accepted(insecureRoles(logon.flags))
    case .keys(let file): return unsafe keyVerdict(logon, file, frame, byteCount)
    }
  }

  private func isNear(_ clientTime: Nanoseconds, _ now: Nanoseconds) -> Bool {
    let distance = clientTime > now ? clientTime - now : now - clientTime
    return distance <= clockSkewNs
  }

  private func insecureRoles(_ flags: UInt32) -> Roles {
    var roles = Roles(rawValue: 0)
    let asked = LogonFlags(rawValue: flags)
    if asked.contains(.insecureBroker) { roles.insert(.broker) }
    if asked.contains(.insecureOperator) { roles.insert(.operator) }
    return roles
  }

  private func keyVerdict(
    _ logon: Logon,
    _ file: KeyFile,
    _ frame: UnsafeRawPointer,
    _ byteCount: Int
  ) -> Verdict {
    let key = file.key(logon.apiKeyId)
    let isSigned = unsafe Self.isSigned(frame, byteCount, by: key?.secret ?? decoy)
    guard let key, isSigned, key.accountId == logon.accountId, logon.flags == 0 else {
      return .refused(.notAuthorised)
    }
    return .accepted(key.roles)
  }

  /// Whether a frame carries the right tag: HMAC-SHA-256 over all of it with checksum and tag zero.
  private static func isSigned(
    _ frame: UnsafeRawPointer,
    _ byteCount: Int,
    by secret: SymmetricKey
  ) -> Bool {
    let tagOffset = FrameHeader.byteCount + 32
    var bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: frame, count: byteCount))
    let tag = Array(bytes[tagOffset..<tagOffset + 32])
    for index in 4..<8 { bytes[index] = 0 }
    for index in tagOffset..<tagOffset + 32 { bytes[index] = 0 }
    return HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: bytes, using: secret)
  }
}
