internal import Primitives

/// What blinds a record's hash: 14 bytes that nobody can guess who was not given them.
///
/// As many as leave the leaf of a bid's record two blocks of SHA-256: 1 + 14 + 104 bytes and the
/// 9 of its padding are 128. 2 to the power of 112 guesses are out of reach.
public struct RecordBlind: Equatable, Sendable, BitwiseCopyable {
  /// How many bytes.
  static var byteCount: Int { @_noLocks get { 14 } }

  /// The first eight bytes, little-endian.
  public let word0: UInt64
  /// The last six bytes, little-endian; the upper 16 bits are 0.
  public let word1: UInt64

  /// Takes the 14 bytes as two words.
  ///
  /// - Parameters:
  ///   - word0: The first eight bytes, little-endian.
  ///   - word1: The last six bytes, little-endian; the upper 16 bits do not count.
  @_noLocks
  public init(_ word0: UInt64, _ word1: UInt64) {
    self.word0 = word0
    self.word1 = word1 & 0xFFFF_FFFF_FFFF
  }
}

/// What is hashed from a record up to its batch; `docs/log-format.md` and `docs/audit-format.md`.
///
/// Each kind begins with a byte of its own, so that no leaf can pass for a node.
enum ProofHash {
  /// The blinds of four records: of those at the positions from `4 * quad`.
  ///
  /// Each begins a half of SHA-256(key, position / 2): who knows one knows nothing of another.
  @_noLocks
  static func blinds(
    key: Digest,
    quad: UInt64
  ) -> (RecordBlind, RecordBlind, RecordBlind, RecordBlind) {
    var message = (
      key.word0.littleEndian, key.word1.littleEndian, key.word2.littleEndian,
      key.word3.littleEndian, (2 &* quad).littleEndian
    )
    var other = message
    other.4 = (2 &* quad &+ 1).littleEndian
    let (low, high) = unsafe withUnsafeBytes(of: &message) { first in
      unsafe withUnsafeBytes(of: &other) { second in
        guard let one = first.baseAddress, let two = second.baseAddress else {
          return (Digest(0, 0, 0, 0), Digest(0, 0, 0, 0))
        }
        return unsafe SHA256State.digests(
          (one, two), headByteCount: 40, (one, two), byteCount: 0)
      }
    }
    return (
      RecordBlind(low.word0, low.word1), RecordBlind(low.word2, low.word3),
      RecordBlind(high.word0, high.word1), RecordBlind(high.word2, high.word3)
    )
  }

  /// What a leaf's digest begins with: 0x00 and the blind, in 16 bytes of which 15 count.
  @_noLocks @inline(__always)
  private static func leafPrefix(_ blind: RecordBlind) -> (UInt64, UInt64) {
    ((blind.word0 << 8).littleEndian, (blind.word1 << 8 | blind.word0 >> 56).littleEndian)
  }
  private static var leafPrefixByteCount: Int { @_noLocks get { 1 + RecordBlind.byteCount } }

  /// SHA-256(0x00, blind, record).
  @_noLocks
  static func leaf(
    _ blind: RecordBlind,
    _ record: UnsafeRawPointer,
    byteCount: Int
  ) -> Digest {
    var prefix = leafPrefix(blind)
    return unsafe withUnsafeMutableBytes(of: &prefix) { raw in
      guard let base = raw.baseAddress else { return Digest(0, 0, 0, 0) }
      return unsafe SHA256State.digest(
        base,
        headByteCount: leafPrefixByteCount,
        record,
        byteCount: byteCount
      )
    }
  }

  /// The leaves of two records of equal lengths, side by side.
  @_noLocks
  static func leaves(
    _ blinds: (RecordBlind, RecordBlind),
    _ records: (UnsafeRawPointer, UnsafeRawPointer),
    byteCount: Int
  ) -> (Digest, Digest) {
    var prefixes = (leafPrefix(blinds.0), leafPrefix(blinds.1))
    return unsafe withUnsafeMutableBytes(of: &prefixes) { raw in
      guard let base = raw.baseAddress else { return (Digest(0, 0, 0, 0), Digest(0, 0, 0, 0)) }
      return unsafe SHA256State.digests(
        (UnsafeRawPointer(base), UnsafeRawPointer(base + 16)),
        headByteCount: leafPrefixByteCount,
        records,
        byteCount: byteCount
      )
    }
  }

  /// SHA-256(0x02): the root of a batch without a record.
  @_noLocks
  static func ofNothing() -> Digest {
    var state = SHA256State()
    state.update(byte: 2)
    return state.finish()
  }

  /// A batch's own hash: SHA-256(root, header bytes 24 ..< 112).
  @_noLocks
  static func batch(root: Digest, fields: UnsafeRawPointer) -> Digest {
    var state = SHA256State()
    state.update(root)
    unsafe state.update(fields, byteCount: LogFormat.hashedFieldByteCount)
    return state.finish()
  }
}

/// Gives the blinds of records one after the other; four cost little more than a digest.
struct Blinding {
  let key: Digest
  private var quad = UInt64.max
  private var blinds = (
    RecordBlind(0, 0), RecordBlind(0, 0), RecordBlind(0, 0), RecordBlind(0, 0)
  )

  @_noLocks
  init(key: Digest) { self.key = key }

  /// The blind of the record at a position.
  @_noLocks
  mutating func blind(_ position: UInt64) -> RecordBlind {
    if position >> 2 != quad {
      quad = position >> 2
      blinds = ProofHash.blinds(key: key, quad: quad)
    }
    return switch position & 3 {
    case 0: blinds.0
    case 1: blinds.1
    case 2: blinds.2
    default: blinds.3
    }
  }
}

extension SHA256State {
  @_noLocks
  mutating func update(byte: UInt8) {
    var byte = byte
    unsafe withUnsafeMutableBytes(of: &byte) { raw in
      guard let base = raw.baseAddress else { return }
      unsafe update(UnsafeRawPointer(base), byteCount: 1)
    }
  }

  @_noLocks
  mutating func update(_ digest: Digest) {
    var words = (
      digest.word0.littleEndian, digest.word1.littleEndian, digest.word2.littleEndian,
      digest.word3.littleEndian
    )
    unsafe withUnsafeMutableBytes(of: &words) { raw in
      guard let base = raw.baseAddress else { return }
      unsafe update(UnsafeRawPointer(base), byteCount: 32)
    }
  }
}
