public import Primitives

/// Reads and writes little-endian values at byte offsets, whatever their alignment.
///
/// A receive buffer may hand a frame over at any address, so every access is an unaligned one:
/// on the CPUs that matter it costs the same.
public enum LittleEndian {
  /// Reads one byte.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  /// - Returns: The value.
  @inlinable @inline(__always) @_noLocks
  public static func uint8(_ base: UnsafeRawPointer, at offset: Int) -> UInt8 {
    unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  /// Reads two bytes.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  /// - Returns: The value.
  @inlinable @inline(__always) @_noLocks
  public static func uint16(_ base: UnsafeRawPointer, at offset: Int) -> UInt16 {
    unsafe UInt16(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// Reads four bytes.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  /// - Returns: The value.
  @inlinable @inline(__always) @_noLocks
  public static func uint32(_ base: UnsafeRawPointer, at offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Reads eight bytes.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  /// - Returns: The value.
  @inlinable @inline(__always) @_noLocks
  public static func uint64(_ base: UnsafeRawPointer, at offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Reads eight bytes with a sign.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  /// - Returns: The value.
  @inlinable @inline(__always) @_noLocks
  public static func int64(_ base: UnsafeRawPointer, at offset: Int) -> Int64 {
    unsafe Int64(bitPattern: uint64(base, at: offset))
  }

  /// Reads 32 bytes as a digest.
  ///
  /// - Parameters:
  ///   - base: The block's first byte.
  ///   - offset: Where the digest starts, in bytes.
  /// - Returns: The digest.
  @inlinable @inline(__always) @_noLocks
  public static func digest(_ base: UnsafeRawPointer, at offset: Int) -> Digest {
    unsafe Digest(
      uint64(base, at: offset),
      uint64(base, at: offset + 8),
      uint64(base, at: offset + 16),
      uint64(base, at: offset + 24)
    )
  }
}

extension LittleEndian {
  /// Writes one byte.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: UInt8, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  /// Writes two bytes.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: UInt16, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt16.self)
  }

  /// Writes four bytes.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: UInt32, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  /// Writes eight bytes.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: UInt64, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// Writes eight bytes with a sign.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the value starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: Int64, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe store(UInt64(bitPattern: value), base, at: offset)
  }

  /// Writes the 32 bytes of a digest.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - base: The block's first byte.
  ///   - offset: Where the digest starts, in bytes.
  @inlinable @inline(__always) @_noLocks
  public static func store(_ value: Digest, _ base: UnsafeMutableRawPointer, at offset: Int) {
    unsafe store(value.word0, base, at: offset)
    unsafe store(value.word1, base, at: offset + 8)
    unsafe store(value.word2, base, at: offset + 16)
    unsafe store(value.word3, base, at: offset + 24)
  }
}
