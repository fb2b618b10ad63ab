public import Primitives

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
    let header = unsafe BatchHeader(decoding: bytes)
    // Another version's numbers may stand elsewhere.
    return header.version != LogFormat.version || header.hasReachableNumbers
      ? .valid(header) : .damaged
  }

  /// Whether the numbers are ones that a log can have come to.
  private var hasReachableNumbers: Bool {
    max(batchNumber, firstPosition, identity.epoch) < LogFormat.numberEnd
  }

  /// Whether the sizes are ones that a writer can have meant.
  public var isPlausible: Bool {
    let payload = Int(payloadByteCount)
    let recordByteCountMin = LogFormat.recordPrefixByteCount + LogLimits.frameByteCountMin
    return batchByteCount <= LogLimits.batchByteCountCeiling && payload % 8 == 0
      && payload >= Int(recordCount) * recordByteCountMin && firstPosition > 0 && batchNumber > 0
  }

  /// What the bytes behind a header are.
  public enum BodyFinding: Equatable, Sendable {
    /// As they were sealed; the root of the tree over the records comes with it.
    case proven(root: Digest)
    /// Other bytes than were written: a torn write, or damage.
    case torn
    /// The bytes that were written, but not a run of the records that the header counts and hashes.
    case malformed
  }

  /// Judges payload and padding.
  ///
  /// - Parameters:
  ///   - batch: The whole batch, `batchByteCount` bytes.
  ///   - blindingKey: What blinds the hashes of the log's records.
  /// - Returns: What they are.
  /// - Complexity: O(bytes), three blocks of SHA-256 for a bid, two at a time.
  public func inspectBody(_ batch: UnsafeRawPointer, blindingKey: Digest) -> BodyFinding {
    let header = LogFormat.headerByteCount
    let checksum = unsafe CRC32C.checksum(batch + header, byteCount: batchByteCount - header)
    let isUnchecked = FaultPoint.skipHashCheck.isPlanted
    guard checksum == payloadChecksum || isUnchecked else { return .torn }
    guard let root = unsafe root(batch + header, blindingKey: blindingKey) else {
      return .malformed
    }
    let fields = unsafe batch + LogFormat.hashedFieldOffset
    guard unsafe ProofHash.batch(root: root, fields: fields) == hash || isUnchecked else {
      return .malformed
    }
    return .proven(root: root)
  }

  /// The root over the payload; nil if that is not a run of exactly the records counted.
  private func root(_ payload: UnsafeRawPointer, blindingKey: Digest) -> Digest? {
    var tree = RecordTree()
    var blinding = Blinding(key: blindingKey)
    var offset = 0
    var count: UInt32 = 0
    let total = Int(payloadByteCount)
    while offset < total {
      let record = unsafe payload + offset
      guard let frame = unsafe LogRecord.frameByteCount(record, remaining: total - offset) else {
        return nil
      }
      let byteCount = LogFormat.recordPrefixByteCount + frame
      let position = firstPosition + UInt64(count)
      unsafe tree.add(
        payload, offset: offset, byteCount: byteCount, position: position, &blinding)
      offset += byteCount
      count += 1
    }
    return offset == total && count == recordCount ? unsafe tree.finish(payload) : nil
  }
}
