public import Primitives

/// Who a session is and how it proves it.
public enum Credentials: Sendable, Equatable {
  /// Signs log-ons with an API key.
  case key(APIKey)
  /// For servers without keys only: claims an account, and what it may do beyond that.
  case insecure(account: UInt64, roles: Roles)

  /// The account of the session.
  public var account: UInt64 {
    switch self {
    case .key(let key): key.account
    case .insecure(let account, _): account
    }
  }
}

/// An API key: its number, its account and the secret that signs log-ons.
public struct APIKey: Sendable, Equatable, CustomStringConvertible {
  /// The number of the key in the server's key file.
  public let id: UInt64
  /// The account that the key belongs to.
  public let account: UInt64
  let secret: [UInt8]

  /// Makes a key.
  ///
  /// - Parameters:
  ///   - id: The number of the key in the server's key file.
  ///   - account: The account that the key belongs to.
  ///   - secret: The secret's bytes.
  public init(id: UInt64, account: UInt64, secret: [UInt8]) {
    self.id = id
    self.account = account
    self.secret = secret
  }

  /// The key without its secret, so that no log ever holds one.
  public var description: String { "key \(id) of account \(account)" }

  /// Reads `ID:ACCOUNT:SECRETHEX`.
  ///
  /// - Parameter text: The three parts, divided by colons.
  /// - Throws: What is wrong with the text, never the secret itself.
  public init(parsing text: String) throws(ClientError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw .invalidKey("a key is ID:ACCOUNT:SECRETHEX, this has \(parts.count) part(s)")
    }
    try self.init(id: parts[0], account: parts[1], secretHex: parts[2])
  }

  /// Reads the first key of a key file: lines of `keyId accountId roles secretHex`, `#` comments.
  ///
  /// - Parameters:
  ///   - text: The file's text.
  ///   - account: Takes the first key of this account; nil takes the first key of all.
  /// - Throws: What is wrong with the file, naming the line, never a secret.
  public init(keyFile text: String, account: UInt64? = nil) throws(ClientError) {
    var lineNumber = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      lineNumber += 1
      let content = line.prefix { $0 != "#" }
      let fields = content.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      if fields.isEmpty { continue }
      guard fields.count == 4 else {
        throw .invalidKey("line \(lineNumber) is not `keyId accountId roles secretHex`")
      }
      let key = try APIKey(id: fields[0], account: fields[1], secretHex: fields[3])
      if account == nil || account == key.account {
        self = key
        return
      }
    }
    throw .invalidKey("the key file has no key" + (account.map { " of account \($0)" } ?? ""))
  }

  private init(id: Substring, account: Substring, secretHex: Substring) throws(ClientError) {
    guard let id = UInt64(id), id > 0 else { throw .invalidKey("the key's number is not a number") }
    guard let account = UInt64(account), account > 0 else {
      throw .invalidKey("the key's account is not a number")
    }
    guard let secret = Self.bytes(hexadecimal: secretHex), secret.count >= 16 else {
      throw .invalidKey("the secret of key \(id) is not at least 32 hexadecimal digits")
    }
    self.init(id: id, account: account, secret: secret)
  }

  private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
    let digits = text.utf8.map { hexadecimalValue($0) }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
