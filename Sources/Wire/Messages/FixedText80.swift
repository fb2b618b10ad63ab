// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// 80 bytes of UTF-8, zero padded: the schema's `Title`.
public struct FixedText80: FixedText {
  /// The bytes of the field.
  @inlinable public static var byteCount: Int { @_noLocks get { 80 } }

  @usableFromInline var word0: UInt64
  @usableFromInline var word1: UInt64
  @usableFromInline var word2: UInt64
  @usableFromInline var word3: UInt64
  @usableFromInline var word4: UInt64
  @usableFromInline var word5: UInt64
  @usableFromInline var word6: UInt64
  @usableFromInline var word7: UInt64
  @usableFromInline var word8: UInt64
  @usableFromInline var word9: UInt64

  /// Makes an empty text.
  @inlinable @_noLocks
  public init() {
    word0 = 0
    word1 = 0
    word2 = 0
    word3 = 0
    word4 = 0
    word5 = 0
    word6 = 0
    word7 = 0
    word8 = 0
    word9 = 0
  }

  /// Reads the bytes of the field.
  ///
  /// - Parameters:
  ///   - body: The first byte of the block.
  ///   - offset: Where the field starts, in bytes.
  @inlinable @_noLocks
  public init(_ body: UnsafeRawPointer, at offset: Int) {
    unsafe word0 = LittleEndian.uint64(body, at: offset + 0)
    unsafe word1 = LittleEndian.uint64(body, at: offset + 8)
    unsafe word2 = LittleEndian.uint64(body, at: offset + 16)
    unsafe word3 = LittleEndian.uint64(body, at: offset + 24)
    unsafe word4 = LittleEndian.uint64(body, at: offset + 32)
    unsafe word5 = LittleEndian.uint64(body, at: offset + 40)
    unsafe word6 = LittleEndian.uint64(body, at: offset + 48)
    unsafe word7 = LittleEndian.uint64(body, at: offset + 56)
    unsafe word8 = LittleEndian.uint64(body, at: offset + 64)
    unsafe word9 = LittleEndian.uint64(body, at: offset + 72)
  }

  /// Writes the bytes of the field.
  ///
  /// - Parameters:
  ///   - body: The first byte of the block.
  ///   - offset: Where the field starts, in bytes.
  @inlinable @_noLocks
  public func write(_ body: UnsafeMutableRawPointer, at offset: Int) {
    unsafe LittleEndian.store(word0, body, at: offset + 0)
    unsafe LittleEndian.store(word1, body, at: offset + 8)
    unsafe LittleEndian.store(word2, body, at: offset + 16)
    unsafe LittleEndian.store(word3, body, at: offset + 24)
    unsafe LittleEndian.store(word4, body, at: offset + 32)
    unsafe LittleEndian.store(word5, body, at: offset + 40)
    unsafe LittleEndian.store(word6, body, at: offset + 48)
    unsafe LittleEndian.store(word7, body, at: offset + 56)
    unsafe LittleEndian.store(word8, body, at: offset + 64)
    unsafe LittleEndian.store(word9, body, at: offset + 72)
  }
}
