/// One piece of a snapshot: what kind of state it is, which part of it, and its bytes.
///
/// A snapshot is a run of pieces in any order. A piece is 16 bytes (its length with these, u32; its
/// kind, u16; 0, u16; its index, u64; all little-endian) and a payload padded to a multiple of 8.
@safe
public struct SnapshotPiece: BitwiseCopyable {
  /// The bytes before the payload.
  @inlinable public static var headerByteCount: Int { @_noLocks get { 16 } }

  /// What kind of state it is; each module has numbers of its own.
  public let kind: UInt16
  /// Which part of that state: a page, a place.
  public let index: UInt64
  /// The payload, padding included; valid as long as the memory it was read from.
  public let payload: UnsafeRawBufferPointer

  /// Names a piece.
  ///
  /// - Parameters:
  ///   - kind: What kind of state it is.
  ///   - index: Which part of it.
  ///   - payload: Its bytes.
  public init(kind: UInt16, index: UInt64, payload: UnsafeRawBufferPointer) {
    self.kind = kind
    self.index = index
    unsafe self.payload = payload
  }

  /// The bytes of a piece with so much payload.
  ///
  /// - Parameter payloadByteCount: The bytes of the payload.
  /// - Returns: The bytes of the piece, a multiple of 8.
  @inlinable @_noLocks
  public static func byteCount(payload payloadByteCount: Int) -> Int {
    headerByteCount + (payloadByteCount + 7) & ~7
  }

  /// Writes a piece; zeros fill the payload's last eight bytes.
  ///
  /// - Parameters:
  ///   - target: Where to; there must be `byteCount(payload:)` bytes.
  ///   - kind: What kind of state it is.
  ///   - index: Which part of it.
  ///   - bytes: The payload.
  ///   - byteCount: The bytes of the payload.
  /// - Returns: The bytes written.
  @_noLocks @discardableResult
  public static func write(
    _ target: UnsafeMutableRawPointer,
    kind: UInt16,
    index: UInt64,
    _ bytes: UnsafeRawPointer,
    byteCount: Int
  ) -> Int {
    let total = Self.byteCount(payload: byteCount)
    unsafe target.storeBytes(of: UInt32(truncatingIfNeeded: total).littleEndian, as: UInt32.self)
    unsafe target.storeBytes(of: kind.littleEndian, toByteOffset: 4, as: UInt16.self)
    unsafe target.storeBytes(of: 0, toByteOffset: 6, as: UInt16.self)
    unsafe target.storeBytes(of: index.littleEndian, toByteOffset: 8, as: UInt64.self)
    if total > headerByteCount {
      unsafe target.storeBytes(of: 0, toByteOffset: total - 8, as: UInt64.self)
    }
    unsafe (target + headerByteCount).copyMemory(from: bytes, byteCount: byteCount)
    return total
  }

  /// Reads the piece at a cursor, which moves behind it.
  ///
  /// - Parameters:
  ///   - bytes: A run of whole pieces.
  ///   - cursor: Where it begins, in bytes; moves to the next one.
  /// - Returns: The piece; nil at the end, or where no piece stands (`cursor` is then not the end).
  public static func next(_ bytes: UnsafeRawBufferPointer, _ cursor: inout Int) -> SnapshotPiece? {
    guard let base = bytes.baseAddress, cursor + headerByteCount <= bytes.count else {
      return nil
    }
    let head = unsafe base + cursor
    let total = unsafe Int(UInt32(littleEndian: head.loadUnaligned(as: UInt32.self)))
    guard total >= headerByteCount, total & 7 == 0, cursor + total <= bytes.count else {
      return nil
    }
    let kind = unsafe UInt16(littleEndian: head.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
    let index = unsafe UInt64(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    cursor += total
    return unsafe SnapshotPiece(
      kind: kind,
      index: index,
      payload: UnsafeRawBufferPointer(
        start: head + headerByteCount, count: total - headerByteCount)
    )
  }
}
