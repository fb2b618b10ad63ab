internal import Primitives

/// A secret of any length.
public struct SymmetricKey: Sendable {
  let bytes: [UInt8]

  /// How many bits.
  public enum Size: Sendable {
    /// 32 bytes.
    case bits256
  }

  /// Takes the bytes.
  public init(data: some Sequence<UInt8>) { bytes = Array(data) }

  /// Fixed bytes: the same input takes the same way.
  public init(size: Size) { bytes = [UInt8](repeating: 0x5A, count: 32) }
}

/// Names the hash.
public enum SHA256 {}

/// HMAC of RFC 2104 over the log's own SHA-256.
public enum HMAC<Hash> {
  /// Whether a tag is right.
  public static func isValidAuthenticationCode(
    _ tag: [UInt8], authenticating message: [UInt8], using key: SymmetricKey
  ) -> Bool {
    tag == authenticationCode(for: message, using: key)
  }

  /// Makes the tag.
  public static func authenticationCode(
    for message: [UInt8], using key: SymmetricKey
  ) -> [UInt8] {
    let padded =
      (key.bytes.count > 64 ? digest(key.bytes) : key.bytes)
      + Array(
        repeating: 0, count: 64)
    let block = padded.prefix(64)
    return digest(block.map { $0 ^ 0x5C } + digest(block.map { $0 ^ 0x36 } + message))
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var state = SHA256State()
    bytes.withUnsafeBytes { raw in
      if let base = raw.baseAddress { state.update(base, byteCount: raw.count) }
    }
    let digest = state.finish()
    return [digest.word0, digest.word1, digest.word2, digest.word3].flatMap { word in
      withUnsafeBytes(of: word.littleEndian) { Array($0) }
    }
  }
}
