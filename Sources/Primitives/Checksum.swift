internal import CIntrinsics

/// CRC-32C (Castagnoli), the checksum of frames and batches (RFC 3720, appendix B.4).
public enum CRC32C {
  /// The checksum of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: The first byte.
  ///   - count: How many bytes.
  ///   - crc: The checksum of what came before, 0 to start.
  /// - Returns: The checksum.
  /// - Complexity: O(count), 8 bytes an instruction where the CPU has it.
  @_noLocks
  public static func checksum(
    _ bytes: UnsafeRawPointer, byteCount count: Int, continuing crc: UInt32 = 0
  ) -> UInt32 {
    unsafe rostrum_crc32c(crc, bytes, count)
  }
}

/// A SHA-256 digest as four little-endian words, in the order of the digest's bytes.
public struct Digest: Equatable, Hashable, Sendable, BitwiseCopyable {
  /// The first eight bytes of the digest, little-endian.
  public var word0: UInt64
  /// The second eight bytes of the digest, little-endian.
  public var word1: UInt64
  /// The third eight bytes of the digest, little-endian.
  public var word2: UInt64
  /// The last eight bytes of the digest, little-endian.
  public var word3: UInt64

  /// Makes a digest of its words.
  ///
  /// - Parameters:
  ///   - word0: Bytes 0 ... 7.
  ///   - word1: Bytes 8 ... 15.
  ///   - word2: Bytes 16 ... 23.
  ///   - word3: Bytes 24 ... 31.
  @inlinable public init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// The digest before the first batch: all zero.
  public static let zero = Digest(0, 0, 0, 0)

  /// The digest in hexadecimal, as `sha256sum` prints it.
  public var hexadecimal: String {
    var text = ""
    for word in [word0, word1, word2, word3] {
      for shift in stride(from: 0, to: 64, by: 8) {
        let byte = UInt8(truncatingIfNeeded: word >> UInt64(shift))
        text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
      }
    }
    return text
  }
}

/// SHA-256 (FIPS 180-4) over bytes that come in pieces, without an allocation.
public struct SHA256State {
  private var hash = rostrum_sha256()

  /// Starts a digest.
  @_noLocks
  public init() { unsafe rostrum_sha256_begin(&hash) }

  /// Adds bytes.
  ///
  /// - Parameters:
  ///   - bytes: The first byte.
  ///   - count: How many bytes.
  /// - Complexity: O(count).
  @_noLocks
  public mutating func update(_ bytes: UnsafeRawPointer, byteCount count: Int) {
    unsafe rostrum_sha256_update(&hash, bytes, count)
  }

  /// The digest of a few bytes and of others behind them, faster than piece by piece.
  ///
  /// - Parameters:
  ///   - head: The first byte.
  ///   - headByteCount: How many bytes, fewer than 64.
  ///   - bytes: The first byte of what follows.
  ///   - byteCount: How many bytes follow.
  /// - Returns: The digest.
  /// - Complexity: O(bytes), rounded up to blocks of 64.
  @_noLocks
  public static func digest(
    _ head: UnsafeRawPointer, headByteCount: Int, _ bytes: UnsafeRawPointer, byteCount: Int
  ) -> Digest {
    invariant(headByteCount < 64, "the head is shorter than a block")
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &words) { raw in
      guard let base = raw.baseAddress else { return }
      unsafe rostrum_sha256_pair(
        head, headByteCount, bytes, byteCount, base.assumingMemoryBound(to: UInt8.self))
    }
    return Digest(
      UInt64(littleEndian: words.0), UInt64(littleEndian: words.1),
      UInt64(littleEndian: words.2), UInt64(littleEndian: words.3))
  }

  /// The digests of two messages of equal lengths, in little more time than one.
  ///
  /// - Parameters:
  ///   - heads: The first byte of each.
  ///   - headByteCount: How many bytes each begins with, fewer than 64.
  ///   - bytes: The first byte of what follows in each.
  ///   - byteCount: How many bytes follow in each.
  /// - Returns: The digests, in the same order.
  /// - Complexity: O(bytes), rounded up to blocks of 64.
  @_noLocks
  public static func digests(
    _ heads: (UnsafeRawPointer, UnsafeRawPointer), headByteCount: Int,
    _ bytes: (UnsafeRawPointer, UnsafeRawPointer), byteCount: Int
  ) -> (Digest, Digest) {
    invariant(headByteCount < 64, "the head is shorter than a block")
    var words = [8 of UInt64](repeating: 0)
    unsafe withUnsafeMutableBytes(of: &words) { raw in
      guard let base = raw.baseAddress else { return }
      unsafe rostrum_sha256_two(
        heads.0, heads.1, headByteCount, bytes.0, bytes.1, byteCount,
        base.assumingMemoryBound(to: UInt8.self))
    }
    return (
      Digest(
        UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]),
        UInt64(littleEndian: words[2]), UInt64(littleEndian: words[3])),
      Digest(
        UInt64(littleEndian: words[4]), UInt64(littleEndian: words[5]),
        UInt64(littleEndian: words[6]), UInt64(littleEndian: words[7]))
    )
  }

  /// Ends the digest; this value must not be used again.
  @_noLocks
  public mutating func finish() -> Digest {
    var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &bytes) { raw in
      guard let base = raw.baseAddress else { return }
      unsafe rostrum_sha256_finish(&hash, base.assumingMemoryBound(to: UInt8.self))
    }
    return Digest(
      UInt64(littleEndian: bytes.0), UInt64(littleEndian: bytes.1),
      UInt64(littleEndian: bytes.2), UInt64(littleEndian: bytes.3))
  }
}
