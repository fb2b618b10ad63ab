internal import Crypto
internal import Primitives

/// Why a key file can't be used; the message says what to do, and never shows a secret.
public struct KeyFileError: Error, Equatable, CustomStringConvertible {
  /// The line, from 1; 0 = the whole file.
  public let line: Int
  /// What is wrong and what to do.
  public let description: String

  init(line: Int, _ problem: String) {
    self.line = line
    description = line == 0 ? "key file: \(problem)" : "key file, line \(line): \(problem)"
  }
}

/// The API keys of a server: text lines `keyId accountId roles secretHex`.
///
/// `#` starts a comment; roles are `trader`, `broker`, `operator`, joined by commas; the secret has
/// 16 to 128 bytes in hexadecimal. Whoever reads the file checks that others can't.
public struct KeyFile: Sendable, CustomStringConvertible, CustomReflectable {
  /// One key.
  struct Key: Sendable {
    let accountId: UInt64
    let roles: Roles
    let secret: SymmetricKey
  }

  private var keys: [UInt64: Key] = [:]

  /// Reads the text of a key file.
  ///
  /// - Parameter text: The whole text.
  /// - Throws: `KeyFileError` with the line and what to do.
  public init(parsing text: String) throws(KeyFileError) {
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      let fields = Self.fields(of: line)
      guard !fields.isEmpty else { continue }
      try add(fields, line: number)
    }
    if keys.isEmpty {
      throw KeyFileError(line: 0, "no key: add a line 'keyId accountId roles secretHex'")
    }
  }

  /// How many keys there are.
  public var count: Int { keys.count }
  /// The number of keys, never a secret.
  public var description: String { "KeyFile(\(keys.count) keys)" }
  /// Nothing to look into: secrets stay out of dumps.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  /// A key by its number.
  ///
  /// - Parameter keyId: The number.
  /// - Returns: The key; nil when there is none of that number.
  func key(_ keyId: UInt64) -> Key? { keys[keyId] }

  private mutating func add(_ fields: [Substring], line: Int) throws(KeyFileError) {
    guard fields.count == 4 else {
      throw KeyFileError(line: line, "has not four fields: keyId accountId roles secretHex")
    }
    guard let keyId = UInt64(fields[0]), keyId > 0, let accountId = UInt64(fields[1]),
      accountId > 0
    else { throw KeyFileError(line: line, "keyId and accountId are numbers above 0") }
    guard keys[keyId] == nil else {
      throw KeyFileError(line: line, "key \(keyId) is there twice: give each key its own number")
    }
    let roles = try Self.roles(fields[2], line: line)
    let secret = try Self.secret(fields[3], line: line)
    keys[keyId] = Key(accountId: accountId, roles: roles, secret: SymmetricKey(data: secret))
  }
}

extension KeyFile {
  private static func fields(of line: Substring) -> [Substring] {
    let content = line.prefix { $0 != "#" }
    return content.split { $0 == " " || $0 == "\t" }
  }

  private static func roles(_ field: Substring, line: Int) throws(KeyFileError) -> Roles {
    var roles = Roles(rawValue: 0)
    for name in field.split(separator: ",", omittingEmptySubsequences: false) {
      switch name {
      case "trader": break
      case "broker": roles.insert(.broker)
      case "operator": roles.insert(.operator)
      default:
        throw KeyFileError(line: line, "roles are trader, broker, operator, joined by commas")
      }
    }
    return roles
  }

  private static func secret(_ field: Substring, line: Int) throws(KeyFileError) -> [UInt8] {
    let digits = Array(field.utf8)
    guard digits.count % 2 == 0, digits.count >= 32, digits.count <= 256 else {
      throw KeyFileError(line: line, "the secret has 32 to 256 hexadecimal digits, two a byte")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = hexDigit(digits[index]), let low = hexDigit(digits[index + 1]) else {
        throw KeyFileError(line: line, "the secret has another character than 0-9, a-f")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func hexDigit(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
