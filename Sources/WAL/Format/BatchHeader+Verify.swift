internal import Primitives

extension BatchHeader {
  /// What stands where a batch could begin.
  public enum Finding: Equatable, Sendable {
    /// A header of this log whose checksum is right.
    case valid(BatchHeader)
    /// No header: zeros, or bytes of a recycled segment's earlier life.
    case none
    /// A header of this log that changed after it was written.
    case damaged
  }

  /// The most bits of magic and log number that may differ in what still counts as a header.
  ///
  /// Bytes of a client can copy the magic but not the log number, so they differ in about 32 bits.
  static var damagedBitCountMax: Int { 8 }

  /// Judges 160 bytes at a block boundary.
  ///
  /// - Parameters:
  ///   - bytes: 160 bytes.
  ///   - logID: The number of the log.
  /// - Returns: What they are.
  public static func inspect(_ bytes: UnsafeRawPointer, logID: UInt64) -> Finding {
    let magic = unsafe bytes.word64(at: 0) ^ LogFormat.batchMagic
    let identity = unsafe bytes.word64(at: 16) ^ logID
    let differing = magic.nonzeroBitCount + identity.nonzeroBitCount
    if differing > damagedBitCountMax { return .none }
    let checksum = unsafe bytes.word32(at: 8)
    guard differing == 0, unsafe checksum == LogFormat.headerChecksum(bytes) else {
      return .damaged
    }
    return unsafe .valid(BatchHeader(decoding: bytes))
  }

  /// Whether the sizes are ones that a writer can have meant.
  public var isPlausible: Bool {
    let payload = Int(payloadByteCount)
    let recordByteCountMin = LogFormat.recordPrefixByteCount + LogLimits.frameByteCountMin
    return batchByteCount <= LogLimits.batchByteCountCeiling && payload % 8 == 0
      && payload >= Int(recordCount) * recordByteCountMin && firstPosition > 0 && batchNumber > 0
  }

  /// Whether payload and padding are as they were sealed.
  ///
  /// - Parameter batch: The whole batch, `batchByteCount` bytes.
  /// - Returns: Whether checksum and hash are right.
  public func matchesBody(_ batch: UnsafeRawPointer) -> Bool {
    let header = LogFormat.headerByteCount
    let checksum = unsafe CRC32C.checksum(batch + header, byteCount: batchByteCount - header)
    guard checksum == payloadChecksum else { return false }
    var digest = SHA256State()
    unsafe digest.update(batch + header, byteCount: Int(payloadByteCount))
    unsafe digest.update(batch + 16, byteCount: 96)
    return digest.finish() == hash
  }
}
